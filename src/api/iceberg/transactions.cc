// POST /v1/{prefix}/transactions/commit: changes of several tables, all or none.
#include "api/iceberg/exchange.h"
#include "govern/principal.h"
#include "iceberg/metadata/update.h"

namespace tarn::api::iceberg_rest {
namespace {

Result<catalog::TableChange> ChangeOf(const Asked& asked, const json::Value& json) {
  if (!json.is_object()) return Fail(kBadRequest, "a table change is an object");
  const json::Value* requirements = json.Find("requirements");
  const json::Value* updates = json.Find("updates");
  if (requirements == nullptr || updates == nullptr) return Fail(kBadRequest, "requirements and updates must be given");
  TARN_TRY(const Identifier table, IdentifierOf(json, "identifier"));
  catalog::TableChange change;
  change.database = table.name_space;
  change.name = table.name;
  TARN_CHECK(MayCommit(asked, change.database, change.name, *requirements, *updates));
  TARN_TRY(change.requirements, iceberg::RequirementsFromJson(*requirements));
  TARN_TRY(change.updates, iceberg::UpdatesFromJson(*updates));
  return change;
}

Result<Answer> CommitTransaction(const Asked& asked) {
  TARN_TRY(const json::Value body, asked.Json());
  const json::Value* listed = body.Find("table-changes");
  if (listed == nullptr || !listed->is_array() || listed->AsArray()->empty()) {
    return Fail(kBadRequest, "table-changes is a list of one change or more");
  }
  std::vector<catalog::TableChange> changes;
  for (const json::Value& each : *listed->AsArray()) {
    TARN_TRY(catalog::TableChange change, ChangeOf(asked, each));
    changes.push_back(std::move(change));
  }
  catalog::Alongside also = asked.also;
  for (const auto& change : changes) {
    also =
        catalog::MadeBy(asked.scope, change.database, change.name, govern::PrincipalOf(asked.caller), std::move(also));
  }
  const auto done = asked.parts->tables->CommitAll(asked.scope, changes, also);
  if (!done.ok()) return WordedFor(done.error(), changes.front().database, changes.front().name);
  return Answer{.status = 204};
}

}  // namespace

std::vector<Route> TransactionRoutes() {
  return {{"CommitTransaction", "POST", "/v1/{prefix}/transactions/commit", &CommitTransaction, true}};
}

}  // namespace tarn::api::iceberg_rest
