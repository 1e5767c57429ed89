// The tags of Glue's databases, tables and crawlers, Athena's work groups and catalogs, KMS's keys and table buckets
// (of tables in them not).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "catalog/buckets/table_buckets.h"
#include "catalog/catalog.h"
#include "identity/resource_tags.h"
#include "jobs/crawl/definitions.h"
#include "keys/keys.h"
#include "query/service.h"

namespace tarn::server {

class ResourceTags : public identity::ResourceTags {
 public:
  // All outlive it.
  struct Parts {
    const catalog::Catalog& catalog;
    catalog::TableBuckets& buckets;
    const jobs::crawl::Definitions& crawlers;
    query::QueryService& queries;
    const keys::Keys& keys;
  };
  explicit ResourceTags(const Parts& parts) : parts_(parts) {}

  std::map<std::string, std::string> TagsOf(std::string_view arn) const override;

 private:
  std::map<std::string, std::string> OfGlue(const Scope& scope, std::string_view resource) const;

  const Parts parts_;
};

}  // namespace tarn::server
