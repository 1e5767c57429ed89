// Temporary credentials for the data of tables, limited to the table's prefix. Those of a governed table are a session
// of the account that registered the location: grants have decided, and IAM need not let the caller read the bucket.
// (AWS takes the role of the registration for it.)
#include <fmt/core.h>

#include "api/lakeformation/convert.h"
#include "api/lakeformation/lakeformation_service.h"
#include "base/strings.h"
#include "catalog/errors.h"
#include "object/files.h"
#include "policy/prefix_policy.h"

namespace tarn::api::lakeformation {
namespace {

constexpr int64_t kUsualSeconds = 3600;

// What the permissions asked for come to at the files: as for plain S3, INSERT writes and DELETE deletes.
policy::PrefixRights RightsOf(govern::Permissions asked) {
  const bool all = (asked & govern::Bit(govern::Permission::kAll)) != 0;
  return {.writes = all || (asked & govern::Bit(govern::Permission::kInsert)) != 0,
          .deletes = all || (asked & govern::Bit(govern::Permission::kDelete)) != 0};
}

struct TableName {
  Scope scope;
  std::string database;
  std::string table;
};

// "arn:aws:glue:us-east-1:123456789012:table/sales/orders"
Result<TableName> ParseTableArn(const std::string& arn) {
  const auto parts = Split(arn, ':');
  const auto path = parts.size() == 6 ? Split(parts[5], '/') : std::vector<std::string_view>();
  if (parts.size() != 6 || parts[0] != "arn" || parts[2] != "glue" || path.size() != 3 || path[0] != "table") {
    return Fail(kInvalidInput, fmt::format("Invalid table ARN: {}", arn));
  }
  return TableName{.scope = {.account = std::string(parts[4]), .region = std::string(parts[3])},
                   .database = std::string(path[1]),
                   .table = std::string(path[2])};
}

bool Has(const std::optional<std::vector<std::string>>& items, std::string_view item) {
  return items && std::ranges::find(*items, item) != items->end();
}

Status CheckTypes(const govern::TableAccess& access, const std::optional<std::vector<std::string>>& supported) {
  if (access.whole()) return Ok();
  bool has_cells = !access.row_filter.empty();
  for (const govern::ColumnAccess& column : access.columns) {
    has_cells = has_cells || !column.cell_filter.empty() || column.mask.kind != govern::MaskKind::kNone;
  }
  if (has_cells && !Has(supported, "CELL_FILTER_PERMISSION")) {
    return Fail(kPermissionTypeMismatch, "CELL_FILTER_PERMISSION is required to access this table.");
  }
  if (!access.all_columns && !Has(supported, "COLUMN_PERMISSION") && !Has(supported, "CELL_FILTER_PERMISSION")) {
    return Fail(kPermissionTypeMismatch, "COLUMN_PERMISSION is required to access this table.");
  }
  return Ok();
}

// Each permission asked for is held; nothing asked is SELECT.
Status CheckPermissions(const govern::TableAccess& access, govern::Permissions asked) {
  if (asked == 0) asked = govern::Bit(govern::Permission::kSelect);
  constexpr govern::Permissions kAll =
      govern::Bit(govern::Permission::kSelect) | govern::Bit(govern::Permission::kInsert) |
      govern::Bit(govern::Permission::kDelete) | govern::Bit(govern::Permission::kDescribe) |
      govern::Bit(govern::Permission::kAlter) | govern::Bit(govern::Permission::kDrop);
  if ((asked & govern::Bit(govern::Permission::kAll)) != 0) asked = kAll;
  if ((asked & ~access.permissions) == 0) return Ok();
  return Fail(kAccessDenied, fmt::format("Insufficient Lake Formation permission(s): Required {} on the table.",
                                         Join(govern::NamesOf(asked & ~access.permissions), ", ")));
}

template <class Out>
Out ToWire(identity::TemporaryCredentials made) {
  Out out;
  out.access_key_id = std::move(made.access_key_id);
  out.secret_access_key = std::move(made.secret_access_key);
  out.session_token = std::move(made.session_token);
  out.expiration = made.expires;
  return out;
}

std::string Slashed(std::string uri) {
  if (!uri.ends_with('/')) uri += '/';
  return uri;
}

}  // namespace

// Of a table that is not there: to who does not manage the lake it is as one that is another's.
Error LakeFormationService::NoTable(const protocol::Call& call, const Scope& scope, govern::Permissions asked,
                                    std::string_view missing) const {
  const auto manages = governor_.IsAdmin(call.caller, scope);
  if (!manages.ok()) return manages.error();
  if (*manages) return Fail(kNotFound, std::string(missing));
  const Status refused = CheckPermissions(govern::TableAccess{.governed = true}, asked);
  return refused.error();
}

// What every vending of a table's files asks: the caller's rights on it, and who he is.
Result<identity::TemporaryCredentials> LakeFormationService::Vend(const protocol::Call& call, const VendSpec& spec) {
  TARN_TRY(const TableName name, ParseTableArn(spec.table_arn));
  TARN_TRY(const govern::TableAccess access, governor_.OfTable(call.caller, name.scope, name.database, name.table));
  const policy::PrefixRights rights = RightsOf(spec.asked);
  const bool may_write = rights.writes || rights.deletes;
  if (!access.governed) {
    // IAM alone decides, and the credentials are no wider than what it gave.
    TARN_CHECK(call.Allow("glue:GetTable", spec.table_arn));
    if (may_write) TARN_CHECK(call.Allow("glue:UpdateTable", spec.table_arn));
  } else {
    TARN_CHECK(CheckPermissions(access, spec.asked));
    // Metadata alone opens no data.
    if (!may_write) TARN_CHECK(CheckPermissions(access, govern::Bit(govern::Permission::kSelect)));
    TARN_TRY(const govern::Settings settings, governor_.GetSettings(name.scope));
    TARN_TRY(const bool is_trusted, governor_.IsTrustedEngine(call.caller, name.scope));
    if (!is_trusted && !(access.whole() && settings.full_table_external_access.value_or(false))) {
      return Fail(kAccessDenied,
                  "Access is not allowed: the caller is no authorized query engine, and full table access by external "
                  "engines is not allowed in the data lake settings.");
    }
    TARN_CHECK(CheckTypes(access, spec.supported));
  }
  TARN_TRY(const auto location, governor_.OfLocation(call.caller, spec.uri));
  if (!location) return Fail(kInvalidInput, "The location of the table is not registered with Lake Formation.");
  auto place = object::ParseLocation(spec.uri);
  if (!place.ok()) return Fail(kInvalidInput, fmt::format("Invalid location: {}", spec.uri));
  std::string key = place->key;
  while (key.ends_with('/')) key.pop_back();
  const std::string policy = policy::PrefixPolicy({{place->bucket, key}}, rights);
  const int64_t seconds = spec.seconds.value_or(kUsualSeconds);
  if (!access.governed) {
    return parts_.sessions->Issue(call.caller, {.name = "lakeformation", .policy = policy, .seconds = seconds});
  }
  TARN_TRY(identity::Caller data, parts_.opener(location->account));
  identity::SessionGrant grant;
  data.session = "AWSLF-00-GL-" + call.caller.account;
  grant.principal = std::move(data);
  grant.policies.push_back(policy);
  grant.source_identity = call.caller.user_id;
  grant.seconds = seconds;
  return parts_.sessions->Issue(grant);
}

Result<gen::GetTemporaryGlueTableCredentialsResponse> LakeFormationService::GetTemporaryGlueTableCredentials(
    const protocol::Call& call, const gen::GetTemporaryGlueTableCredentialsRequest& in) {
  TARN_TRY(const TableName name, ParseTableArn(Text(in.table_arn)));
  const auto table = parts_.catalog->GetTable(name.scope, name.database, name.table);
  VendSpec spec;
  TARN_TRY(spec.asked, FromWire(in.permissions));
  if (table.Is(catalog::kNoSuchDatabase) || table.Is(catalog::kNoSuchTable)) {
    return NoTable(call, name.scope, spec.asked, "Table not found.");
  }
  if (!table.ok()) return table.error();
  spec.table_arn = Text(in.table_arn);
  spec.uri = std::string(table->location());
  if (in.s3_path) {
    if (!Slashed(*in.s3_path).starts_with(Slashed(spec.uri))) {
      return Fail(kInvalidInput, "S3Path must lie below the location of the table.");
    }
    spec.uri = *in.s3_path;
  }
  spec.supported = in.supported_permission_types;
  spec.seconds = in.duration_seconds;
  TARN_TRY(auto made, Vend(call, spec));
  auto out = ToWire<gen::GetTemporaryGlueTableCredentialsResponse>(std::move(made));
  out.vended_s3_path = std::vector<std::string>{spec.uri};
  return out;
}

Result<gen::GetTemporaryGluePartitionCredentialsResponse> LakeFormationService::GetTemporaryGluePartitionCredentials(
    const protocol::Call& call, const gen::GetTemporaryGluePartitionCredentialsRequest& in) {
  TARN_TRY(const TableName name, ParseTableArn(Text(in.table_arn)));
  // Which partitions there are is a matter of rows: it is told to nobody who may not have any.
  TARN_TRY(const govern::TableAccess access, governor_.OfTable(call.caller, name.scope, name.database, name.table));
  TARN_TRY(const bool is_trusted, governor_.IsTrustedEngine(call.caller, name.scope));
  if (!access.whole() && !is_trusted) {
    return Fail(kAccessDenied, "Insufficient Lake Formation permission(s): Required Select on the table.");
  }
  const auto partition =
      parts_.catalog->GetPartition(name.scope, name.database, name.table, Items(in.partition->values));
  if (!partition.ok() && partition.error().reason->code == Code::kNotFound) {
    return Fail(kNotFound, partition.error().message);
  }
  if (!partition.ok()) return partition.error();
  VendSpec spec;
  spec.table_arn = Text(in.table_arn);
  spec.uri = std::string(partition->location());
  TARN_TRY(spec.asked, FromWire(in.permissions));
  spec.supported = in.supported_permission_types;
  spec.seconds = in.duration_seconds;
  TARN_TRY(auto made, Vend(call, spec));
  return ToWire<gen::GetTemporaryGluePartitionCredentialsResponse>(std::move(made));
}

// Opens a location itself, for who holds the whole of a table there.
Result<gen::GetTemporaryDataLocationCredentialsResponse> LakeFormationService::GetTemporaryDataLocationCredentials(
    const protocol::Call& call, const gen::GetTemporaryDataLocationCredentialsRequest& in) {
  const auto& locations = Items(in.data_locations);
  if (locations.size() != 1) return Fail(kInvalidInput, "DataLocations must name one location.");
  const std::string place = Slashed(locations.front());
  VendSpec spec;
  spec.asked = govern::Bit(govern::Permission::kSelect);
  const bool may_write = in.credentials_scope == "READWRITE";
  if (may_write) spec.asked |= govern::Bit(govern::Permission::kInsert) | govern::Bit(govern::Permission::kDelete);
  TARN_TRY(const auto table, TableAt(call.scope, place));
  if (table.empty()) {
    return NoTable(call, call.scope, spec.asked, "No Data Catalog table lies at the location.");
  }
  spec.table_arn = table;
  spec.uri = place;
  spec.supported = std::vector<std::string>{"COLUMN_PERMISSION"};
  spec.seconds = in.duration_seconds;
  TARN_TRY(auto made, Vend(call, spec));
  gen::GetTemporaryDataLocationCredentialsResponse out;
  out.credentials = ToWire<gen::TemporaryCredentials>(std::move(made));
  out.accessible_data_locations = std::vector<std::string>{place};
  out.credentials_scope = may_write ? "READWRITE" : "READ";
  return out;
}

// The ARN of a table whose data holds that place; "" when there is none.
Result<std::string> LakeFormationService::TableAt(const Scope& scope, const std::string& place) const {
  constexpr size_t kPage = 1000;
  std::string after;
  do {
    TARN_TRY(const auto databases, parts_.catalog->ListDatabases(scope, {after, kPage}));
    for (const catalog::Database& database : databases.items) {
      std::string table_after;
      do {
        const auto tables = parts_.catalog->ListTables(scope, database.name, {table_after, kPage});
        if (!tables.ok()) break;  // dropped meanwhile
        for (const catalog::Table& table : tables->items) {
          if (table.location().empty() || !place.starts_with(Slashed(std::string(table.location())))) continue;
          return fmt::format("arn:aws:glue:{}:{}:table/{}/{}", scope.region, scope.account, table.database, table.name);
        }
        table_after = tables->next;
      } while (!table_after.empty());
    }
    after = databases.next;
  } while (!after.empty());
  return std::string();
}

}  // namespace tarn::api::lakeformation
