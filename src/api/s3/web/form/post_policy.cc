#include "api/s3/web/form/post_policy.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/s3/errors.h"
#include "base/hash.h"
#include "base/strings.h"
#include "json/json.h"

namespace tarn::api::s3 {
namespace {

using Kind = PostCondition::Kind;

constexpr size_t kPolicyBytesMax = 20 << 10;
// What AWS also says of a value whose type no condition takes.
constexpr std::string_view kNotJson = "Invalid JSON.";

Error Invalid(std::string_view why) { return Fail(kInvalidPostPolicy, fmt::format("Invalid Policy: {}", why)); }

Error Denied(std::string_view why) { return Fail(kPostDenied, fmt::format("Invalid according to Policy: {}", why)); }

// A number, or a text that is one.
std::optional<int64_t> SizeOf(const json::Value& value) {
  if (const int64_t* number = value.AsInt()) return *number;
  if (const std::string* text = value.AsString()) return ParseI64(*text);
  return std::nullopt;
}

Result<PostCondition> SizeCondition(const json::Array& words) {
  PostCondition condition{.kind = Kind::kSize};
  const auto min = SizeOf(words[1]);
  const auto max = SizeOf(words[2]);
  if (min && max) {
    condition.size_min = *min;
    condition.size_max = *max;
    return condition;
  }
  const auto fits = [](const json::Value& word) { return word.is_string() || word.AsInt() != nullptr; };
  if (!fits(words[1]) || !fits(words[2])) return Invalid(kNotJson);
  condition.kind = Kind::kNeverHolds;
  condition.text = fmt::format("[\"content-length-range\", {}, {}]", json::Write(words[1]), json::Write(words[2]));
  return condition;
}

PostCondition FieldCondition(Kind kind, std::string_view name, const std::string& value) {
  PostCondition condition{.kind = kind};
  condition.text = fmt::format("[\"{}\", {}, {}]", kind == Kind::kStartsWith ? "starts-with" : "eq", json::Quote(name),
                               json::Quote(value));
  condition.value = value;
  if (name.starts_with('$')) {
    condition.field = AsciiLower(name.substr(1));
  } else {
    condition.kind = Kind::kNeverHolds;
  }
  return condition;
}

// ["eq", "$acl", "private"], told as it was written in `policy`: with spaces or without.
Result<PostCondition> ListCondition(const json::Value& list, std::string_view policy) {
  const json::Array& words = *list.AsArray();
  if (words.empty() || !words[0].is_string()) return Invalid("Invalid Condition: missing operation identifier.");
  const std::string& written = *words[0].AsString();
  const std::string operation = AsciiLower(written);
  const bool size = operation == "content-length-range";
  if (!size && operation != "eq" && operation != "starts-with") {
    return Invalid(fmt::format("Invalid Condition: unknown operation '{}'.", written));
  }
  if (words.size() != 3) return Invalid(fmt::format("Invalid {}: wrong number of arguments.", written));
  if (size) return SizeCondition(words);
  if (!words[1].is_string() || !words[2].is_string()) return Invalid(kNotJson);
  PostCondition condition =
      FieldCondition(operation == "eq" ? Kind::kEquals : Kind::kStartsWith, *words[1].AsString(), *words[2].AsString());
  if (std::string compact = json::Write(list); policy.find(compact) != policy.npos) condition.text = std::move(compact);
  return condition;
}

// {"acl": "private"}
Result<PostCondition> SimpleCondition(const json::Object& object) {
  if (object.size() != 1) {
    return Invalid("Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.");
  }
  if (!object[0].second.is_string()) return Invalid("Invalid Simple-Condition: value must be a string.");
  return FieldCondition(Kind::kEquals, "$" + object[0].first, *object[0].second.AsString());
}

// Fields that no condition needs to name: the signature's own, and checksums of the bytes.
bool IsFree(std::string_view name) {
  return name == "awsaccesskeyid" || name == "signature" || name == "x-amz-signature" || name == "policy" ||
         name == "file" || name.starts_with("x-ignore-") || name.starts_with("x-amz-checksum-") ||
         name == "x-amz-sdk-checksum-algorithm";
}

bool StartsWith(std::string_view field, std::string_view value, std::string_view prefix) {
  if (field != "content-type" || value.find(',') == value.npos) return value.starts_with(prefix);
  // A list of types: each must begin so.
  return std::ranges::all_of(Split(value, ','), [&](std::string_view type) { return Trim(type).starts_with(prefix); });
}

// A field that is missing is an empty one.
bool Holds(const PostCondition& condition, const FormFields& fields) {
  const std::string* field = FindField(fields, condition.field);
  const std::string_view value = field == nullptr ? std::string_view() : std::string_view(*field);
  switch (condition.kind) {
    case Kind::kEquals:
      return value == condition.value;
    case Kind::kStartsWith:
      return StartsWith(condition.field, value, condition.value);
    case Kind::kSize:
      return true;
    case Kind::kNeverHolds:
      return false;
  }
  return false;
}

}  // namespace

const std::string* FindField(const FormFields& fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &FormFields::value_type::first);
  return found == fields.end() ? nullptr : &found->second;
}

Result<PostPolicy> ParsePostPolicy(std::string_view base64) {
  const auto text = Unbase64(base64);
  if (!text) return Invalid("invalid Base64 encoding.");
  if (text->empty()) return Invalid("Expecting '{' but found End-of-Input");
  const auto document = json::Parse(*text, {.bytes = kPolicyBytesMax, .depth = 8, .values = 4'000});
  if (!document.ok() || !document->is_object()) return Invalid(kNotJson);
  PostPolicy policy;
  const json::Value* conditions = nullptr;
  const json::Value* expiration = nullptr;
  for (const auto& [name, value] : *document->AsObject()) {
    if (name == "expiration") {
      expiration = &value;
    } else if (name == "conditions") {
      conditions = &value;
    } else {
      return Invalid(fmt::format("Unexpected: {}", json::Quote(name)));
    }
  }
  if (expiration == nullptr) return Invalid("Policy missing expiration.");
  if (!expiration->is_string()) return Invalid(kNotJson);
  const std::string& written = *expiration->AsString();
  const bool strict = written.size() > 10 && written[10] == 'T' && written.ends_with('Z');
  const auto until = strict ? ParseIso8601(written) : std::nullopt;
  if (!until) return Invalid(fmt::format("Invalid 'expiration' value: '{}'", *expiration->AsString()));
  policy.expiration = *until;
  if (conditions == nullptr) return Invalid("Policy missing conditions.");
  if (!conditions->is_array()) return Invalid("Invalid 'conditions' value: must be a List.");
  for (const json::Value& value : *conditions->AsArray()) {
    if (!value.is_array() && !value.is_object()) return Invalid("Invalid condition test: must be a List or Object.");
    TARN_TRY(PostCondition condition,
             value.is_array() ? ListCondition(value, *text) : SimpleCondition(*value.AsObject()));
    policy.conditions.push_back(std::move(condition));
  }
  return policy;
}

Result<SizeRange> CheckPostPolicy(const PostPolicy& policy, const FormFields& fields, Timestamp now) {
  if (now > policy.expiration) return Denied("Policy expired.");
  SizeRange range;
  for (const PostCondition& condition : policy.conditions) {
    if (!Holds(condition, fields)) return Denied(fmt::format("Policy Condition failed: {}", condition.text));
    if (condition.kind != Kind::kSize) continue;
    range.min = std::max(range.min, condition.size_min);
    range.max = std::min(range.max, condition.size_max);
  }
  std::vector<std::string> extra;
  for (const auto& [name, value] : fields) {
    if (IsFree(name) || std::ranges::find(policy.conditions, name, &PostCondition::field) != policy.conditions.end()) {
      continue;
    }
    extra.push_back(name);
  }
  if (!extra.empty()) return Denied(fmt::format("Extra input fields: {}", Join(extra, ", ")));
  return range;
}

}  // namespace tarn::api::s3
