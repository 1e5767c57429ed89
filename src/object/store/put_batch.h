// PutBatch: small files of one account that become visible, or go, together inside somebody else's kv transaction.
//
//   PutBatch batch(store, blobs, account);
//   batch.Add("s3://b/k", bytes); …; batch.Remove("s3://b/old"); batch.Seal();  // durable, visible to nobody
//   kv::Transact(kv, [&](kv::Txn& txn) { batch.Apply(txn); … });                  // visible with what else it changes
//
// Invariants: either all of it happens or nothing; what was stored and not committed is reclaimed by itself. The bytes
// of all share one sync. The batch must live until the transaction is answered.
// Errors: as files.h; of Apply also kPreconditionFailed. Blocking; never on an I/O thread. Threads: one at a time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "blob/blob.h"
#include "kv/kv.h"
#include "object/content.h"
#include "object/files.h"
#include "object/store/store.h"
#include "object/store/usage.h"

namespace tarn::object {

class PutBatch {
 public:
  // Both outlive it; `blobs` is the store's.
  PutBatch(Store& store, blob::Store& blobs, std::string account);
  ~PutBatch();

  Status Add(std::string_view url, std::string_view bytes, const WriteOptions& options = {});
  // With headers, encrypted as chosen in the name of `user`.
  Status Add(std::string_view url, std::string_view bytes, NewObject object, const EncryptionChoice& choice,
             const KeyUser& user);
  // Deletes as a client's DELETE does; what is not there or locked stays as it is.
  Status Remove(std::string_view url);
  // Makes the bytes durable. After the last Add.
  Status Seal();
  // May run several times.
  Status Apply(kv::Txn& txn) const;

  size_t puts() const { return items_.size(); }
  uint64_t bytes() const { return bytes_; }
  // Of the nth file added; after Seal.
  std::string EtagOf(size_t index) const;

 private:
  struct Item {
    Bucket bucket;
    std::string key;
    NewObject object;
    Incoming incoming;
    Content content;
  };
  struct Removal {
    Bucket bucket;
    std::string key;
  };
  Result<Bucket> Own(std::string_view bucket) const;
  Status Put(kv::Txn& txn, const Item& item) const;
  Status Remove(kv::Txn& txn, const Removal& removal) const;
  Status Count(kv::Txn& txn, const Bucket& bucket, const KeyVersions& versions) const;

  object::Store& store_;
  blob::Store& blobs_;
  const std::string account_;
  std::vector<Item> items_;
  std::vector<Removal> removals_;
  uint64_t bytes_ = 0;
  const UsageSlots::Lease slot_;  // until the transaction is answered, so that no two of them meet
};

}  // namespace tarn::object
