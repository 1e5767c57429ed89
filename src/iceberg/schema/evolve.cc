#include "iceberg/schema/evolve.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "iceberg/errors.h"
#include "iceberg/schema/json_access.h"

namespace tarn::iceberg {

bool CanPromote(const Type& from, const Type& to, int format_version) {
  if (from == to) return true;
  switch (from.id()) {
    case TypeId::kUnknown:
      return format_version >= 3;
    case TypeId::kInt:
      return to.id() == TypeId::kLong;
    case TypeId::kFloat:
      return to.id() == TypeId::kDouble;
    case TypeId::kDecimal:
      return to.id() == TypeId::kDecimal && to.scale() == from.scale() && to.precision() >= from.precision();
    case TypeId::kDate:
      return format_version >= 3 && (to.id() == TypeId::kTimestamp || to.id() == TypeId::kTimestampNs);
    default:
      return false;
  }
}

Status CheckVersion(const Schema& schema, int format_version) {
  if (format_version >= 3) return Ok();
  std::map<int32_t, std::string> problems;
  for (const int32_t id : schema.ids()) {
    const Field& field = *schema.FindField(id);
    switch (field.type.id()) {
      case TypeId::kUnknown:
      case TypeId::kTimestampNs:
      case TypeId::kTimestampTzNs:
      case TypeId::kVariant:
      case TypeId::kGeometry:
      case TypeId::kGeography:
        problems[id] =
            fmt::format("Invalid type for {}: {} is not supported until v3", schema.NameOf(id), TypeText(field.type));
        break;
      default:
        break;
    }
    if (field.initial_default) {
      problems[id] = fmt::format("Invalid initial default for {}: non-null default ({}) is not supported until v3",
                                 schema.NameOf(id), ValueText(field.type, *field.initial_default));
    }
  }
  if (problems.empty()) return Ok();
  std::string text = fmt::format("Invalid schema for v{}:", format_version);
  for (const auto& [id, problem] : problems) text += "\n- " + problem;
  return Fail(kInvalid, text);
}

namespace {

Status CheckField(const Schema& previous, const Field& next, const Schema& schema, int format_version,
                  const std::vector<int32_t>& sources) {
  const auto bad = [&](const std::string& why) {
    return Fail(kInvalid, fmt::format("Cannot evolve {}: {}", schema.NameOf(next.id), why));
  };
  const Field* before = previous.FindField(next.id);
  if (before == nullptr) {
    // Fields of a new struct stand or fall with it.
    const auto parent = schema.ParentOf(next.id);
    const bool new_parent = parent && previous.FindField(*parent) == nullptr;
    if (next.required && !next.initial_default && !new_parent) {
      return bad("a required column can only be added with a default value");
    }
    return Ok();
  }
  if (next.required && !before->required) return bad("an optional column cannot become required");
  if (before->initial_default != next.initial_default && before->type == next.type) {
    return bad("the initial default cannot change");
  }
  if (before->type.is_nested() || next.type.is_nested()) {
    if (before->type.id() != next.type.id()) {
      return bad(fmt::format("{} cannot become {}", TypeText(before->type), TypeText(next.type)));
    }
    return Ok();
  }
  if (!CanPromote(before->type, next.type, format_version)) {
    return bad(fmt::format("{} cannot become {}", TypeText(before->type), TypeText(next.type)));
  }
  const bool source = std::find(sources.begin(), sources.end(), next.id) != sources.end();
  if (source && before->type.id() == TypeId::kDate && next.type.id() != TypeId::kDate) {
    return bad("a date that a partition field reads cannot become a timestamp");
  }
  return Ok();
}

}  // namespace

Status CheckEvolution(const Schema& previous, const Schema& next, int format_version,
                      const std::vector<int32_t>& sources) {
  for (const int32_t id : next.ids()) {
    TARN_CHECK(CheckField(previous, *next.FindField(id), next, format_version, sources));
    if (previous.FindField(id) != nullptr && previous.ParentOf(id) != next.ParentOf(id)) {
      return Fail(kInvalid, fmt::format("Cannot move {} to another struct", previous.NameOf(id)));
    }
  }
  return Ok();
}

namespace {

struct Freshener {
  const Schema& schema;
  const Schema* base;
  const std::function<int32_t()>& next_id;
  std::map<int32_t, int32_t> renamed;

  int32_t IdFor(int32_t old_id) {
    int32_t id = 0;
    const Field* known = base == nullptr ? nullptr : base->FindField(schema.NameOf(old_id));
    id = known != nullptr ? known->id : next_id();
    renamed[old_id] = id;
    return id;
  }

  // All fields of one struct get their ids before their children do.
  Type Visit(const Type& type) {
    if (type.is_struct()) {
      std::vector<Field> fields = type.fields();
      for (Field& field : fields) field.id = IdFor(field.id);
      for (Field& field : fields) field.type = Visit(field.type);
      return Type::Struct(std::move(fields));
    }
    if (type.is_list()) {
      const Field& element = type.fields()[0];
      const int32_t id = IdFor(element.id);
      return Type::List(id, Visit(element.type), element.required);
    }
    if (type.is_map()) {
      const Field& key = type.fields()[0];
      const Field& value = type.fields()[1];
      const int32_t key_id = IdFor(key.id);
      const int32_t value_id = IdFor(value.id);
      Type new_key = Visit(key.type);
      return Type::Map(key_id, std::move(new_key), value_id, Visit(value.type), value.required);
    }
    return type;
  }
};

}  // namespace

Result<SchemaPtr> AssignFreshIds(const Schema& schema, const Schema* base, int32_t schema_id,
                                 const std::function<int32_t()>& next_id) {
  Freshener freshener{schema, base, next_id, {}};
  const Type type = freshener.Visit(schema.as_struct());
  std::vector<int32_t> identifiers;
  for (const int32_t id : schema.identifier_field_ids()) identifiers.push_back(freshener.renamed.at(id));
  return Schema::Make(schema_id, type.fields(), std::move(identifiers));
}

namespace {

std::vector<MappedField> MapFields(const std::vector<Field>& fields) {
  std::vector<MappedField> mapped;
  for (const Field& field : fields) mapped.push_back({{field.name}, field.id, MapFields(field.type.fields())});
  return mapped;
}

Result<std::vector<MappedField>> MappedFromJson(const json::Value& json, int depth) {
  if (!json.is_array() || depth > 64) return Fail(kInvalid, "Cannot parse name mapping: not a list of field mappings");
  std::vector<MappedField> fields;
  std::set<std::string> seen;
  for (const json::Value& each : *json.AsArray()) {
    if (!each.is_object()) return Fail(kInvalid, "Cannot parse field mapping: not an object");
    MappedField field;
    TARN_TRY(field.field_id, FindInt(each, "field-id"));
    TARN_TRY(field.names, GetStrings(each, "names"));
    for (const std::string& name : field.names) {
      if (!seen.insert(name).second) return Fail(kInvalid, "Name mapping names a field twice: " + name);
    }
    if (const json::Value* inner = each.Find("fields"); inner != nullptr && !inner->is_null()) {
      TARN_TRY(field.fields, MappedFromJson(*inner, depth + 1));
    }
    fields.push_back(std::move(field));
  }
  return fields;
}

void WriteMapped(json::Writer& out, const std::vector<MappedField>& fields) {
  out.BeginArray();
  for (const MappedField& field : fields) {
    out.BeginObject();
    if (field.field_id) out.Key("field-id").Int(*field.field_id);
    out.Key("names").BeginArray();
    for (const std::string& name : field.names) out.String(name);
    out.EndArray();
    if (!field.fields.empty()) {
      out.Key("fields");
      WriteMapped(out, field.fields);
    }
    out.EndObject();
  }
  out.EndArray();
}

}  // namespace

NameMapping NameMapping::FromSchema(const Schema& schema) { return {MapFields(schema.columns())}; }

Result<NameMapping> NameMapping::Parse(std::string_view text) {
  TARN_TRY(const json::Value json, json::Parse(text));
  TARN_TRY(std::vector<MappedField> fields, MappedFromJson(json, 0));
  return NameMapping{std::move(fields)};
}

std::string NameMapping::ToJson() const {
  json::Writer out;
  WriteMapped(out, fields);
  return out.Take();
}

const MappedField* NameMapping::Find(const std::vector<std::string>& path) const {
  const std::vector<MappedField>* level = &fields;
  const MappedField* found = nullptr;
  for (const std::string& name : path) {
    found = nullptr;
    for (const MappedField& field : *level) {
      if (std::find(field.names.begin(), field.names.end(), name) != field.names.end()) found = &field;
    }
    if (found == nullptr) return nullptr;
    level = &found->fields;
  }
  return found;
}

}  // namespace tarn::iceberg
