#include "api/protocol/router.h"

#include <algorithm>

#include "base/strings.h"

namespace tarn::api::protocol {
namespace {

std::string_view WithoutPort(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

bool IsIpAddress(std::string_view host) {
  return host.starts_with('[') ||
         (!host.empty() && std::ranges::all_of(host, [](char c) { return c == '.' || (c >= '0' && c <= '9'); }));
}

// Where ".s3-website.…" or ".s3-website-<region>.…" begins in a host name; npos when it has none.
size_t WebsiteMark(std::string_view host) {
  constexpr std::string_view kMark = ".s3-website";
  const size_t at = host.rfind(kMark);
  if (at == host.npos || at == 0) return host.npos;
  const std::string_view rest = host.substr(at + kMark.size());
  return rest.starts_with('.') || rest.starts_with('-') ? at : host.npos;
}

const ServiceDesc* ByName(std::span<const ServiceDesc* const> services, std::string_view name) {
  for (const ServiceDesc* service : services) {
    if (service->name == name || service->endpoint_prefix == name || service->signing_name == name) return service;
  }
  return nullptr;
}

// A bucket may be called as S3 Control's paths begin: only a header or host that S3 never sees tells them apart.
bool IsS3Control(const RoutedRequest& request) {
  if (!request.path.starts_with("/v20180820/")) return false;
  if (request.names_account) return request.claimed_service.empty() || request.claimed_service.starts_with("s3");
  const std::string_view host = WithoutPort(request.host);
  return host.starts_with("s3-control.") || host.find(".s3-control.") != host.npos;
}

}  // namespace

RoutedService FindService(std::span<const ServiceDesc* const> services, const RoutedRequest& request) {
  if (IsS3Control(request)) return {ByName(services, "s3control"), "s3control"};
  // Requests about directory buckets are signed for a service of their own.
  if (request.claimed_service == "s3express") return {ByName(services, "s3"), "s3express"};
  if (!request.claimed_service.empty()) {
    const ServiceDesc* claimed = nullptr;
    for (const ServiceDesc* service : services) {
      if (service->signing_name != request.claimed_service) continue;
      if (claimed == nullptr) claimed = service;
      if (!request.target_prefix.empty() && SpeaksFor(*service, request.target_prefix)) return {service, {}};
    }
    return {claimed, std::string(request.claimed_service)};
  }
  if (!request.target_prefix.empty()) {
    for (const ServiceDesc* service : services) {
      if (SpeaksFor(*service, request.target_prefix)) return {service, {}};
    }
    return {nullptr, std::string(request.target_prefix)};
  }
  if (!request.form_version.empty()) {
    for (const ServiceDesc* service : services) {
      bool speaks_query = std::ranges::find(service->protocols, WireProtocol::kQuery) != service->protocols.end();
      if (speaks_query && service->api_version == request.form_version) return {service, {}};
    }
  }
  std::string_view host = WithoutPort(request.host);
  std::string_view label = host.substr(0, host.find('.'));
  if (label != host && WebsiteMark(host) == host.npos) {
    if (const ServiceDesc* service = ByName(services, label)) return {service, {}};
  }
  if (request.is_json_or_cors && request.path == "/") {
    if (const ServiceDesc* service = ByName(services, "kinesis")) return {service, {}};
  }
  return {ByName(services, "s3"), "s3"};
}

bool IsWebsiteHost(std::string_view host) { return WebsiteMark(WithoutPort(host)) != host.npos; }

std::optional<std::string> BucketOfHost(std::string_view host, std::span<const std::string> domains,
                                        std::span<const ServiceDesc* const> services) {
  std::string name = AsciiLower(WithoutPort(host));
  if (IsIpAddress(name)) return std::nullopt;
  if (const size_t mark = WebsiteMark(name); mark != name.npos) return name.substr(0, mark);
  for (const std::string& domain : domains) {
    if (name == domain) return std::nullopt;
    if (name.ends_with("." + domain)) return name.substr(0, name.size() - domain.size() - 1);
  }
  for (std::string_view mark : {".s3.", ".s3-", ".s3express-"}) {
    if (size_t at = name.rfind(mark); at != std::string::npos && at > 0) return name.substr(0, at);
  }
  for (const std::string_view local : {".localhost", ".127.0.0.1"}) {
    if (!name.ends_with(local)) continue;
    std::string label = name.substr(0, name.size() - local.size());
    if (label.empty() || ByName(services, label) != nullptr) return std::nullopt;
    return label;
  }
  return std::nullopt;
}

}  // namespace tarn::api::protocol
