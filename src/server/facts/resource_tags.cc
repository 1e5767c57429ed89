#include "server/facts/resource_tags.h"

#include <vector>

#include "base/strings.h"

namespace tarn::server {
namespace {

using Tags = std::map<std::string, std::string>;

// What follows "kind/"; nothing for another kind.
std::optional<std::string_view> NameOf(std::string_view resource, std::string_view kind) {
  if (!resource.starts_with(kind)) return std::nullopt;
  return resource.substr(kind.size());
}

}  // namespace

Tags ResourceTags::OfGlue(const Scope& scope, std::string_view resource) const {
  if (const auto name = NameOf(resource, "database/")) {
    const auto database = parts_.catalog.GetDatabase(scope, *name);
    return database.ok() ? database->tags : Tags();
  }
  if (const auto name = NameOf(resource, "table/")) {
    const size_t slash = name->find('/');
    if (slash == name->npos) return {};
    const auto table = parts_.catalog.GetTable(scope, name->substr(0, slash), name->substr(slash + 1));
    return table.ok() ? table->tags : Tags();
  }
  if (const auto name = NameOf(resource, "crawler/")) {
    const auto crawler = parts_.crawlers.Get(scope, *name);
    return crawler.ok() ? crawler->tags : Tags();
  }
  return {};
}

Tags ResourceTags::TagsOf(std::string_view arn) const {
  const std::vector<std::string_view> parts = Split(arn, ':');
  if (parts.size() < 6) return {};
  const Scope scope{.account = std::string(parts[4]), .region = std::string(parts[3])};
  const std::string_view resource = arn.substr(static_cast<size_t>(parts[5].data() - arn.data()));
  if (parts[2] == "glue") return OfGlue(scope, resource);
  if (parts[2] == "athena") {
    const auto tags = parts_.queries.ListTags(scope, resource);
    return tags.ok() ? Tags(tags->begin(), tags->end()) : Tags();
  }
  if (parts[2] == "s3tables") {
    const auto name = NameOf(resource, "bucket/");
    if (!name || name->find('/') != name->npos) return {};
    const auto bucket = parts_.buckets.Get(scope, *name);
    return bucket.ok() ? bucket->tags : Tags();
  }
  if (const auto key = NameOf(resource, "key/"); key && parts[2] == "kms") {
    const auto tags = parts_.keys.TagsOf(scope, *key);
    return tags.ok() ? *tags : Tags();
  }
  return {};
}

}  // namespace tarn::server
