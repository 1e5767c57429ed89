#include "tables/memory_files.h"

#include <algorithm>
#include <utility>

#include "engine/errors.h"

namespace tarn::tables {
namespace {

class MemoryFile : public engine::OpenFile {
 public:
  explicit MemoryFile(std::shared_ptr<const std::string> bytes) : bytes_(std::move(bytes)) {}
  Status ReadAt(uint64_t offset, std::span<char> out) override {
    if (offset > bytes_->size() || out.size() > bytes_->size() - offset) {
      return Fail(engine::kCannotOpenFile, "a file in memory is shorter than what is read of it");
    }
    std::copy_n(bytes_->data() + offset, out.size(), out.data());
    return Ok();
  }

 private:
  const std::shared_ptr<const std::string> bytes_;
};

}  // namespace

void MemoryFiles::Put(const std::string& url, std::string bytes) {
  auto file = std::make_shared<const std::string>(std::move(bytes));
  const std::lock_guard lock(mutex_);
  files_[url] = std::move(file);
}

void MemoryFiles::Remove(const std::string& url) {
  const std::lock_guard lock(mutex_);
  files_.erase(url);
}

void MemoryFiles::Share(const MemoryFiles& other) {
  const std::scoped_lock lock(mutex_, other.mutex_);
  files_.insert(other.files_.begin(), other.files_.end());
}

std::shared_ptr<const std::string> MemoryFiles::Find(const std::string& url) const {
  const std::lock_guard lock(mutex_);
  const auto found = files_.find(url);
  return found == files_.end() ? nullptr : found->second;
}

Result<std::unique_ptr<engine::OpenFile>> MemoryFiles::Open(const std::string& url) const {
  auto bytes = Find(url);
  if (bytes == nullptr) return Fail(engine::kCannotOpenFile, url + " is not in memory");
  return std::unique_ptr<engine::OpenFile>(std::make_unique<MemoryFile>(std::move(bytes)));
}

}  // namespace tarn::tables
