// Annotations: named texts attached to one version of an object.
//
// Invariants: an annotation belongs to its version and is deleted with it, never shown without it; a version has at
// most kAnnotationsMax. An annotation is replaced as a whole. Its record is a VersionRecord without an id (docs/format/
// object.md), so its bytes are read as a version's are. Nobody is authorised here.
// Errors: kNoSuchKey, kNoSuchVersion, kDeleteMarker, kInvalidVersionId, kNoSuchAnnotation, kTooManyAnnotations,
// kPreconditionFailed, kObjectLocked; of kv and blob. Blocking calls never on an I/O thread; Tasks run there.
// Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "blob/blob.h"
#include "kv/kv.h"
#include "object/bucket.h"
#include "object/content.h"
#include "object/store/changes.h"
#include "object/version.h"

namespace tarn::object {

inline constexpr uint32_t kAnnotationsMax = 1'000;
inline constexpr uint64_t kAnnotationBytesMax = 1 << 20;

// The version that annotations hang on.
struct Annotated {
  std::string key;
  std::string version_id;               // empty: the newest
  std::optional<std::string> if_match;  // its ETag, without quotes
  Origin origin = {};
};

struct Annotation {
  std::string name;
  Version object;   // the version that it hangs on
  Version content;  // size, ETag, time, checksum and encryption of the text; with its layout when it was read for that
};

struct AnnotationPage {
  Version object;
  std::vector<Annotation> annotations;  // by name
  bool truncated = false;
};

class Store;

class Annotations {
 public:
  Annotations(kv::Store& kv, blob::Store& blobs, const Clock& clock, const Store& objects)
      : kv_(kv), blobs_(blobs), clock_(clock), objects_(objects) {}

  // Makes `content` the annotation of that name. `encryption` is what its blobs are wrapped under.
  Task<Result<Annotation>> Put(const Bucket& bucket, Annotated object, std::string name, Content content,
                               Encryption encryption);
  // With its content pinned. Memory speed, also on an I/O thread.
  Result<Annotation> Get(const Bucket& bucket, const Annotated& object, std::string_view name);
  // What does not exist counts as deleted; answers the version.
  Result<Version> Delete(const Bucket& bucket, const Annotated& object, std::string_view name, bool bypass_governance);
  Result<AnnotationPage> List(const Bucket& bucket, const Annotated& object, std::string_view prefix,
                              std::string_view after, uint32_t max);

 private:
  kv::Store& kv_;
  blob::Store& blobs_;
  const Clock& clock_;
  const Store& objects_;  // tells of changes
};

// Whose annotations a copy takes along: Version::seq of a version with `annotations` of its own.
struct AnnotationSource {
  uint64_t bucket = 0;
  std::string key;
  uint64_t seq = 0;
};
// Name and record of every annotation of a version, counted once more for their new owner.
Result<std::vector<std::pair<std::string, std::string>>> TakeAlong(kv::Txn& txn, blob::Store& blobs,
                                                                   const AnnotationSource& source);
// Releases and deletes them all.
Status ForgetAnnotations(kv::Txn& txn, blob::Store& blobs, const AnnotationSource& owner);

}  // namespace tarn::object
