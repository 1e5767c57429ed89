// JSON lines are foreign bytes: the cursor never leaves them, and every value it returns lies inside them.
#include <cstdint>

#include "engine/text/json_cursor.h"

using tarn::engine::JsonCursor;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  JsonCursor values(text);
  std::string_view value;
  while (!values.AtEnd() && values.Raw(&value)) {
    if (value.data() < text.data() || value.data() + value.size() > text.data() + text.size()) __builtin_trap();
    JsonCursor inside(value);
    std::string scratch;
    std::string_view text_value;
    if (inside.Peek() == JsonCursor::Kind::kString) (void)inside.String(&scratch, &text_value);
    if (inside.Take('{') && inside.String(&scratch, &text_value) && inside.Take(':')) (void)inside.Skip();
  }
  return 0;
}
