#include "iceberg/metadata/view_metadata.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "base/strings.h"
#include "iceberg/errors.h"

namespace tarn::iceberg {

Result<ViewVersion> ViewVersion::FromJson(const json::Value& json) {
  if (!json.is_object()) return Fail(kInvalid, "Cannot parse view version from a non-object");
  ViewVersion version;
  TARN_TRY(version.version_id, GetInt(json, "version-id"));
  TARN_TRY(version.schema_id, GetInt(json, "schema-id"));
  TARN_TRY(version.timestamp_ms, GetLong(json, "timestamp-ms"));
  TARN_TRY(version.summary, FindStringMap(json, "summary"));
  TARN_TRY(const json::Array* representations, GetArray(json, "representations"));
  for (const json::Value& each : *representations) {
    if (!each.is_object()) return Fail(kInvalid, "Cannot parse view representation from non-object");
    ViewRepresentation representation;
    TARN_TRY(representation.type, GetString(each, "type"));
    if (EqualsIgnoreCase(representation.type, "sql")) {
      representation.type = "sql";
      TARN_TRY(representation.sql, GetString(each, "sql"));
      TARN_TRY(representation.dialect, GetString(each, "dialect"));
    } else {
      representation.other = each;
    }
    version.representations.push_back(std::move(representation));
  }
  TARN_TRY(version.default_catalog, FindString(json, "default-catalog"));
  TARN_TRY(version.default_namespace, GetStrings(json, "default-namespace"));
  return version;
}

void ViewVersion::Write(json::Writer& out) const {
  out.BeginObject().Key("version-id").Int(version_id).Key("timestamp-ms").Int(timestamp_ms);
  out.Key("schema-id").Int(schema_id);
  WriteStringMap(out, "summary", summary);
  if (default_catalog) out.Key("default-catalog").String(*default_catalog);
  out.Key("default-namespace").BeginArray();
  for (const std::string& level : default_namespace) out.String(level);
  out.EndArray().Key("representations").BeginArray();
  for (const ViewRepresentation& each : representations) {
    if (each.type != "sql") {
      out.Write(each.other);
      continue;
    }
    out.BeginObject().Key("type").String("sql").Key("sql").String(each.sql).Key("dialect").String(each.dialect);
    out.EndObject();
  }
  out.EndArray().EndObject();
}

const ViewVersion* ViewMetadata::FindVersion(int32_t id) const {
  for (const ViewVersion& version : versions) {
    if (version.version_id == id) return &version;
  }
  return nullptr;
}
SchemaPtr ViewMetadata::FindSchema(int32_t id) const {
  for (const SchemaPtr& schema : schemas) {
    if (schema->schema_id() == id) return schema;
  }
  return nullptr;
}

Result<ViewMetadata> ViewMetadata::FromJson(const json::Value& json) {
  if (!json.is_object()) return Fail(kInvalid, "Cannot parse view metadata from non-object");
  ViewMetadata view;
  TARN_TRY(view.format_version, GetInt(json, "format-version"));
  if (view.format_version != 1) {
    return Fail(kUnsupported, fmt::format("Unsupported format version: {}", view.format_version));
  }
  TARN_TRY(view.uuid, GetString(json, "view-uuid"));
  TARN_TRY(view.location, GetString(json, "location"));
  TARN_TRY(view.properties, FindStringMap(json, "properties"));
  TARN_TRY(const json::Array* schemas, GetArray(json, "schemas"));
  for (const json::Value& each : *schemas) {
    TARN_TRY(SchemaPtr schema, Schema::FromJson(each));
    view.schemas.push_back(std::move(schema));
  }
  TARN_TRY(view.current_version_id, GetInt(json, "current-version-id"));
  TARN_TRY(const json::Array* versions, GetArray(json, "versions"));
  for (const json::Value& each : *versions) {
    TARN_TRY(ViewVersion version, ViewVersion::FromJson(each));
    view.versions.push_back(std::move(version));
  }
  TARN_TRY(const json::Array* log, GetArray(json, "version-log"));
  for (const json::Value& each : *log) {
    ViewLogEntry entry;
    TARN_TRY(entry.timestamp_ms, GetLong(each, "timestamp-ms"));
    TARN_TRY(entry.version_id, GetInt(each, "version-id"));
    view.log.push_back(entry);
  }
  const ViewVersion* current = view.current_version();
  if (current == nullptr) {
    return Fail(kInvalid, fmt::format("Cannot find current version {} in view versions", view.current_version_id));
  }
  if (view.FindSchema(current->schema_id) == nullptr) {
    return Fail(kInvalid, fmt::format("Cannot find current schema with id {} in schemas", current->schema_id));
  }
  return view;
}

Result<ViewMetadata> ViewMetadata::Parse(std::string_view text) {
  auto json = json::Parse(text);
  if (!json.ok()) return Fail(kInvalid, "Cannot parse view metadata: " + json.error().message);
  return FromJson(*json);
}

void ViewMetadata::Write(json::Writer& out) const {
  out.BeginObject().Key("view-uuid").String(uuid).Key("format-version").Int(format_version);
  out.Key("location").String(location);
  if (!properties.empty()) WriteStringMap(out, "properties", properties);
  out.Key("schemas").BeginArray();
  for (const SchemaPtr& schema : schemas) schema->Write(out);
  out.EndArray().Key("current-version-id").Int(current_version_id).Key("versions").BeginArray();
  for (const ViewVersion& version : versions) version.Write(out);
  out.EndArray().Key("version-log").BeginArray();
  for (const ViewLogEntry& entry : log) {
    out.BeginObject().Key("timestamp-ms").Int(entry.timestamp_ms).Key("version-id").Int(entry.version_id).EndObject();
  }
  out.EndArray().EndObject();
}

std::string ViewMetadata::ToJson() const {
  json::Writer out;
  Write(out);
  return out.Take();
}

namespace {

std::set<std::string> Dialects(const ViewVersion& version) {
  std::set<std::string> dialects;
  for (const ViewRepresentation& each : version.representations) {
    if (each.type == "sql") dialects.insert(AsciiLower(each.dialect));
  }
  return dialects;
}

bool SameVersion(const ViewVersion& a, const ViewVersion& b) {
  return a.summary == b.summary && a.representations == b.representations && a.default_catalog == b.default_catalog &&
         a.default_namespace == b.default_namespace && a.schema_id == b.schema_id;
}

class ViewBuilder {
 public:
  ViewBuilder(const ViewMetadata* base, Timestamp now) : now_ms_(now.millis()) {
    if (base != nullptr) view_ = *base;
  }

  Status operator()(const AssignUuid& update) {
    if (!view_.uuid.empty() && view_.uuid != update.uuid) return Fail(kInvalid, "Cannot reassign uuid");
    view_.uuid = update.uuid;
    return Ok();
  }
  Status operator()(const UpgradeFormatVersion& update) {
    if (update.version < view_.format_version) {
      return Fail(kInvalid, fmt::format("Cannot downgrade v{} view to v{}", view_.format_version, update.version));
    }
    if (update.version > 1) return Fail(kInvalid, fmt::format("Unsupported format version: {}", update.version));
    return Ok();
  }
  Status operator()(const AddSchema& update) {
    int32_t id = 0;
    for (const SchemaPtr& schema : view_.schemas) {
      if (schema->SameSchema(*update.schema)) {
        added_schema_ = schema->schema_id();
        return Ok();
      }
      id = std::max(id, schema->schema_id() + 1);
    }
    view_.schemas.push_back(update.schema->WithId(id));
    added_schema_ = id;
    return Ok();
  }
  Status operator()(const SetProperties& update) {
    for (const auto& [key, value] : update.updates) view_.properties[key] = value;
    return Ok();
  }
  Status operator()(const RemoveProperties& update) {
    for (const std::string& key : update.removals) view_.properties.erase(key);
    return Ok();
  }
  Status operator()(const SetLocation& update) {
    view_.location = update.location;
    return Ok();
  }
  Status operator()(const AddViewVersion& update);
  Status operator()(const SetCurrentViewVersion& update);
  template <typename Other>
  Status operator()(const Other&) {
    return Fail(kInvalid, "Cannot apply an update of tables to a view");
  }

  Result<ViewMetadata> Build(const ViewMetadata* base, std::string_view new_uuid);

 private:
  void Expire(size_t keep);

  ViewMetadata view_;
  int64_t now_ms_;
  std::optional<int32_t> added_schema_;
  std::optional<int32_t> added_version_;
  std::set<int32_t> added_versions_;
  std::optional<ViewLogEntry> entry_;
};

Status ViewBuilder::operator()(const AddViewVersion& update) {
  ViewVersion version = update.version;
  if (version.schema_id == kLastAdded) {
    if (!added_schema_) return Fail(kInvalid, "Cannot set last added schema: no schema has been added");
    version.schema_id = *added_schema_;
  }
  for (const ViewVersion& known : view_.versions) {
    if (SameVersion(known, version)) {
      added_version_ = known.version_id;
      return Ok();
    }
  }
  for (const ViewVersion& known : view_.versions) {
    version.version_id = std::max(version.version_id, known.version_id + 1);
  }
  if (view_.FindSchema(version.schema_id) == nullptr) {
    return Fail(kInvalid, fmt::format("Cannot add version with unknown schema: {}", version.schema_id));
  }
  std::set<std::string> dialects;
  for (const ViewRepresentation& each : version.representations) {
    if (each.type == "sql" && !dialects.insert(AsciiLower(each.dialect)).second) {
      return Fail(kInvalid, fmt::format("Invalid view version: Cannot add multiple queries for dialect {}",
                                        AsciiLower(each.dialect)));
    }
  }
  added_version_ = version.version_id;
  added_versions_.insert(version.version_id);
  view_.versions.push_back(std::move(version));
  return Ok();
}

Status ViewBuilder::operator()(const SetCurrentViewVersion& update) {
  int32_t id = update.version_id;
  if (id == kLastAdded) {
    if (!added_version_) return Fail(kInvalid, "Cannot set last version id: no current version id has been set");
    id = *added_version_;
  }
  if (view_.current_version_id == id && view_.current_version() != nullptr && !added_versions_.contains(id)) {
    return Ok();
  }
  const ViewVersion* version = view_.FindVersion(id);
  if (version == nullptr) return Fail(kInvalid, fmt::format("Cannot set current version to unknown version: {}", id));
  view_.current_version_id = id;
  entry_ = ViewLogEntry{added_versions_.contains(id) ? version->timestamp_ms : now_ms_, id};
  return Ok();
}

void ViewBuilder::Expire(size_t keep) {
  if (view_.versions.size() <= keep) return;
  std::vector<int32_t> ids;
  ids.reserve(view_.versions.size());
  for (const ViewVersion& version : view_.versions) ids.push_back(version.version_id);
  std::sort(ids.rbegin(), ids.rend());
  std::set<int32_t> kept = {view_.current_version_id};
  for (const int32_t id : ids) {
    if (kept.size() < keep) kept.insert(id);
  }
  std::erase_if(view_.versions, [&](const ViewVersion& version) { return !kept.contains(version.version_id); });
  // A gap would make readers of the log believe that the version before it was current for longer than it was.
  std::vector<ViewLogEntry> log;
  for (const ViewLogEntry& entry : view_.log) {
    if (kept.contains(entry.version_id)) {
      log.push_back(entry);
    } else {
      log.clear();
    }
  }
  view_.log = std::move(log);
}

Result<ViewMetadata> ViewBuilder::Build(const ViewMetadata* base, std::string_view new_uuid) {
  if (view_.location.empty()) return Fail(kInvalid, "Invalid location: null");
  if (view_.versions.empty()) return Fail(kInvalid, "Invalid view: no versions were added");
  if (view_.current_version() == nullptr) {
    return Fail(kInvalid, fmt::format("Cannot find current version {} in view versions", view_.current_version_id));
  }
  if (entry_) view_.log.push_back(*entry_);
  const auto property = [&](std::string_view key, std::string_view otherwise) {
    const auto found = view_.properties.find(key);
    return found == view_.properties.end() ? std::string(otherwise) : found->second;
  };
  const ViewVersion* before = base == nullptr ? nullptr : base->current_version();
  if (before != nullptr && !EqualsIgnoreCase(property("replace.drop-dialect.allowed", "false"), "true")) {
    const std::set<std::string> had = Dialects(*before);
    const std::set<std::string> has = Dialects(*view_.current_version());
    if (!std::includes(has.begin(), has.end(), had.begin(), had.end())) {
      return Fail(kInvalid,
                  fmt::format("Cannot replace view due to loss of view dialects (replace.drop-dialect.allowed=false):\n"
                              "Previous dialects: [{}]\nNew dialects: [{}]",
                              fmt::join(had, ", "), fmt::join(has, ", ")));
    }
  }
  const std::string text = property("version.history.num-entries", "10");
  const auto size = ParseI64(text);
  if (!size || *size <= 0) {
    return Fail(kInvalid, fmt::format("version.history.num-entries must be positive but was {}", text));
  }
  std::set<int32_t> fresh = added_versions_;
  fresh.insert(view_.current_version_id);
  Expire(std::max(fresh.size(), static_cast<size_t>(*size)));
  if (view_.uuid.empty()) view_.uuid = new_uuid;
  return std::move(view_);
}

}  // namespace

Result<ViewMetadata> UpdateView(const ViewMetadata* base, const std::vector<Update>& updates, Timestamp now,
                                std::string_view new_uuid) {
  ViewBuilder builder(base, now);
  for (const Update& update : updates) TARN_CHECK(std::visit(builder, update));
  return builder.Build(base, new_uuid);
}

}  // namespace tarn::iceberg
