#include "api/cloudtrail/record/parameters.h"

#include <algorithm>
#include <string>

#include "api/protocol/shape.h"
#include "base/strings.h"
#include "base/time.h"

namespace tarn::api::cloudtrail {
namespace {

using protocol::Kind;
using protocol::Location;
using protocol::Member;
using protocol::TypeShape;

constexpr std::string_view kHidden = "HIDDEN_DUE_TO_SECURITY_REASONS";
constexpr size_t kTextMax = 4096;
constexpr size_t kItemsMax = 100;
constexpr int kDepthMax = 8;

constexpr std::string_view kSecretWords[] = {
    "password",   "secret",      "sessiontoken", "identitytoken", "assertion",   "plaintext",   "privatekey",
    "credential", "customerkey", "authcode",     "ciphertext",    "querystring", "accesstoken", "authenticationcode"};

bool IsSecret(std::string_view name) {
  std::string lower;
  for (const char c : AsciiLower(name)) {
    if (c != '_' && c != '-') lower += c;
  }
  if (lower.ends_with("md5") || lower == "secretarn" || lower.ends_with("credentialid")) return false;
  return std::ranges::any_of(kSecretWords, [&](std::string_view word) { return lower.find(word) != lower.npos; });
}

std::string LowerFirst(std::string_view name) {
  std::string text(name);
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] - 'A' + 'a');
  return text;
}

std::string Cut(const std::string& text) {
  if (text.size() <= kTextMax) return text;
  size_t end = kTextMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

// Nothing is left of a blob.
std::optional<json::Value> Show(const TypeShape& type, const void* value, int depth);

json::Object ShowStructure(const TypeShape& type, const void* structure, int depth) {
  json::Object shown;
  for (const Member& member : type.members) {
    const void* value = protocol::GetMember(member, structure);
    if (value == nullptr || member.location == Location::kStatusCode) continue;
    const std::string name = LowerFirst(member.name);
    const bool scalar = member.ref.type->kind == Kind::kString || member.ref.type->kind == Kind::kMap ||
                        member.ref.type->kind == Kind::kBlob;
    if (member.ref.type->sensitive || (scalar && IsSecret(member.name))) {
      shown.emplace_back(name, kHidden);
      continue;
    }
    // A structure of secrets, as STS's Credentials, is shown with its secrets hidden.
    if (auto inner = Show(*member.ref.type, value, depth + 1)) shown.emplace_back(name, std::move(*inner));
  }
  return shown;
}

json::Array ShowList(const TypeShape& type, const void* list, int depth) {
  json::Array shown;
  const size_t count = std::min(type.list->size(list), kItemsMax);
  for (size_t i = 0; i < count; ++i) {
    if (auto inner = Show(*type.element.type, type.list->at(list, i), depth + 1)) shown.push_back(std::move(*inner));
  }
  return shown;
}

json::Object ShowMap(const TypeShape& type, const void* map, int depth) {
  struct Visit {
    const TypeShape* type;
    int depth;
    json::Object shown;
  } visit{&type, depth, {}};
  type.map->each(map, &visit, [](void* context, const std::string& key, const void* value) {
    auto& into = *static_cast<Visit*>(context);
    if (IsSecret(key)) {
      into.shown.emplace_back(key, kHidden);
    } else if (auto inner = Show(*into.type->value.type, value, into.depth + 1)) {
      into.shown.emplace_back(key, std::move(*inner));
    }
    return into.shown.size() < kItemsMax;
  });
  return std::move(visit.shown);
}

std::optional<json::Value> Show(const TypeShape& type, const void* value, int depth) {
  if (depth > kDepthMax) return std::nullopt;
  if (type.sensitive) return json::Value(kHidden);
  switch (type.kind) {
    case Kind::kString:
    case Kind::kDocument:
      return json::Value(Cut(*static_cast<const std::string*>(value)));
    case Kind::kInteger:
      return json::Value(int64_t{*static_cast<const int32_t*>(value)});
    case Kind::kLong:
      return json::Value(*static_cast<const int64_t*>(value));
    case Kind::kBoolean:
      return json::Value(*static_cast<const bool*>(value));
    case Kind::kDouble:
      return json::Value(*static_cast<const double*>(value));
    case Kind::kTimestamp:
      return json::Value(FormatIso8601(*static_cast<const Timestamp*>(value)));
    case Kind::kBlob:
      return std::nullopt;
    case Kind::kList:
      return json::Value(ShowList(type, value, depth));
    case Kind::kMap:
      return json::Value(ShowMap(type, value, depth));
    case Kind::kStructure:
      return json::Value(ShowStructure(type, value, depth));
  }
  return std::nullopt;
}

// The text at "TableInput.Name" of a structure, or null.
const std::string* TextAt(const TypeShape& type, const void* structure, std::string_view path) {
  const size_t dot = path.find('.');
  const Member* member = protocol::FindMember(type, path.substr(0, dot));
  if (member == nullptr) return nullptr;
  const void* value = protocol::GetMember(*member, structure);
  if (value == nullptr) return nullptr;
  if (dot != path.npos) {
    if (member->ref.type->kind != Kind::kStructure) return nullptr;
    return TextAt(*member->ref.type, value, path.substr(dot + 1));
  }
  return member->ref.type->kind == Kind::kString ? static_cast<const std::string*>(value) : nullptr;
}

struct ResourceRow {
  std::string_view service;
  std::string_view operation;  // a part of its name; "" for any
  std::string_view member;
  std::string_view type;
};

constexpr ResourceRow kResourceRows[] = {
    {"s3", "", "Bucket", "AWS::S3::Bucket"},
    {"s3control", "", "Bucket", "AWS::S3::Bucket"},
    {"s3control", "AccessPoint", "Name", "AWS::S3::AccessPoint"},
    {"s3tables", "", "tableBucketARN", "AWS::S3Tables::TableBucket"},
    {"s3tables", "", "tableARN", "AWS::S3Tables::Table"},
    {"iam", "", "UserName", "AWS::IAM::User"},
    {"iam", "", "RoleName", "AWS::IAM::Role"},
    {"iam", "", "GroupName", "AWS::IAM::Group"},
    {"iam", "", "PolicyArn", "AWS::IAM::Policy"},
    {"iam", "", "InstanceProfileName", "AWS::IAM::InstanceProfile"},
    {"iam", "AccessKey", "AccessKeyId", "AWS::IAM::AccessKey"},
    {"sts", "", "RoleArn", "AWS::IAM::Role"},
    {"kms", "", "KeyId", "AWS::KMS::Key"},
    {"kms", "", "AliasName", "AWS::KMS::Alias"},
    {"glue", "", "DatabaseName", "AWS::Glue::Database"},
    {"glue", "Database", "Name", "AWS::Glue::Database"},
    {"glue", "", "DatabaseInput.Name", "AWS::Glue::Database"},
    {"glue", "", "TableName", "AWS::Glue::Table"},
    {"glue", "Table", "Name", "AWS::Glue::Table"},
    {"glue", "", "TableInput.Name", "AWS::Glue::Table"},
    {"glue", "Crawler", "Name", "AWS::Glue::Crawler"},
    {"glue", "Connection", "Name", "AWS::Glue::Connection"},
    {"glue", "", "ConnectionInput.Name", "AWS::Glue::Connection"},
    {"athena", "WorkGroup", "Name", "AWS::Athena::WorkGroup"},
    {"athena", "", "WorkGroup", "AWS::Athena::WorkGroup"},
    {"kinesis", "", "StreamName", "AWS::Kinesis::Stream"},
    {"kinesis", "", "StreamARN", "AWS::Kinesis::Stream"},
    {"kinesis", "", "ConsumerARN", "AWS::Kinesis::StreamConsumer"},
    {"firehose", "", "DeliveryStreamName", "AWS::KinesisFirehose::DeliveryStream"},
    {"lakeformation", "", "ResourceArn", "AWS::LakeFormation::Resource"},
    {"cloudtrail", "Trail", "Name", "AWS::CloudTrail::Trail"},
    {"cloudtrail", "Logging", "Name", "AWS::CloudTrail::Trail"},
    {"cloudtrail", "Selectors", "TrailName", "AWS::CloudTrail::Trail"},
    {"cloudtrail", "Trail", "S3BucketName", "AWS::S3::Bucket"},
};

}  // namespace

json::Value RequestParametersOf(const protocol::AuditRecord& record) {
  json::Object shown;
  if (record.input != nullptr && record.call->operation != nullptr) {
    shown = ShowStructure(*record.call->operation->input, record.input, 0);
    if (record.service == "s3") {
      for (auto& [name, value] : shown) {
        if (name == "bucket") name = "bucketName";
      }
      if (auto host = record.call->Header("host")) shown.emplace_back("Host", *host);
    }
  }
  for (const auto& [name, value] : record.about) shown.emplace_back(std::string(name), Cut(value));
  if (shown.empty()) return nullptr;
  return shown;
}

json::Value ResponseElementsOf(const protocol::AuditRecord& record) {
  if (record.output == nullptr || record.call->operation == nullptr) return nullptr;
  json::Object shown = ShowStructure(*record.call->operation->output, record.output, 0);
  if (shown.empty()) return nullptr;
  return shown;
}

std::vector<audit::Resource> ResourcesOf(const protocol::AuditRecord& record) {
  std::vector<audit::Resource> found;
  for (const auto& [name, value] : record.about) {
    if (name == "namespace") found.push_back({"AWS::Glue::Database", value});
    if (name == "table") found.push_back({"AWS::Glue::Table", value});
  }
  if (record.input == nullptr || record.call->operation == nullptr) return found;
  const TypeShape& type = *record.call->operation->input;
  for (const ResourceRow& row : kResourceRows) {
    if (row.service != record.service || record.operation.find(row.operation) == std::string_view::npos) continue;
    const std::string* name = TextAt(type, record.input, row.member);
    if (name == nullptr || name->empty()) continue;
    audit::Resource resource{std::string(row.type), *name};
    if (std::ranges::find(found, resource) == found.end()) found.push_back(std::move(resource));
  }
  if (record.service == "s3") {
    const std::string* bucket = TextAt(type, record.input, "Bucket");
    const std::string* key = TextAt(type, record.input, "Key");
    if (bucket != nullptr && key != nullptr)
      found.push_back({"AWS::S3::Object", "arn:aws:s3:::" + *bucket + "/" + *key});
  }
  return found;
}

std::string BucketOf(const protocol::AuditRecord& record) {
  if (record.call->operation == nullptr) return {};
  const std::string* name =
      record.input != nullptr ? TextAt(*record.call->operation->input, record.input, "Bucket") : nullptr;
  return name != nullptr ? *name : std::string();
}

}  // namespace tarn::api::cloudtrail
