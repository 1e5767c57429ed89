// Walking a bucket's keys in order, with prefixes rolled up at a delimiter. Internal.
//
// Reads in batches that grow while rows are used one after the other and shrink after a jump over a common prefix, so
// both flat and deep listings cost about one row read per row shown.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "kv/key.h"
#include "kv/kv.h"

namespace tarn::object {

// Rows of one key space of one bucket, in order.
class RowCursor {
 public:
  // Rows whose key component begins with `prefix`. `space` is the key up to that component.
  RowCursor(kv::Txn& txn, const kv::Key& space, std::string_view prefix, size_t batch_max);

  // Loads the present row; false at the end.
  Result<bool> Valid();
  std::string_view raw_key() const { return rows_[at_].key; }
  const std::string& value() const { return rows_[at_].value; }
  // The object key of the present row; `rest` receives what follows it in the row's key.
  Result<std::string> ObjectKey(std::string_view* rest = nullptr) const;

  const kv::Key& space() const { return space_; }
  void Next() { ++at_; }
  // Goes on at the first row whose kv key is not below `raw_key`. Only forward.
  void Seek(std::string raw_key);
  // Goes on after all rows of exactly that object key, or of keys that begin with it.
  void SeekPastKey(std::string_view key) { Seek(kv::Key(space_).Text(key).End()); }
  void SeekPastPrefix(std::string_view prefix) { Seek(kv::Key(space_).Prefix(prefix).End()); }

 private:
  kv::Txn& txn_;
  const kv::Key space_;
  std::string begin_;
  const std::string end_;
  const size_t batch_max_;
  size_t batch_;
  bool exhausted_ = false;
  size_t at_ = 0;
  std::vector<kv::KeyValue> rows_;
};

// The common prefix that `key` rolls up into: up to and including the first delimiter after `prefix`.
inline std::optional<std::string> CommonPrefix(std::string_view key, std::string_view prefix,
                                               std::string_view delimiter) {
  if (delimiter.empty() || key.size() < prefix.size()) return std::nullopt;
  const size_t found = key.find(delimiter, prefix.size());
  if (found == std::string_view::npos) return std::nullopt;
  return std::string(key.substr(0, found + delimiter.size()));
}

}  // namespace tarn::object
