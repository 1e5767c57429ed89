// What IAM asks before a statement may do what it says: Glue's actions, and S3's on what it writes. SELECTs, and the
// queries within others, ask where tables are bound (lake.cc). What Lake Formation opens is asked for by
// lakeformation:GetDataAccess instead of S3's actions.
// https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html
#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"
#include "catalog/errors.h"
#include "enforce/table_bucket_check.h"
#include "query/errors.h"
#include "query/statement/job.h"

namespace tarn::query {
namespace {

struct Asker {
  Job& job;

  Status Glue(std::string_view action, const sql::TableName& name) const {
    return job.iam.Glue(action, DatabaseOf(job, name), AsciiLower(name.table));
  }
  std::string Named(const std::string& database) const {
    return database.empty() ? job.database() : AsciiLower(database);
  }
  // On the data of a table that is there.
  Status Data(const sql::TableName& name, std::initializer_list<std::string_view> actions) const {
    const auto found = job.services.catalog.GetTable(job.scope, DatabaseOf(job, name), name.table);
    if (!found.ok() || found->IsView()) return Ok();
    TARN_TRY(const govern::TableAccess access, job.catalog.rights().OfTable(found->database, found->name));
    TARN_TRY(const bool vended, job.catalog.rights().Opens(access, found->location()));
    if (vended) return job.iam.DataAccess();
    for (const std::string_view action : actions) TARN_CHECK(job.iam.Below(action, found->location()));
    return Ok();
  }
  // That a table is made at `location`.
  Status Place(const std::string& location) const {
    TARN_TRY(const bool decided, job.catalog.rights().Decides(location));
    return decided ? job.iam.DataAccess() : job.iam.Below("s3:PutObject", location);
  }
  bool IsIceberg(const sql::TableName& name) const {
    const auto found = job.services.catalog.GetTable(job.scope, DatabaseOf(job, name), name.table);
    return found.ok() && found->IsIceberg();
  }
  // Of an Iceberg table's definition: its metadata is an object beside the data.
  Status Update(const sql::TableName& name) const {
    TARN_CHECK(Glue("glue:GetTable", name));
    TARN_CHECK(Glue("glue:UpdateTable", name));
    return IsIceberg(name) ? Data(name, {"s3:GetObject", "s3:PutObject"}) : Ok();
  }
  Status Change(const sql::TableName& name) const {
    TARN_CHECK(Glue("glue:GetTable", name));
    TARN_CHECK(Glue("glue:UpdateTable", name));
    return Data(name, {"s3:GetObject", "s3:PutObject"});
  }
  static std::string Property(const sql::QueryProperties& properties, const std::string& key) {
    const auto found = properties.find(key);
    return found == properties.end() ? "" : found->second.text;
  }

  Status operator()(const sql::ShowDatabases&) const { return job.iam.Glue("glue:GetDatabases"); }
  Status operator()(const sql::ShowTables& s) const { return job.iam.Glue("glue:GetTables", Named(s.database), "*"); }
  Status operator()(const sql::ShowViews& s) const { return job.iam.Glue("glue:GetTables", Named(s.database), "*"); }
  Status operator()(const sql::ShowPartitions& s) const {
    TARN_CHECK(Glue("glue:GetTable", s.table));
    return Glue("glue:GetPartitions", s.table);
  }
  Status operator()(const sql::ShowColumns& s) const { return Glue("glue:GetTable", s.table); }
  Status operator()(const sql::ShowCreate& s) const { return Glue("glue:GetTable", s.table); }
  Status operator()(const sql::ShowTblProperties& s) const { return Glue("glue:GetTable", s.table); }
  Status operator()(const sql::Describe& s) const { return Glue("glue:GetTable", s.table); }
  Status operator()(const sql::DescribeDatabase& s) const {
    return job.iam.Glue("glue:GetDatabase", Named(s.database));
  }

  Status operator()(const sql::AddPartitions& s) const {
    TARN_CHECK(Glue("glue:GetTable", s.table));
    return Glue("glue:BatchCreatePartition", s.table);
  }
  Status operator()(const sql::DropPartitions& s) const {
    TARN_CHECK(Glue("glue:GetPartitions", s.table));
    return Glue("glue:DeletePartition", s.table);
  }
  Status operator()(const sql::RenamePartition& s) const { return Glue("glue:UpdatePartition", s.table); }
  Status operator()(const sql::MsckRepair& s) const {
    TARN_CHECK(Glue("glue:GetPartitions", s.table));
    TARN_CHECK(Glue("glue:BatchCreatePartition", s.table));
    const auto found = job.services.catalog.GetTable(job.scope, DatabaseOf(job, s.table), s.table.table);
    return found.ok() ? job.iam.List(found->location()) : Ok();
  }
  Status operator()(const sql::AlterColumns& s) const { return Update(s.table); }
  Status operator()(const sql::ChangeColumn& s) const { return Update(s.table); }
  Status operator()(const sql::DropColumn& s) const { return Update(s.table); }
  Status operator()(const sql::AlterPartitionField& s) const { return Update(s.table); }
  Status operator()(const sql::SetTblProperties& s) const { return Update(s.table); }
  Status operator()(const sql::UnsetTblProperties& s) const { return Update(s.table); }
  Status operator()(const sql::SetLocation& s) const { return Update(s.table); }
  Status operator()(const sql::RenameTable& s) const {
    TARN_CHECK(Update(s.table));
    return Glue("glue:CreateTable", s.to);
  }
  Status operator()(const sql::DropTable& s) const {
    TARN_CHECK(Glue("glue:DeleteTable", s.table));
    return IsIceberg(s.table) ? Data(s.table, {"s3:DeleteObject"}) : Ok();
  }
  Status operator()(const sql::CreateTable& s) const {
    TARN_CHECK(Glue("glue:CreateTable", s.table));
    const bool iceberg = std::ranges::any_of(s.properties, [](const auto& property) {
      return EqualsIgnoreCase(property.first, "table_type") && EqualsIgnoreCase(property.second, "iceberg");
    });
    return iceberg ? Place(s.location) : Ok();
  }
  Status operator()(const sql::CreateTableAs& s) const {
    TARN_CHECK(Glue("glue:CreateTable", s.table));
    TARN_CHECK(Place(Property(s.properties, "external_location")));
    return Place(Property(s.properties, "location"));
  }
  Status operator()(const sql::CreateView& s) const {
    TARN_CHECK(Glue("glue:CreateTable", s.table));
    return s.or_replace ? Glue("glue:UpdateTable", s.table) : Ok();
  }
  Status operator()(const sql::InsertInto& s) const {
    TARN_CHECK(Glue("glue:GetTable", s.table));
    const auto found = job.services.catalog.GetTable(job.scope, DatabaseOf(job, s.table), s.table.table);
    if (!found.ok()) return Ok();  // the statement says it in its own words
    if (found->IsIceberg()) {
      TARN_CHECK(Glue("glue:UpdateTable", s.table));
    } else if (!found->partition_keys.empty()) {
      TARN_CHECK(Glue("glue:BatchCreatePartition", s.table));
    }
    return Data(s.table, {"s3:PutObject"});
  }
  Status operator()(const sql::Unload& s) const { return job.iam.Below("s3:PutObject", s.location); }
  Status operator()(const sql::Delete& s) const { return Change(s.table); }
  Status operator()(const sql::UpdateRows& s) const { return Change(s.table); }
  Status operator()(const sql::Merge& s) const { return Change(s.table); }
  Status operator()(const sql::Optimize& s) const { return Change(s.table); }
  Status operator()(const sql::Vacuum& s) const {
    TARN_CHECK(Change(s.table));
    return Data(s.table, {"s3:DeleteObject"});
  }
  Status operator()(const sql::CreateDatabase& s) const {
    return job.iam.Glue("glue:CreateDatabase", AsciiLower(s.name));
  }
  Status operator()(const sql::AlterDatabase& s) const {
    return job.iam.Glue("glue:UpdateDatabase", AsciiLower(s.name));
  }
  Status operator()(const sql::DropDatabase& s) const {
    return job.iam.Glue("glue:DeleteDatabase", AsciiLower(s.name), "*");
  }

  Status Prepared(std::string_view action) const { return job.iam.Athena(action, job.execution.workgroup); }
  Status operator()(const sql::Prepare&) const { return Prepared("athena:CreatePreparedStatement"); }
  Status operator()(const sql::Execute&) const { return Prepared("athena:GetPreparedStatement"); }
  Status operator()(const sql::Deallocate&) const { return Prepared("athena:DeletePreparedStatement"); }

  // Those that read alone, those that come back here with another statement, and those that touch neither.
  Status operator()(const sql::QueryStatement&) const { return Ok(); }
  Status operator()(const sql::Explain&) const { return Ok(); }
  Status operator()(const sql::ShowFunctions&) const { return Ok(); }
  Status operator()(const sql::ShowSession&) const { return Ok(); }
  Status operator()(const sql::ShowCatalogs&) const { return Ok(); }
  Status operator()(const sql::Unserved&) const { return Ok(); }
};

// The same in a table bucket: S3 Tables' actions. What the statement reads asks for itself.
struct BucketAsker {
  Job& job;

  Status Ask(const sql::TableName& name, std::initializer_list<std::string_view> actions) const {
    const catalog::TableBuckets* const buckets = job.services.iceberg.buckets;
    for (const std::string_view action : actions) {
      TARN_CHECK(job.iam.TableBucket(enforce::TableBucketCheck(*buckets, job.services.catalog, job.target, action,
                                                               DatabaseOf(job, name), AsciiLower(name.table))));
    }
    return Ok();
  }
  Status Define(const sql::TableName& name) const {
    return Ask(name, {"s3tables:GetTableMetadataLocation", "s3tables:UpdateTableMetadataLocation"});
  }

  // On a namespace; on the bucket when it is empty.
  Status Namespace(std::string_view action, const std::string& database) const {
    return job.iam.TableBucket(enforce::TableBucketCheck(*job.services.iceberg.buckets, job.services.catalog,
                                                         job.target, action, AsciiLower(database)));
  }
  Status Tables(const std::string& database) const {
    return Namespace("s3tables:ListTables", database.empty() ? job.database() : database);
  }
  Status Shown(const sql::TableName& name) const { return Ask(name, {"s3tables:GetTableMetadataLocation"}); }

  Status operator()(const sql::ShowDatabases&) const { return Namespace("s3tables:ListNamespaces", ""); }
  Status operator()(const sql::ShowTables& s) const { return Tables(s.database); }
  Status operator()(const sql::ShowViews& s) const { return Tables(s.database); }
  Status operator()(const sql::ShowColumns& s) const { return Shown(s.table); }
  Status operator()(const sql::ShowCreate& s) const { return Shown(s.table); }
  Status operator()(const sql::ShowTblProperties& s) const { return Shown(s.table); }
  Status operator()(const sql::Describe& s) const { return Shown(s.table); }
  Status operator()(const sql::DescribeDatabase& s) const { return Namespace("s3tables:GetNamespace", s.database); }
  Status operator()(const sql::CreateDatabase& s) const { return Namespace("s3tables:CreateNamespace", s.name); }
  Status operator()(const sql::DropDatabase& s) const { return Namespace("s3tables:DeleteNamespace", s.name); }
  Status operator()(const sql::CreateTable& s) const { return Ask(s.table, {"s3tables:CreateTable"}); }
  Status operator()(const sql::CreateTableAs& s) const { return Ask(s.table, {"s3tables:CreateTable"}); }
  Status operator()(const sql::DropTable& s) const { return Ask(s.table, {"s3tables:DeleteTable"}); }
  Status operator()(const sql::AlterColumns& s) const { return Define(s.table); }
  Status operator()(const sql::ChangeColumn& s) const { return Define(s.table); }
  Status operator()(const sql::DropColumn& s) const { return Define(s.table); }
  Status operator()(const sql::AlterPartitionField& s) const { return Define(s.table); }
  Status operator()(const sql::SetTblProperties& s) const { return Define(s.table); }
  Status operator()(const sql::UnsetTblProperties& s) const { return Define(s.table); }
  Status operator()(const sql::InsertInto& s) const {
    TARN_CHECK(Define(s.table));
    return Ask(s.table, {"s3tables:PutTableData"});
  }
  // DELETE, UPDATE, MERGE: rows are found first.
  template <typename Change>
    requires requires(const Change& s) { s.table.table; }
  Status operator()(const Change& s) const {
    TARN_CHECK(Define(s.table));
    return Ask(s.table, {"s3tables:GetTableData", "s3tables:PutTableData"});
  }
  // No other statement has a target there.
  template <typename Other>
  Status operator()(const Other&) const {
    return Ok();
  }
};

}  // namespace

Status CheckIam(Job& job, const sql::Statement& statement) {
  const std::string output = job.execution.result.output_location.value_or("");
  Status writes = job.iam.Object("s3:PutObject", output);
  if (!writes.ok()) {
    if (!writes.Is(kNotAuthorized)) return writes;
    return Fail(kNotAuthorized, fmt::format("Access denied when writing output to url: {} . Please ensure you are "
                                            "allowed to access the S3 bucket. {}",
                                            output, writes.error().message));
  }
  return InTableBucket(job) ? std::visit(BucketAsker{job}, statement.node) : std::visit(Asker{job}, statement.node);
}

}  // namespace tarn::query
