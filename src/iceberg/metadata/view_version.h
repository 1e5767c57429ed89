// One version of a view: its query in one or more dialects.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/schema/json_access.h"
#include "json/json.h"

namespace tarn::iceberg {

struct ViewRepresentation {
  std::string type;  // "sql"
  std::string sql;
  std::string dialect;
  json::Value other;  // the whole object, when the type is not "sql"

  bool operator==(const ViewRepresentation&) const = default;
};

struct ViewVersion {
  int32_t version_id = 0;
  int64_t timestamp_ms = 0;
  int32_t schema_id = 0;
  Properties summary;
  std::optional<std::string> default_catalog;
  std::vector<std::string> default_namespace;
  std::vector<ViewRepresentation> representations;

  bool operator==(const ViewVersion&) const = default;
  static Result<ViewVersion> FromJson(const json::Value& json);
  void Write(json::Writer& out) const;
};

}  // namespace tarn::iceberg
