#include "api/s3/web/website/website_serve.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "api/protocol/wire_errors.h"
#include "api/s3/errors.h"
#include "api/s3/gen/tables.h"
#include "api/s3/rules/kept_document.h"
#include "api/s3/web/inner_call.h"
#include "api/s3/web/resource_path.h"
#include "api/s3/web/website/website_page.h"
#include "api/s3/web/website/website_rules.h"
#include "base/hash.h"
#include "base/random.h"
#include "base/strings.h"

namespace tarn::api::s3 {
namespace {

using protocol::OwnAnswer;

// What a browser may ask of a page; the rest of a request's headers have no meaning here.
constexpr std::array<std::string_view, 5> kPassed = {"if-match", "if-modified-since", "if-none-match",
                                                     "if-unmodified-since", "range"};

// One visit: the request and where it was sent.
struct Visit {
  S3Service& service;
  Call& call;
  Resource resource;
  std::string host;

  WebsiteOrigin origin() const { return {.scheme = call.secure_transport ? "https" : "http", .host = host}; }
};

// An object as anonymous gets it, or why not.
struct Found {
  std::optional<OwnAnswer> page;
  std::string redirect;  // x-amz-website-redirect-location
  WebsiteError error;
};

WebsiteError Explain(const Visit& visit, const Error& error, protocol::Extras& extras) {
  return {.error = protocol::ToWireError(visit.service.errors(), &visit.service.model(),
                                         protocol::WireProtocol::kRestXml, error),
          .details = std::move(extras.error_fields)};
}

Task<Found> Fetch(const Visit& visit, const std::string& key, bool as_asked) {
  std::vector<protocol::Field> headers;
  for (const std::string_view name : kPassed) {
    auto value = as_asked ? visit.call.Header(name) : std::nullopt;
    if (value) headers.push_back({std::string(name), *std::move(value)});
  }
  InnerCall get(visit.service, visit.call, "GetObject", "GET", visit.resource.bucket, key, std::move(headers));
  Found found;
  if (const auto begun = get.Begin(); !begun.ok()) {
    auto extras = get.TakeExtras();
    found.error = Explain(visit, begun.error(), extras);
    co_return std::move(found);
  }
  NoBody no_body;
  auto answer = co_await get.Run(no_body);
  auto extras = get.TakeExtras();
  if (!answer.ok()) {
    found.error = Explain(visit, answer.error(), extras);
    co_return std::move(found);
  }
  found.redirect =
      static_cast<const gen::GetObjectOutput*>(answer->output.get())->website_redirect_location.value_or("");
  OwnAnswer page;
  page.status = answer->status == 0 ? 200 : answer->status;
  page.headers = get.HeadersOf(*answer);
  page.headers.insert(page.headers.end(), extras.headers.begin(), extras.headers.end());
  std::erase_if(page.headers,
                [](const auto& header) { return EqualsIgnoreCase(header.first, "x-amz-website-redirect-location"); });
  page.content_length = answer->content_length;
  if (visit.call.method() != "HEAD") page.stream = std::move(answer->body);
  found.page = std::move(page);
  co_return std::move(found);
}

OwnAnswer RedirectTo(const Redirection& redirection) {
  OwnAnswer answer;
  answer.status = redirection.status;
  answer.headers.emplace_back("Location", redirection.location);
  return answer;
}

// The object's page, or where the object itself redirects.
OwnAnswer PageOf(Found found) {
  if (!found.redirect.empty()) return RedirectTo({.status = 301, .location = std::move(found.redirect)});
  return *std::move(found.page);
}

OwnAnswer Refusal(const Visit& visit, const WebsiteError& error, const std::optional<WebsiteError>& document = {}) {
  const std::string host_id = Base64(RandomBytes(48));
  OwnAnswer answer;
  answer.status = error.error.status;
  answer.error_code = error.error.code;
  answer.headers = {{"Content-Type", "text/html; charset=utf-8"},
                    {"x-amz-id-2", host_id},
                    {"x-amz-error-code", error.error.code},
                    {"x-amz-error-message", error.error.message}};
  for (const auto& [name, value] : error.details) {
    const bool plain = std::ranges::all_of(value, [](char c) { return c >= ' ' && c < 0x7f; });
    if (plain) answer.headers.emplace_back("x-amz-error-detail-" + name, value);
  }
  std::string page = ErrorPage(error, document, visit.call.request_id, host_id);
  if (visit.call.method() == "HEAD") {
    answer.content_length = page.size();
  } else {
    answer.body = std::move(page);
  }
  return answer;
}

// The rules for errors, then the error document, then a page of our own.
Task<OwnAnswer> AfterError(const Visit& visit, const Website& website, const WebsiteError& error) {
  if (const auto elsewhere = Route(website, visit.origin(), visit.resource.key, error.error.status)) {
    co_return RedirectTo(*elsewhere);
  }
  const bool documented = error.error.status >= 400 && error.error.status < 500;
  if (!documented || !website.error_document || !website.error_document->key) co_return Refusal(visit, error);
  Found document = co_await Fetch(visit, *website.error_document->key, /*as_asked=*/false);
  if (!document.page) co_return Refusal(visit, error, document.error);
  OwnAnswer answer = PageOf(std::move(document));
  if (answer.status == 200) answer.status = error.error.status;
  answer.error_code = error.error.code;
  co_return std::move(answer);
}

Task<OwnAnswer> Show(const Visit& visit, const Website& website) {
  const std::string& key = visit.resource.key;
  const std::string suffix = website.index_document ? website.index_document->suffix.value_or("") : "";
  if (const auto elsewhere = Route(website, visit.origin(), key, 0)) co_return RedirectTo(*elsewhere);
  const bool folder = key.empty() || key.ends_with('/');
  // Named: g++ 12 destroys what a conditional makes inside of a co_await twice.
  const std::string page = folder ? key + suffix : key;
  Found found = co_await Fetch(visit, page, /*as_asked=*/true);
  if (found.page) co_return PageOf(std::move(found));
  if (!folder && found.error.error.code == "NoSuchKey") {
    // A folder asked for without its slash.
    const std::string index = key + "/" + suffix;
    const Found below = co_await Fetch(visit, index, /*as_asked=*/false);
    if (below.page) {
      const Redirection folder_of{.status = 302,
                                  .location = fmt::format("/{}/", PercentEncode(key, /*keep_slash=*/true))};
      co_return RedirectTo(folder_of);
    }
  }
  co_return co_await AfterError(visit, website, found.error);
}

// The refusals that need no object. Plain functions: g++ 12 miscompiles lists of initialisers in coroutines.
OwnAnswer RefuseFor(const Visit& visit, const Error& error, std::vector<std::pair<std::string, std::string>> details) {
  protocol::Extras extras;
  extras.error_fields = std::move(details);
  return Refusal(visit, Explain(visit, error, extras));
}

OwnAnswer RefuseMethod(const Visit& visit) {
  return RefuseFor(visit, Fail(kMethodNotAllowed, ""),
                   {{"Method", std::string(visit.call.method())}, {"ResourceType", "OBJECT"}});
}

OwnAnswer RefuseBucket(const Visit& visit, const Error& error) {
  return RefuseFor(visit, error, {{"BucketName", visit.resource.bucket}});
}

}  // namespace

Task<Result<OwnAnswer>> ServeWebsite(S3Service& service, protocol::OwnRequest request) {
  Call& call = request.call;
  const Visit visit{
      .service = service, .call = call, .resource = ResourceOf(call), .host = call.Header("host").value_or("")};
  if (call.method() != "GET" && call.method() != "HEAD") {
    co_return RefuseMethod(visit);
  }
  const auto bucket = service.store().GetBucket(visit.resource.bucket);
  if (!bucket.ok()) co_return RefuseBucket(visit, bucket.error());
  TARN_CO_TRY(const auto website,
              LoadKept<Website>(service.store(), *bucket, kWebsiteDocument, gen::kT_GetBucketWebsiteOutput));
  if (!website) co_return RefuseBucket(visit, Fail(kNoSuchWebsite, ""));
  // The path as the visitor sent it; the bucket in front is the host's.
  const std::string_view sent =
      call.raw_path().substr(std::min(call.raw_path().size(), visit.resource.bucket.size() + 1));
  const std::string target = sent.empty() ? "/" : std::string(sent);
  if (const auto elsewhere = RouteAll(*website, visit.origin(), target)) co_return RedirectTo(*elsewhere);
  co_return co_await Show(visit, *website);
}

}  // namespace tarn::api::s3
