#include "testing/faulty_disk.h"

#include <algorithm>
#include <cstring>

namespace tarn::testing {
namespace {
constexpr size_t kSector = 512;
constexpr uint64_t kBlock = 4096;

std::string Parent(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  return slash == std::string::npos || slash == 0 ? "/" : path.substr(0, slash);
}

// RocksDB asks for "a//b" and "a/", too.
std::string Clean(const std::string& path) {
  std::string clean;
  for (const char c : path) {
    if (c != '/' || !clean.ends_with('/')) clean.push_back(c);
  }
  if (clean.size() > 1 && clean.ends_with('/')) clean.pop_back();
  return clean;
}
}  // namespace

void FaultyDisk::CutAt(uint64_t operation) {
  std::lock_guard lock(mutex_);
  cut_at_ = operations_ + operation;
}
void FaultyDisk::FailAt(uint64_t operation) {
  std::lock_guard lock(mutex_);
  fail_at_ = operations_ + operation;
}
uint64_t FaultyDisk::operations() const {
  std::lock_guard lock(mutex_);
  return operations_;
}

void FaultyDisk::SetCapacity(uint64_t bytes) {
  std::lock_guard lock(mutex_);
  capacity_ = bytes;
}
uint64_t FaultyDisk::capacity() const {
  std::lock_guard lock(mutex_);
  return capacity_;
}
uint64_t FaultyDisk::free_bytes() const {
  std::lock_guard lock(mutex_);
  return capacity_ - std::min(capacity_, UsedBytes());
}

// Of the files that have a name, a block for the name included.
uint64_t FaultyDisk::UsedBytes() const {
  uint64_t used = 0;
  for (const auto& [path, node] : names_) used += kBlock + (node->cached.size() + kBlock - 1) / kBlock * kBlock;
  return used;
}

bool FaultyDisk::Step() {
  ++operations_;
  return operations_ != fail_at_ && (cut_at_ == 0 || operations_ < cut_at_);
}

void FaultyDisk::ApplyTo(std::string& content, const Node::Change& change) {
  if (change.truncated_to) {
    content.resize(*change.truncated_to);
    return;
  }
  if (content.size() < change.offset + change.bytes.size()) content.resize(change.offset + change.bytes.size());
  std::memcpy(content.data() + change.offset, change.bytes.data(), change.bytes.size());
}

// The safe content and what the disk happened to keep of the rest.
std::string FaultyDisk::Survive(const Node& node) {
  std::string content = node.safe;
  const uint64_t mode = random_() % 4;
  if (mode == 0) return content;
  const size_t whole = mode == 1 ? node.unsynced.size() : random_() % (node.unsynced.size() + 1);
  for (size_t i = 0; i < node.unsynced.size(); ++i) {
    const auto& change = node.unsynced[i];
    if (mode <= 2 ? i < whole : random_() % 2 == 0) {
      ApplyTo(content, change);
    } else if ((mode == 3 || i == whole) && !change.truncated_to) {
      for (size_t at = 0; at < change.bytes.size(); at += kSector) {
        if (random_() % 2 == 0) ApplyTo(content, {change.offset + at, change.bytes.substr(at, kSector), {}});
      }
    }
  }
  return content;
}

void FaultyDisk::CutPower() {
  std::lock_guard lock(mutex_);
  for (const auto& [directory, changes] : unsynced_names_) {
    const size_t kept = random_() % (changes.size() + 1);
    for (size_t i = 0; i < kept; ++i) Apply(changes[i], safe_names_);
  }
  unsynced_names_.clear();
  Names found;
  std::map<Node*, Handle> fresh;
  for (const auto& [path, old] : safe_names_) {
    const std::string parent = Parent(path);
    if (parent != "/" && !found.contains(parent)) continue;  // its directory was lost
    Handle& node = fresh[old.get()];
    if (node == nullptr) {
      node = std::make_shared<Node>();
      node->is_directory = old->is_directory;
      node->safe = node->cached = Survive(*old);
    }
    found.emplace(path, node);
  }
  names_ = safe_names_ = std::move(found);
  locks_.clear();
  cut_at_ = fail_at_ = 0;
}

void FaultyDisk::EndProcess() {
  std::lock_guard lock(mutex_);
  locks_.clear();
  cut_at_ = fail_at_ = 0;
}

void FaultyDisk::Apply(const NameChange& change, Names& names) {
  for (const auto& [path, handle] : change) {
    if (handle == nullptr) {
      names.erase(path);
    } else {
      names[path] = handle;
    }
  }
}

void FaultyDisk::Change(const std::string& directory, NameChange change) {
  Apply(change, names_);
  unsynced_names_[directory].push_back(std::move(change));
}

DiskResult FaultyDisk::Create(const std::string& given, bool replace, Handle& handle) {
  const std::string path = Clean(given);
  std::lock_guard lock(mutex_);
  if (!Step()) return DiskResult::kFailed;
  const std::string parent = Parent(path);
  if (parent != "/" && !names_.contains(parent)) return DiskResult::kNoEntry;
  if (!replace && names_.contains(path)) return DiskResult::kExists;
  if (capacity_ != UINT64_MAX && UsedBytes() + kBlock > capacity_) return DiskResult::kFull;
  handle = std::make_shared<Node>();
  Change(parent, {{path, handle}});
  return DiskResult::kOk;
}

DiskResult FaultyDisk::Open(const std::string& given, Handle& handle) const {
  const std::string path = Clean(given);
  std::lock_guard lock(mutex_);
  const auto it = names_.find(path);
  if (it == names_.end() || it->second->is_directory) return DiskResult::kNoEntry;
  handle = it->second;
  return DiskResult::kOk;
}

DiskResult FaultyDisk::Write(const Handle& handle, uint64_t offset, std::string_view bytes) {
  std::lock_guard lock(mutex_);
  const bool fails = !Step();
  if (fails) bytes = bytes.substr(0, random_() % (bytes.size() + 1));
  bool full = false;
  if (capacity_ != UINT64_MAX && offset + bytes.size() > handle->cached.size()) {
    const uint64_t used = UsedBytes();
    const uint64_t blocks = (capacity_ - std::min(capacity_, used)) / kBlock;
    const uint64_t end_max = ((handle->cached.size() + kBlock - 1) / kBlock + blocks) * kBlock;
    full = offset + bytes.size() > end_max;
    if (full) bytes = bytes.substr(0, end_max - std::min(end_max, offset));
  }
  handle->unsynced.push_back({offset, std::string(bytes), {}});
  ApplyTo(handle->cached, handle->unsynced.back());
  if (full && !fails) return DiskResult::kFull;
  return fails ? DiskResult::kFailed : DiskResult::kOk;
}

DiskResult FaultyDisk::Truncate(const Handle& handle, uint64_t size) {
  std::lock_guard lock(mutex_);
  if (!Step()) return DiskResult::kFailed;
  handle->unsynced.push_back({0, {}, size});
  handle->cached.resize(size);
  return DiskResult::kOk;
}

DiskResult FaultyDisk::Sync(const Handle& handle) {
  std::lock_guard lock(mutex_);
  const bool fails = !Step();
  if (fails) {
    // Written back in part, then marked clean: the next sync would succeed without these bytes.
    if (operations_ == fail_at_) {
      handle->safe = Survive(*handle);
      handle->unsynced.clear();
    }
    return DiskResult::kFailed;
  }
  for (const auto& change : handle->unsynced) ApplyTo(handle->safe, change);
  handle->unsynced.clear();
  return DiskResult::kOk;
}

size_t FaultyDisk::Read(const Handle& handle, uint64_t offset, std::span<char> into) const {
  std::lock_guard lock(mutex_);
  if (offset >= handle->cached.size()) return 0;
  const size_t count = std::min<size_t>(into.size(), handle->cached.size() - offset);
  std::memcpy(into.data(), handle->cached.data() + offset, count);
  return count;
}

uint64_t FaultyDisk::Size(const Handle& handle) const {
  std::lock_guard lock(mutex_);
  return handle->cached.size();
}

DiskResult FaultyDisk::MakeDirectory(const std::string& given) {
  const std::string path = Clean(given);
  std::lock_guard lock(mutex_);
  if (names_.contains(path)) return DiskResult::kExists;
  if (!Step()) return DiskResult::kFailed;
  const std::string parent = Parent(path);
  if (parent != "/" && !names_.contains(parent)) return DiskResult::kNoEntry;
  auto node = std::make_shared<Node>();
  node->is_directory = true;
  Change(parent, {{path, std::move(node)}});
  return DiskResult::kOk;
}

DiskResult FaultyDisk::SyncDirectory(const std::string& given) {
  const std::string path = Clean(given);
  std::lock_guard lock(mutex_);
  if (path != "/" && !names_.contains(path)) return DiskResult::kNoEntry;
  if (!Step()) return DiskResult::kFailed;
  for (const auto& change : unsynced_names_[path]) Apply(change, safe_names_);
  unsynced_names_.erase(path);
  return DiskResult::kOk;
}

DiskResult FaultyDisk::Remove(const std::string& given) {
  const std::string path = Clean(given);
  std::lock_guard lock(mutex_);
  if (!names_.contains(path)) return DiskResult::kNoEntry;
  if (!Step()) return DiskResult::kFailed;
  Change(Parent(path), {{path, nullptr}});
  return DiskResult::kOk;
}

DiskResult FaultyDisk::RemoveDirectory(const std::string& given) {
  const std::string path = Clean(given);
  std::lock_guard lock(mutex_);
  if (!names_.contains(path)) return DiskResult::kNoEntry;
  const auto inside = names_.lower_bound(path + "/");
  if (inside != names_.end() && inside->first.starts_with(path + "/")) return DiskResult::kExists;
  if (!Step()) return DiskResult::kFailed;
  Change(Parent(path), {{path, nullptr}});
  return DiskResult::kOk;
}

DiskResult FaultyDisk::Rename(const std::string& given_from, const std::string& given_to) {
  const std::string from = Clean(given_from);
  const std::string to = Clean(given_to);
  std::lock_guard lock(mutex_);
  const auto it = names_.find(from);
  if (it == names_.end()) return DiskResult::kNoEntry;
  if (!Step()) return DiskResult::kFailed;
  Change(Parent(to), {{from, nullptr}, {to, Handle(it->second)}});
  return DiskResult::kOk;
}

std::vector<std::string> FaultyDisk::List(const std::string& given) const {
  const std::string path = Clean(given);
  std::lock_guard lock(mutex_);
  std::vector<std::string> children;
  const std::string prefix = path + "/";
  for (auto it = names_.lower_bound(prefix); it != names_.end() && it->first.starts_with(prefix); ++it) {
    if (it->first.find('/', prefix.size()) == std::string::npos) children.push_back(it->first.substr(prefix.size()));
  }
  return children;
}

bool FaultyDisk::Exists(const std::string& given) const {
  const std::string path = Clean(given);
  std::lock_guard lock(mutex_);
  return path == "/" || names_.contains(path);
}

bool FaultyDisk::IsDirectory(const std::string& given) const {
  const std::string path = Clean(given);
  std::lock_guard lock(mutex_);
  const auto it = names_.find(path);
  return path == "/" || (it != names_.end() && it->second->is_directory);
}

bool FaultyDisk::Lock(const std::string& given) {
  const std::string path = Clean(given);
  std::lock_guard lock(mutex_);
  return locks_.insert(path).second;
}

void FaultyDisk::Unlock(const std::string& given) {
  const std::string path = Clean(given);
  std::lock_guard lock(mutex_);
  locks_.erase(path);
}

}  // namespace tarn::testing
