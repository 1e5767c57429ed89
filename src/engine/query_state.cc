#include "engine/query_state.h"

#include <fmt/format.h>

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
  if (!binding->row_filter.empty() || !binding->hidden_columns.empty()) governed = true;
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

Result<std::unique_ptr<OpenFile>> QueryState::Open(const Allowed& allowed) {
  if (cancelled_) return Fail(kCancelled, "Query cancelled");
  ++files_opened_;
  return allowed.source->Open(allowed.file);
}

Status QueryState::Read(OpenFile& file, uint64_t offset, std::span<char> out) {
  if (cancelled_) return Fail(kCancelled, "Query cancelled");
  const uint64_t scanned = scanned_bytes_ += out.size();
  if (query.scanned_bytes_max > 0 && scanned > query.scanned_bytes_max) {
    return Fail(kScanCutoff,
                fmt::format("Bytes scanned limit was exceeded: {} bytes allowed", query.scanned_bytes_max));
  }
  return file.ReadAt(offset, out);
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
