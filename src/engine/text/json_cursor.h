// A forward reader of JSON text that builds nothing it is not asked for. Foreign bytes: depth and ends are checked.
#pragma once

#include <string>
#include <string_view>

namespace tarn::engine {

class JsonCursor {
 public:
  enum class Kind : char { kObject, kArray, kString, kNumber, kTrue, kFalse, kNull, kEnd, kBroken };

  explicit JsonCursor(std::string_view text) : text_(text) {}

  // What comes next; spaces are skipped.
  Kind Peek();
  // Steps over `c` (after spaces) if it is next.
  bool Take(char c);
  // The string at the cursor, unescaped; `scratch` holds it if it had escapes.
  bool String(std::string* scratch, std::string_view* value);
  // The text of the whole value at the cursor, whatever its kind, as it stands.
  bool Raw(std::string_view* value);
  bool Skip() {
    std::string_view ignored;
    return Raw(&ignored);
  }
  // Broken because the text ended inside a value (more lines may complete it).
  bool ended_early() const { return ended_early_; }
  bool AtEnd() { return Peek() == Kind::kEnd; }

 private:
  bool SkipValue(int depth);
  bool SkipString();
  bool Literal(std::string_view word);
  bool Early() {
    ended_early_ = true;
    return false;
  }

  std::string_view text_;
  size_t at_ = 0;
  bool ended_early_ = false;
};

}  // namespace tarn::engine
