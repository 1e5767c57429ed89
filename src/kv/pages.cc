#include "kv/pages.h"

namespace tarn::kv {

Result<std::vector<KeyValue>> Pages::Next(Txn& txn) {
  if (done_) return std::vector<KeyValue>();
  TARN_TRY(auto rows, txn.PeekScan(begin_, end_, size_));
  done_ = rows.size() < size_;
  if (!done_) begin_ = rows.back().key + '\0';
  return rows;
}

Result<std::vector<KeyValue>> Pages::Next(Store& store) {
  const auto txn = store.Begin();
  return Next(*txn);
}

}  // namespace tarn::kv
