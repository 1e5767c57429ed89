#include "iam/policies/compile.h"

#include <string>

#include "base/strings.h"
#include "iam/errors.h"
#include "json/json.h"

namespace tarn::iam {
namespace {

using json::Value;

Result<std::shared_ptr<const policy::Document>> Parse(std::string_view text) {
  policy::ParseOptions options;
  options.kind = policy::ParseOptions::Kind::kIdentity;
  options.max_bytes = size_t{1} << 20;
  return policy::Document::Parse(text, options);
}

Value WholeDocument(json::Array statements) {
  return json::Object{{"Version", "2012-10-17"}, {"Statement", std::move(statements)}};
}

// Without what says nothing: its name, nulls in lists, operators without keys.
Value Cleaned(const Value& statement) {
  json::Object out;
  for (const auto& [name, value] : *statement.AsObject()) {
    if (name == "Sid") continue;
    Value kept = value;
    if (auto* array = kept.AsArray()) std::erase_if(*array, [](const Value& item) { return item.is_null(); });
    if (auto* object = kept.AsObject(); object != nullptr && name == "Condition") {
      std::erase_if(*object, [](const auto& member) {
        const auto* keys = member.second.AsObject();
        return keys != nullptr && keys->empty();
      });
    }
    out.emplace_back(name, std::move(kept));
  }
  return out;
}

}  // namespace

Result<std::shared_ptr<const policy::Document>> CompileIdentityPolicy(std::string_view document) {
  auto whole = Parse(Trim(document));
  if (whole.ok()) return whole;
  const auto read = json::Parse(document);
  const Value* list = read.ok() ? read->Find("Statement") : nullptr;
  if (list == nullptr) return Fail(kDamaged, "a policy document is damaged");
  const json::Array given = list->AsArray() != nullptr ? *list->AsArray() : json::Array{*list};
  // One that says nothing, so that there is one.
  json::Array kept = {json::Object{{"Effect", "Deny"}, {"Action", "none:None"}, {"Resource", "*"}}};
  for (const Value& statement : given) {
    if (!statement.is_object()) return Fail(kDamaged, "a policy document is damaged");
    Value cleaned = Cleaned(statement);
    if (Parse(json::Write(WholeDocument({cleaned}))).ok()) {
      kept.push_back(std::move(cleaned));
    } else if (statement.StringOr("Effect", "") != "Allow") {
      kept.push_back(json::Object{{"Effect", "Deny"}, {"Action", "*"}, {"Resource", "*"}});
    }
  }
  return Parse(json::Write(WholeDocument(std::move(kept))));
}

}  // namespace tarn::iam
