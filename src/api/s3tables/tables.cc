// Tables: made, shown, listed, renamed, removed, and their metadata's place compared and swapped.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/s3tables/s3tables_service.h"
#include "base/hash.h"
#include "catalog/errors.h"
#include "govern/principal.h"

namespace tarn::api::s3tables {
namespace {

constexpr int32_t kListMax = 1000;
constexpr size_t kTagsMax = 50;

Status CheckName(std::string_view name) {
  if (catalog::IsTableBucketTable(name)) return Ok();
  return Fail(kBadRequest, "The specified table name is not valid.");
}

std::optional<std::string> MetadataLocation(const catalog::Table& table) {
  const std::string* found = catalog::Find(table.parameters, "metadata_location");
  return found == nullptr ? std::nullopt : std::optional(*found);
}

Result<gen::CreateTableResponse> Create(S3TablesService& service, const Call& call, const gen::CreateTableRequest& in) {
  TARN_TRY(const BucketName bucket, ParseArn(in.table_bucket_arn.value_or("")));
  const Parts& parts = service.parts();
  TARN_CHECK(parts.buckets.Get(bucket.owner, bucket.name));
  const std::string name = in.name.value_or("");
  const std::string database = in.namespace_.value_or("");
  TARN_CHECK(CheckName(name));
  if (in.encryption_configuration && in.encryption_configuration->sse_algorithm != "AES256") {
    return Fail(kNotSupported, "Encryption of tables under KMS keys (sseAlgorithm aws:kms) is not implemented.");
  }
  if (in.tags && in.tags->size() > kTagsMax) return Fail(kBadRequest, "A table has at most 50 tags.");
  FoundTable found{.bucket = bucket, .table = {}};
  const std::string creator = govern::PrincipalOf(call.caller);
  if (in.metadata && in.metadata->iceberg) {
    TARN_TRY(iceberg::NewTable wanted, ToNewTable(*in.metadata->iceberg));
    auto made = parts.tables.Create(bucket.scope(), database, name, std::move(wanted), false,
                                    catalog::MadeBy(bucket.scope(), database, name, creator));
    if (made.Is(catalog::kAlreadyExists)) {
      return Fail(kConflict, "A table with an identical name already exists in the namespace.");
    }
    if (!made.ok()) return made.error();
    TARN_TRY(found.table, parts.catalog.GetTable(bucket.scope(), database, name));
  } else {
    TARN_TRY(found.table, parts.buckets.CreateBareTable(bucket.scope(), database, name, creator));
  }
  if (in.tags) TARN_CHECK(parts.catalog.TagTable(bucket.scope(), database, name, *in.tags, {}));
  if (in.storage_class_configuration) {
    TARN_CHECK(
        parts.buckets.ChangeSettings(bucket.scope(), found.table, [&](catalog::TableSettings& settings) -> Status {
          settings.storage_class = in.storage_class_configuration->storage_class;
          return Ok();
        }));
  }
  return gen::CreateTableResponse{.table_arn = found.arn(), .version_token = VersionToken(found.table)};
}

Result<gen::GetTableResponse> Get(S3TablesService& service, const Call&, const gen::GetTableRequest& in) {
  FoundTable found;
  if (in.table_arn) {
    TARN_TRY(found, FindTable(service, *in.table_arn));
  } else if (in.table_bucket_arn && in.namespace_ && in.name) {
    TARN_TRY(found, FindTable(service, in.table_bucket_arn, in.namespace_, in.name));
  } else {
    return Fail(kBadRequest, "Either tableArn, or tableBucketARN, namespace and name must be given.");
  }
  TARN_TRY(const auto bucket, service.parts().buckets.Get(found.bucket.owner, found.bucket.name));
  TARN_TRY(const auto database, service.parts().catalog.GetDatabase(found.bucket.scope(), found.table.database));
  const std::string& account = found.bucket.owner.account;
  gen::GetTableResponse out;
  out.name = found.table.name;
  out.type = "customer";
  out.table_arn = found.arn();
  out.namespace_ = {found.table.database};
  out.namespace_id = database.uid;
  out.version_token = VersionToken(found.table);
  out.metadata_location = MetadataLocation(found.table);
  out.warehouse_location = std::string(found.table.location());
  out.created_at = found.table.create_time;
  out.created_by = account;
  out.modified_at = found.table.update_time;
  out.modified_by = account;
  out.owner_account_id = account;
  out.format = "ICEBERG";
  out.table_bucket_id = bucket.id;
  return out;
}

void AddSummaries(const BucketName& name, const catalog::TableBucket& bucket, const catalog::Database& database,
                  const std::vector<catalog::Table>& tables, std::vector<gen::TableSummary>& list) {
  for (const catalog::Table& table : tables) {
    list.push_back({.namespace_ = std::vector<std::string>{database.name},
                    .name = table.name,
                    .type = "customer",
                    .table_arn = FoundTable{name, table}.arn(),
                    .created_at = table.create_time,
                    .modified_at = table.update_time,
                    .managed_by_service = {},
                    .namespace_id = database.uid,
                    .table_bucket_id = bucket.id});
  }
}

// A token is the namespace and the place in its tables, joined by a slash.
Result<gen::ListTablesResponse> List(S3TablesService& service, const Call&, const gen::ListTablesRequest& in) {
  TARN_TRY(const BucketName name, ParseArn(in.table_bucket_arn.value_or("")));
  const Parts& parts = service.parts();
  TARN_TRY(const catalog::TableBucket bucket, parts.buckets.Get(name.owner, name.name));
  std::string database_after;
  std::string table_after;
  if (in.continuation_token) {
    const auto token = Unbase64(*in.continuation_token);
    const size_t slash = token ? token->find('/') : std::string::npos;
    if (slash == std::string::npos) return Fail(kBadRequest, "The specified continuation token is not valid.");
    database_after = token->substr(0, slash);
    table_after = token->substr(slash + 1);
  }
  const std::string prefix = in.prefix.value_or("");
  const auto wanted = [&prefix](const catalog::Table& table) { return table.name.starts_with(prefix); };
  const auto max = static_cast<size_t>(in.max_tables.value_or(kListMax));
  std::vector<catalog::Database> databases;
  if (in.namespace_) {
    TARN_TRY(databases.emplace_back(), parts.catalog.GetDatabase(name.scope(), *in.namespace_));
  } else {
    catalog::ListOptions all;
    do {
      TARN_TRY(auto page, parts.catalog.ListDatabases(name.scope(), all));
      std::ranges::move(page.items, std::back_inserter(databases));
      all.after = page.next;
    } while (!all.after.empty());
  }
  gen::ListTablesResponse out;
  auto& list = out.tables.emplace();
  for (const catalog::Database& database : databases) {
    if (database.name < database_after) continue;
    catalog::ListOptions options;
    if (database.name == database_after) options.after = table_after;
    do {
      if (list.size() >= max) {
        out.continuation_token = Base64(database.name + "/" + options.after);
        return out;
      }
      options.limit = max - list.size();
      TARN_TRY(const auto page, parts.catalog.ListTables(name.scope(), database.name, options, wanted));
      AddSummaries(name, bucket, database, page.items, list);
      options.after = page.next;
    } while (!options.after.empty());
  }
  return out;
}

Result<gen::DeleteTableResponse> Delete(S3TablesService& service, const Call&, const gen::DeleteTableRequest& in) {
  TARN_TRY(const FoundTable found, FindTable(service, in.table_bucket_arn, in.namespace_, in.name));
  TARN_TRY(const auto expected, ExpectedVersion(found.table, in.version_token));
  TARN_CHECK(service.parts().buckets.DropTable(found.bucket.scope(), found.table.database, found.table.name, expected));
  return gen::DeleteTableResponse{};
}

Result<gen::RenameTableResponse> Rename(S3TablesService& service, const Call&, const gen::RenameTableRequest& in) {
  TARN_TRY(const FoundTable found, FindTable(service, in.table_bucket_arn, in.namespace_, in.name));
  if (!in.new_name && !in.new_namespace_name) {
    return Fail(kBadRequest, "A new name or a new namespace must be given.");
  }
  TARN_CHECK(ExpectedVersion(found.table, in.version_token));
  const std::string to = in.new_name.value_or(found.table.name);
  TARN_CHECK(CheckName(to));
  const Status renamed = service.parts().tables.Rename(found.bucket.scope(), found.table.database, found.table.name,
                                                       in.new_namespace_name.value_or(found.table.database), to);
  if (renamed.Is(catalog::kAlreadyExists)) {
    return Fail(kConflict, "A table with an identical name already exists in the namespace.");
  }
  TARN_CHECK(renamed);
  return gen::RenameTableResponse{};
}

Result<gen::GetTableMetadataLocationResponse> GetLocation(S3TablesService& service, const Call&,
                                                          const gen::GetTableMetadataLocationRequest& in) {
  TARN_TRY(const FoundTable found, FindTable(service, in.table_bucket_arn, in.namespace_, in.name));
  gen::GetTableMetadataLocationResponse out;
  out.version_token = VersionToken(found.table);
  out.metadata_location = MetadataLocation(found.table);
  out.warehouse_location = std::string(found.table.location());
  return out;
}

Result<gen::UpdateTableMetadataLocationResponse> UpdateLocation(S3TablesService& service, const Call&,
                                                                const gen::UpdateTableMetadataLocationRequest& in) {
  TARN_TRY(FoundTable found, FindTable(service, in.table_bucket_arn, in.namespace_, in.name));
  TARN_CHECK(ExpectedVersion(found.table, in.version_token));
  TARN_TRY(found.table,
           service.parts().buckets.SwapMetadata(found.bucket.scope(), found.table.database, found.table.name,
                                                found.table.version, in.metadata_location.value_or("")));
  gen::UpdateTableMetadataLocationResponse out;
  out.name = found.table.name;
  out.table_arn = found.arn();
  out.namespace_ = {found.table.database};
  out.version_token = VersionToken(found.table);
  out.metadata_location = in.metadata_location;
  return out;
}

Result<gen::GetTableEncryptionResponse> GetEncryption(S3TablesService& service, const Call&,
                                                      const gen::GetTableEncryptionRequest& in) {
  TARN_CHECK(FindTable(service, in.table_bucket_arn, in.namespace_, in.name));
  gen::GetTableEncryptionResponse out;
  out.encryption_configuration.emplace().sse_algorithm = "AES256";
  return out;
}

Result<gen::GetTableStorageClassResponse> GetStorageClass(S3TablesService& service, const Call&,
                                                          const gen::GetTableStorageClassRequest& in) {
  TARN_TRY(const FoundTable found, FindTable(service, in.table_bucket_arn, in.namespace_, in.name));
  TARN_TRY(const auto settings, service.parts().buckets.GetSettings(found.bucket.scope(), found.table));
  TARN_TRY(const auto bucket, service.parts().buckets.Get(found.bucket.owner, found.bucket.name));
  gen::GetTableStorageClassResponse out;
  out.storage_class_configuration.emplace().storage_class =
      settings.storage_class.value_or(bucket.storage_class.value_or("STANDARD"));
  return out;
}

}  // namespace

std::string VersionToken(const catalog::Table& table) { return fmt::format("{}{:08x}", table.uid, table.version); }

Result<std::optional<uint64_t>> ExpectedVersion(const catalog::Table& table, const std::optional<std::string>& token) {
  if (!token) return std::optional<uint64_t>();
  if (*token != VersionToken(table)) {
    return Fail(kConflict, "The table has been changed since the version token was given.");
  }
  return std::optional(table.version);
}

Rows TableRows(const S3TablesService& service) {
  using protocol::Bind;
  using protocol::WorkClass;
  const auto on = [&service](std::string_view action) {
    return [&service, action](const Call& call, const auto& in) {
      return AskTable(service, call, action, in.table_bucket_arn, in.namespace_, in.name);
    };
  };
  const auto on_bucket = [&service](std::string_view action) {
    return [&service, action](const Call& call, const auto& in) {
      return AskBucket(service, call, action, in.table_bucket_arn);
    };
  };
  // A table may be named by its ARN alone, which begins with its bucket's.
  const auto get = [&service](const Call& call, const gen::GetTableRequest& in) {
    return AskTable(service, call, "s3tables:GetTable", in.table_arn ? in.table_arn : in.table_bucket_arn,
                    in.namespace_, in.name);
  };
  return {
      Bind<&Create>("CreateTable", "s3tables:CreateTable", on_bucket("s3tables:CreateTable")),
      Bind<&Get>("GetTable", "s3tables:GetTable", get),
      Bind<&List>("ListTables", "s3tables:ListTables", on_bucket("s3tables:ListTables")),
      Bind<&Delete>("DeleteTable", "s3tables:DeleteTable", on("s3tables:DeleteTable"), {.work = WorkClass::kData}),
      Bind<&Rename>("RenameTable", "s3tables:RenameTable", on("s3tables:RenameTable")),
      Bind<&GetLocation>("GetTableMetadataLocation", "s3tables:GetTableMetadataLocation",
                         on("s3tables:GetTableMetadataLocation")),
      Bind<&UpdateLocation>("UpdateTableMetadataLocation", "s3tables:UpdateTableMetadataLocation",
                            on("s3tables:UpdateTableMetadataLocation")),
      Bind<&GetEncryption>("GetTableEncryption", "s3tables:GetTableEncryption", on("s3tables:GetTableEncryption")),
      Bind<&GetStorageClass>("GetTableStorageClass", "s3tables:GetTableStorageClass",
                             on("s3tables:GetTableStorageClass")),
  };
}

}  // namespace tarn::api::s3tables
