#include "engine/query_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace tarn::engine {

Result<std::shared_ptr<const TableBinding>> QueryState::Resolve(const std::string& database, const std::string& table) {
  const auto key = std::make_pair(database, table);
  {
    std::lock_guard lock(mutex_);
    if (auto found = bindings_.find(key); found != bindings_.end()) return found->second;
  }
  if (!query.resolver) return Fail(kTableNotFound, fmt::format("Table '{}.{}' does not exist", database, table));
  TARN_TRY(auto binding, query.resolver->Resolve(database, table));
  std::lock_guard lock(mutex_);
  if (!binding->row_filter.empty() || !binding->hidden_columns.empty() || !binding->replacements.empty()) {
    governed = true;
  }
  return bindings_.emplace(key, std::move(binding)).first->second;
}

void QueryState::AllowFile(const std::shared_ptr<FileSource>& source, const File& file) {
  std::lock_guard lock(mutex_);
  files_.try_emplace(file.path, Allowed{source, file});
}

std::optional<QueryState::Allowed> QueryState::FindFile(const std::string& path) const {
  std::lock_guard lock(mutex_);
  const auto found = files_.find(path);
  if (found == files_.end()) return std::nullopt;
  return found->second;
}

// The byte ranges of one file that were read.
class QueryState::Coverage {
 public:
  // How many bytes of [begin, end) are new.
  uint64_t Add(uint64_t begin, uint64_t end) {
    std::lock_guard lock(mutex_);
    const uint64_t wanted_begin = begin;
    uint64_t known = 0, merged_end = end;
    auto at = ranges_.upper_bound(begin);
    if (at != ranges_.begin() && std::prev(at)->second >= begin) --at;
    while (at != ranges_.end() && at->first <= end) {
      const uint64_t from = std::max(at->first, wanted_begin), to = std::min(at->second, end);
      if (to > from) known += to - from;
      begin = std::min(begin, at->first);
      merged_end = std::max(merged_end, at->second);
      at = ranges_.erase(at);
    }
    ranges_[begin] = merged_end;
    return end - wanted_begin - known;
  }

 private:
  std::mutex mutex_;
  std::map<uint64_t, uint64_t> ranges_;  // disjoint: begin → end
};

class QueryState::CountedFile : public OpenFile {
 public:
  CountedFile(std::shared_ptr<QueryState> query, std::shared_ptr<Coverage> coverage, std::unique_ptr<OpenFile> file)
      : query_(std::move(query)), coverage_(std::move(coverage)), file_(std::move(file)) {}

  Status ReadAt(uint64_t offset, std::span<char> out) override {
    if (query_->cancelled_) return Fail(kCancelled, "Query cancelled");
    const uint64_t fresh = coverage_->Add(offset, offset + out.size());
    const uint64_t scanned = query_->scanned_bytes_ += fresh;
    const uint64_t allowed = query_->query.scanned_bytes_max;
    if (allowed > 0 && scanned > allowed) {
      return Fail(kScanCutoff, fmt::format("Bytes scanned limit was exceeded: {} bytes allowed", allowed));
    }
    return file_->ReadAt(offset, out);
  }

 private:
  std::shared_ptr<QueryState> query_;
  std::shared_ptr<Coverage> coverage_;
  std::unique_ptr<OpenFile> file_;
};

Result<std::unique_ptr<OpenFile>> QueryState::Open(const std::shared_ptr<QueryState>& self, const Allowed& allowed) {
  if (self->cancelled_) return Fail(kCancelled, "Query cancelled");
  ++self->files_opened_;
  TARN_TRY(auto file, allowed.source->Open(allowed.file));
  std::shared_ptr<Coverage> coverage;
  {
    std::lock_guard lock(self->mutex_);
    auto& of_path = self->coverage_[allowed.file.path];
    if (!of_path) of_path = std::make_shared<Coverage>();
    coverage = of_path;
  }
  return std::unique_ptr<OpenFile>(std::make_unique<CountedFile>(self, std::move(coverage), std::move(file)));
}

void QueryState::SetFailure(Error error) {
  std::lock_guard lock(mutex_);
  if (!failure_) failure_ = std::move(error);
}

std::optional<Error> QueryState::failure() const {
  std::lock_guard lock(mutex_);
  return failure_;
}

}  // namespace tarn::engine
