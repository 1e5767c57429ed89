#include "iceberg/metadata/update.h"

#include <fmt/format.h>

#include <array>

#include "iceberg/errors.h"

namespace tarn::iceberg {
namespace {

constexpr std::array<std::string_view, std::variant_size_v<Update>> kActions = {
    "assign-uuid",
    "upgrade-format-version",
    "add-schema",
    "set-current-schema",
    "add-spec",
    "set-default-spec",
    "add-sort-order",
    "set-default-sort-order",
    "add-snapshot",
    "remove-snapshots",
    "set-snapshot-ref",
    "remove-snapshot-ref",
    "set-properties",
    "remove-properties",
    "set-location",
    "set-statistics",
    "remove-statistics",
    "set-partition-statistics",
    "remove-partition-statistics",
    "remove-partition-specs",
    "remove-schemas",
    "add-encryption-key",
    "remove-encryption-key",
    "add-view-version",
    "set-current-view-version",
};

Result<const json::Value*> Member(const json::Value& json, std::string_view key) {
  const json::Value* member = json.Find(key);
  if (member == nullptr || member->is_null()) return Fail(kInvalid, fmt::format("Cannot parse missing field: {}", key));
  return member;
}

// Each Read* makes its update of the JSON object.
template <typename T>
using Reader = Result<T> (*)(const json::Value&);

template <typename T, typename Part>
Result<Update> Of(Result<Part> part, Part T::* member) {
  if (!part.ok()) return part.error();
  T update;
  update.*member = std::move(part).value();
  return Update(std::move(update));
}

template <typename T, typename Part>
Result<Update> Inner(const json::Value& json, std::string_view key, Part T::* member) {
  TARN_TRY(const json::Value* inner, Member(json, key));
  return Of(Part::FromJson(*inner), member);
}

Result<Update> ReadAddSchema(const json::Value& json) {
  TARN_TRY(const json::Value* inner, Member(json, "schema"));
  return Of(Schema::FromJson(*inner), &AddSchema::schema);
}

Result<Update> ReadAddSnapshot(const json::Value& json) {
  TARN_TRY(const json::Value* inner, Member(json, "snapshot"));
  TARN_TRY(Snapshot snapshot, Snapshot::FromJson(*inner));
  return Update(AddSnapshot{std::make_shared<const Snapshot>(std::move(snapshot))});
}

Result<Update> ReadSetRef(const json::Value& json) {
  TARN_TRY(std::string name, GetString(json, "ref-name"));
  TARN_TRY(SnapshotRef ref, SnapshotRef::FromJson(json));
  return Update(SetSnapshotRef{std::move(name), ref});
}

Result<Update> ReadSetProperties(const json::Value& json) {
  const std::string_view key = json.Find("updates") != nullptr ? "updates" : "updated";
  TARN_CHECK([&]() -> Status {
    if (json.Find(key) == nullptr) return Fail(kInvalid, "Cannot parse missing map: updates");
    return Ok();
  }());
  return Of(FindStringMap(json, key), &SetProperties::updates);
}

Result<Update> ReadRemoveProperties(const json::Value& json) {
  const bool old = json.Find("removals") == nullptr && json.Find("removed") != nullptr;
  return Of(GetStrings(json, old ? "removed" : "removals"), &RemoveProperties::removals);
}

Result<Update> ReadSetStatistics(const json::Value& json) {
  TARN_TRY(const json::Value* inner, Member(json, "statistics"));
  TARN_TRY(StatisticsFile file, StatisticsFile::FromJson(*inner));
  TARN_TRY(const std::optional<int64_t> id, FindLong(json, "snapshot-id"));
  if (id && *id != file.snapshot_id) {
    return Fail(kInvalid,
                fmt::format("Invalid snapshot-id of set-statistics: {} is not its file's, {}", *id, file.snapshot_id));
  }
  return Update(SetStatistics{std::move(file)});
}

Result<Update> ReadTableUpdate(std::string_view action, const json::Value& json) {
  if (action == "set-current-schema") return Of(GetInt(json, "schema-id"), &SetCurrentSchema::schema_id);
  if (action == "add-spec") return Inner(json, "spec", &AddSpec::spec);
  if (action == "set-default-spec") return Of(GetInt(json, "spec-id"), &SetDefaultSpec::spec_id);
  if (action == "add-sort-order") return Inner(json, "sort-order", &AddSortOrder::order);
  if (action == "set-default-sort-order") return Of(GetInt(json, "sort-order-id"), &SetDefaultSortOrder::order_id);
  if (action == "add-snapshot") return ReadAddSnapshot(json);
  if (action == "remove-snapshots") return Of(GetLongs(json, "snapshot-ids"), &RemoveSnapshots::snapshot_ids);
  if (action == "set-snapshot-ref") return ReadSetRef(json);
  if (action == "remove-snapshot-ref") return Of(GetString(json, "ref-name"), &RemoveSnapshotRef::name);
  if (action == "set-statistics") return ReadSetStatistics(json);
  if (action == "remove-statistics") return Of(GetLong(json, "snapshot-id"), &RemoveStatistics::snapshot_id);
  if (action == "set-partition-statistics") {
    return Inner(json, "partition-statistics", &SetPartitionStatistics::file);
  }
  if (action == "remove-partition-statistics") {
    return Of(GetLong(json, "snapshot-id"), &RemovePartitionStatistics::snapshot_id);
  }
  if (action == "remove-partition-specs") return Of(GetInts(json, "spec-ids"), &RemoveSpecs::spec_ids);
  if (action == "remove-schemas") return Of(GetInts(json, "schema-ids"), &RemoveSchemas::schema_ids);
  if (action == "add-encryption-key") return Inner(json, "encryption-key", &AddEncryptionKey::key);
  if (action == "remove-encryption-key") return Of(GetString(json, "key-id"), &RemoveEncryptionKey::key_id);
  return Fail(kInvalid, fmt::format("Cannot convert metadata update action to json: {}", action));
}

}  // namespace

Result<Update> UpdateFromJson(const json::Value& json) {
  if (!json.is_object()) return Fail(kInvalid, "Cannot parse metadata update from non-object value");
  if (json.Find("action") == nullptr) return Fail(kInvalid, "Cannot parse metadata update. Missing field: action");
  TARN_TRY(const std::string action, GetString(json, "action"));
  if (action == "assign-uuid") return Of(GetString(json, "uuid"), &AssignUuid::uuid);
  if (action == "upgrade-format-version") return Of(GetInt(json, "format-version"), &UpgradeFormatVersion::version);
  if (action == "add-schema") return ReadAddSchema(json);
  if (action == "set-properties") return ReadSetProperties(json);
  if (action == "remove-properties") return ReadRemoveProperties(json);
  if (action == "set-location") return Of(GetString(json, "location"), &SetLocation::location);
  if (action == "add-view-version") return Inner(json, "view-version", &AddViewVersion::version);
  if (action == "set-current-view-version") {
    return Of(GetInt(json, "view-version-id"), &SetCurrentViewVersion::version_id);
  }
  return ReadTableUpdate(action, json);
}

Result<std::vector<Update>> UpdatesFromJson(const json::Value& array) {
  if (!array.is_array()) return Fail(kInvalid, "Cannot parse updates: not a list");
  std::vector<Update> updates;
  for (const json::Value& each : *array.AsArray()) {
    TARN_TRY(Update update, UpdateFromJson(each));
    updates.push_back(std::move(update));
  }
  return updates;
}

std::string_view ActionName(const Update& update) { return kActions[update.index()]; }

namespace {

template <typename Number>
void WriteNumbers(json::Writer& out, std::string_view key, const std::vector<Number>& numbers) {
  out.Key(key).BeginArray();
  for (const Number number : numbers) out.Int(number);
  out.EndArray();
}

template <typename Part>
void WriteInner(json::Writer& out, std::string_view key, const Part& part) {
  out.Key(key);
  part.Write(out);
}

struct MemberWriter {
  json::Writer& out;

  void operator()(const AssignUuid& u) const { out.Key("uuid").String(u.uuid); }
  void operator()(const UpgradeFormatVersion& u) const { out.Key("format-version").Int(u.version); }
  void operator()(const AddSchema& u) const {
    WriteInner(out, "schema", *u.schema);
    out.Key("last-column-id").Int(u.schema->highest_field_id());
  }
  void operator()(const SetCurrentSchema& u) const { out.Key("schema-id").Int(u.schema_id); }
  void operator()(const AddSpec& u) const { WriteInner(out, "spec", u.spec); }
  void operator()(const SetDefaultSpec& u) const { out.Key("spec-id").Int(u.spec_id); }
  void operator()(const AddSortOrder& u) const { WriteInner(out, "sort-order", u.order); }
  void operator()(const SetDefaultSortOrder& u) const { out.Key("sort-order-id").Int(u.order_id); }
  void operator()(const AddSnapshot& u) const { WriteInner(out, "snapshot", *u.snapshot); }
  void operator()(const RemoveSnapshots& u) const { WriteNumbers(out, "snapshot-ids", u.snapshot_ids); }
  void operator()(const SetSnapshotRef& u) const {
    out.Key("ref-name").String(u.name);
    u.ref.WriteMembers(out);
  }
  void operator()(const RemoveSnapshotRef& u) const { out.Key("ref-name").String(u.name); }
  void operator()(const SetProperties& u) const { WriteStringMap(out, "updates", u.updates); }
  void operator()(const RemoveProperties& u) const {
    out.Key("removals").BeginArray();
    for (const std::string& each : u.removals) out.String(each);
    out.EndArray();
  }
  void operator()(const SetLocation& u) const { out.Key("location").String(u.location); }
  void operator()(const SetStatistics& u) const {
    out.Key("snapshot-id").Int(u.file.snapshot_id);
    WriteInner(out, "statistics", u.file);
  }
  void operator()(const RemoveStatistics& u) const { out.Key("snapshot-id").Int(u.snapshot_id); }
  void operator()(const SetPartitionStatistics& u) const { WriteInner(out, "partition-statistics", u.file); }
  void operator()(const RemovePartitionStatistics& u) const { out.Key("snapshot-id").Int(u.snapshot_id); }
  void operator()(const RemoveSpecs& u) const { WriteNumbers(out, "spec-ids", u.spec_ids); }
  void operator()(const RemoveSchemas& u) const { WriteNumbers(out, "schema-ids", u.schema_ids); }
  void operator()(const AddEncryptionKey& u) const { WriteInner(out, "encryption-key", u.key); }
  void operator()(const RemoveEncryptionKey& u) const { out.Key("key-id").String(u.key_id); }
  void operator()(const AddViewVersion& u) const { WriteInner(out, "view-version", u.version); }
  void operator()(const SetCurrentViewVersion& u) const { out.Key("view-version-id").Int(u.version_id); }
};

}  // namespace

void WriteUpdate(json::Writer& out, const Update& update) {
  out.BeginObject().Key("action").String(ActionName(update));
  std::visit(MemberWriter{out}, update);
  out.EndObject();
}

}  // namespace tarn::iceberg
