// A view's metadata (view specification v1): versions, schemas, the log of what was current.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "iceberg/metadata/update.h"
#include "iceberg/metadata/view_version.h"
#include "iceberg/schema/schema.h"

namespace tarn::iceberg {

struct ViewLogEntry {
  int64_t timestamp_ms = 0;
  int32_t version_id = 0;
  bool operator==(const ViewLogEntry&) const = default;
};

struct ViewMetadata {
  int format_version = 1;
  std::string uuid;
  std::string location;
  std::vector<SchemaPtr> schemas;
  int32_t current_version_id = 0;
  std::vector<ViewVersion> versions;
  std::vector<ViewLogEntry> log;
  Properties properties;

  static Result<ViewMetadata> FromJson(const json::Value& json);
  static Result<ViewMetadata> Parse(std::string_view text);
  void Write(json::Writer& out) const;
  std::string ToJson() const;

  const ViewVersion* FindVersion(int32_t id) const;
  const ViewVersion* current_version() const { return FindVersion(current_version_id); }
  SchemaPtr FindSchema(int32_t id) const;
};

// What updates make of a view; `base` null: a new one (whose uuid is `new_uuid` unless an update assigns one). Old
// versions are expired by version.history.num-entries; a dropped dialect is refused unless
// replace.drop-dialect.allowed. Errors: Invalid.
Result<ViewMetadata> UpdateView(const ViewMetadata* base, const std::vector<Update>& updates, Timestamp now,
                                std::string_view new_uuid);

}  // namespace tarn::iceberg
