// Whether one JSON Schema includes another: every constraint of the wide one must follow from the narrow one.
//
// Whatever the narrow schema is not understood to say is taken as unsaid, which only makes it wider.
#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "registry/json_schema.h"

namespace tarn::registry::json_schema {
namespace {

using json::Value;
using Why = std::optional<std::string>;

constexpr int kDepthMax = 64;
constexpr int kStepsMax = 100'000;  // alternatives inside alternatives multiply

enum TypeBit : unsigned {
  kNullBit = 1,
  kBooleanBit = 2,
  kObjectBit = 4,
  kArrayBit = 8,
  kStringBit = 16,
  kIntegerBit = 32,
  kFractionBit = 64,  // numbers that are no integers
  kAllBits = 127,
};

unsigned BitsOf(std::string_view name) {
  if (name == "null") return kNullBit;
  if (name == "boolean") return kBooleanBit;
  if (name == "object") return kObjectBit;
  if (name == "array") return kArrayBit;
  if (name == "string") return kStringBit;
  if (name == "integer") return kIntegerBit;
  return kIntegerBit | kFractionBit;
}

unsigned BitsOfValue(const Value& value) {
  if (value.is_null()) return kNullBit;
  if (value.is_bool()) return kBooleanBit;
  if (value.is_object()) return kObjectBit;
  if (value.is_array()) return kArrayBit;
  if (value.is_string()) return kStringBit;
  if (value.is_int()) return kIntegerBit;
  return kIntegerBit | kFractionBit;
}

unsigned BitsOfType(const Value& type) {
  if (const std::string* name = type.AsString()) return BitsOf(*name);
  unsigned bits = 0;
  if (const json::Array* names = type.AsArray()) {
    for (const Value& name : *names) bits |= name.is_string() ? BitsOf(*name.AsString()) : 0U;
  }
  return bits;
}

// The values that a schema lists, when it does.
std::optional<json::Array> ListedValues(const Value& schema) {
  if (const Value* only = schema.Find("const")) return json::Array{*only};
  const Value* listed = schema.Find("enum");
  if (listed && listed->is_array()) return *listed->AsArray();
  return std::nullopt;
}

unsigned TypesOf(const Value& schema) {
  if (schema.is_bool()) return *schema.AsBool() ? unsigned{kAllBits} : 0U;
  const Value* type = schema.Find("type");
  unsigned bits = type ? BitsOfType(*type) : unsigned{kAllBits};
  if (const auto values = ListedValues(schema)) {
    unsigned listed = 0;
    for (const Value& value : *values) listed |= BitsOfValue(value);
    bits &= listed;
  }
  return bits;
}

// Which types a keyword has a say about; all for those not told here.
unsigned AppliesTo(std::string_view key) {
  for (const auto* name : {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}) {
    if (key == name) return kIntegerBit | kFractionBit;
  }
  for (const auto* name : {"minLength", "maxLength", "pattern", "format", "contentEncoding", "contentMediaType"}) {
    if (key == name) return kStringBit;
  }
  for (const auto* name : {"items", "prefixItems", "additionalItems", "minItems", "maxItems", "uniqueItems", "contains",
                           "minContains", "maxContains", "unevaluatedItems"}) {
    if (key == name) return kArrayBit;
  }
  for (const auto* name :
       {"properties", "required", "additionalProperties", "patternProperties", "minProperties", "maxProperties",
        "propertyNames", "dependencies", "dependentRequired", "dependentSchemas", "unevaluatedProperties"}) {
    if (key == name) return kObjectBit;
  }
  return kAllBits;
}

bool IsAnnotation(std::string_view key) {
  for (const auto* name : {"title", "description", "default", "examples", "example", "$comment", "$id", "id", "$schema",
                           "readOnly", "writeOnly", "deprecated", "definitions", "$defs", "$anchor"}) {
    if (key == name) return true;
  }
  return key.starts_with("x-");
}

class Inclusion {
 public:
  Inclusion(const Value& wide_root, const Value& narrow_root) : wide_root_(wide_root), narrow_root_(narrow_root) {}

  Why Compare(const Value& wide_given, const Value& narrow_given, const std::string& path, int depth) {
    if (depth > kDepthMax || ++steps_ > kStepsMax) return path + ": too complex to compare";
    const Value* wide = Follow(wide_root_, wide_given);
    const Value* narrow = Follow(narrow_root_, narrow_given);
    if (!wide || !narrow) return path + ": a $ref leads outside the definition or nowhere";
    // What a $ref leads to may lie where no schema is expected.
    if ((wide != &wide_given && !IsSchema(*wide)) || (narrow != &narrow_given && !IsSchema(*narrow))) {
      return path + ": a $ref leads to no schema";
    }
    if (wide->is_bool()) {
      if (*wide->AsBool() || (narrow->is_bool() && !*narrow->AsBool())) return std::nullopt;
      return path + ": nothing is accepted any more";
    }
    if (narrow->is_bool() && !*narrow->AsBool()) return std::nullopt;
    // A pair met again inside itself holds if the rest does.
    if (!under_way_.emplace(wide, narrow).second) return std::nullopt;
    Why why = Whole(*wide, *narrow, path, depth);
    under_way_.erase({wide, narrow});
    return why;
  }

 private:
  bool IsSchema(const Value& value) {
    if (sound_.contains(&value)) return true;
    if (!Check(value).ok()) return false;
    sound_.insert(&value);
    return true;
  }

  // What a local $ref means; siblings of a $ref must be annotations. Null when it cannot be followed.
  static const Value* Follow(const Value& root, const Value& from) {
    const Value* at = &from;
    for (int hops = 0; hops < kDepthMax; ++hops) {
      const Value* ref = at->Find("$ref");
      if (!ref) return at;
      for (const auto& [key, value] : *at->AsObject()) {
        if (key != "$ref" && !IsAnnotation(key)) return nullptr;
      }
      if (!ref->is_string()) return nullptr;
      std::string_view rest = *ref->AsString();
      if (!rest.starts_with('#')) return nullptr;
      rest.remove_prefix(1);
      at = &root;
      while (!rest.empty()) {
        if (rest[0] != '/') return nullptr;
        const size_t end = std::min(rest.find('/', 1), rest.size());
        at = at->Find(rest.substr(1, end - 1));
        if (!at) return nullptr;
        rest.remove_prefix(end);
      }
    }
    return nullptr;
  }

  // Directly, or by the parts that the narrow schema is made of.
  Why Whole(const Value& wide, const Value& narrow, const std::string& path, int depth) {
    Why why = Constraints(wide, narrow, path, depth);
    if (!why) return why;
    if (const Value* all = narrow.Find("allOf"); all && all->is_array()) {
      for (const Value& part : *all->AsArray()) {
        if (!Compare(wide, part, path, depth + 1)) return std::nullopt;
      }
    }
    for (const auto* key : {"anyOf", "oneOf"}) {
      const Value* some = narrow.Find(key);
      if (!some || !some->is_array()) continue;
      const bool each = std::ranges::all_of(*some->AsArray(),
                                            [&](const Value& part) { return !Compare(wide, part, path, depth + 1); });
      if (each) return std::nullopt;
    }
    return why;
  }

  Why Constraints(const Value& wide, const Value& narrow, const std::string& path, int depth) {
    const unsigned types = TypesOf(narrow);
    if (wide.Find("type") && (types & ~BitsOfType(*wide.Find("type"))) != 0) return path + ": the type is narrower";
    if (const auto values = ListedValues(wide)) {
      const auto listed = ListedValues(narrow);
      if (!listed) return path + ": values are listed that were free";
      for (const Value& value : *listed) {
        if (std::ranges::find(*values, value) == values->end()) {
          return fmt::format("{}: {} is no longer among the values", path, json::Write(value));
        }
      }
    }
    for (const auto& [key, value] : *wide.AsObject()) {
      if (key == "type" || key == "enum" || key == "const" || IsAnnotation(key)) continue;
      if ((AppliesTo(key) & types) == 0) continue;
      if (Why why = Keyword(key, value, wide, narrow, path, depth)) return why;
    }
    return std::nullopt;
  }

  Why Keyword(const std::string& key, const Value& value, const Value& wide, const Value& narrow,
              const std::string& path, int depth) {
    if (key == "required") return Required(value, narrow, path);
    if (key == "properties") return Properties(value, narrow, path, depth);
    if (key == "additionalProperties") return Additional(value, wide, narrow, path, depth);
    if (key == "items" && !value.is_array()) {
      const Value* items = narrow.Find("items");
      if ((items && items->is_array()) || narrow.Find("prefixItems") || wide.Find("prefixItems")) {
        return Same(key, value, narrow, path);
      }
      return Compare(value, items ? *items : kAnything, path + "[]", depth + 1);
    }
    if (key == "allOf") {
      for (const Value& part : *value.AsArray()) {
        if (Why why = Compare(part, narrow, path, depth + 1)) return why;
      }
      return std::nullopt;
    }
    if (key == "anyOf") {
      const bool some = std::ranges::any_of(*value.AsArray(),
                                            [&](const Value& part) { return !Compare(part, narrow, path, depth + 1); });
      return some ? std::nullopt : Why(path + ": no alternative of anyOf accepts all that was");
    }
    if (key == "oneOf") return OneOf(value, narrow, path, depth);
    if (Among(key, {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"})) {
      return Bound(key, value, narrow, path, true);
    }
    if (Among(key, {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"})) {
      return Bound(key, value, narrow, path, false);
    }
    return Same(key, value, narrow, path);
  }

  static bool Among(std::string_view key, std::initializer_list<std::string_view> keys) {
    return std::ranges::find(keys, key) != keys.end();
  }

  static bool RefersOn(const Value& value) {
    if (const json::Object* members = value.AsObject()) {
      return std::ranges::any_of(*members, [](const auto& m) { return m.first == "$ref" || RefersOn(m.second); });
    }
    if (const json::Array* items = value.AsArray()) return std::ranges::any_of(*items, &RefersOn);
    return false;
  }

  static Why Same(const std::string& key, const Value& value, const Value& narrow, const std::string& path) {
    const Value* other = narrow.Find(key);
    if (other && *other == value && !RefersOn(value)) return std::nullopt;
    return fmt::format("{}: {} was added or changed", path, key);
  }

  static Why Bound(const std::string& key, const Value& value, const Value& narrow, const std::string& path, bool low) {
    const Value* other = narrow.Find(key);
    if (value.is_bool() || (other && other->is_bool())) {
      // Draft 4's flag beside a bound: the bound of both must then be the same.
      const char* bound = low ? "minimum" : "maximum";
      if (value.is_bool() && !*value.AsBool()) return std::nullopt;
      if (!narrow.Find(bound)) return fmt::format("{}: {} was added", path, key);
      return Same(key, value, narrow, path);
    }
    if (other) {
      if (value == *other) return std::nullopt;
      const double wide = value.AsDouble().value_or(0);
      const double kept = other->AsDouble().value_or(0);
      if (low ? wide < kept : wide > kept) return std::nullopt;
    }
    return fmt::format("{}: {} was added or is stricter", path, key);
  }

  static Why Required(const Value& value, const Value& narrow, const std::string& path) {
    if (!value.is_array()) return std::nullopt;
    const Value* kept = narrow.Find("required");
    for (const Value& name : *value.AsArray()) {
      const bool was = kept && kept->is_array() && std::ranges::find(*kept->AsArray(), name) != kept->AsArray()->end();
      if (!was) return fmt::format("{}/{}: the property was not required", path, *name.AsString());
    }
    return std::nullopt;
  }

  Why Properties(const Value& value, const Value& narrow, const std::string& path, int depth) {
    const Value* named = narrow.Find("properties");
    const Value* others = narrow.Find("additionalProperties");
    for (const auto& [name, schema] : *value.AsObject()) {
      const Value* was = named ? named->Find(name) : nullptr;
      if (!was && narrow.Find("patternProperties")) was = &kAnything;
      if (!was) was = others;
      // An open object that never named the property: it was not written.
      if (!was || (was == others && (was->is_bool() && *was->AsBool()))) continue;
      if (Why why = Compare(schema, *was, fmt::format("{}/{}", path, name), depth + 1)) return why;
    }
    return std::nullopt;
  }

  Why Additional(const Value& value, const Value& wide, const Value& narrow, const std::string& path, int depth) {
    if (value.is_bool() && *value.AsBool()) return std::nullopt;
    const Value* patterns = narrow.Find("patternProperties");
    const Value* kept = wide.Find("patternProperties");
    if ((patterns || kept) && !(patterns && kept && *patterns == *kept)) {
      return path + ": patternProperties differ where others are closed";
    }
    const Value* known = wide.Find("properties");
    if (const Value* named = narrow.Find("properties"); named && named->is_object()) {
      for (const auto& [name, schema] : *named->AsObject()) {
        if (known && known->Find(name)) continue;
        if (Why why = Compare(value, schema, fmt::format("{}/{}", path, name), depth + 1)) return why;
      }
    }
    const Value* others = narrow.Find("additionalProperties");
    return Compare(value, others ? *others : kAnything, path + "/*", depth + 1);
  }

  // Exactly one alternative must accept: one that includes all, and none of the others anything of it.
  Why OneOf(const Value& value, const Value& narrow, const std::string& path, int depth) {
    const auto one = [&](const Value& part) {
      const Value* followed = Follow(narrow_root_, part);
      const unsigned types = followed ? TypesOf(*followed) : unsigned{kAllBits};
      int including = 0;
      for (const Value& alternative : *value.AsArray()) {
        if (!Compare(alternative, part, path, depth + 1)) {
          ++including;
          continue;
        }
        const Value* meant = Follow(wide_root_, alternative);
        if (!meant || (TypesOf(*meant) & types) != 0) return false;
      }
      return including == 1;
    };
    if (one(narrow)) return std::nullopt;
    const Value* parts = narrow.Find("oneOf");
    const bool same = parts && value == *parts && !RefersOn(value);
    if (same || (parts && parts->is_array() && std::ranges::all_of(*parts->AsArray(), one))) return std::nullopt;
    return path + ": oneOf does not surely accept all that was";
  }

  inline static const Value kAnything{true};
  const Value& wide_root_;
  const Value& narrow_root_;
  std::set<const Value*> sound_;
  int steps_ = 0;
  std::set<std::pair<const Value*, const Value*>> under_way_;
};

}  // namespace

std::optional<std::string> WhyUnreadable(const json::Value& reader, const json::Value& writer) {
  return Inclusion(reader, writer).Compare(reader, writer, "#", 0);
}

}  // namespace tarn::registry::json_schema
