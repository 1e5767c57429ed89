// Tags of table buckets and tables.
#include <utility>

#include "api/s3tables/s3tables_service.h"

namespace tarn::api::s3tables {
namespace {

constexpr size_t kTagsMax = 50;

struct Tagged {
  std::optional<FoundTable> table;  // else the bucket
  BucketName bucket;
  catalog::Parameters tags;
};

Result<Tagged> Find(const S3TablesService& service, const std::optional<std::string>& arn) {
  Tagged found;
  std::string uid;
  TARN_TRY(found.bucket, ParseArn(arn.value_or(""), &uid));
  if (uid.empty()) {
    TARN_TRY(auto bucket, service.parts().buckets.Get(found.bucket.owner, found.bucket.name));
    found.tags = std::move(bucket.tags);
    return found;
  }
  TARN_TRY(found.table, FindTable(service, arn.value_or("")));
  found.tags = found.table->table.tags;
  return found;
}

Status Change(S3TablesService& service, const Tagged& tagged, const catalog::Parameters& add,
              const std::vector<std::string>& remove) {
  if (tagged.table) {
    const catalog::Table& table = tagged.table->table;
    return service.parts().catalog.TagTable(tagged.bucket.scope(), table.database, table.name, add, remove);
  }
  TARN_CHECK(service.parts().buckets.Change(tagged.bucket.owner, tagged.bucket.name,
                                            [&](catalog::TableBucket& bucket) -> Status {
                                              for (const auto& [key, value] : add) bucket.tags[key] = value;
                                              for (const std::string& key : remove) bucket.tags.erase(key);
                                              return Ok();
                                            }));
  return Ok();
}

Result<gen::TagResourceResponse> Tag(S3TablesService& service, const Call&, const gen::TagResourceRequest& in) {
  TARN_TRY(Tagged found, Find(service, in.resource_arn));
  for (const auto& [key, value] : *in.tags) found.tags[key] = value;
  if (found.tags.size() > kTagsMax) return Fail(kBadRequest, "A resource has at most 50 tags.");
  TARN_CHECK(Change(service, found, *in.tags, {}));
  return gen::TagResourceResponse{};
}

Result<gen::UntagResourceResponse> Untag(S3TablesService& service, const Call&, const gen::UntagResourceRequest& in) {
  TARN_TRY(const Tagged found, Find(service, in.resource_arn));
  TARN_CHECK(Change(service, found, {}, *in.tag_keys));
  return gen::UntagResourceResponse{};
}

Result<gen::ListTagsForResourceResponse> List(S3TablesService& service, const Call&,
                                              const gen::ListTagsForResourceRequest& in) {
  TARN_TRY(Tagged found, Find(service, in.resource_arn));
  return gen::ListTagsForResourceResponse{.tags = std::move(found.tags)};
}

}  // namespace

Rows TagRows(const S3TablesService& service) {
  using protocol::Bind;
  const auto on = [&service](std::string_view action) {
    return [&service, action](const Call& call, const auto& in) {
      return AskBucket(service, call, action, in.resource_arn);
    };
  };
  return {
      Bind<&Tag>("TagResource", "s3tables:TagResource", on("s3tables:TagResource")),
      Bind<&Untag>("UntagResource", "s3tables:UntagResource", on("s3tables:UntagResource")),
      Bind<&List>("ListTagsForResource", "s3tables:ListTagsForResource", on("s3tables:ListTagsForResource")),
  };
}

}  // namespace tarn::api::s3tables
