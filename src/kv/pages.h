// Walks a range of keys a page at a time, so that a long one is neither held in memory nor read by one call.
//
// Each page is read by the transaction that is given for it: one for all, where they must agree, or one for each, where
// the walk changes what it passes and takes as long as it takes. Reads are peeks: no commit depends on them. Errors:
// those of Txn::PeekScan; the walk then stands where it stood. Threads: one at a time.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "kv/key.h"
#include "kv/kv.h"

namespace tarn::kv {

class Pages {
 public:
  // The keys begin ≤ key < end (an empty `end`: no upper bound); `size` pairs a page.
  Pages(std::string begin, std::string end, size_t size)
      : begin_(std::move(begin)), end_(std::move(end)), size_(size), done_(!end_.empty() && begin_ >= end_) {}
  // All keys below `space`.
  Pages(const Key& space, size_t size) : Pages(space.bytes(), space.End(), size) {}

  // Nothing is left. May become true only by a page that is empty.
  bool done() const { return done_; }
  // The next pairs, ascending.
  Result<std::vector<KeyValue>> Next(Txn& txn);
  // The same, in a transaction of its own.
  Result<std::vector<KeyValue>> Next(Store& store);

 private:
  std::string begin_;
  std::string end_;
  size_t size_;
  bool done_;
};

}  // namespace tarn::kv
