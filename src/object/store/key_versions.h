// The versions of one key inside one transaction: the only code that changes them. Internal.
//
// Invariants: the newest version lies in space "k", the older ones in "v"; without a newest version there are no older
// ones. `older_null` of the newest version tells the seq of an older null version, so at most one null version exists
// and it is found without a scan. Every extent of every version is referenced once in blob; `delta` tells what the
// changes did to the bucket's counts.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "blob/blob.h"
#include "kv/kv.h"
#include "object/bucket.h"
#include "object/content.h"
#include "object/store/records.h"
#include "object/version.h"

namespace tarn::object {

class KeyVersions {
 public:
  // Reads the newest version. The references outlive the object.
  static Result<KeyVersions> Load(kv::Txn& txn, blob::Store& blobs, const Bucket& bucket, std::string_view key);

  const std::optional<VersionRecord>& newest() const { return newest_; }
  // The newest when that is an object, null when there is none or a delete marker hides it.
  const VersionRecord* visible() const { return newest_ && !newest_->is_delete_marker ? &*newest_ : nullptr; }
  // The version of that id ("null" too); nothing when there is none. kInvalidVersionId.
  Result<std::optional<VersionRecord>> Find(std::string_view version_id) const;
  // The version of that seq; nothing when there is none.
  Result<std::optional<VersionRecord>> FindSeq(uint64_t seq) const;
  // Whether that version is there and as `only` says.
  Result<bool> Stands(const std::optional<VersionRecord>& version, const OnlyIf& only) const;
  bool IsNewest(const VersionRecord& version) const { return newest_ && newest_->seq == version.seq; }

  // Makes `version` the newest as the bucket's versioning demands; sets its seq, id, is_null and the lock that the
  // bucket gives it. Its extents and parts move to layout records when they are many. `reference`: the extents are not
  // yet counted for an owner. kObjectLocked when it would replace a locked null version.
  Status Add(VersionRecord& version, Timestamp now, bool reference);
  // Removes one version; the next older one becomes the newest. kObjectLocked, before anything is changed.
  Status Remove(const VersionRecord& version, Timestamp now, bool bypass_governance);
  // Adds bytes, not yet counted for an owner, behind those of the newest version: a part more. Where its extents lie in
  // layout records, only the last of them is written. `grown` is that version; it gets another seq, id and ETag, its
  // checksum is the caller's to set, who then rewrites it. For buckets without versions.
  Status Grow(VersionRecord& grown, Timestamp now, const Content& content);
  // Takes the newest version away, its bytes still counted for an owner: they go to another key. For buckets without
  // versions.
  VersionRecord Detach();
  // Gives a version found here other blobs with the same bytes, not yet counted for an owner, and writes it back.
  Status MoveBytes(VersionRecord& version, std::vector<Extent> extents);
  // Keeps blobs with the same bytes, not yet counted for an owner, as the restored copy of a version found here.
  Status KeepRestored(const VersionRecord& version, std::vector<Extent> extents);
  // Drops its restored copy, if there is one.
  Status DropRestored(const VersionRecord& version);
  // Notes when a version found here was read; forgets it unless it is one that Intelligent-Tiering moves.
  void NoteAccess(const VersionRecord& version, Timestamp when);
  // Writes a version found here back with other tags or attributes.
  Status Rewrite(const VersionRecord& version);

  // Counts a version under another class or tier: `from` are its attributes before.
  void Recount(const VersionRecord& version, const Attributes& from);

  const UsageRecord& delta() const { return delta_; }

 private:
  KeyVersions(kv::Txn& txn, blob::Store& blobs, const Bucket& bucket, std::string_view key)
      : txn_(txn), blobs_(blobs), bucket_(bucket), key_(key) {}
  Status MakeRoom(VersionRecord& version, Timestamp now);
  Status StoreLayout(VersionRecord& version, bool reference);
  Status GrowLayout(uint64_t layout, std::vector<Extent> extents, std::optional<PartRecord> first, PartRecord part);
  Status ReleaseLayout(const VersionRecord& version, const LayoutChunk& layout);
  Status Forget(const VersionRecord& version);  // releases its bytes and counts it out
  void PutNewest(const VersionRecord& version);
  void Count(const Attributes& attributes, int64_t bytes);
  Result<std::optional<VersionRecord>> LoadOlder(uint64_t seq) const;

  kv::Txn& txn_;
  blob::Store& blobs_;
  const Bucket& bucket_;
  std::string key_;
  std::optional<VersionRecord> newest_;
  UsageRecord delta_;
};

// The restored copy of a version, if there is one: with extents, parts, digests and encryption as the version's.
Result<std::optional<VersionRecord>> LoadRestored(kv::Txn& txn, uint64_t bucket, std::string_view key, uint64_t seq);
// Whether Intelligent-Tiering moves the version.
bool IsTiered(const VersionRecord& version);

// A version's extents and parts, wherever they are stored.
Result<LayoutChunk> LoadLayout(kv::Txn& txn, const VersionRecord& version);
// Lets `change` edit each extent of a version in place; those outside of the record are written at once.
Status ChangeExtents(kv::Txn& txn, VersionRecord& version, const std::function<Status(Extent&)>& change);

}  // namespace tarn::object
