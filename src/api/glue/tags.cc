#include <fmt/core.h>

#include "api/glue/convert.h"
#include "api/glue/errors.h"
#include "api/glue/glue_service.h"
#include "base/strings.h"

namespace tarn::api::glue {
namespace {

constexpr size_t kTagsMax = 50;

// "crawler/nightly" of "arn:aws:glue:us-east-1:000000000000:crawler/nightly".
Result<std::string> ResourceOf(const std::string& arn) {
  const std::vector<std::string_view> parts = Split(arn, ':');
  if (parts.size() < 6 || parts[0] != "arn" || parts[2] != "glue") {
    return Fail(kInvalidInput, fmt::format("Invalid resource ARN: {}", arn));
  }
  return std::string(parts[5].data(), arn.data() + arn.size());
}

Error NotFound(const std::string& arn) { return Fail(kEntityNotFound, fmt::format("Resource {} not found.", arn)); }

}  // namespace

Result<catalog::Parameters> GlueService::EditTagsOf(const protocol::Call& call, const std::string& arn,
                                                    const catalog::Parameters& add,
                                                    const std::vector<std::string>& remove) {
  TARN_TRY(std::string resource, ResourceOf(arn));
  const size_t slash = resource.find('/');
  if (slash == std::string::npos) return NotFound(arn);
  const std::string kind = resource.substr(0, slash);
  const std::string name = resource.substr(slash + 1);
  const bool edit = !add.empty() || !remove.empty();
  catalog::Parameters tags;
  if (kind == "database") {
    if (edit) {
      TARN_CHECK(Seen(call).rights().RequireDatabase(name, govern::Permission::kAlter));
      TARN_CHECK(catalog_.TagDatabase(call.scope, name, add, remove));
    }
    TARN_TRY(catalog::Database database, Seen(call).GetDatabase(call.scope, name));
    tags = database.tags;
  } else if (kind == "table" && name.find('/') != std::string::npos) {
    const std::string parent = name.substr(0, name.find('/'));
    const std::string table_name = name.substr(parent.size() + 1);
    if (edit) {
      TARN_CHECK(Seen(call).rights().RequireTable(parent, table_name, govern::Permission::kAlter));
      TARN_CHECK(catalog_.TagTable(call.scope, parent, table_name, add, remove));
    }
    TARN_TRY(catalog::Table table, Seen(call).GetTable(call.scope, parent, table_name));
    tags = table.tags;
  } else if (kind == "crawler") {
    if (edit) TARN_CHECK(crawlers_.Tag(call.scope, name, add, remove));
    TARN_TRY(jobs::crawl::Definition definition, crawlers_.Get(call.scope, name));
    tags = definition.tags;
  } else if (kind == "connection") {
    if (Status tagged = edit ? connections_.Tag(call.scope, name, add, remove) : Ok(); !tagged.ok()) {
      return tagged.error().reason->code == Code::kNotFound ? NotFound(arn) : tagged.error();
    }
    auto connection = connections_.Get(call.scope, name);
    if (!connection.ok()) {
      return connection.error().reason->code == Code::kNotFound ? NotFound(arn) : connection.error();
    }
    tags = connection->tags;
  } else if (kind == "registry") {
    TARN_TRY(tags, schemas_.TagRegistry(call.scope, name, add, remove));
  } else if (kind == "schema" && name.find('/') != std::string::npos) {
    const std::string parent = name.substr(0, name.find('/'));
    TARN_TRY(tags, schemas_.TagSchema(call.scope, {parent, name.substr(parent.size() + 1)}, add, remove));
  } else {
    return NotFound(arn);
  }
  return tags;
}

Result<gen::TagResourceResponse> GlueService::TagResource(const protocol::Call& call,
                                                          const gen::TagResourceRequest& in) {
  TARN_TRY(catalog::Parameters present, EditTagsOf(call, Text(in.resource_arn), {}, {}));
  catalog::EditTags(present, *in.tags_to_add, {});
  if (present.size() > kTagsMax) return Fail(kInvalidInput, "A resource can have at most 50 tags.");
  TARN_CHECK(EditTagsOf(call, Text(in.resource_arn), *in.tags_to_add, {}));
  return gen::TagResourceResponse{};
}

Result<gen::UntagResourceResponse> GlueService::UntagResource(const protocol::Call& call,
                                                              const gen::UntagResourceRequest& in) {
  TARN_CHECK(EditTagsOf(call, Text(in.resource_arn), {}, Items(in.tags_to_remove)));
  return gen::UntagResourceResponse{};
}

Result<gen::GetTagsResponse> GlueService::GetTags(const protocol::Call& call, const gen::GetTagsRequest& in) {
  TARN_TRY(catalog::Parameters tags, EditTagsOf(call, Text(in.resource_arn), {}, {}));
  return gen::GetTagsResponse{.tags = std::move(tags)};
}

}  // namespace tarn::api::glue
