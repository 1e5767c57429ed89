#include "api/cloudtrail/record/classify.h"

#include <algorithm>
#include <unordered_map>

#include "api/protocol/shape.h"

namespace tarn::api::cloudtrail {
namespace {

using audit::Category;

// Verbs that change nothing; all others change something.
constexpr std::string_view kReadVerbs[] = {"Get",   "List",     "Describe", "Head",   "BatchGet", "Search", "Lookup",
                                           "Query", "Simulate", "Test",     "Check",  "Select",   "Load",   "Plan",
                                           "Fetch", "Preview",  "Validate", "Assume", "Decode"};
// Those that their names belie, as CloudTrail has them.
constexpr std::string_view kReads[] = {"Decrypt",
                                       "DeriveSharedSecret",
                                       "Encrypt",
                                       "GenerateCredentialReport",
                                       "GenerateDataKey",
                                       "GenerateDataKeyPair",
                                       "GenerateDataKeyPairWithoutPlaintext",
                                       "GenerateDataKeyWithoutPlaintext",
                                       "GenerateMac",
                                       "GenerateRandom",
                                       "GenerateSample",
                                       "NamespaceExists",
                                       "ReEncrypt",
                                       "Sign",
                                       "SignRequest",
                                       "SubscribeToShard",
                                       "TableExists",
                                       "Verify",
                                       "VerifyMac",
                                       "ViewExists"};

// S3's on objects that take no key, and those of listing them.
constexpr std::string_view kS3Data[] = {"DeleteObjects",      "HeadBucket",    "ListMultipartUploads",
                                        "ListObjectVersions", "ListObjects",   "ListObjectsV2",
                                        "PostObject",         "CreateSession", "WriteGetObjectResponse"};
constexpr std::string_view kCloudWatchData[] = {"GetMetricData", "GetMetricWidgetImage", "PutMetricData"};
constexpr std::string_view kKinesisData[] = {"GetRecords", "GetShardIterator", "PutRecord", "PutRecords",
                                             "SubscribeToShard"};
constexpr std::string_view kFirehoseData[] = {"PutRecord", "PutRecordBatch"};

constexpr std::string_view kDenials[] = {"AccessDenied",
                                         "AccessDeniedException",
                                         "AuthenticationTimeoutException",
                                         "ExpiredToken",
                                         "ExpiredTokenException",
                                         "ForbiddenException",
                                         "IncompleteSignature",
                                         "IncompleteSignatureException",
                                         "InvalidAccessKeyId",
                                         "InvalidClientTokenId",
                                         "InvalidIdentityToken",
                                         "InvalidSignatureException",
                                         "InvalidToken",
                                         "MissingAuthenticationToken",
                                         "MissingAuthenticationTokenException",
                                         "NotAuthorizedException",
                                         "RequestExpired",
                                         "RequestTimeTooSkewed",
                                         "SignatureDoesNotMatch",
                                         "UnauthorizedException",
                                         "UnrecognizedClientException"};

constexpr std::string_view kThrottles[] = {"ServiceUnavailableException", "SlowDown", "Throttling",
                                           "ThrottlingException"};

template <size_t N>
bool Holds(const std::string_view (&names)[N], std::string_view name) {
  return std::ranges::find(names, name) != std::end(names);
}

bool Reads(std::string_view operation) {
  if (Holds(kReads, operation)) return true;
  return std::ranges::any_of(kReadVerbs, [&](std::string_view verb) {
    // "Getaway" is no "Get".
    return operation.starts_with(verb) &&
           (operation.size() == verb.size() || (operation[verb.size()] >= 'A' && operation[verb.size()] <= 'Z'));
  });
}

Kind Classify(std::string_view service, std::string_view operation, const protocol::OperationDesc* desc) {
  Kind kind{.category = Category::kManagement, .read_only = Reads(operation)};
  bool data = false;
  if (service == "s3") {
    data = Holds(kS3Data, operation);
    if (!data && desc != nullptr) data = protocol::FindMember(*desc->input, "Key") != nullptr;
  } else if (service == "cloudwatch") {
    data = Holds(kCloudWatchData, operation);
  } else if (service == "kinesis") {
    data = Holds(kKinesisData, operation);
  } else if (service == "firehose") {
    data = Holds(kFirehoseData, operation);
  }
  if (data) kind.category = Category::kData;
  return kind;
}

}  // namespace

Kind KindOf(const protocol::AuditRecord& record) {
  const protocol::OperationDesc* desc = record.call->operation;
  if (desc == nullptr) return Classify(record.service, record.operation, nullptr);
  thread_local std::unordered_map<const protocol::OperationDesc*, Kind> known;  // as many as there are operations
  const auto found = known.find(desc);
  if (found != known.end()) return found->second;
  return known[desc] = Classify(record.service, record.operation, desc);
}

std::string EventSourceOf(const protocol::AuditRecord& record) {
  if (record.service == "iceberg") return "glue.amazonaws.com";
  std::string_view host = record.model != nullptr ? record.model->endpoint_prefix : record.service;
  if (record.service == "s3" || record.service == "s3control") host = "s3";
  if (host.empty()) host = "unknown";
  return std::string(host) + ".amazonaws.com";
}

bool IsDenial(const protocol::AuditRecord& record) {
  if (record.status < 400) return false;
  return record.status == 401 || record.status == 403 || Holds(kDenials, record.error_code);
}

bool IsThrottled(const protocol::AuditRecord& record) {
  return record.status >= 400 && Holds(kThrottles, record.error_code);
}

}  // namespace tarn::api::cloudtrail
