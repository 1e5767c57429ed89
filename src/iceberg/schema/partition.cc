#include "iceberg/schema/partition.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

#include "base/strings.h"
#include "iceberg/errors.h"
#include "iceberg/schema/json_access.h"

namespace tarn::iceberg {

bool PartitionSpec::is_unpartitioned() const {
  return std::all_of(fields.begin(), fields.end(),
                     [](const PartitionField& field) { return field.transform.kind == TransformKind::kVoid; });
}

int32_t PartitionSpec::last_field_id() const {
  int32_t last = kPartitionIdStart - 1;
  for (const PartitionField& field : fields) last = std::max(last, field.field_id);
  return last;
}

bool PartitionSpec::CompatibleWith(const PartitionSpec& other) const {
  return std::equal(fields.begin(), fields.end(), other.fields.begin(), other.fields.end(),
                    [](const PartitionField& a, const PartitionField& b) {
                      return a.source_ids == b.source_ids && a.transform == b.transform && a.name == b.name;
                    });
}

bool PartitionSpec::HasSequentialIds() const {
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].field_id != kPartitionIdStart + static_cast<int32_t>(i)) return false;
  }
  return true;
}

namespace {

Result<std::vector<int32_t>> Sources(const json::Value& json) {
  if (json.Find("source-id") == nullptr && json.Find("source-ids") != nullptr) {
    TARN_TRY(std::vector<int32_t> ids, GetInts(json, "source-ids"));
    if (ids.empty()) return Fail(kInvalid, "Cannot parse source-ids: empty");
    return ids;
  }
  TARN_TRY(const int32_t id, GetInt(json, "source-id"));
  return std::vector<int32_t>{id};
}

void WriteSources(json::Writer& out, const std::vector<int32_t>& ids) {
  if (ids.size() == 1) {
    out.Key("source-id").Int(ids[0]);
  } else {
    WriteInts(out, "source-ids", ids);
  }
}

Status CheckSource(const Transform& transform, const std::vector<int32_t>& ids, const Schema& schema,
                   std::string_view kind, std::string_view name) {
  if (transform.kind == TransformKind::kVoid) return Ok();
  for (const int32_t id : ids) {
    const Field* source = schema.FindField(id);
    if (source == nullptr) {
      return Fail(kInvalid, fmt::format("Cannot find source column for {} field: {}: {}({})", kind, name,
                                        TransformText(transform), id));
    }
    if (!source->type.is_primitive()) {
      return Fail(kInvalid, fmt::format("Cannot {} by non-primitive source field: {}", kind, TypeText(source->type)));
    }
    if (!CanTransform(transform, source->type)) {
      return Fail(kInvalid, fmt::format("Invalid source type {} for transform: {}", TypeText(source->type),
                                        TransformText(transform)));
    }
    for (auto parent = schema.ParentOf(id); parent; parent = schema.ParentOf(*parent)) {
      const Type& type = schema.FindField(*parent)->type;
      if (!type.is_struct()) return Fail(kInvalid, fmt::format("Invalid {} field parent: {}", kind, TypeText(type)));
    }
  }
  return Ok();
}

// As Java's URLEncoder has it.
std::string UrlEncode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ' ') {
      out += '+';
    } else if (c == '*') {
      out += c;
    } else if (c == '~') {
      out += "%7E";
    } else {
      out += PercentEncode(std::string_view(&c, 1));
    }
  }
  return out;
}

}  // namespace

Result<PartitionSpec> PartitionSpec::FromFields(const json::Value& json, int32_t spec_id) {
  if (!json.is_array()) return Fail(kInvalid, "Cannot parse partition spec fields, not an array: " + json::Write(json));
  PartitionSpec spec;
  spec.spec_id = spec_id;
  size_t with_id = 0;
  for (const json::Value& each : *json.AsArray()) {
    if (!each.is_object()) return Fail(kInvalid, "Cannot parse partition field, not an object: " + json::Write(each));
    PartitionField field;
    TARN_TRY(field.name, GetString(each, "name"));
    TARN_TRY(const std::string transform, GetString(each, "transform"));
    TARN_TRY(field.transform, ParseTransform(transform));
    TARN_TRY(field.source_ids, Sources(each));
    TARN_TRY(const std::optional<int32_t> id, FindInt(each, "field-id"));
    field.field_id = id.value_or(kPartitionIdStart + static_cast<int32_t>(spec.fields.size()));
    with_id += id ? 1 : 0;
    spec.fields.push_back(std::move(field));
  }
  if (with_id != 0 && with_id != spec.fields.size()) {
    return Fail(kInvalid, fmt::format("Cannot parse spec with missing field IDs: {} missing of {} fields.",
                                      spec.fields.size() - with_id, spec.fields.size()));
  }
  if (with_id == 0) {
    for (PartitionField& field : spec.fields) field.field_id = 0;
  }
  return spec;
}

Result<PartitionSpec> PartitionSpec::FromJson(const json::Value& json) {
  if (!json.is_object())
    return Fail(kInvalid, "Cannot parse spec from non-object: " + json::Write(json).substr(0, 200));
  TARN_TRY(const std::optional<int32_t> id, FindInt(json, "spec-id"));
  const json::Value* fields = json.Find("fields");
  if (fields == nullptr) return Fail(kInvalid, "Cannot parse missing field: fields");
  return FromFields(*fields, id.value_or(0));
}

void PartitionSpec::WriteFields(json::Writer& out) const {
  out.BeginArray();
  for (const PartitionField& field : fields) {
    out.BeginObject().Key("name").String(field.name).Key("transform").String(TransformText(field.transform));
    WriteSources(out, field.source_ids);
    out.Key("field-id").Int(field.field_id).EndObject();
  }
  out.EndArray();
}

void PartitionSpec::Write(json::Writer& out) const {
  out.BeginObject().Key("spec-id").Int(spec_id).Key("fields");
  WriteFields(out);
  out.EndObject();
}

std::string PartitionSpec::FieldsJson() const {
  json::Writer out;
  WriteFields(out);
  return out.Take();
}

Status CheckSpec(const PartitionSpec& spec, const Schema& schema) {
  std::set<std::string> names;
  for (const PartitionField& field : spec.fields) {
    if (field.name.empty()) return Fail(kInvalid, "Cannot use empty or null partition name");
    if (!names.insert(field.name).second) {
      return Fail(kInvalid, fmt::format("Cannot use partition name more than once: {}", field.name));
    }
    TARN_CHECK(CheckSource(field.transform, field.source_ids, schema, "partition", field.name));
    const Field* column = schema.FindField(field.name);
    if (column == nullptr || field.transform.kind == TransformKind::kVoid) continue;
    if (field.transform.kind != TransformKind::kIdentity) {
      return Fail(kInvalid, fmt::format("Cannot create partition from name that exists in schema: {}", field.name));
    }
    if (column->id != field.source_id()) {
      return Fail(kInvalid, fmt::format("Cannot create identity partition sourced from different field in schema: {}",
                                        field.name));
    }
  }
  return Ok();
}

Type PartitionType(const PartitionSpec& spec, const Schema& schema) {
  std::vector<Field> fields;
  for (const PartitionField& field : spec.fields) {
    const Field* source = schema.FindField(field.source_id());
    const Type type = ResultType(field.transform, source == nullptr ? Type() : source->type);
    fields.push_back(Field{field.field_id, field.name, false, type, {}, {}, {}});
  }
  return Type::Struct(std::move(fields));
}

std::string PartitionPath(const PartitionSpec& spec, const Schema& schema, const Values& partition) {
  std::string path;
  for (size_t i = 0; i < spec.fields.size() && i < partition.size(); ++i) {
    const PartitionField& field = spec.fields[i];
    const Field* source = schema.FindField(field.source_id());
    if (i > 0) path += '/';
    path += UrlEncode(field.name) + "=" +
            UrlEncode(TransformedText(field.transform, source == nullptr ? Type() : source->type, partition[i]));
  }
  return path;
}

Result<Values> PartitionOf(const PartitionSpec& spec, const Schema& schema,
                           const std::function<Value(int32_t source_id)>& row) {
  Values partition;
  for (const PartitionField& field : spec.fields) {
    const Field* source = schema.FindField(field.source_id());
    if (source == nullptr) {
      partition.emplace_back();
      continue;
    }
    TARN_TRY(Value value, ApplyTransform(field.transform, source->type, row(field.source_id())));
    partition.push_back(std::move(value));
  }
  return partition;
}

Result<SortOrder> SortOrder::FromJson(const json::Value& json) {
  if (!json.is_object()) return Fail(kInvalid, "Cannot parse sort order from non-object: " + json::Write(json));
  SortOrder order;
  TARN_TRY(order.order_id, GetInt(json, "order-id"));
  TARN_TRY(const json::Array* fields, GetArray(json, "fields"));
  for (const json::Value& each : *fields) {
    if (!each.is_object()) return Fail(kInvalid, "Cannot parse sort field, not an object: " + json::Write(each));
    SortField field;
    TARN_TRY(const std::string transform, GetString(each, "transform"));
    TARN_TRY(field.transform, ParseTransform(transform));
    TARN_TRY(field.source_ids, Sources(each));
    TARN_TRY(const std::string direction, GetString(each, "direction"));
    TARN_TRY(const std::string nulls, GetString(each, "null-order"));
    field.descending = EqualsIgnoreCase(direction, "desc");
    field.nulls_last = EqualsIgnoreCase(nulls, "nulls-last");
    if (!field.descending && !EqualsIgnoreCase(direction, "asc")) {
      return Fail(kInvalid, "Invalid sort direction: " + direction);
    }
    if (!field.nulls_last && !EqualsIgnoreCase(nulls, "nulls-first")) {
      return Fail(kInvalid, "Unexpected null order: " + nulls);
    }
    order.fields.push_back(std::move(field));
  }
  if (order.order_id == 0 && !order.fields.empty()) {
    return Fail(kInvalid, "Sort order ID 0 is reserved for unsorted order");
  }
  if (order.order_id != 0 && order.fields.empty()) return Fail(kInvalid, "Unsorted order ID must be 0");
  return order;
}

void SortOrder::Write(json::Writer& out) const {
  out.BeginObject().Key("order-id").Int(order_id).Key("fields").BeginArray();
  for (const SortField& field : fields) {
    out.BeginObject().Key("transform").String(TransformText(field.transform));
    WriteSources(out, field.source_ids);
    out.Key("direction").String(field.descending ? "desc" : "asc");
    out.Key("null-order").String(field.nulls_last ? "nulls-last" : "nulls-first").EndObject();
  }
  out.EndArray().EndObject();
}

Status CheckSortOrder(const SortOrder& order, const Schema& schema) {
  for (const SortField& field : order.fields) {
    TARN_CHECK(CheckSource(field.transform, field.source_ids, schema, "sort", TransformText(field.transform)));
  }
  return Ok();
}

}  // namespace tarn::iceberg
