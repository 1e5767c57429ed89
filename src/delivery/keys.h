// Where delivery lies in kv. Frozen: docs/format/delivery.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/scope.h"
#include "kv/key.h"

namespace tarn::delivery {

inline kv::Key AllStreamsSpace() { return kv::Key("firehose"); }
inline kv::Key StreamSpace(const Scope& scope) { return AllStreamsSpace().Text(scope.account).Text(scope.region); }
inline std::string StreamKey(const Scope& scope, std::string_view name) { return StreamSpace(scope).Text(name).Take(); }

inline std::optional<Scope> ScopeOfStreamKey(std::string_view key) {
  kv::KeyReader reader(key);
  reader.Text();
  const auto account = reader.Text();
  const auto region = reader.Text();
  if (!account || !region) return std::nullopt;
  return Scope{*account, *region};
}

// How far a stream is delivered: a record for each log that it reads.
inline std::string PositionKey(uint64_t stream, std::string_view lane) {
  return kv::Key("firehose-at").Number(stream).Text(lane).Take();
}
inline kv::Key PositionSpace(uint64_t stream) { return kv::Key("firehose-at").Number(stream); }
// The same for one of the tables that it writes.
inline std::string TablePositionKey(uint64_t stream, std::string_view table, std::string_view lane) {
  return kv::Key("firehose-table").Number(stream).Text(table).Text(lane).Take();
}
inline kv::Key TablePositionSpace(uint64_t stream) { return kv::Key("firehose-table").Number(stream); }
// A record that was put, until it is delivered: what a tarn kept here that had no log for them.
inline kv::Key AllRecordsSpace() { return kv::Key("firehose-in"); }
inline kv::Key RecordSpace(uint64_t log) { return AllRecordsSpace().Number(log); }
inline std::string RecordKey(uint64_t log, uint64_t position) { return RecordSpace(log).Number(position).Take(); }

}  // namespace tarn::delivery
