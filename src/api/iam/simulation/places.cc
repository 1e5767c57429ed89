#include "api/iam/simulation/places.h"

namespace tarn::api::iam {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";

class Walker {
 public:
  explicit Walker(std::string_view text) : text_(text) {}

  std::vector<StatementPlace> Run() {
    std::vector<StatementPlace> places;
    if (!FindStatements()) return places;
    const bool list = Peek() == '[';
    if (list) Next();
    while (at_ < text_.size()) {
      // A statement of a list begins behind the bracket or comma before it, one alone behind its own brace.
      Place begin = place_;
      SkipSpaces();
      if (Peek() != '{') break;
      if (!list) begin = {.line = place_.line, .column = place_.column + 1};
      SkipValue();
      places.push_back({.begin = begin, .end = place_});
      SkipSpaces();
      if (!list || Peek() != ',') break;
      Next();
    }
    return places;
  }

 private:
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void Next() {
    if (at_ >= text_.size()) return;
    const bool line = text_[at_++] == '\n';
    place_ =
        line ? Place{.line = place_.line + 1, .column = 1} : Place{.line = place_.line, .column = place_.column + 1};
  }
  void SkipSpaces() {
    while (at_ < text_.size() && kSpaces.find(text_[at_]) != text_.npos) Next();
  }
  std::string_view SkipString() {
    Next();
    const size_t begin = at_;
    while (at_ < text_.size() && Peek() != '"') {
      if (Peek() == '\\') Next();
      Next();
    }
    const std::string_view inside = text_.substr(begin, at_ - begin);
    Next();
    return inside;
  }
  // Of any kind.
  void SkipValue() {
    int depth = 0;
    do {
      const char c = Peek();
      if (c == '"') {
        SkipString();
        continue;
      }
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      Next();
    } while (at_ < text_.size() &&
             (depth > 0 || (Peek() != ',' && Peek() != '}' && kSpaces.find(Peek()) == kSpaces.npos)));
  }
  // Moves to the value of the document's "Statement".
  bool FindStatements() {
    SkipSpaces();
    Next();  // the brace
    while (at_ < text_.size()) {
      SkipSpaces();
      if (Peek() == ',') {
        Next();
        continue;
      }
      if (Peek() != '"') return false;
      const std::string_view key = SkipString();
      SkipSpaces();
      Next();  // the colon
      if (key == "Statement") {
        const Walker before = *this;
        SkipSpaces();
        if (Peek() != '[') *this = before;
        return true;
      }
      SkipSpaces();
      SkipValue();
    }
    return false;
  }

  std::string_view text_;
  size_t at_ = 0;
  Place place_;
};

}  // namespace

std::vector<StatementPlace> StatementPlaces(std::string_view text) { return Walker(text).Run(); }

}  // namespace tarn::api::iam
