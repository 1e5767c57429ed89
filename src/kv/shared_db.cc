#include "kv/shared_db.h"

#include <rocksdb/env.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "base/log.h"

namespace tarn::kv {
namespace {

constexpr auto kPatience = std::chrono::milliseconds(500);  // with readers that are there; new ones wait as long
constexpr size_t kRoomBytes = size_t{1} << 20;

}  // namespace

SharedDb::SharedDb(const rocksdb::Options& options, std::string directory, std::unique_ptr<rocksdb::DB> db)
    : options_(options), directory_(std::move(directory)), db_(std::move(db)) {}

SharedDb::Use::Use(SharedDb& shared) : shared_(shared) {
  // Either the committer sees this use, or this sees that it closed.
  for (++shared_.uses_; shared_.closed_; ++shared_.uses_) {
    --shared_.uses_;
    shared_.closed_.wait(true);
  }
}

SharedDb::Use::~Use() { --shared_.uses_; }

uint64_t SharedDb::LatestSequence() const {
  return sequence_base_ + (db_ == nullptr ? 0 : db_->GetLatestSequenceNumber());
}

uint64_t SharedDb::FreeBytes() const {
  uint64_t free = UINT64_MAX;
  (void)options_.env->GetFreeSpace(directory_, &free);
  return free;
}

bool SharedDb::HasRoom() const {
  const std::string path = directory_ + "/000000.dbtmp";  // RocksDB removes files of this name at its start
  std::unique_ptr<rocksdb::WritableFile> file;
  rocksdb::Status status = options_.env->NewWritableFile(path, &file, rocksdb::EnvOptions());
  if (status.ok()) status = file->Append(std::string(std::min(options_.write_buffer_size, kRoomBytes), '\1'));
  if (status.ok()) status = file->Sync();
  if (file != nullptr) (void)file->Close();
  (void)options_.env->DeleteFile(path);
  return status.ok();
}

void SharedDb::Close() {
  if (db_ == nullptr) return;
  (void)db_->Close();  // what it could not flush is in its log
  db_ = nullptr;
}

bool SharedDb::OpenAgain() {
  closed_ = true;
  const auto patience = std::chrono::steady_clock::now() + kPatience;
  while (uses_ > 0 && std::chrono::steady_clock::now() < patience) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  const bool is_unused = uses_ == 0;
  if (is_unused) Open();
  closed_ = false;
  closed_.notify_all();
  return is_unused && takes_writes_;
}

void SharedDb::Open() {
  const uint64_t next = LatestSequence() + 1;
  Close();
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(options_, directory_, &opened);
  takes_writes_ = status.ok();
  if (!status.ok()) {
    log::Fault("kv", "cannot open the metadata again: " + status.ToString());
    (void)rocksdb::DB::OpenForReadOnly(options_, directory_, &opened);
  }
  db_.reset(opened);
  log::Info("kv", takes_writes_ ? "the metadata was opened again" : "the metadata was opened for reading alone");
  const uint64_t own = db_ == nullptr ? 0 : db_->GetLatestSequenceNumber();
  sequence_base_ = std::max(sequence_base_, next - std::min(next, own));
}

}  // namespace tarn::kv
