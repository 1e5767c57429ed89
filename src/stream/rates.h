// The limits of one shard: 1 MiB and 1,000 records in, 2 MiB and 5 reads out a second, with a second's worth saved up.
// An answer of more than that is waited for as long as it would have taken: 5 s after one of 10 MiB. Not thread-safe.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.h"

namespace tarn::stream {

template <int64_t kPerSecond, int64_t kSavedMax>
class Allowance {
 public:
  // More than can ever be saved is granted when all is saved, and paid for by what follows.
  bool Take(double amount, Timestamp now) {
    Refill(now);
    if (saved_ < std::min(amount, kFull)) return false;
    saved_ -= amount;
    return true;
  }
  bool Has(double amount, Timestamp now) {
    Refill(now);
    return saved_ >= std::min(amount, kFull);
  }
  // Whether a new one would do as well.
  bool IsFull(Timestamp now) { return Has(kFull, now); }
  void Spend(double amount) { saved_ -= amount; }
  // As Spend, but what is more than can be saved is owed whole.
  void Owe(double amount) { saved_ = amount > kFull ? -amount : saved_ - amount; }

 private:
  static constexpr double kFull = static_cast<double>(kSavedMax);

  void Refill(Timestamp now) {
    if (last_.micros != 0 && now > last_) {
      const double seconds = static_cast<double>(now.micros - last_.micros) / kMicrosPerSecond;
      saved_ = std::min(kFull, saved_ + seconds * static_cast<double>(kPerSecond));
    }
    last_ = std::max(last_, now);
  }

  double saved_ = kFull;
  Timestamp last_;
};

struct ShardRates {
  Allowance<1 << 20, 1 << 20> bytes_in;
  Allowance<1000, 1000> records_in;
  Allowance<2 << 20, 2 << 20> bytes_out;
  Allowance<5, 5> reads;

  bool AreFull(Timestamp now) {
    return bytes_in.IsFull(now) && records_in.IsFull(now) && bytes_out.IsFull(now) && reads.IsFull(now);
  }
};

}  // namespace tarn::stream
