// How many bytes of whole answers wait to be taken by their clients, over all connections: an operation with large
// answers asks before it makes another. Threads: any.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace tarn::api::protocol {

class UnsentAnswer {
 public:
  explicit UnsentAnswer(size_t bytes) : bytes_(static_cast<int64_t>(bytes)) { total_ += bytes_; }
  ~UnsentAnswer() { total_ -= bytes_; }
  UnsentAnswer(const UnsentAnswer&) = delete;
  UnsentAnswer& operator=(const UnsentAnswer&) = delete;

  static int64_t TotalBytes() { return total_; }

 private:
  static inline std::atomic<int64_t> total_{0};
  int64_t bytes_;
};

}  // namespace tarn::api::protocol
