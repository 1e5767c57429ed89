// The S3 domain: buckets, object versions and multipart uploads over kv and blob. api/s3 is its wire face; other
// modules use files.h.
//
// Invariants: a write is durable when it is acknowledged and was visible to nobody before; a version's bytes never
// change; a key's newest version is read with one kv lookup. Nobody is authorised here: callers did that.
// Blocking calls never on an I/O thread; Tasks run there (their kv reads are memory-speed, commits are awaited).
// Errors: object/errors.h; of kv (kConflict when retries ran out) and blob (kDamaged, kDiskFull …).
// Threads: any.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/executor.h"
#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "blob/blob.h"
#include "kv/kv.h"
#include "object/access_notes.h"
#include "object/annotations.h"
#include "object/bucket.h"
#include "object/content.h"
#include "object/encryption.h"
#include "object/errors.h"
#include "object/storage_class.h"
#include "object/store/changes.h"
#include "object/store/usage.h"
#include "object/version.h"

namespace tarn::object {

struct UsageRecord;
struct VersionRecord;
class KeyVersions;

struct WriteCondition {
  bool if_absent = false;                         // If-None-Match: *
  std::optional<std::string> if_match;            // an ETag without quotes, or "*": any present object
  std::optional<std::string> if_none_match = {};  // an ETag without quotes
  bool any() const { return if_absent || if_match || if_none_match; }
};

struct NewObject {
  Headers headers;
  Tags tags;
  Attributes attributes;
  WriteCondition condition;
  Origin origin;
  std::optional<AnnotationSource> annotations;  // a copy takes those of its source along
};

struct Deleted {
  std::string version_id;      // of the version removed or the marker made; empty in an unversioned bucket
  bool delete_marker = false;  // a marker was made, or a marker was removed
};

struct Deletion {
  std::string key;
  std::string version_id;               // empty: as the bucket's versioning demands
  std::optional<std::string> if_match;  // an ETag without quotes, or "*"
  bool bypass_governance = false;       // the caller may remove what a governance lock protects
  bool expires = false;                 // a lifecycle rule asks, not a caller
  std::optional<OnlyIf> if_only;        // else kPreconditionFailed: it is another version by now
  Origin origin;
};

// What a bucket has from its first moment.
struct NewBucket {
  std::optional<Tags> tags;
  Ownership ownership = Ownership::kBucketOwnerEnforced;
  bool object_lock = false;                                    // then versioning is on
  std::vector<std::pair<std::string, std::string>> documents;  // kind, document
};

struct VersionQuery {
  std::string prefix;
  std::string delimiter;
  std::string key_marker;
  std::string version_marker;  // with key_marker only
  uint32_t max = 1000;
};
struct VersionPage {
  std::vector<Entry> entries;
  std::vector<std::string> prefixes;
  bool truncated = false;
  std::string next_key;
  std::string next_version;  // empty after a common prefix
};

struct BucketQuery {
  std::string prefix;
  std::string region;  // empty: all
  std::string start_after;
  uint32_t max = 10'000;
};
struct BucketPage {
  std::vector<Bucket> buckets;
  bool truncated = false;
};

struct Upload {
  std::string key;
  std::string id;
  Timestamp initiated;
  std::string initiator;  // account id; empty: the bucket's owner
  Headers headers;
  Tags tags;
  Attributes attributes;
  ChecksumAlgorithm checksum = ChecksumAlgorithm::kNone;
  ChecksumType checksum_type = ChecksumType::kFullObject;
  bool checksum_declared = false;
};
struct UploadQuery {
  std::string prefix;
  std::string delimiter;
  std::string key_marker;
  std::string upload_marker;
  uint32_t max = 1000;
};
struct UploadPage {
  std::vector<Upload> uploads;  // key, id, initiated, initiator, attributes and checksum only
  std::vector<std::string> prefixes;
  bool truncated = false;
  std::string next_key;
  std::string next_upload;
};
struct PartPage {
  Upload upload;
  std::vector<PartInfo> parts;
  bool truncated = false;
};

struct CompletedPart {
  uint32_t number = 0;
  std::string etag;      // without quotes
  std::string checksum;  // raw; empty: not told
};
struct Completion {
  std::vector<CompletedPart> parts;
  WriteCondition condition;
  std::optional<Checksum> checksum;       // of the whole, when told
  std::optional<uint64_t> declared_size;  // x-amz-mp-object-size
  Origin origin;
};

inline constexpr uint64_t kPartBytesMin = 5ULL << 20;
inline constexpr uint64_t kPutBytesMax = 5ULL << 30;
inline constexpr uint32_t kPartNumberMax = 10'000;
inline constexpr size_t kKeyBytesMax = 1024;

class Store {
 public:
  // All outlive the store. `data_pool` runs hashing. Without `keys` nothing can be encrypted under KMS keys.
  Store(kv::Store& kv, blob::Store& blobs, const Clock& clock, WorkerPool& data_pool, KeySource* keys = nullptr)
      : kv_(kv), blobs_(blobs), clock_(clock), data_pool_(data_pool), keys_(keys) {}

  // Told of changes from then on; outlives the store. Before the first request.
  void SetListener(ChangeListener* listener) { listener_ = listener; }

  // The storage classes that have a place of their own; the others lie where STANDARD lies. Before the first request.
  void SetPlacedClasses(std::set<std::string, std::less<>> classes) { placed_classes_ = std::move(classes); }

  // kBucketOwnedByYou, kBucketExists, kInvalidBucketName, kInvalidTag.
  Result<Bucket> CreateBucket(const Scope& owner, std::string_view name, const NewBucket& options = {});
  // kBucketNotEmpty while any version or marker is left; uploads in progress are aborted.
  Status DeleteBucket(std::string_view name);
  // Memory-speed: also allowed on an I/O thread.
  Result<Bucket> GetBucket(std::string_view name);
  Result<BucketPage> ListBuckets(const std::string& account, const BucketQuery& query);
  // Buckets of all accounts by name, after `after`.
  Result<std::vector<Bucket>> ListAllBuckets(std::string_view after, size_t max);
  // kBucketState where object lock needs it on.
  Status SetVersioning(std::string_view bucket, Versioning versioning);
  // Turns object lock on for good and sets the default retention (mode kNone: none). kBucketState without versioning.
  Status SetObjectLock(std::string_view bucket, const DefaultRetention& retention);
  Status SetBucketTags(std::string_view bucket, const std::optional<Tags>& tags);
  // Lets `change` edit the tags in one transaction; it may run several times.
  Status ChangeBucketTags(std::string_view bucket, const std::function<void(Tags&)>& change);
  Status SetOwnership(std::string_view bucket, Ownership ownership);
  // Kept configuration documents ("lifecycle", "policy"), opaque here. kNoSuchConfiguration when there is none. A
  // change gives the bucket another revision.
  Result<std::string> GetDocument(const Bucket& bucket, std::string_view kind);
  // Replaces a document by what `edit` makes of the present one, in one transaction: it may run several times.
  using DocumentEdit = std::function<Result<std::optional<std::string>>(const std::optional<std::string>& present)>;
  Status EditDocument(std::string_view bucket, std::string_view kind, const DocumentEdit& edit);
  Status SetDocument(std::string_view bucket, std::string_view kind, const std::optional<std::string>& document);
  Result<Usage> GetUsage(const Bucket& bucket);

  // Bytes on their way in; see content.h.
  Incoming Receive(Incoming::Options options) { return Incoming(blobs_, data_pool_, std::move(options)); }

  // How the bucket encrypts what comes without a choice.
  Result<DefaultEncryption> GetDefaultEncryption(const Bucket& bucket);
  // kEncryptionBlocked when the bucket refuses new objects under customers' keys.
  Status CheckCustomerKeysAllowed(const Bucket& bucket, std::string_view key, const KeyUser& user);
  // How a new object is to be encrypted: its wrapper goes into Receive's options, its encryption into the attributes.
  // Blocks when it first makes the account's alias/aws/s3.
  Result<Sealing> Seal(const Bucket& bucket, std::string_view key, const EncryptionChoice& choice, const KeyUser& user);
  // The wrapper of what is encrypted so already (an upload's parts). kInvalidRequest, kWrongCustomerKey.
  Result<Wrapper> OpenKey(const Encryption& encryption, const KeyUser& user,
                          const std::optional<CustomerKey>& customer);
  // Wraps the keys of a version's blobs anew, from `present` as `from` opens it to `to`; no byte moves. kConflict when
  // it is encrypted otherwise meanwhile, kInvalidRequest when its bytes are not encrypted at all.
  struct Rewrapping {
    Encryption present;
    Wrapper from;
    Sealing to;
  };
  Status Rewrap(const Bucket& bucket, std::string_view key, std::string_view version_id, const Rewrapping& change);
  // Makes the content of a version found with it readable; at the first read in the second form.
  Status Unlock(const Version& version, const KeyUser& user, const std::optional<CustomerKey>& customer);
  void UnlockLater(const Version& version, const KeyUser& user);

  // The newest version, or the one of that id; with kDeleteMarker told by `is_delete_marker`, not as an error.
  // kNoSuchKey, kNoSuchVersion, kInvalidVersionId. `with_content` pins the bytes for reading.
  Result<Version> Find(const Bucket& bucket, std::string_view key, std::string_view version_id, bool with_content);
  // Makes `content` the newest version. kPreconditionFailed, kNoSuchKey (If-Match on nothing).
  Task<Result<Version>> Put(const Bucket& bucket, std::string key, Content content, NewObject object);
  // Removes the version of that id, or (empty id) hides or removes the newest as the bucket's versioning demands.
  // What does not exist counts as deleted. kPreconditionFailed, kNoSuchKey (If-Match on nothing), kInvalidVersionId.
  Result<Deleted> Delete(const Bucket& bucket, const Deletion& deletion);
  // The same for many, few transactions: one result each, in order. The error of the whole is a failure of storage;
  // some may have been deleted then.
  Result<std::vector<Result<Deleted>>> DeleteMany(const Bucket& bucket, std::span<const Deletion> deletions);
  // Moves a version that was written at `modified` to another storage class, its bytes to where that class lies;
  // nothing that clients see of it changes otherwise. Bytes under a KMS or customer's key move as they are, sealed.
  // kPreconditionFailed when it is another one by now. Blocks.
  Status MoveToClass(const Bucket& bucket, std::string_view key, std::string_view version_id, Timestamp modified,
                     const std::string& storage_class);
  // Lets `change` ask for a restored copy of an archived version, or extend one; a Restorer makes it, and drops it
  // later.
  using AttributeChange = std::function<Status(const Version& present, Attributes& attributes)>;
  Result<Version> AskRestore(const Bucket& bucket, std::string_view key, std::string_view version_id,
                             const AttributeChange& change, const Origin& origin);
  // What asked for restorations have due next, the earliest first.
  struct RestoreDue {
    std::string place;  // its key in kv
    Timestamp at;
    std::string bucket;
    uint64_t bucket_id = 0;
    std::string key;
    uint64_t seq = 0;
  };
  Result<std::vector<RestoreDue>> ListRestoresDue(size_t max);
  // Makes or drops that restored copy, if that is still due. Blocks.
  Status SettleRestore(const RestoreDue& due, const StorageTimes& times);
  // Lets it be due later.
  Status PostponeRestore(const RestoreDue& due, Timestamp at);

  // Versions that Intelligent-Tiering moves, and when they were last read; ascending from `after`, a key in kv.
  struct Access {
    std::string place;  // its key in kv
    std::string key;
    uint64_t seq = 0;
    Timestamp at;
  };
  Result<std::vector<Access>> ListAccesses(const Bucket& bucket, const std::string& after, size_t max);
  // Notes reads: one transaction for all; those within `apart_micros` of the last one noted, and of versions that are
  // gone, are left out.
  Status NoteAccesses(const Bucket& bucket, std::span<const Access> accesses, int64_t apart_micros);
  // Moves a version of Intelligent-Tiering to another tier, its bytes to where that lies. With `last_read` only if it
  // was read last then. kPreconditionFailed. Blocks.
  Status MoveToTier(const Bucket& bucket, std::string_view key, uint64_t seq, AccessTier tier,
                    std::optional<Timestamp> last_read);
  // A version that MoveToTier may move, with its tags.
  Result<Version> FindTiered(const Bucket& bucket, std::string_view key, uint64_t seq);

  // Replaces a version's tags; answers that version. `origin.how` "Put" or "Delete": the end of the event's name.
  Result<Version> SetTags(const Bucket& bucket, std::string_view key, std::string_view version_id, const Tags& tags,
                          const Origin& origin = {});
  // Lets `change` edit a version's attributes (access list, lock, restoration; nothing else), in one transaction: it
  // may run several times, and its error leaves all as it was. kDeleteMarker for a marker. `event`: told of to the
  // listener.
  Result<Version> ChangeAttributes(const Bucket& bucket, std::string_view key, std::string_view version_id,
                                   const AttributeChange& change, std::string_view event = {},
                                   const Origin& origin = {});
  // Tells the listener that the bucket has a new notification configuration.
  Status TellOfConfiguration(const Bucket& bucket, const Origin& origin);

  Annotations annotations() { return {kv_, blobs_, clock_, *this}; }
  // Tells the listener of a change that `record`, a version of `key`, had or will have in this transaction.
  Status Tell(kv::Txn& txn, const Bucket& bucket, std::string_view event, std::string_view key,
              const VersionRecord& record, const Origin& origin, ChangeDetail detail = {}) const;

  Result<Page> List(const Bucket& bucket, const ListQuery& query);
  Result<VersionPage> ListVersions(const Bucket& bucket, const VersionQuery& query);

  // How bytes become content of their own: shared with their version when at most `extents_max` extents hold them and
  // key and storage class are the version's own, else copied. They are read only when the version's digests do not tell
  // theirs.
  struct CopyOptions {
    ChecksumAlgorithm algorithm = ChecksumAlgorithm::kNone;  // of the copy's checksum
    size_t extents_max = 0;
    Sealing sealing;
    std::string storage_class;  // of the copy; empty: STANDARD
  };
  // The bytes [offset, offset + length) of a version that was found with its content and unlocked.
  Task<Result<Content>> Share(Version source, uint64_t offset, uint64_t length, CopyOptions options);

  Result<Upload> CreateUpload(const Bucket& bucket, std::string_view key, Upload upload);
  Result<Upload> GetUpload(const Bucket& bucket, std::string_view key, std::string_view upload);
  Task<Result<PartInfo>> PutPart(const Bucket& bucket, std::string key, std::string upload, uint32_t number,
                                 Content content);
  Result<Version> Complete(const Bucket& bucket, std::string_view key, std::string_view upload,
                           const Completion& completion);
  Status Abort(const Bucket& bucket, std::string_view key, std::string_view upload);
  Result<PartPage> ListParts(const Bucket& bucket, std::string_view key, std::string_view upload, uint32_t after,
                             uint32_t max);
  Result<UploadPage> ListUploads(const Bucket& bucket, const UploadQuery& query);

  // Reads of Intelligent-Tiering's objects; who serves one notes it.
  AccessNotes& reads() { return reads_; }

  const Clock& clock() const { return clock_; }
  WorkerPool& data_pool() const { return data_pool_; }

 private:
  Status PutInTxn(kv::Txn& txn, const Bucket& seen, const std::string& key, const Content& content,
                  const NewObject& object, uint32_t slot, Version& result);
  Result<Deleted> DeleteInTxn(kv::Txn& txn, const Bucket& bucket, const Deletion& deletion, UsageRecord& delta);
  Status CompleteInTxn(kv::Txn& txn, const Bucket& seen, const std::string& key, const std::string& upload,
                       const Completion& completion, uint32_t slot, Version& result);
  Status AbortInTxn(kv::Txn& txn, const Bucket& bucket, const std::string& key, const std::string& upload,
                    uint32_t slot);
  Result<Version> Edit(const Bucket& seen, std::string_view key, std::string_view version_id,
                       const std::function<Status(kv::Txn&, const Version&, VersionRecord&)>& edit);
  Version ToVersion(const Bucket& bucket, std::string_view key, const VersionRecord& record) const;

  // The class whose place holds a kept class and tier; of a restored version, the copy's.
  std::string PlaceOf(const std::string& kept_class, AccessTier tier) const;
  std::string PlaceOf(const Version& version) const;
  // The version of that seq with its own bytes, not a restored copy's. kPreconditionFailed when there is none.
  Result<Version> FindOwn(const Bucket& bucket, std::string_view key, uint64_t seq);
  // The bytes of a version once more, at another place; CopySealed without their key.
  Result<std::vector<Extent>> CopySealed(const Version& version, const std::string& place);
  Result<std::vector<Extent>> CopyBytes(const Version& version, const std::string& place);

  Status MakeRestored(const Bucket& seen, const RestoreDue& due, const Version& version, const StorageTimes& times);
  Status EndRestored(const Bucket& seen, const RestoreDue& due);

  kv::Store& kv_;
  blob::Store& blobs_;
  const Clock& clock_;
  WorkerPool& data_pool_;
  KeySource* const keys_;
  BucketKeys bucket_keys_;
  AccessNotes reads_;
  UsageSlots slots_;
  ChangeListener* listener_ = nullptr;
  std::set<std::string, std::less<>> placed_classes_;
};

// Whether a write may replace `present` (null: nothing visible): kPreconditionFailed, kNoSuchKey.
Status CheckWrite(const WriteCondition& condition, const VersionRecord* present);
// The bucket of that name in this transaction, which will conflict with its change; kNoSuchBucket when it is gone or
// is another one than `id`.
Result<Bucket> LoadBucket(kv::Txn& txn, std::string_view name, std::optional<uint64_t> id = {});

}  // namespace tarn::object
