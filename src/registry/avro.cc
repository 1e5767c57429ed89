#include "registry/avro.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <utility>

#include "registry/errors.h"

namespace tarn::registry::avro {
namespace {

constexpr std::pair<std::string_view, Kind> kPrimitives[] = {
    {"null", Kind::kNull},   {"boolean", Kind::kBoolean}, {"int", Kind::kInt},     {"long", Kind::kLong},
    {"float", Kind::kFloat}, {"double", Kind::kDouble},   {"bytes", Kind::kBytes}, {"string", Kind::kString},
};

Error Bad(std::string why) { return Fail(kInvalidInput, std::move(why)); }

bool IsName(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  return std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

bool IsDottedName(std::string_view name) {
  while (true) {
    const size_t dot = name.find('.');
    if (!IsName(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

// Whether a JSON value is a default of a type, as the specification's table has it. A union's may be of any branch.
bool Fits(const Type& type, const json::Value& value);

bool FitsRecord(const Type& type, const json::Value& value) {
  if (!value.is_object()) return false;
  return std::ranges::all_of(type.fields, [&](const Field& field) {
    const json::Value* member = value.Find(field.name);
    return member ? Fits(*field.type, *member) : field.has_default;
  });
}

bool Fits(const Type& type, const json::Value& value) {
  constexpr int64_t kIntMin = INT32_MIN;
  constexpr int64_t kIntMax = INT32_MAX;
  switch (type.kind) {
    case Kind::kNull:
      return value.is_null();
    case Kind::kBoolean:
      return value.is_bool();
    case Kind::kInt:
      return value.is_int() && *value.AsInt() >= kIntMin && *value.AsInt() <= kIntMax;
    case Kind::kLong:
      return value.is_int();
    case Kind::kFloat:
    case Kind::kDouble:
      return value.is_number();
    case Kind::kBytes:
    case Kind::kString:
    case Kind::kFixed:
      return value.is_string();
    case Kind::kEnum:
      return value.is_string() && std::ranges::find(type.symbols, *value.AsString()) != type.symbols.end();
    case Kind::kArray:
      return value.is_array() &&
             std::ranges::all_of(*value.AsArray(), [&](const auto& item) { return Fits(*type.branches[0], item); });
    case Kind::kMap:
      return value.is_object() && std::ranges::all_of(*value.AsObject(), [&](const auto& member) {
               return Fits(*type.branches[0], member.second);
             });
    case Kind::kRecord:
      return FitsRecord(type, value);
    case Kind::kUnion:
      return std::ranges::any_of(type.branches, [&](const Type* branch) { return Fits(*branch, value); });
  }
  return false;
}

class Parser {
 public:
  Result<Schema> Run(const json::Value& value) {
    TARN_TRY(const Type* root, Any(value, ""));
    // Only now are all records whole that a default may be of.
    for (const auto& [field, type, given] : defaults_) {
      if (!Fits(*type, given)) return Bad(fmt::format("Invalid default for field {}: {}", field, json::Write(given)));
    }
    schema_.root = root;
    return std::move(schema_);
  }

 private:
  struct Default {
    std::string field;
    const Type* type;
    json::Value value;
  };

  Type& New(Kind kind) {
    Type& type = schema_.types.emplace_back();
    type.kind = kind;
    return type;
  }

  Result<const Type*> Any(const json::Value& value, const std::string& space) {
    if (const std::string* name = value.AsString()) return Named(*name, space);
    if (value.is_array()) return Union(*value.AsArray(), space);
    if (!value.is_object()) return Bad(fmt::format("No type: {}", json::Write(value)));
    const json::Value* type = value.Find("type");
    if (!type) return Bad(fmt::format("No type: {}", json::Write(value)));
    if (!type->is_string()) return Any(*type, space);
    const std::string& kind = *type->AsString();
    if (kind == "record" || kind == "error") return Record(value, space);
    if (kind == "enum") return Enum(value, space);
    if (kind == "fixed") return Fixed(value, space);
    if (kind == "array") return Container(Kind::kArray, value, "items", space);
    if (kind == "map") return Container(Kind::kMap, value, "values", space);
    return Named(kind, space);
  }

  Result<const Type*> Named(const std::string& name, const std::string& space) {
    for (const auto& [text, kind] : kPrimitives) {
      if (name == text) return &New(kind);
    }
    auto found = names_.find(Full(name, space));
    if (found == names_.end()) found = names_.find(name);
    if (found == names_.end()) return Bad(fmt::format("\"{}\" is not a defined name.", name));
    return found->second;
  }

  Result<const Type*> Union(const json::Array& items, const std::string& space) {
    Type& type = New(Kind::kUnion);
    std::set<std::string> seen;
    for (const json::Value& item : items) {
      TARN_TRY(const Type* branch, Any(item, space));
      if (branch->kind == Kind::kUnion) return Bad("Nested union");
      const std::string key = branch->name.empty() ? std::to_string(static_cast<int>(branch->kind)) : branch->name;
      if (!seen.insert(key).second) return Bad(fmt::format("Duplicate in union: {}", json::Write(item)));
      type.branches.push_back(branch);
    }
    return &type;
  }

  Result<const Type*> Container(Kind kind, const json::Value& value, const char* key, const std::string& space) {
    const json::Value* inner = value.Find(key);
    if (!inner) return Bad(fmt::format("Missing \"{}\" in {}", key, json::Write(value)));
    Type& type = New(kind);
    TARN_TRY(const Type* item, Any(*inner, space));
    type.branches.push_back(item);
    return &type;
  }

  static std::string Full(std::string_view name, const std::string& space) {
    if (space.empty() || name.find('.') != std::string_view::npos) return std::string(name);
    return fmt::format("{}.{}", space, name);
  }

  // Sets the full name and its aliases, and makes the type known by it.
  Status Define(Type& type, const json::Value& value, const std::string& outer, std::string& space) {
    const json::Value* name = value.Find("name");
    if (!name || !name->is_string()) return Bad(fmt::format("No name in schema: {}", json::Write(value)));
    const json::Value* given = value.Find("namespace");
    if (given && !given->is_string()) return Bad("a namespace must be a string");
    space = given ? *given->AsString() : outer;
    if (!space.empty() && !IsDottedName(space)) return Bad(fmt::format("Illegal namespace: {}", space));
    if (!IsDottedName(*name->AsString())) return Bad(fmt::format("Illegal name: {}", *name->AsString()));
    type.name = Full(*name->AsString(), space);
    if (const size_t dot = type.name.rfind('.'); dot != std::string::npos) space = type.name.substr(0, dot);
    if (std::ranges::any_of(kPrimitives, [&](const auto& known) { return known.first == type.name; })) {
      return Bad(fmt::format("Schemas may not be named after primitives: {}", type.name));
    }
    if (!names_.emplace(type.name, &type).second) return Bad(fmt::format("Can't redefine: {}", type.name));
    TARN_TRY(std::vector<std::string> aliases, Strings(value, "aliases"));
    for (const std::string& alias : aliases) type.aliases.push_back(Full(alias, space));
    return Ok();
  }

  static Result<std::vector<std::string>> Strings(const json::Value& value, const char* key) {
    std::vector<std::string> out;
    const json::Value* list = value.Find(key);
    if (!list) return out;
    if (!list->is_array()) return Bad(fmt::format("{} not an array", key));
    for (const json::Value& item : *list->AsArray()) {
      if (!item.is_string()) return Bad(fmt::format("{} must hold strings", key));
      out.push_back(*item.AsString());
    }
    return out;
  }

  Result<const Type*> Record(const json::Value& value, const std::string& outer) {
    Type& type = New(Kind::kRecord);
    std::string space;
    TARN_CHECK(Define(type, value, outer, space));
    const json::Value* fields = value.Find("fields");
    if (!fields || !fields->is_array()) return Bad(fmt::format("Record has no fields: {}", type.name));
    std::set<std::string> seen;
    for (const json::Value& member : *fields->AsArray()) {
      const json::Value* name = member.Find("name");
      if (!name || !name->is_string()) return Bad(fmt::format("No field name: {}", json::Write(member)));
      Field field{.name = *name->AsString()};
      if (!IsName(field.name)) return Bad(fmt::format("Illegal name: {}", field.name));
      if (!seen.insert(field.name).second) {
        return Bad(fmt::format("Duplicate field {} in record {}", field.name, type.name));
      }
      const json::Value* inner = member.Find("type");
      if (!inner) return Bad(fmt::format("No field type: {}", json::Write(member)));
      TARN_TRY(field.type, Any(*inner, space));
      TARN_TRY(field.aliases, Strings(member, "aliases"));
      if (const json::Value* otherwise = member.Find("default")) {
        field.has_default = true;
        defaults_.push_back({field.name, field.type, *otherwise});
      }
      type.fields.push_back(std::move(field));
    }
    return &type;
  }

  Result<const Type*> Enum(const json::Value& value, const std::string& outer) {
    Type& type = New(Kind::kEnum);
    std::string space;
    TARN_CHECK(Define(type, value, outer, space));
    if (!value.Find("symbols")) return Bad(fmt::format("Enum has no symbols: {}", type.name));
    TARN_TRY(type.symbols, Strings(value, "symbols"));
    std::set<std::string> seen;
    for (const std::string& symbol : type.symbols) {
      if (!IsName(symbol)) return Bad(fmt::format("Illegal name: {}", symbol));
      if (!seen.insert(symbol).second) return Bad(fmt::format("Duplicate enum symbol: {}", symbol));
    }
    if (const json::Value* otherwise = value.Find("default")) {
      if (!Fits(type, *otherwise)) {
        return Bad(fmt::format("The Enum Default: {} is not in the enum symbol set", json::Write(*otherwise)));
      }
      type.has_default = true;
    }
    return &type;
  }

  Result<const Type*> Fixed(const json::Value& value, const std::string& outer) {
    Type& type = New(Kind::kFixed);
    std::string space;
    TARN_CHECK(Define(type, value, outer, space));
    type.size = value.IntOr("size", -1);
    if (type.size < 0) return Bad(fmt::format("Invalid or no size: {}", type.name));
    return &type;
  }

  Schema schema_;
  std::map<std::string, const Type*> names_;
  std::vector<Default> defaults_;
};

}  // namespace

Result<Schema> Parse(std::string_view text) {
  auto value = json::Parse(text);
  if (!value.ok()) return Bad(value.error().message);
  return Parser().Run(*value);
}

}  // namespace tarn::registry::avro
