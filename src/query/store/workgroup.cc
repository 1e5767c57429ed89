#include "query/store/workgroup.h"

#include <fmt/format.h>

#include "base/record.h"
#include "base/strings.h"
#include "kv/kv.h"
#include "query/errors.h"
#include "query/store/keys.h"

namespace tarn::query {
namespace {

// Tags of a stored workgroup: frozen, see docs/format/query.md.
enum Tag : uint32_t {
  kDisabled = 1,
  kDescription = 2,
  kCreated = 3,
  kResult = 4,
  kManagedResults = 5,
  kNotEnforced = 6,
  kPublishMetrics = 7,
  kRequesterPays = 8,
  kMinimumEncryption = 9,
  kCutoff = 10,
  kSelectedEngine = 11,
};
enum ResultTag : uint32_t { kLocation = 1, kEncryption = 2, kKmsKey = 3, kOwner = 4, kAcl = 5 };

std::string Encode(const WorkGroup& group) {
  RecordWriter out;
  out.Bool(kDisabled, !group.enabled);
  if (group.description) out.Str(kDescription, *group.description);
  out.I64(kCreated, group.created.micros);
  const WorkGroupConfiguration& c = group.configuration;
  if (c.result) out.Str(kResult, EncodeResultConfiguration(*c.result));
  if (c.managed_results) out.Bool(kManagedResults, *c.managed_results);
  out.Bool(kNotEnforced, !c.enforce);
  out.Bool(kPublishMetrics, c.publish_metrics);
  out.Bool(kRequesterPays, c.requester_pays);
  out.Bool(kMinimumEncryption, c.minimum_encryption);
  if (c.bytes_scanned_cutoff) out.I64(kCutoff, *c.bytes_scanned_cutoff);
  out.Str(kSelectedEngine, c.selected_engine);
  return out.Take();
}

Result<WorkGroup> Decode(std::string_view name, std::string_view record) {
  WorkGroup group;
  group.name = name;
  WorkGroupConfiguration& c = group.configuration;
  RecordReader in(record);
  while (in.Next()) {
    switch (in.tag()) {
      case kDisabled:
        group.enabled = !in.boolean();
        break;
      case kDescription:
        group.description = in.str();
        break;
      case kCreated:
        group.created.micros = in.i64();
        break;
      case kResult:
        c.result = DecodeResultConfiguration(in.bytes());
        break;
      case kManagedResults:
        c.managed_results = in.boolean();
        break;
      case kNotEnforced:
        c.enforce = !in.boolean();
        break;
      case kPublishMetrics:
        c.publish_metrics = in.boolean();
        break;
      case kRequesterPays:
        c.requester_pays = in.boolean();
        break;
      case kMinimumEncryption:
        c.minimum_encryption = in.boolean();
        break;
      case kCutoff:
        c.bytes_scanned_cutoff = in.i64();
        break;
      case kSelectedEngine:
        c.selected_engine = in.str();
        break;
      default:
        break;
    }
  }
  if (in.corrupt()) return Fail(kDamaged, "the stored workgroup is damaged");
  return group;
}

WorkGroup DefaultPrimary() {
  WorkGroup group;
  group.name = kPrimaryWorkGroup;
  group.description = "";
  group.configuration.enforce = false;
  group.configuration.result = ResultConfiguration{};
  return group;
}

std::string GroupKey(const Scope& scope, std::string_view name) {
  return ScopedKey(kWorkGroupKind, scope).Text(name).Take();
}

std::string TagResource(std::string_view name) { return "workgroup/" + std::string(name); }

Status CheckEngine(std::string_view selected) {
  if (selected == "AUTO" || selected == kEngineVersion) return Ok();
  return Fail(kInvalidRequest,
              fmt::format("Engine version {} is not supported. Supported engine versions are AUTO and {}.", selected,
                          kEngineVersion));
}

Status CheckConfiguration(const WorkGroupConfiguration& c) {
  TARN_CHECK(CheckEngine(c.selected_engine));
  if (c.managed_results.value_or(false)) {
    return Fail(kInvalidRequest,
                "Managed query results are not supported here: give the workgroup an output location.");
  }
  if (c.result) TARN_CHECK(CheckResultConfiguration(*c.result));
  return Ok();
}

void ApplyResult(const WorkGroupUpdate& update, WorkGroupConfiguration& c) {
  if (!update.touches_result) return;
  ResultConfiguration result = c.result.value_or(ResultConfiguration{});
  const ResultConfiguration& given = update.result;
  if (update.remove_output_location) result.output_location.reset();
  if (update.remove_expected_bucket_owner) result.expected_bucket_owner.reset();
  if (update.remove_acl) result.acl_option.reset();
  if (update.remove_encryption) {
    result.encryption_option.reset();
    result.kms_key.reset();
  }
  if (given.output_location) result.output_location = given.output_location;
  if (given.expected_bucket_owner) result.expected_bucket_owner = given.expected_bucket_owner;
  if (given.acl_option) result.acl_option = given.acl_option;
  if (given.encryption_option) {
    result.encryption_option = given.encryption_option;
    result.kms_key = given.kms_key;
  }
  c.result = std::move(result);
}

void Apply(const WorkGroupUpdate& update, WorkGroup& group) {
  WorkGroupConfiguration& c = group.configuration;
  if (update.description) group.description = update.description;
  if (update.enabled) group.enabled = *update.enabled;
  if (update.enforce) c.enforce = *update.enforce;
  if (update.publish_metrics) c.publish_metrics = *update.publish_metrics;
  if (update.requester_pays) c.requester_pays = *update.requester_pays;
  if (update.minimum_encryption) c.minimum_encryption = *update.minimum_encryption;
  if (update.managed_results) c.managed_results = update.managed_results;
  if (update.remove_bytes_scanned_cutoff) c.bytes_scanned_cutoff.reset();
  if (update.bytes_scanned_cutoff) c.bytes_scanned_cutoff = update.bytes_scanned_cutoff;
  if (update.selected_engine) c.selected_engine = *update.selected_engine;
  ApplyResult(update, c);
}

// Deletes up to a bounded number of keys below `prefix`; false when more are left.
Result<bool> DeleteBelow(kv::Txn& txn, const kv::Key& prefix) {
  constexpr size_t kBatch = 1000;
  TARN_TRY(auto found, txn.Scan(prefix.bytes(), prefix.End(), kBatch));
  for (const kv::KeyValue& pair : found) txn.Delete(pair.key);
  return found.size() < kBatch;
}

Result<bool> IsEmpty(kv::Txn& txn, const Scope& scope, std::string_view name) {
  for (std::string_view kind : {kHistoryKind, kNamedQueryIndexKind, kPreparedKind}) {
    const kv::Key prefix = ScopedKey(kind, scope).Text(name);
    TARN_TRY(auto found, txn.Scan(prefix.bytes(), prefix.End(), 1));
    if (!found.empty()) return false;
  }
  return true;
}

// The queries that the index lists are deleted with it: their ids are the last component.
Status DeleteIndexed(kv::Txn& txn, const Scope& scope, std::string_view kind, std::string_view record_kind,
                     std::string_view name) {
  const kv::Key prefix = ScopedKey(kind, scope).Text(name);
  TARN_TRY(auto found, txn.Scan(prefix.bytes(), prefix.End(), 10000));
  for (const kv::KeyValue& pair : found) {
    kv::KeyReader reader(std::string_view(pair.key).substr(prefix.bytes().size()));
    reader.Number();
    if (auto id = reader.Text()) txn.Delete(ScopedKey(record_kind, scope).Text(*id).Take());
    txn.Delete(pair.key);
  }
  return Ok();
}

}  // namespace

std::string EncodeResultConfiguration(const ResultConfiguration& result) {
  RecordWriter out;
  if (result.output_location) out.Str(kLocation, *result.output_location);
  if (result.encryption_option) out.Str(kEncryption, *result.encryption_option);
  if (result.kms_key) out.Str(kKmsKey, *result.kms_key);
  if (result.expected_bucket_owner) out.Str(kOwner, *result.expected_bucket_owner);
  if (result.acl_option) out.Str(kAcl, *result.acl_option);
  return out.Take();
}

ResultConfiguration DecodeResultConfiguration(std::string_view record) {
  ResultConfiguration result;
  RecordReader in(record);
  while (in.Next()) {
    switch (in.tag()) {
      case kLocation:
        result.output_location = in.str();
        break;
      case kEncryption:
        result.encryption_option = in.str();
        break;
      case kKmsKey:
        result.kms_key = in.str();
        break;
      case kOwner:
        result.expected_bucket_owner = in.str();
        break;
      case kAcl:
        result.acl_option = in.str();
        break;
      default:
        break;
    }
  }
  return result;
}

Status CheckOutputLocation(std::string_view location) {
  constexpr std::string_view kScheme = "s3://";
  const bool valid = location.size() > kScheme.size() && location.substr(0, kScheme.size()) == kScheme &&
                     location[kScheme.size()] != '/';
  if (!valid) return Fail(kInvalidRequest, "outputLocation is not a valid S3 path.");
  return Ok();
}

Status CheckResultConfiguration(const ResultConfiguration& result) {
  if (result.output_location) TARN_CHECK(CheckOutputLocation(*result.output_location));
  const bool needs_key = result.encryption_option == "SSE_KMS" || result.encryption_option == "CSE_KMS";
  if (needs_key && result.kms_key.value_or("").empty()) {
    return Fail(kInvalidRequest,
                fmt::format("KmsKey must be provided for encryption option {}.", *result.encryption_option));
  }
  if (result.encryption_option == "SSE_S3" && result.kms_key) {
    return Fail(kInvalidRequest, "KmsKey must not be provided for encryption option SSE_S3.");
  }
  return Ok();
}

Result<WorkGroup> WorkGroups::Find(kv::Txn& txn, const Scope& scope, std::string_view name) {
  TARN_TRY(auto value, txn.Get(GroupKey(scope, name)));
  if (value) return Decode(name, *value);
  if (name == kPrimaryWorkGroup) return DefaultPrimary();
  return Fail(kInvalidRequest, fmt::format("WorkGroup {} is not found.", name));
}

Status WorkGroups::Create(const Scope& scope, WorkGroup group, const TagList& tags) {
  if (group.name == kPrimaryWorkGroup) return Fail(kInvalidRequest, "primary workGroup could not be created");
  TARN_CHECK(CheckConfiguration(group.configuration));
  TARN_CHECK(CheckTags(tags));
  group.created = clock_.Now();
  const std::string key = GroupKey(scope, group.name);
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(auto found, txn.Get(key));
    if (found) return Fail(kInvalidRequest, "WorkGroup is already created");
    txn.Put(key, Encode(group));
    WriteTags(txn, scope, TagResource(group.name), tags);
    return Ok();
  });
}

// The primary one is stored when first looked at, so that it keeps the time of its creation.
Result<WorkGroup> WorkGroups::Get(const Scope& scope, std::string_view name) const {
  auto txn = store_.Begin();
  TARN_TRY(WorkGroup group, Find(*txn, scope, name));
  if (group.created.micros != 0) return group;
  group.created = clock_.Now();
  const std::string key = GroupKey(scope, name);
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& write) -> Status {
    TARN_TRY(auto found, write.Get(key));
    if (!found) write.Put(key, Encode(group));
    return Ok();
  }));
  txn = store_.Begin();
  return Find(*txn, scope, name);
}

Status WorkGroups::Update(const Scope& scope, std::string_view name, const WorkGroupUpdate& update) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(WorkGroup group, Find(txn, scope, name));
    if (group.created.micros == 0) group.created = clock_.Now();
    Apply(update, group);
    TARN_CHECK(CheckConfiguration(group.configuration));
    txn.Put(GroupKey(scope, name), Encode(group));
    return Ok();
  });
}

Status WorkGroups::Delete(const Scope& scope, std::string_view name, bool recursive) {
  if (name == kPrimaryWorkGroup) return Fail(kInvalidRequest, "primary workGroup could not be deleted");
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(WorkGroup group, Find(txn, scope, name));
    if (!recursive) {
      TARN_TRY(bool empty, IsEmpty(txn, scope, name));
      if (!empty) return Fail(kInvalidRequest, fmt::format("WorkGroup {} is not empty", name));
    }
    TARN_CHECK(DeleteIndexed(txn, scope, kHistoryKind, kExecutionKind, name));
    TARN_CHECK(DeleteIndexed(txn, scope, kNamedQueryIndexKind, kNamedQueryKind, name));
    TARN_TRY(bool prepared_gone, DeleteBelow(txn, ScopedKey(kPreparedKind, scope).Text(name)));
    if (!prepared_gone)
      return Fail(kInvalidRequest, fmt::format("WorkGroup {} has too many prepared statements", name));
    WriteTags(txn, scope, TagResource(name), {});
    txn.Delete(GroupKey(scope, name));
    return Ok();
  });
}

Result<Page<WorkGroup>> WorkGroups::List(const Scope& scope, const PageRequest& request) const {
  std::string after;
  if (!request.token.empty()) {
    TARN_TRY(after, ReadToken(request.token));
  }
  TARN_TRY(WorkGroup primary, Get(scope, kPrimaryWorkGroup));
  auto txn = store_.Begin();
  const kv::Key prefix = ScopedKey(kWorkGroupKind, scope);
  const std::string begin = after.empty() ? prefix.bytes() : GroupKey(scope, after) + '\0';
  TARN_TRY(auto found, txn->PeekScan(begin, prefix.End(), request.limit + 1));
  Page<WorkGroup> page;
  for (const kv::KeyValue& pair : found) {
    kv::KeyReader reader(std::string_view(pair.key).substr(prefix.bytes().size()));
    TARN_TRY(WorkGroup group, Decode(reader.Text().value_or(""), pair.value));
    page.items.push_back(std::move(group));
  }
  if (page.items.size() > request.limit) {
    page.items.resize(request.limit);
    page.next = MakeToken(page.items.back().name);
  }
  return page;
}

}  // namespace tarn::query
