#include <fmt/format.h>

#include <set>

#include "api/iceberg/exchange.h"
#include "base/hash.h"
#include "base/strings.h"
#include "catalog/errors.h"
#include "iceberg/metadata/update.h"
#include "iceberg/schema/partition.h"

namespace tarn::api::iceberg_rest {
namespace {

using catalog::IcebergTable;

std::string Named(const Asked& asked) { return asked.name_space + "." + asked.table; }

// The catalog's refusals in the words of the specification's clients.
template <typename T>
Result<T> Worded(Result<T> result, std::string_view name_space, std::string_view table) {
  if (result.Is(catalog::kNoSuchDatabase)) {
    return Fail(catalog::kNoSuchDatabase, fmt::format("Namespace does not exist: {}", name_space));
  }
  if (result.Is(catalog::kNoSuchTable)) {
    return Fail(catalog::kNoSuchTable, fmt::format("Table does not exist: {}.{}", name_space, table));
  }
  return result;
}

Result<bool> BoolOf(const json::Value& body, std::string_view key) {
  const json::Value* value = body.Find(key);
  if (value == nullptr || value->is_null()) return false;
  if (!value->is_bool()) return Fail(kBadRequest, fmt::format("{} must be a boolean", key));
  return *value->AsBool();
}

Result<std::string> TextOf(const json::Value& body, std::string_view key) {
  const json::Value* value = body.Find(key);
  if (value == nullptr || !value->is_string() || value->AsString()->empty()) {
    return Fail(kBadRequest, fmt::format("{} must be given", key));
  }
  return *value->AsString();
}

// Only what branches and tags name: a table of 10,000 snapshots loads like one of ten.
iceberg::TableMetadata OnlyReferenced(const iceberg::TableMetadata& whole) {
  std::set<int64_t> named;
  for (const auto& [name, ref] : whole.refs) named.insert(ref.snapshot_id);
  iceberg::TableMetadata part = whole;
  std::erase_if(part.snapshots, [&](const auto& snapshot) { return !named.contains(snapshot->snapshot_id); });
  return part;
}

std::string TagOf(const IcebergTable& table, std::string_view snapshots) {
  return fmt::format("\"{}\"", Hex(Md5(table.metadata_location + " " + std::string(snapshots))));
}

Answer TableAnswer(const Asked& asked, const IcebergTable& table, std::string_view snapshots = "all") {
  json::Writer out;
  out.BeginObject();
  if (!table.metadata_location.empty()) out.Key("metadata-location").String(table.metadata_location);
  out.Key("metadata");
  if (snapshots == "refs") {
    OnlyReferenced(*table.metadata).Write(out);
  } else {
    table.metadata->Write(out);
  }
  out.Key("config").Write(FileAccessOf(asked)).EndObject();
  Answer answer{.body = out.Take()};
  if (!table.metadata_location.empty()) answer.headers.Add("ETag", TagOf(table, snapshots));
  return answer;
}

Result<Answer> ListTables(const Asked& asked) {
  TARN_CHECK(asked.May("glue:GetTables", asked.name_space));
  TARN_CHECK(Worded(asked.parts->catalog->GetDatabase(asked.scope, asked.name_space), asked.name_space, ""));
  const auto list = [&](const catalog::ListOptions& options) {
    return asked.parts->tables->List(asked.scope, asked.name_space, options);
  };
  const auto show = [](const catalog::Table& table) {
    return json::Object{{"namespace", json::Array{table.database}}, {"name", table.name}};
  };
  TARN_TRY(auto answer, ListedAs(asked, "identifiers", list, show));
  return Answer{.body = json::Write(std::move(answer))};
}

Result<iceberg::NewTable> DefinitionOf(const json::Value& body) {
  iceberg::NewTable table;
  const json::Value* schema = body.Find("schema");
  if (schema == nullptr) return Fail(kBadRequest, "schema must be given");
  TARN_TRY(table.schema, iceberg::Schema::FromJson(*schema));
  if (const json::Value* spec = body.Find("partition-spec"); spec != nullptr && !spec->is_null()) {
    TARN_TRY(table.spec, iceberg::PartitionSpec::FromJson(*spec));
  }
  if (const json::Value* order = body.Find("write-order"); order != nullptr && !order->is_null()) {
    TARN_TRY(table.order, iceberg::SortOrder::FromJson(*order));
  }
  table.location = body.StringOr("location", "");
  TARN_TRY(table.properties, iceberg::FindStringMap(body, "properties"));
  return table;
}

Result<Answer> CreateTable(const Asked& asked) {
  TARN_TRY(const json::Value body, asked.Json());
  TARN_TRY(const std::string name, TextOf(body, "name"));
  TARN_CHECK(asked.May("glue:CreateTable", asked.name_space, name));
  TARN_TRY(auto table, DefinitionOf(body));
  TARN_TRY(const bool staged, BoolOf(body, "stage-create"));
  TARN_TRY(const auto made,
           Worded(asked.parts->tables->Create(asked.scope, asked.name_space, name, std::move(table), staged),
                  asked.name_space, name));
  return TableAnswer(asked, made);
}

Result<Answer> LoadTable(const Asked& asked) {
  TARN_CHECK(asked.May("glue:GetTable", asked.name_space, asked.table));
  const auto wanted = asked.query.find("snapshots");
  const std::string snapshots = wanted == asked.query.end() ? "all" : wanted->second;
  if (snapshots != "all" && snapshots != "refs") return Fail(kBadRequest, "snapshots is all or refs");
  TARN_TRY(const auto table, Worded(asked.parts->tables->Load(asked.scope, asked.name_space, asked.table),
                                    asked.name_space, asked.table));
  if (asked.headers->Get("if-none-match") == TagOf(table, snapshots)) return Fail(kNotModified, "");
  return TableAnswer(asked, table, snapshots);
}

Result<Answer> TableExists(const Asked& asked) {
  TARN_CHECK(asked.May("glue:GetTable", asked.name_space, asked.table));
  TARN_TRY(const auto record, Worded(asked.parts->catalog->GetTable(asked.scope, asked.name_space, asked.table),
                                     asked.name_space, asked.table));
  if (!record.IsIceberg()) return Fail(catalog::kNotIceberg, Named(asked) + " is not an Iceberg table");
  return Answer{.status = 204};
}

Result<Answer> CommitTable(const Asked& asked) {
  TARN_CHECK(asked.May("glue:UpdateTable", asked.name_space, asked.table));
  TARN_TRY(const json::Value body, asked.Json());
  const json::Value* requirements = body.Find("requirements");
  const json::Value* updates = body.Find("updates");
  if (requirements == nullptr || updates == nullptr) return Fail(kBadRequest, "requirements and updates must be given");
  TARN_TRY(const auto required, iceberg::RequirementsFromJson(*requirements));
  TARN_TRY(const auto changes, iceberg::UpdatesFromJson(*updates));
  TARN_TRY(const auto table,
           Worded(asked.parts->tables->Commit(asked.scope, asked.name_space, asked.table, required, changes),
                  asked.name_space, asked.table));
  return TableAnswer(asked, table);
}

Result<Answer> DropTable(const Asked& asked) {
  TARN_CHECK(asked.May("glue:DeleteTable", asked.name_space, asked.table));
  const auto purge = asked.query.find("purgeRequested");
  if (purge != asked.query.end() && EqualsIgnoreCase(purge->second, "true")) {
    return Fail(kUnsupportedOperation, "purging a table's files is not served: drop it, then remove its location");
  }
  TARN_CHECK(
      Worded(asked.parts->tables->Drop(asked.scope, asked.name_space, asked.table), asked.name_space, asked.table));
  return Answer{.status = 204};
}

Result<Answer> RegisterTable(const Asked& asked) {
  TARN_TRY(const json::Value body, asked.Json());
  TARN_TRY(const std::string name, TextOf(body, "name"));
  TARN_CHECK(asked.May("glue:CreateTable", asked.name_space, name));
  TARN_TRY(const std::string location, TextOf(body, "metadata-location"));
  TARN_TRY(const bool overwrite, BoolOf(body, "overwrite"));
  TARN_TRY(const auto table,
           Worded(asked.parts->tables->Register(asked.scope, asked.name_space, name, location, overwrite),
                  asked.name_space, name));
  return TableAnswer(asked, table);
}

struct Identifier {
  std::string name_space;
  std::string name;
};

Result<Identifier> IdentifierOf(const json::Value& body, std::string_view key) {
  const json::Value* given = body.Find(key);
  if (given == nullptr || !given->is_object()) return Fail(kBadRequest, fmt::format("{} must be given", key));
  Identifier identifier;
  TARN_TRY(identifier.name_space, NamespaceOf(given->Find("namespace")));
  TARN_TRY(identifier.name, TextOf(*given, "name"));
  return identifier;
}

Result<Answer> RenameTable(const Asked& asked) {
  TARN_TRY(const json::Value body, asked.Json());
  TARN_TRY(const Identifier from, IdentifierOf(body, "source"));
  TARN_TRY(const Identifier to, IdentifierOf(body, "destination"));
  TARN_CHECK(asked.May("glue:UpdateTable", from.name_space, from.name));
  TARN_CHECK(asked.May("glue:CreateTable", to.name_space, to.name));
  const Status renamed = asked.parts->tables->Rename(asked.scope, from.name_space, from.name, to.name_space, to.name);
  const bool into = renamed.Is(catalog::kNoSuchDatabase);
  TARN_CHECK(Worded(renamed, into ? to.name_space : from.name_space, from.name));
  return Answer{.status = 204};
}

}  // namespace

const std::vector<Route>& TableRoutes() {
  static const std::vector<Route> kRoutes{
      {"GET", "/v1/{prefix}/namespaces/{namespace}/tables", &ListTables},
      {"POST", "/v1/{prefix}/namespaces/{namespace}/tables", &CreateTable},
      {"GET", "/v1/{prefix}/namespaces/{namespace}/tables/{table}", &LoadTable},
      {"HEAD", "/v1/{prefix}/namespaces/{namespace}/tables/{table}", &TableExists},
      {"POST", "/v1/{prefix}/namespaces/{namespace}/tables/{table}", &CommitTable},
      {"DELETE", "/v1/{prefix}/namespaces/{namespace}/tables/{table}", &DropTable},
      {"POST", "/v1/{prefix}/namespaces/{namespace}/register", &RegisterTable},
      {"POST", "/v1/{prefix}/tables/rename", &RenameTable},
  };
  return kRoutes;
}

}  // namespace tarn::api::iceberg_rest
