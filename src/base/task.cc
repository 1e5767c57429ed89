#include "base/task.h"

#include <algorithm>
#include <cstring>

namespace tarn {

Task<Result<size_t>> StringSource::Read(std::span<std::byte> into) {
  const size_t count = std::min(into.size(), bytes_.size() - read_);
  std::memcpy(into.data(), bytes_.data() + read_, count);
  read_ += count;
  co_return count;
}

}  // namespace tarn
