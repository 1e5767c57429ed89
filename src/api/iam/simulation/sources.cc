#include "api/iam/simulation/sources.h"

#include <utility>

#include "iam/errors.h"
#include "iam/model.h"

namespace tarn::api::iam {
namespace {

using Kind = policy::ParseOptions::Kind;

constexpr size_t kTextBytesMax = 131'072;

Result<Source> Read(std::string id, const std::string& text, Kind kind) {
  policy::ParseOptions options;
  options.kind = kind;
  options.max_bytes = kTextBytesMax;
  auto document = policy::Document::Parse(text, options);
  if (!document.ok()) return Fail(domain::kInvalidInput, document.error().message);
  return Source{.id = std::move(id), .text = text, .document = *std::move(document)};
}

std::string_view NameOf(domain::Kind kind) {
  switch (kind) {
    case domain::Kind::kUser:
      return "user";
    case domain::Kind::kGroup:
      return "group";
    case domain::Kind::kRole:
      return "role";
  }
  return {};
}

// A managed policy that is gone says nothing.
Status AddManaged(domain::Iam& iam, const std::string& arn, std::vector<Source>& sources) {
  const auto policy = iam.FindPolicy(arn);
  if (policy.Is(domain::kNoSuchEntity)) return Ok();
  if (!policy.ok()) return policy.error();
  const domain::PolicyVersion* version = policy->Version(policy->default_version);
  if (version == nullptr) return Ok();
  TARN_TRY(sources.emplace_back(), Read(policy->name, version->document, Kind::kIdentity));
  return Ok();
}

Status AddEntity(domain::Iam& iam, const domain::Entity& entity, Sources& sources) {
  for (const auto& [name, document] : entity.inlined) {
    std::string id = std::string(NameOf(entity.kind)) + "_" + entity.name + "_" + name;
    TARN_TRY(sources.identity.emplace_back(), Read(std::move(id), document, Kind::kIdentity));
  }
  for (const std::string& arn : entity.attached) TARN_CHECK(AddManaged(iam, arn, sources.identity));
  for (const std::string& group : entity.groups) {
    auto found = iam.Find({.kind = domain::Kind::kGroup, .account = entity.account, .name = group});
    if (found.Is(domain::kNoSuchEntity)) continue;
    if (!found.ok()) return found.error();
    TARN_CHECK(AddEntity(iam, *found, sources));
  }
  return Ok();
}

}  // namespace

Result<std::vector<Source>> SourcesOf(const std::optional<std::vector<std::string>>& texts, const std::string& list) {
  std::vector<Source> sources;
  if (!texts) return sources;
  for (const std::string& text : *texts) {
    TARN_TRY(sources.emplace_back(), Read(list + "." + std::to_string(sources.size() + 1), text, Kind::kIdentity));
  }
  return sources;
}

Result<Source> ResourceSourceOf(const std::string& text) { return Read("ResourcePolicy", text, Kind::kResource); }

Status AddPrincipal(domain::Iam& iam, const std::string& arn, Sources& sources) {
  if (!domain::ParseArn(arn)) {
    return Fail(domain::kInvalidInput, "Invalid Entity Arn: " + arn + " does not clearly define entity type and name.");
  }
  TARN_TRY(const domain::Entity entity, iam.FindByArn(arn));
  TARN_CHECK(AddEntity(iam, entity, sources));
  if (!entity.boundary.empty() && sources.boundary.empty()) {
    TARN_CHECK(AddManaged(iam, entity.boundary, sources.boundary));
  }
  return Ok();
}

}  // namespace tarn::api::iam
