#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "api/iceberg/delegation.h"
#include "api/iceberg/exchange.h"
#include "api/iceberg/warehouse.h"
#include "base/hash.h"
#include "base/strings.h"
#include "catalog/errors.h"
#include "enforce/iceberg_filter.h"
#include "enforce/iceberg_view.h"
#include "iceberg/metadata/update.h"
#include "iceberg/schema/partition.h"

namespace tarn::api::iceberg_rest {
namespace {

using catalog::IcebergTable;

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

// `name` empty: the client has its access to the files already.
Result<Answer> TableAnswer(const Asked& asked, const IcebergTable& table, std::string_view name,
                           std::string_view snapshots = "all") {
  json::Writer out;
  out.BeginObject();
  if (!table.metadata_location.empty()) out.Key("metadata-location").String(table.metadata_location);
  out.Key("metadata");
  if (snapshots == "refs") {
    OnlyReferenced(*table.metadata).Write(out);
  } else if (table.json != nullptr) {
    out.Raw(*table.json);
  } else {
    table.metadata->Write(out);
  }
  if (name.empty()) {
    out.Key("config").Write(FileAccessOf(asked));
  } else {
    TARN_CHECK(WriteAccess(out, asked, name, *table.metadata));
  }
  out.EndObject();
  Answer answer{.body = out.Take()};
  if (!table.metadata_location.empty()) answer.headers.Add("ETag", TagOf(table, snapshots));
  return answer;
}

// What stands for the values of a column that is not seen as it is, by the specification's actions. What these cannot
// say in full says less: NULL.
std::string_view ActionFor(const govern::ColumnAccess& column) {
  if (!column.cell_filter.empty()) return "replace-with-null";
  constexpr int kShown = 4;
  switch (column.mask.kind) {
    case govern::MaskKind::kHash:
      return "sha-256-global";
    case govern::MaskKind::kPartial:
      if (column.mask.keep_first == kShown && column.mask.keep_last == 0) return "show-first-4";
      if (column.mask.keep_first == 0 && column.mask.keep_last == kShown) return "show-last-4";
      return "replace-with-null";
    default:
      return "replace-with-null";
  }
}

// Columns that are not seen are not in the schema. A row filter that names those or says what the protocol has no words
// for is told as the one that admits no row, which every reader understands, so that none shows what it may not. (Such
// rows are read by SQL, where the filter is applied.)
void WriteRestrictions(json::Writer& out, const govern::TableAccess& access, const iceberg::Schema& schema) {
  json::Array projections;
  std::set<int32_t> told;
  for (const govern::ColumnAccess& column : access.columns) {
    if (column.cell_filter.empty() && column.mask.kind == govern::MaskKind::kNone) continue;
    for (const iceberg::Field& field : schema.columns()) {
      const std::string name = AsciiLower(field.name);
      if (column.name != name && !column.name.starts_with(name + ".")) continue;
      if (!told.insert(field.id).second) break;
      // Of a part of a struct nothing can be said but of the whole.
      const bool is_text = field.type.id() == iceberg::TypeId::kString && column.name == name;
      projections.emplace_back(
          json::Object{{"field-id", int64_t{field.id}}, {"action", is_text ? ActionFor(column) : "replace-with-null"}});
      break;
    }
  }
  if (projections.empty() && access.row_filter.empty()) return;
  out.Key("read-restrictions").BeginObject();
  if (!projections.empty()) out.Key("required-column-projections").Write(std::move(projections));
  if (!access.row_filter.empty()) {
    const auto filter = enforce::IcebergFilter(access, schema);
    iceberg::WriteExpression(out.Key("required-row-filter"), filter.value_or(iceberg::AlwaysFalse()), schema);
  }
  out.EndObject();
}

// Of one who sees a part: the columns that are seen, no way to the files, and what a reader would have to keep to.
Result<Answer> RestrictedAnswer(const Asked& asked, const IcebergTable& table, const govern::TableAccess& access) {
  if (!access.Has(govern::Permission::kSelect)) {
    return enforce::Insufficient(govern::Permission::kSelect, asked.table);
  }
  TARN_TRY(const iceberg::TableMetadata seen, enforce::SeenMetadata(access, *table.metadata));
  json::Writer out;
  out.BeginObject();
  out.Key("metadata-location").String(table.metadata_location).Key("metadata");
  seen.Write(out);
  out.Key("config").Write(RefusedAccessOf(asked, asked.table));
  WriteRestrictions(out, access, seen.schema());
  out.EndObject();
  return Answer{.body = out.Take()};
}

std::string AsFolder(std::string_view url) { return std::string(url) + (url.empty() || url.ends_with('/') ? "" : "/"); }

Status CheckFolders(const Asked& asked, std::string_view home, const iceberg::Properties& properties) {
  for (const std::string_view key : catalog::kFolderProperties) {
    const auto found = properties.find(key);
    if (found != properties.end()) TARN_CHECK(asked.MayTouch("s3:PutObject", home, AsFolder(found->second)));
  }
  return Ok();
}

Status CheckFolders(const Asked& asked, std::string_view home, const iceberg::TableMetadata& metadata) {
  TARN_CHECK(asked.MayTouch("s3:PutObject", home, AsFolder(metadata.location)));
  return CheckFolders(asked, home, metadata.properties);
}

Result<Answer> ListTables(const Asked& asked) {
  TARN_CHECK(asked.May("glue:GetTables", asked.name_space));
  TARN_TRY(const auto database,
           Worded(asked.parts->catalog->GetDatabase(asked.scope, asked.name_space), asked.name_space));
  const auto list = [&](const catalog::ListOptions& options) {
    return SeenTables(asked, asked.parts->tables->List(asked.scope, asked.name_space, options));
  };
  const json::Array space = ShownNamespace(database.Shown());
  const auto show = [&](const catalog::Table& table) {
    return json::Object{{"namespace", space}, {"name", table.Shown()}};
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
  TARN_CHECK(CheckNames(asked.scope, asked.name_space, name));
  TARN_TRY(auto table, DefinitionOf(body));
  TARN_CHECK(asked.MayMakeAt(asked.name_space, name, table.location));
  TARN_CHECK(CheckFolders(asked, table.location, table.properties));
  TARN_TRY(const bool staged, FlagOf(body, "stage-create"));
  TARN_TRY(const auto made, Worded(asked.parts->tables->Create(asked.scope, asked.name_space, name, std::move(table),
                                                               staged, asked.AlsoMaking(asked.name_space, name)),
                                   asked.name_space));
  return TableAnswer(asked, made, name);
}

// Clients look for "db.orders.files" in the namespace db.orders first. Where that is a table that the caller may see,
// and no namespace, there is nothing to refuse: nothing is there.
bool IsBelowTable(const Asked& asked) {
  const auto levels = catalog::LevelsOf(asked.name_space);
  if (levels.size() < 2 || asked.parts->catalog->GetDatabase(asked.scope, asked.name_space).ok()) return false;
  const std::string parent(catalog::ParentOf(asked.name_space));
  return asked.parts->catalog->GetTable(asked.scope, parent, levels.back()).ok() &&
         asked.May("glue:GetTable", parent, levels.back()).ok();
}

Result<Answer> LoadTable(const Asked& asked) {
  if (IsBelowTable(asked)) return Fail(catalog::kNoSuchTable, fmt::format("Table does not exist: {}", asked.Named()));
  TARN_CHECK(asked.May("glue:GetTable", asked.name_space, asked.table));
  const auto wanted = asked.query.find("snapshots");
  const std::string snapshots = wanted == asked.query.end() ? "all" : wanted->second;
  if (snapshots != "all" && snapshots != "refs") return Fail(kBadRequest, "snapshots is all or refs");
  TARN_TRY(const auto table, Worded(asked.parts->tables->Load(asked.scope, asked.name_space, asked.table),
                                    asked.name_space, asked.table));
  TARN_TRY(const auto access, asked.rights().OfTable(asked.name_space, asked.table));
  if (!access.whole()) return RestrictedAnswer(asked, table, access);
  if (asked.headers->Get("if-none-match") == TagOf(table, snapshots)) return Fail(kNotModified, "");
  return TableAnswer(asked, table, asked.table, snapshots);
}

// The table that the body of a creation names.
Result<Answer> LoadNamed(const Asked& asked) {
  TARN_TRY(const json::Value body, asked.Json());
  Asked named = asked;
  TARN_TRY(named.table, TextOf(body, "name"));
  return LoadTable(named);
}

Result<Answer> TableExists(const Asked& asked) {
  TARN_CHECK(asked.May("glue:GetTable", asked.name_space, asked.table));
  TARN_TRY(const auto record, Worded(asked.parts->catalog->GetTable(asked.scope, asked.name_space, asked.table),
                                     asked.name_space, asked.table));
  if (!record.IsIceberg()) {
    return Fail(catalog::kNotIceberg, fmt::format("Table does not exist: {}", asked.Named()));
  }
  return Answer{.status = 204};
}

Result<Answer> CommitTable(const Asked& asked) {
  TARN_TRY(const json::Value body, asked.Json());
  const json::Value* requirements = body.Find("requirements");
  const json::Value* updates = body.Find("updates");
  if (requirements == nullptr || updates == nullptr) return Fail(kBadRequest, "requirements and updates must be given");
  TARN_CHECK(MayCommit(asked, asked.name_space, asked.table, *requirements, *updates));
  TARN_TRY(const auto required, iceberg::RequirementsFromJson(*requirements));
  TARN_TRY(const auto changes, iceberg::UpdatesFromJson(*updates));
  TARN_TRY(const auto table,
           Worded(asked.parts->tables->Commit(asked.scope, asked.name_space, asked.table, required, changes,
                                              asked.AlsoMaking(asked.name_space, asked.table)),
                  asked.name_space, asked.table));
  return TableAnswer(asked, table, "");
}

Result<Answer> RegisterTable(const Asked& asked) {
  TARN_TRY(const json::Value body, asked.Json());
  TARN_TRY(const std::string name, TextOf(body, "name"));
  TARN_CHECK(asked.May("glue:CreateTable", asked.name_space, name));
  TARN_TRY(const std::string location, TextOf(body, "metadata-location"));
  TARN_CHECK(asked.MayTouch("s3:GetObject", "", location));
  TARN_TRY(const bool overwrite, FlagOf(body, "overwrite"));
  // The table will lie where its file says.
  const auto check = [&](const iceberg::TableMetadata& metadata) { return CheckFolders(asked, "", metadata); };
  TARN_TRY(const auto table,
           Worded(asked.parts->tables->Register(asked.scope, asked.name_space, name, location, overwrite,
                                                asked.AlsoMaking(asked.name_space, name), check),
                  asked.name_space));
  return TableAnswer(asked, table, name);
}

// The commit that makes a table, which may have been staged.
bool IsCreation(const Asked& asked, std::string_view name_space, std::string_view table,
                const json::Value& requirements) {
  const json::Array* const all = requirements.AsArray();
  const bool asserts = all != nullptr && std::ranges::any_of(*all, [](const json::Value& each) {
                         return each.is_object() && each.StringOr("type", "") == "assert-create";
                       });
  return asserts && !asked.parts->catalog->GetTable(asked.scope, name_space, table).ok();
}

// The location that the updates set, empty for none.
std::string LocationIn(const json::Value& updates) {
  std::string location;
  if (!updates.is_array()) return location;
  for (const json::Value& update : *updates.AsArray()) {
    if (!update.is_object() || update.StringOr("action", "") != "set-location") continue;
    location = update.StringOr("location", "");
  }
  return location;
}

// Where a commit would have the files of the table in question: its location, the folders of its properties and the
// manifest lists of new snapshots; and where the files of the present table are.
Status CheckPlaces(const Asked& asked, std::string_view name_space, std::string_view table,
                   const json::Value& updates) {
  if (!updates.is_array()) return Ok();
  std::string home;
  bool is_new = true;
  const auto present = asked.parts->tables->Load(asked.scope, name_space, table);
  if (present.ok()) {
    is_new = false;
    home = present->record.location();
    TARN_CHECK(CheckFolders(asked, home, *present->metadata));
  }
  for (const json::Value& update : *updates.AsArray()) {
    if (const std::string location(update.StringOr("location", "")); !location.empty()) {
      if (is_new) {
        TARN_CHECK(asked.MayMakeAt(name_space, table, location));
        home = location;
      } else {
        TARN_CHECK(asked.MayTouch("s3:PutObject", home, AsFolder(location)));
      }
    }
    if (update.Find("updates") != nullptr) {
      TARN_TRY(const auto properties, iceberg::FindStringMap(update, "updates"));
      TARN_CHECK(CheckFolders(asked, home, properties));
    }
    if (const json::Value* snapshot = update.Find("snapshot"); snapshot != nullptr && snapshot->is_object()) {
      TARN_CHECK(asked.MayTouch("s3:GetObject", home, snapshot->StringOr("manifest-list", "")));
    }
  }
  return Ok();
}

}  // namespace

Status MayCommit(const Asked& asked, std::string_view name_space, std::string_view table,
                 const json::Value& requirements, const json::Value& updates) {
  const bool creates = IsCreation(asked, name_space, table, requirements);
  TARN_CHECK(asked.May(creates ? "glue:CreateTable" : "glue:UpdateTable", name_space, table));
  TARN_CHECK(CheckPlaces(asked, name_space, table, updates));
  if (!creates) return Ok();
  // Where the updates name no place, at the default one.
  return asked.MayMakeAt(name_space, table, LocationIn(updates));
}

std::vector<Route> TableRoutes() {
  constexpr std::string_view kTable = "/v1/{prefix}/namespaces/{namespace}/tables/{table}";
  return {
      {"ListTables", "GET", "/v1/{prefix}/namespaces/{namespace}/tables", &ListTables},
      {"CreateTable", "POST", "/v1/{prefix}/namespaces/{namespace}/tables", &CreateTable, true, &LoadNamed},
      {.operation = "LoadTable", .method = "GET", .path = kTable, .run = &LoadTable, .reads = true},
      {.operation = "TableExists", .method = "HEAD", .path = kTable, .run = &TableExists, .reads = true},
      {"UpdateTable", "POST", kTable, &CommitTable, true, &LoadTable},
      {"RegisterTable", "POST", "/v1/{prefix}/namespaces/{namespace}/register", &RegisterTable, true, &LoadNamed},
  };
}

}  // namespace tarn::api::iceberg_rest
