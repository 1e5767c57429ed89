// The requests that S3 answers outside of its operations, told by their head.
#include <algorithm>

#include "api/protocol/codec.h"
#include "api/protocol/router.h"
#include "api/s3/rules/routes.h"
#include "api/s3/s3_service.h"
#include "api/s3/web/cors/cors_cache.h"
#include "api/s3/web/cors/cors_preflight.h"
#include "api/s3/web/form/post_object.h"
#include "api/s3/web/website/website_serve.h"

namespace tarn::api::s3 {
namespace {

constexpr std::string_view kPreflight = "PreflightRequest";
constexpr std::string_view kPostObject = "PostObject";
constexpr std::string_view kWebsite = "GetWebsite";
constexpr std::string_view kMisrouted = "MisroutedRequest";

bool IsWebsite(const Call& call) {
  const std::string* host = call.request->Header("host");
  return host != nullptr && protocol::IsWebsiteHost(*host);
}

// A POST to a bucket that names no operation in its query: a form, or what should be one.
bool IsForm(const Call& call) {
  std::string_view path = call.raw_path();
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.ends_with('/')) path.remove_suffix(1);
  if (path.empty() || path.find('/') != path.npos) return false;
  const auto& query = *call.request->query;
  return std::ranges::all_of(query, [](const protocol::Field& field) { return field.name == "x-id"; });
}

}  // namespace

std::string_view S3Service::OwnOperation(const Call& call) const {
  if (call.method() == "OPTIONS") return kPreflight;
  if (IsWebsite(call)) return kWebsite;
  if (!CheckRoute(call).ok()) return kMisrouted;
  if (call.method() == "POST" && IsForm(call)) return kPostObject;
  return {};
}

Task<Result<protocol::OwnAnswer>> S3Service::Answer(protocol::OwnRequest request) {
  if (request.call.method() == "OPTIONS") co_return Preflight(request.call, store_, *cors_);
  if (IsWebsite(request.call)) co_return co_await ServeWebsite(*this, request);
  TARN_CO_CHECK(TellMisrouted(request.call));
  co_return co_await PostObject(*this, request);
}

void S3Service::Decorate(const Call& call) const { AddCorsHeaders(call, store_, *cors_); }

}  // namespace tarn::api::s3
