// A bucket of tokens: so many at once, then so many per second.
#pragma once

#include <algorithm>
#include <chrono>

namespace tarn::http::h2 {

class Allowance {
 public:
  Allowance(double burst, double per_second) : burst_(burst), per_second_(per_second), left_(burst) {}

  // False when there is none left.
  bool Take(std::chrono::steady_clock::time_point now) {
    const double passed = std::chrono::duration<double>(now - filled_).count();
    left_ = std::min(burst_, left_ + passed * per_second_);
    filled_ = now;
    if (left_ < 1) return false;
    left_ -= 1;
    return true;
  }

 private:
  const double burst_;
  const double per_second_;
  double left_;
  std::chrono::steady_clock::time_point filled_ = std::chrono::steady_clock::now();
};

}  // namespace tarn::http::h2
