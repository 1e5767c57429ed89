// Workgroups: named settings under which queries run.
//
// Invariant: "primary" exists in every account and region; it is stored when first looked at. Names are case-sensitive.
// Errors: query/errors.h, and kv's. Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "query/store/page.h"
#include "query/store/tags.h"

namespace tarn::kv {
class Store;
class Txn;
}  // namespace tarn::kv

namespace tarn::query {

inline constexpr std::string_view kPrimaryWorkGroup = "primary";
inline constexpr std::string_view kEngineVersion = "Athena engine version 3";

struct ResultConfiguration {
  std::optional<std::string> output_location;
  std::optional<std::string> encryption_option;  // SSE_S3, SSE_KMS, CSE_KMS
  std::optional<std::string> kms_key;
  std::optional<std::string> expected_bucket_owner;
  std::optional<std::string> acl_option;
  bool operator==(const ResultConfiguration&) const = default;
};

struct WorkGroupConfiguration {
  std::optional<ResultConfiguration> result;
  std::optional<bool> managed_results;  // given, and false: kept results by the service are not served
  bool enforce = true;
  bool publish_metrics = false;
  bool requester_pays = false;
  bool minimum_encryption = false;
  std::optional<int64_t> bytes_scanned_cutoff;
  std::string selected_engine = "AUTO";
};

struct WorkGroup {
  std::string name;
  bool enabled = true;
  std::optional<std::string> description;
  WorkGroupConfiguration configuration;
  Timestamp created;
};

// Each member given replaces the stored one; `remove_…` clears it.
struct WorkGroupUpdate {
  std::optional<std::string> description;
  std::optional<bool> enabled;
  std::optional<bool> enforce;
  std::optional<bool> publish_metrics;
  std::optional<bool> requester_pays;
  std::optional<bool> minimum_encryption;
  std::optional<bool> managed_results;
  std::optional<int64_t> bytes_scanned_cutoff;
  bool remove_bytes_scanned_cutoff = false;
  std::optional<std::string> selected_engine;
  ResultConfiguration result;
  bool touches_result = false;
  bool remove_output_location = false;
  bool remove_encryption = false;
  bool remove_expected_bucket_owner = false;
  bool remove_acl = false;
};

class WorkGroups {
 public:
  WorkGroups(kv::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  Status Create(const Scope& scope, WorkGroup group, const TagList& tags);
  Result<WorkGroup> Get(const Scope& scope, std::string_view name) const;
  Status Update(const Scope& scope, std::string_view name, const WorkGroupUpdate& update);
  // Refuses the primary one, and one that holds anything unless `recursive`.
  Status Delete(const Scope& scope, std::string_view name, bool recursive);
  Result<Page<WorkGroup>> List(const Scope& scope, const PageRequest& request) const;

  // The same inside a caller's transaction.
  static Result<WorkGroup> Find(kv::Txn& txn, const Scope& scope, std::string_view name);

 private:
  kv::Store& store_;
  const Clock& clock_;
};

// kInvalidRequest for what is no "s3://bucket[/prefix]".
Status CheckOutputLocation(std::string_view location);
Status CheckResultConfiguration(const ResultConfiguration& result);

// The record form, shared by stored workgroups and executions.
std::string EncodeResultConfiguration(const ResultConfiguration& result);
ResultConfiguration DecodeResultConfiguration(std::string_view record);

}  // namespace tarn::query
