// "t$live": an Iceberg table with what delivery streams have accepted for it and not committed yet.
#include <fmt/format.h>

#include <utility>

#include "query/errors.h"
#include "query/lake/lake.h"
#include "query/lake/place.h"

namespace tarn::query {

std::optional<std::string> TableOfLive(std::string_view name) {
  constexpr std::string_view kSuffix = "$live";
  if (name.size() <= kSuffix.size() || !name.ends_with(kSuffix)) return std::nullopt;
  return std::string(name.substr(0, name.size() - kSuffix.size()));
}

// The state with its tail is made once a query, before the engine begins: to make it takes the engine.
Result<std::optional<sql::TableInfo>> Lake::DescribeLive(const sql::TableName& name) const {
  const auto base = TableOfLive(name.table);
  if (!base || iceberg_.tails == nullptr || name.database == kInformationSchema) return std::optional<sql::TableInfo>();
  TARN_TRY(const SeenTable seen, Load(name.database, *base));
  // What another account's streams have accepted is that account's alone to see.
  if (seen.table == nullptr || !seen.table->IsIceberg() || IsForeign(seen.scope))
    return std::optional<sql::TableInfo>();
  const Name key(name.database, *base + "$live 0");
  std::shared_ptr<const IcebergState> state;
  {
    const std::scoped_lock lock(mutex_);
    if (const auto found = iceberg_states_.find(key); found != iceberg_states_.end()) state = found->second;
  }
  if (state == nullptr) {
    IcebergState made{
        .table = {}, .at = {}, .access = seen.access, .vended = seen.vended, .tail = nullptr, .scope = seen.scope};
    const Scope& scope = seen.scope;
    if (seen.access.Has(govern::Permission::kSelect)) {
      TARN_TRY(tables::TailedTable loaded, iceberg_.tails->Load(scope, seen.table->database, seen.table->name));
      made.table = std::move(loaded.table);
      made.tail = std::move(loaded.tail);
    } else {
      TARN_TRY(made.table, iceberg_.tables.Load(scope, seen.table->database, seen.table->name));
    }
    TARN_TRY(made.at, catalog::StateAt(*made.table.metadata, {}));
    state = std::make_shared<const IcebergState>(std::move(made));
    const std::scoped_lock lock(mutex_);
    state = iceberg_states_.emplace(key, std::move(state)).first->second;
  }
  TARN_TRY(auto info, DescribeIceberg(name, *state));
  info->engine_table = key.second;
  return info;
}

}  // namespace tarn::query
