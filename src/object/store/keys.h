// Where the object domain keeps its records in kv. Internal. Frozen: docs/format/object.md.
//
//   o b <name>                        a bucket
//   o a <account> <name>              that account's list of buckets
//   o d <bucket id> <kind>            a configuration document
//   o k <bucket id> <key>             the newest version of a key
//   o v <bucket id> <key> ~<seq>      the older ones, newest first
//   o x <layout id> <chunk>           extents of a version that has many
//   o p <bucket id> <key> <upload>    a multipart upload in progress
//   o q <upload> <part>               one part of it
//   o t <bucket id> <key> <seq> <name>  an annotation of that version
//   o c <bucket id> <key> <seq>       the restored copy of that archived version
//   o h <time> <bucket id> <key> <seq>  a restored copy is to be made or dropped then
//   o e <bucket id> <key> <seq>       when that version of Intelligent-Tiering was last read
//   o u <bucket id> <slot>            a share of the bucket's counters
//   o l                               where a run over the lifecycle rules is
//   o n <account> <region> <name>     an access point
//   o i <alias>                       where the access point of that alias is: <account> <region> <name>
//   o j <bucket id> <alias>           the same, by the bucket that it leads to
//   o g <account>                     what the account blocks of public access
//   o m <account> <name>              a Multi-Region Access Point
//   o w <alias>                       where the one of that alias is: <account> <name>
//   o s <account> <token>             what was asked of them
//   o y <bucket id> <token>           a rename in a directory bucket that was done
//   o z <bucket id> <time> <token>    the same, by their time
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/scope.h"
#include "kv/key.h"

namespace tarn::object {

inline kv::Key Space(std::string_view kind) {
  kv::Key key("o");
  key.Text(kind);
  return key;
}

inline kv::Key BucketKey(std::string_view name) { return Space("b").Text(name); }
inline kv::Key AccountBuckets(std::string_view account) { return Space("a").Text(account); }
inline kv::Key DocumentKeys(uint64_t bucket) { return Space("d").Number(bucket); }
inline kv::Key DocumentKey(uint64_t bucket, std::string_view kind) { return DocumentKeys(bucket).Text(kind); }
inline kv::Key CurrentKeys(uint64_t bucket) { return Space("k").Number(bucket); }
inline kv::Key CurrentKey(uint64_t bucket, std::string_view key) { return CurrentKeys(bucket).Text(key); }
inline kv::Key OlderKeys(uint64_t bucket) { return Space("v").Number(bucket); }
inline kv::Key OlderKeysOf(uint64_t bucket, std::string_view key) { return OlderKeys(bucket).Text(key); }
inline kv::Key OlderKey(uint64_t bucket, std::string_view key, uint64_t seq) {
  return OlderKeysOf(bucket, key).Descending(seq);
}
inline kv::Key LayoutKeys(uint64_t layout) { return Space("x").Number(layout); }
inline kv::Key LayoutKey(uint64_t layout, uint64_t chunk) { return LayoutKeys(layout).Number(chunk); }
inline kv::Key UploadKeys(uint64_t bucket) { return Space("p").Number(bucket); }
inline kv::Key UploadKey(uint64_t bucket, std::string_view key, std::string_view upload) {
  return UploadKeys(bucket).Text(key).Text(upload);
}
inline kv::Key PartKeys(std::string_view upload) { return Space("q").Text(upload); }
inline kv::Key PartKey(std::string_view upload, uint32_t part) { return PartKeys(upload).Number(part); }
inline kv::Key LifecyclePlaceKey() { return Space("l"); }
inline kv::Key AnnotationKeys(uint64_t bucket, std::string_view key, uint64_t seq) {
  return Space("t").Number(bucket).Text(key).Number(seq);
}
inline kv::Key AnnotationKey(uint64_t bucket, std::string_view key, uint64_t seq, std::string_view name) {
  return AnnotationKeys(bucket, key, seq).Text(name);
}
inline kv::Key RestoredKey(uint64_t bucket, std::string_view key, uint64_t seq) {
  return Space("c").Number(bucket).Text(key).Number(seq);
}
inline kv::Key RestoreDueKey(uint64_t micros, uint64_t bucket, std::string_view key, uint64_t seq) {
  return Space("h").Number(micros).Number(bucket).Text(key).Number(seq);
}
inline kv::Key AccessKeys(uint64_t bucket) { return Space("e").Number(bucket); }
inline kv::Key AccessKey(uint64_t bucket, std::string_view key, uint64_t seq) {
  return AccessKeys(bucket).Text(key).Number(seq);
}
inline kv::Key UsageKeys(uint64_t bucket) { return Space("u").Number(bucket); }
inline kv::Key UsageKey(uint64_t bucket, uint32_t slot) { return UsageKeys(bucket).Number(slot); }
inline kv::Key PointKeys(const Scope& owner) { return Space("n").Text(owner.account).Text(owner.region); }
inline kv::Key PointKey(const Scope& owner, std::string_view name) { return PointKeys(owner).Text(name); }
inline kv::Key PointAliasKey(std::string_view alias) { return Space("i").Text(alias); }
inline kv::Key BucketPointKeys(uint64_t bucket) { return Space("j").Number(bucket); }
// A value, not a key: where an access point is.
inline kv::Key PointPlace(const Scope& owner, std::string_view name) {
  return kv::Key(owner.account).Text(owner.region).Text(name);
}
inline kv::Key MultiRegionKeys(std::string_view account) { return Space("m").Text(account); }
inline kv::Key MultiRegionKey(std::string_view account, std::string_view name) {
  return MultiRegionKeys(account).Text(name);
}
inline kv::Key MultiRegionAliasKey(std::string_view alias) { return Space("w").Text(alias); }
inline kv::Key AsyncRequestKeys(std::string_view account) { return Space("s").Text(account); }
inline kv::Key RenameTokenKeys(uint64_t bucket) { return Space("y").Number(bucket); }
inline kv::Key RenameTimeKeys(uint64_t bucket) { return Space("z").Number(bucket); }
inline kv::Key AccountBlockKey(std::string_view account) { return Space("g").Text(account); }

}  // namespace tarn::object
