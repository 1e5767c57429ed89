#include "api/glue/convert.h"
#include "api/glue/errors.h"
#include "api/glue/glue_service.h"
#include "base/strings.h"
#include "govern/principal.h"

namespace tarn::api::glue {
namespace {

constexpr size_t kDatabasesPerPage = 100;

}  // namespace

Result<gen::CreateDatabaseResponse> GlueService::CreateDatabase(const protocol::Call& call,
                                                                const gen::CreateDatabaseRequest& in) {
  TARN_TRY(catalog::Database database, FromWire(*in.database_input));
  if (in.tags) database.tags = *in.tags;
  database.creator = govern::PrincipalOf(call.caller);
  if (catalog::TableBucketOf(call.scope) && !catalog::IsTableBucketNamespace(database.name)) {
    return Fail(kInvalidInput, "The specified namespace name is not valid.");
  }
  TARN_CHECK(Seen(call).CreateDatabase(call.scope, std::move(database)));
  return gen::CreateDatabaseResponse{};
}

Result<gen::DeleteDatabaseResponse> GlueService::DeleteDatabase(const protocol::Call& call,
                                                                const gen::DeleteDatabaseRequest& in) {
  if (catalog::TableBucketOf(call.scope)) {
    TARN_TRY(const auto tables, Seen(call).ListTables(call.scope, Text(in.name), {"", 1}));
    if (!tables.items.empty()) return Fail(kInvalidInput, "The namespace that you tried to delete is not empty.");
  }
  TARN_CHECK(Seen(call).DeleteDatabase(call.scope, Text(in.name)));
  return gen::DeleteDatabaseResponse{};
}

Result<gen::GetDatabaseResponse> GlueService::GetDatabase(const protocol::Call& call,
                                                          const gen::GetDatabaseRequest& in) {
  TARN_TRY(catalog::Database database, Seen(call).GetDatabase(call.scope, Text(in.name)));
  return gen::GetDatabaseResponse{.database = ShownDatabase(database, call.scope)};
}

Result<gen::GetDatabasesResponse> GlueService::GetDatabases(const protocol::Call& call,
                                                            const gen::GetDatabasesRequest& in) {
  gen::GetDatabasesResponse out;
  out.database_list.emplace();
  if (in.resource_share_type == "FOREIGN") return out;  // nothing is shared with this account
  TARN_TRY(std::string after, FromToken(in.next_token));
  TARN_TRY(auto page, Seen(call).ListDatabases(call.scope, {after, PageSize(in.max_results, kDatabasesPerPage)}));
  for (const catalog::Database& database : page.items) {
    if (Items(in.attributes_to_get).empty()) {
      out.database_list->push_back(ShownDatabase(database, call.scope));
      continue;
    }
    gen::Database slim{.name = database.name, .catalog_id = CatalogIdOf(call.scope)};
    for (const std::string& attribute : *in.attributes_to_get) {
      if (attribute == "TARGET_DATABASE") slim.target_database = ToWire(database, "").target_database;
    }
    out.database_list->push_back(std::move(slim));
  }
  out.next_token = ToToken(page.next);
  return out;
}

Result<gen::UpdateDatabaseResponse> GlueService::UpdateDatabase(const protocol::Call& call,
                                                                const gen::UpdateDatabaseRequest& in) {
  TARN_TRY(catalog::Database database, FromWire(*in.database_input));
  TARN_CHECK(Seen(call).UpdateDatabase(call.scope, Text(in.name), std::move(database)));
  return gen::UpdateDatabaseResponse{};
}

}  // namespace tarn::api::glue
