// Cross-origin requests: the configuration, preflights, and the headers of other answers.
#include "api/s3/gen/tables.h"
#include "api/s3/operations.h"
#include "api/s3/rules/kept_document.h"
#include "api/s3/rules/request_rules.h"
#include "api/s3/web/cors/cors_cache.h"
#include "api/s3/web/cors/cors_preflight.h"
#include "api/s3/web/resource_path.h"
#include "api/s3/web/rows.h"
#include "base/strings.h"

namespace tarn::api::s3 {
namespace {

constexpr size_t kCachedMax = 1'000;
constexpr std::string_view kRequestMethod = "access-control-request-method";
constexpr std::string_view kRequestHeaders = "access-control-request-headers";

Error NoCors(const Call& call, const object::Bucket& bucket) {
  call.AddErrorField("BucketName", bucket.name);
  return Fail(kNoSuchCors, "The CORS configuration does not exist");
}

Result<gen::GetBucketCorsOutput> GetBucketCors(S3Service& service, const Call& call,
                                               const gen::GetBucketCorsRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  TARN_TRY(auto kept,
           LoadKept<gen::GetBucketCorsOutput>(service.store(), bucket, kCorsDocument, gen::kT_GetBucketCorsOutput));
  if (!kept) return NoCors(call, bucket);
  return *std::move(kept);
}

Result<gen::PutBucketCorsResponse> PutBucketCors(S3Service& service, const Call& call,
                                                 const gen::PutBucketCorsRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  if (!in.cors_configuration || !in.cors_configuration->cors_rules) return Fail(kMalformedXml, "no rules");
  TARN_CHECK(CheckCors(*in.cors_configuration->cors_rules));
  const gen::GetBucketCorsOutput kept{.cors_rules = in.cors_configuration->cors_rules};
  TARN_CHECK(Keep(service.store(), bucket, kCorsDocument, gen::kT_GetBucketCorsOutput, kept));
  return gen::PutBucketCorsResponse{};
}

Result<gen::DeleteBucketCorsResponse> DeleteBucketCors(S3Service& service, const Call& call,
                                                       const gen::DeleteBucketCorsRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  TARN_CHECK(service.store().SetDocument(bucket.name, kCorsDocument, std::nullopt));
  return gen::DeleteBucketCorsResponse{};
}

Error Forbidden(const Call& call, std::string_view method, bool object, std::string message) {
  call.AddErrorField("Method", std::string(method));
  call.AddErrorField("ResourceType", object ? "OBJECT" : "BUCKET");
  return Fail(kCorsForbidden, std::move(message));
}

// What no configuration could allow.
Status CheckAsked(const Call& call, const std::string& method) {
  if (!IsCorsMethod(method)) return Fail(kBadPreflight, "Invalid Access-Control-Request-Method: " + method);
  const std::string* names = call.request->Header(kRequestHeaders);
  if (names == nullptr) return Ok();
  for (const std::string_view name : Split(*names, ',')) {
    if (IsHeaderName(Trim(name))) continue;
    return Fail(kBadPreflight,
                "Access-Control-Request-Headers \"" + std::string(name) + "\" contains invalid character.");
  }
  return Ok();
}

CorsRequest RequestOf(const Call& call, const std::string& origin) {
  const std::string* method = call.request->Header(kRequestMethod);
  const std::string* names = call.request->Header(kRequestHeaders);
  CorsRequest request{.origin = origin, .method = method != nullptr ? *method : call.method(), .header_names = {}};
  if (names != nullptr) request.header_names = *names;
  return request;
}

}  // namespace

Result<std::shared_ptr<const CorsRules>> CorsCache::Find(object::Store& store, const object::Bucket& bucket) {
  std::shared_ptr<const CorsRules> rules;
  if (!bucket.Has(kCorsDocument)) return rules;
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(bucket.id);
    if (found != entries_.end() && found->second.revision == bucket.revision) return found->second.rules;
  }
  TARN_TRY(auto kept, LoadKept<gen::GetBucketCorsOutput>(store, bucket, kCorsDocument, gen::kT_GetBucketCorsOutput));
  if (kept && kept->cors_rules) rules = std::make_shared<const CorsRules>(*std::move(kept->cors_rules));
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= kCachedMax) entries_.clear();
  entries_[bucket.id] = {.revision = bucket.revision, .rules = rules};
  return rules;
}

Result<protocol::OwnAnswer> Preflight(const Call& call, object::Store& store, CorsCache& cache) {
  const std::string* origin = call.request->Header("origin");
  const std::string* method = call.request->Header(kRequestMethod);
  if (origin == nullptr || origin->empty())
    return Fail(kBadPreflight, "Insufficient information. Origin request header needed.");
  const Resource resource = ResourceOf(call);
  const std::string_view asked = method != nullptr ? std::string_view(*method) : call.method();
  if (method != nullptr) TARN_CHECK(CheckAsked(call, *method));
  const auto bucket = store.GetBucket(resource.bucket);
  if (bucket.Is(object::kNoSuchBucket)) return Forbidden(call, asked, false, "CORSResponse: Bucket not found");
  if (!bucket.ok()) return bucket.error();
  TARN_TRY(const auto rules, cache.Find(store, *bucket));
  if (!rules) return Forbidden(call, asked, false, "CORSResponse: CORS is not enabled for this bucket.");
  if (method == nullptr) return Fail(kBadPreflight, "Invalid Access-Control-Request-Method: null");
  auto headers = MatchCors(*rules, RequestOf(call, *origin));
  if (!headers) {
    return Forbidden(call, asked, !resource.key.empty(),
                     "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, "
                     "request method / Access-Control-Request-Method or Access-Control-Request-Headers are not "
                     "whitelisted by the resource's CORS spec.");
  }
  protocol::OwnAnswer answer;
  answer.headers = *std::move(headers);
  return answer;
}

void AddCorsHeaders(const Call& call, object::Store& store, CorsCache& cache) {
  const std::string* origin = call.request == nullptr ? nullptr : call.request->Header("origin");
  if (origin == nullptr || call.method() == "OPTIONS") return;
  const auto bucket = store.GetBucket(ResourceOf(call).bucket);
  if (!bucket.ok()) return;
  const auto rules = cache.Find(store, *bucket);
  if (!rules.ok() || *rules == nullptr) return;
  auto headers = MatchCors(**rules, RequestOf(call, *origin));
  if (!headers) return;
  for (auto& [name, value] : *headers) call.AddHeader(std::move(name), std::move(value));
}

Rows CorsRows(const Rules& rules) {
  using protocol::Bind;
  return {
      Bind<&GetBucketCors>("GetBucketCors", "s3:GetBucketCORS", rules.Bucket("s3:GetBucketCORS")),
      Bind<&PutBucketCors>("PutBucketCors", "s3:PutBucketCORS", rules.Bucket("s3:PutBucketCORS")),
      Bind<&DeleteBucketCors>("DeleteBucketCors", "s3:PutBucketCORS", rules.Bucket("s3:PutBucketCORS")),
  };
}

}  // namespace tarn::api::s3
