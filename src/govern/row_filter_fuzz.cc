// Row filters and masks as clients write them: a filter that is taken is one condition, and a mask names a column.
#include <cstdlib>
#include <string_view>

#include "govern/mask.h"
#include "govern/row_filter.h"

namespace {

tarn::catalog::Table Orders() {
  tarn::catalog::Table table;
  table.name = "orders";
  table.storage.emplace();
  table.storage->columns = std::vector<tarn::catalog::Column>{{.name = "id", .type = "bigint"},
                                                              {.name = "country", .type = "string"},
                                                              {.name = "address", .type = "struct<city:string>"}};
  return table;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const tarn::catalog::Table kOrders = Orders();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)tarn::govern::CheckRowFilter(kOrders, text);
  const auto mask = tarn::govern::ParseMask(text);
  if (mask.ok() && mask->kind != tarn::govern::MaskKind::kNone && mask->column.empty()) std::abort();
  return 0;
}
