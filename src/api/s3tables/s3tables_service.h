// The wire face of Amazon S3 Tables: handlers are free functions, joined with their IAM actions in operations.cc.
//
// Threads: any; handlers block.
// Defined by https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_S3_Tables.html
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/protocol/service.h"
#include "api/s3tables/errors.h"
#include "api/s3tables/gen/shapes.h"
#include "catalog/buckets/table_buckets.h"
#include "catalog/catalog.h"
#include "catalog/iceberg/tables.h"

namespace tarn::api::s3tables {

using protocol::Call;
using Rows = std::vector<protocol::Operation>;

// How a table's upkeep of one kind went last.
struct JobState {
  std::string status = "Not_Yet_Run";  // Successful, Failed, Disabled
  std::optional<Timestamp> last_run;
  std::optional<std::string> failure;
};
// By icebergCompaction, icebergSnapshotManagement, icebergUnreferencedFileRemoval.
using JobStates = std::map<std::string, JobState>;

struct Parts {
  catalog::Catalog& catalog;
  catalog::IcebergTables& tables;
  catalog::TableBuckets& buckets;
  std::function<Result<JobStates>(const Scope& scope, const catalog::Table& table)> jobs;
};

class S3TablesService : public protocol::Service {
 public:
  explicit S3TablesService(Parts parts);

  const protocol::ServiceDesc& model() const override;
  std::span<const protocol::Operation> operations() const override { return operations_; }
  std::span<const protocol::ErrorRow> errors() const override;

  const Parts& parts() const { return parts_; }

 private:
  const Parts parts_;
  const Rows operations_;
};

// A table bucket as an ARN names it.
struct BucketName {
  Scope owner;
  std::string name;
  Scope scope() const { return catalog::TableBucketScope(owner, name); }
  std::string arn() const { return catalog::TableBucketArn(owner, name); }
};
// Errors: kBadRequest for what is no ARN of a table bucket, or of a table ("…/table/<id>", whose `table` it sets).
Result<BucketName> ParseArn(std::string_view arn, std::string* table = nullptr);

struct FoundTable {
  BucketName bucket;
  catalog::Table table;
  std::string arn() const { return bucket.arn() + "/table/" + table.uid; }
};
// Error kNotFound in the service's words: bucket, namespace or table.
Result<FoundTable> FindTable(const S3TablesService& service, const std::optional<std::string>& bucket_arn,
                             const std::optional<std::string>& name_space, const std::optional<std::string>& name);
Result<FoundTable> FindTable(const S3TablesService& service, std::string_view table_arn);

// The check that `action` is allowed on a bucket, with its policy; on a table, with both policies.
std::vector<identity::Check> AskBucket(const S3TablesService& service, const Call& call, std::string_view action,
                                       const std::optional<std::string>& bucket_arn);
std::vector<identity::Check> AskTable(const S3TablesService& service, const Call& call, std::string_view action,
                                      const std::optional<std::string>& bucket_arn,
                                      const std::optional<std::string>& name_space,
                                      const std::optional<std::string>& name);
// Policies themselves: the owner's root is bound by none.
std::vector<identity::Check> AskOwner(std::string_view action, const std::optional<std::string>& bucket_arn);

std::string VersionToken(const catalog::Table& table);
// Nothing given: no version is expected. kConflict when it is not the table's present one.
Result<std::optional<uint64_t>> ExpectedVersion(const catalog::Table& table, const std::optional<std::string>& token);

// The definition of a new table. Errors: kBadRequest.
Result<iceberg::NewTable> ToNewTable(const gen::IcebergMetadata& metadata);

Rows BucketRows(const S3TablesService& service);
Rows NamespaceRows(const S3TablesService& service);
Rows TableRows(const S3TablesService& service);
Rows PolicyRows(const S3TablesService& service);
Rows MaintenanceRows(const S3TablesService& service);
Rows TagRows(const S3TablesService& service);

}  // namespace tarn::api::s3tables
