#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "iceberg/expression/expression.h"
#include "iceberg/metadata/builder.h"
#include "iceberg/metadata/table_metadata.h"
#include "iceberg/metadata/view_metadata.h"

// Any JSON is refused, or what it means is written as JSON that means the same; updates make a valid table or none.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tarn;
  using namespace tarn::iceberg;
  const auto json = json::Parse({reinterpret_cast<const char*>(data), size});
  if (!json.ok()) return 0;
  if (const auto table = TableMetadata::FromJson(*json); table.ok()) {
    const auto again = TableMetadata::Parse(table->ToJson());
    if (!again.ok() || again->ToJson() != table->ToJson()) std::abort();
  }
  if (const auto view = ViewMetadata::FromJson(*json); view.ok()) {
    const auto again = ViewMetadata::Parse(view->ToJson());
    if (!again.ok() || again->ToJson() != view->ToJson()) std::abort();
  }
  if (const auto updates = UpdatesFromJson(*json); updates.ok()) {
    const auto made = CommitTable(nullptr, {}, *updates, {Timestamp{}, "u", ""});
    if (made.ok() && !TableMetadata::Parse(made->metadata.ToJson()).ok()) std::abort();
    (void)UpdateView(nullptr, *updates, Timestamp{}, "u");
  }
  static const SchemaPtr schema = *Schema::Make(0, {{1, "x", false, TypeId::kLong, {}, {}, {}},
                                                    {2, "s", false, TypeId::kString, {}, {}, {}},
                                                    {3, "t", false, TypeId::kTimestamp, {}, {}, {}}});
  const auto filter = ExpressionFromJson(*json, *schema);
  if (!filter.ok()) return 0;
  json::Writer out;
  WriteExpression(out, *filter, *schema);
  const auto parsed = json::Parse(out.text());
  const auto again = parsed.ok() ? ExpressionFromJson(*parsed, *schema) : Result<Expression>(parsed.error());
  if (!again.ok() || !(*again == *filter)) std::abort();
  return 0;
}
