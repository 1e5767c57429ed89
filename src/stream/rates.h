// The limits of one shard: 1 MiB and 1,000 records in, 2 MiB and 5 reads out a second, with a second's worth saved up.
// An answer of more than that is waited for as long as it would have taken: 5 s after one of 10 MiB. Not thread-safe.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.h"

namespace tarn::stream {

class Allowance {
 public:
  Allowance(double per_second, double saved_max) : per_second_(per_second), saved_max_(saved_max), saved_(saved_max) {}

  // More than can ever be saved is granted when all is saved, and paid for by what follows.
  bool Take(double amount, Timestamp now) {
    Refill(now);
    if (saved_ < std::min(amount, saved_max_)) return false;
    saved_ -= amount;
    return true;
  }
  bool Has(double amount, Timestamp now) {
    Refill(now);
    return saved_ >= std::min(amount, saved_max_);
  }
  void Spend(double amount) { saved_ -= amount; }
  // As Spend, but what is more than can be saved is owed whole.
  void Owe(double amount) { saved_ = amount > saved_max_ ? -amount : saved_ - amount; }

 private:
  void Refill(Timestamp now) {
    if (last_.micros != 0 && now > last_) {
      const double seconds = static_cast<double>(now.micros - last_.micros) / kMicrosPerSecond;
      saved_ = std::min(saved_max_, saved_ + seconds * per_second_);
    }
    last_ = std::max(last_, now);
  }

  double per_second_;
  double saved_max_;
  double saved_;
  Timestamp last_;
};

struct ShardRates {
  Allowance bytes_in{1 << 20, 1 << 20};
  Allowance records_in{1000, 1000};
  Allowance bytes_out{2 << 20, 2 << 20};
  Allowance reads{5, 5};
};

}  // namespace tarn::stream
