// blob::Store on local disks: packs for small blobs, a file for each large one.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "blob/blob.h"
#include "blob/local/pending.h"
#include "blob/local/reclaim.h"
#include "blob/local/scrub.h"
#include "blob/local/volumes.h"

namespace tarn::blob {

// What writers, readers and the reclaimer share.
struct Parts {
  Options options;
  kv::Store& kv;
  WorkerPool& data_pool;
  const KeyWrapper& wrapper;
  const Clock& clock;
  FileSystem& files;
  std::unique_ptr<Volumes> volumes;
  std::shared_ptr<PendingBlobs> pending = std::make_shared<PendingBlobs>();
  Pins pins;
  Suspects suspects;
  ReleaseTimes releases;
};

// The file of one copy; kDamaged when the container is of no volume.
Result<std::shared_ptr<File>> OpenCopy(Parts& parts, uint64_t container, const BlobId& id);
// Where a ref says that its copies were put.
Location FirstLocation(const BlobRef& ref);

std::unique_ptr<Writer> MakeWriter(Parts& parts, WriteOptions options);
std::unique_ptr<Reader> MakeReader(Parts& parts, const BlobRef& ref, const KeyWrapper* wrapper);

class LocalStore : public Store {
 public:
  explicit LocalStore(std::unique_ptr<Parts> parts);
  ~LocalStore() override;

  std::unique_ptr<Writer> NewWriter(WriteOptions options) override;
  std::unique_ptr<Reader> NewReader(const BlobRef& ref, const KeyWrapper* wrapper) override;
  const KeyWrapper& wrapper() const override { return parts_->wrapper; }
  Result<BlobRef> Copy(const BlobRef& ref, const std::string& placement) override;
  Status Reference(kv::Txn& txn, const BlobRef& ref) override;
  Status Release(kv::Txn& txn, const BlobRef& ref) override;
  Status Reclaim() override;
  Result<ScrubReport> Scrub() override;
  Result<ScrubProgress> GetScrubProgress() override;
  Result<Usage> MeasureUsage() override;
  Status VisitFiles(const std::function<Status()>& begin,
                    const std::function<Status(const VolumeFile&)>& visit) override;
  Result<std::vector<std::string>> AuditOwners(kv::Txn& txn, std::vector<BlobId> owners) override;

 private:
  void RunBackground();
  void RunScrub();

  std::unique_ptr<Parts> parts_;
  Reclaimer reclaimer_;
  Scrubber scrubber_;
  std::mutex mutex_;  // held while the reclaimer runs
  std::mutex stop_mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread background_;
  std::thread scrub_;
};

}  // namespace tarn::blob
