// Tables leave and move: drop, unregister, rename.
#include "api/iceberg/delegation.h"
#include "api/iceberg/exchange.h"
#include "base/strings.h"

namespace tarn::api::iceberg_rest {
namespace {

Answer UnregisteredAnswer(const catalog::IcebergTable& table) {
  json::Writer out;
  out.BeginObject().Key("metadata-location").String(table.metadata_location).Key("metadata");
  table.metadata->Write(out);
  out.EndObject();
  return Answer{.body = out.Take()};
}

Result<Answer> DropTable(const Asked& asked) {
  TARN_CHECK(asked.May("glue:DeleteTable", asked.name_space, asked.table));
  const auto given = asked.query.find("purgeRequested");
  const bool purge = given != asked.query.end() && EqualsIgnoreCase(given->second, "true");
  if (catalog::TableBucketOf(asked.scope)) {
    if (!purge)
      return Fail(kBadRequest, "a table bucket keeps no files of dropped tables: purgeRequested must be true");
    TARN_CHECK(
        Worded(asked.parts->buckets->DropTable(asked.scope, asked.name_space, asked.table, std::nullopt, asked.also),
               asked.name_space, asked.table));
    return Answer{.status = 204};
  }
  if (purge) {
    TARN_TRY(const auto access, asked.rights().OfTable(asked.name_space, asked.table));
    if (access.encroaches && !access.Has(govern::Permission::kDelete)) {
      return enforce::Insufficient(govern::Permission::kDelete, asked.table);
    }
  }
  const Status dropped = purge ? asked.parts->purger->Drop(asked.scope, asked.name_space, asked.table, asked.also)
                               : asked.parts->tables->Drop(asked.scope, asked.name_space, asked.table, asked.also);
  TARN_CHECK(Worded(dropped, asked.name_space, asked.table));
  return Answer{.status = 204};
}

// Commits in flight fail: there is no table any more.
Result<Answer> UnregisterTable(const Asked& asked) {
  TARN_CHECK(asked.May("glue:DeleteTable", asked.name_space, asked.table));
  TARN_CHECK(MayOpenFiles(asked, asked.table));
  // The answer is promised before the change: afterwards nothing leads to the metadata.
  TARN_TRY(const auto before, Worded(asked.parts->tables->Load(asked.scope, asked.name_space, asked.table),
                                     asked.name_space, asked.table));
  asked.promised = UnregisteredAnswer(before);
  TARN_TRY(const auto table,
           Worded(asked.parts->tables->Unregister(asked.scope, asked.name_space, asked.table, asked.also),
                  asked.name_space, asked.table));
  return UnregisteredAnswer(table);
}

Result<Answer> RenameTable(const Asked& asked) {
  return Renamed(asked, *asked.parts->tables, [](const Identifier& from, Status renamed) {
    return Worded(std::move(renamed), from.name_space, from.name);
  });
}

}  // namespace

std::vector<Route> TableNameRoutes() {
  return {
      {"DropTable", "DELETE", "/v1/{prefix}/namespaces/{namespace}/tables/{table}", &DropTable, true},
      {"UnregisterTable", "POST", "/v1/{prefix}/namespaces/{namespace}/tables/{table}/unregister", &UnregisterTable,
       true},
      {"RenameTable", "POST", "/v1/{prefix}/tables/rename", &RenameTable, true},
  };
}

}  // namespace tarn::api::iceberg_rest
