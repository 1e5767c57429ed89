// How often each management call is made, minute by minute: what insights are found in.
//
// A row for each minute in which an operation was called (or failed in one way), with who and what called; a row for
// each operation that says up to which minute it was looked at, and whether an insight on it is open. Plain values and
// their keys; no I/O. Bytes: docs/format/audit.md. Units: minutes since 1970 UTC.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "audit/event.h"
#include "base/record_fields.h"
#include "base/scope.h"
#include "base/time.h"
#include "kv/key.h"

namespace tarn::audit {

inline constexpr int64_t kMicrosPerMinute = 60 * kMicrosPerSecond;

// What is counted: the calls of an operation that change something, or, with an error's code, those of its calls that
// ended with it.
struct Counted {
  Scope scope;
  std::string source;  // "glue.amazonaws.com"
  std::string name;    // "CreateTable"
  std::string error;
  auto operator<=>(const Counted&) const = default;
};

// Calls of one minute, or of several.
struct Calls {
  uint64_t count = 0;
  std::map<std::string, uint64_t> principals;  // by ARN
  std::map<std::string, uint64_t> agents;
  std::map<std::string, uint64_t> errors;  // by code; "" for those that succeeded

  void Add(const Event& event);
  void Add(const Calls& more);
};

struct Watch {
  uint64_t since = 0;   // the first minute that was counted
  uint64_t looked = 0;  // up to here, this minute included
  // Of the open insight; empty: there is none.
  std::string insight;
  uint64_t begun = 0;
  uint64_t last = 0;  // the last minute with too many calls
};

// Rows of what is counted lie together, ordered by minute.
kv::Key CountsOf(const Counted& counted);
std::string CountKey(const Counted& counted, uint64_t minute);
std::string WatchKey(const Counted& counted);
kv::Key WatchSpace();
// Nothing when the bytes are no such key.
std::optional<Counted> CountedOf(std::string_view watch_key);
std::optional<uint64_t> MinuteOf(std::string_view count_key);

template <class V>
void VisitFields(V&& visit, Calls& calls) {
  visit(1, calls.count);
  visit(2, calls.principals);
  visit(3, calls.agents);
  visit(4, calls.errors);
}
template <class V>
void VisitFields(V&& visit, Watch& watch) {
  visit(1, watch.since);
  visit(2, watch.looked);
  visit(3, watch.insight);
  visit(4, watch.begun);
  visit(5, watch.last);
}

}  // namespace tarn::audit
