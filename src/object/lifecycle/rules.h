// Lifecycle rules as the domain knows them, and what they say about one version. Pure.
//
// A rule's days end at the midnight that follows them (StorageTimes::Midnight); its dates are midnights. What is due
// stays due. Of several rules the strongest action wins: removing, then hiding, then the move to the lowest class.
// Filters with tags or sizes do not match delete markers.
// Units: times are UTC microseconds since 1970, sizes are bytes. Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "object/attributes.h"
#include "object/storage_class.h"

namespace tarn::object {

struct LifecycleFilter {
  std::string prefix;
  Tags tags;                           // all of them
  std::optional<uint64_t> size_above;  // exclusive
  std::optional<uint64_t> size_below;  // exclusive
};

// One of days and date.
struct LifecycleTime {
  std::optional<uint32_t> days;
  std::optional<Timestamp> date;
};

struct LifecycleMove {
  LifecycleTime when;
  std::string storage_class;
  uint32_t keep_newer = 0;  // of noncurrent versions: that many newer ones stay
};

struct LifecycleRule {
  std::string id;
  LifecycleFilter filter;
  std::optional<LifecycleTime> expire;  // of current versions
  bool remove_lone_markers = false;
  std::vector<LifecycleMove> moves;
  std::optional<uint32_t> noncurrent_days;  // noncurrent versions are removed after
  uint32_t noncurrent_keep = 0;             // but that many stay
  std::vector<LifecycleMove> noncurrent_moves;
  std::optional<uint32_t> abort_days;  // of uploads
};

struct LifecycleRules {
  std::vector<LifecycleRule> rules;  // the enabled ones
  // Objects under 128 KiB move to archives (but to no other class) also without a filter by size.
  bool small_to_archives = false;

  bool empty() const { return rules.empty(); }
  // Prefixes that cover all keys that any rule concerns; none begins with another.
  std::vector<std::string> Prefixes() const;
};

// What rules are asked about.
struct LifecycleSubject {
  std::string_view key;
  uint64_t size = 0;
  std::string_view storage_class;  // a name
  Timestamp modified;
  bool is_latest = true;
  bool is_delete_marker = false;
  bool is_alone = false;       // a newest marker with no version behind it
  Timestamp noncurrent;        // when it became so: the next newer version's time
  uint32_t newer = 0;          // noncurrent versions of the key that are newer
  const Tags* tags = nullptr;  // null: unknown, filters by tags match
};

enum class LifecycleAction : uint8_t {
  kNone,
  kMove,    // to `storage_class`
  kExpire,  // the current version: hidden, or removed in a bucket without versions
  kRemove,  // for good
};
struct LifecycleVerdict {
  LifecycleAction action = LifecycleAction::kNone;
  std::string storage_class;
  bool by_tags = false;  // a filter by tags was (or, unknown, may be) what decided
};
LifecycleVerdict Judge(const LifecycleRules& rules, const LifecycleSubject& subject, Timestamp now,
                       const StorageTimes& times);

// Whether an upload begun at `initiated` is to be aborted.
bool IsUploadDue(const LifecycleRules& rules, std::string_view key, Timestamp initiated, Timestamp now,
                 const StorageTimes& times);

// When a current object expires and by which rule: what x-amz-expiration tells. Its tags must be known.
struct LifecycleExpiry {
  Timestamp at;
  std::string rule;
};
std::optional<LifecycleExpiry> ExpiryOf(const LifecycleRules& rules, const LifecycleSubject& subject,
                                        const StorageTimes& times);
// When its first upload is aborted: x-amz-abort-date.
std::optional<LifecycleExpiry> AbortOf(const LifecycleRules& rules, std::string_view key, Timestamp initiated,
                                       const StorageTimes& times);

}  // namespace tarn::object
