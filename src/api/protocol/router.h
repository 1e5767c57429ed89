// Finds the service that a request is for, and the bucket in a virtual host. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/protocol/codec.h"

namespace tarn::api::protocol {

struct RoutedRequest {
  std::string_view host;  // the Host header, with its port
  std::string_view path;
  std::string_view claimed_service;  // of the credential scope; "" when unsigned
  std::string_view target_prefix;    // TargetPrefix()
  std::string_view form_version;     // "Version" of a query-protocol call; ""
  bool names_account = false;        // whether there is a header x-amz-account-id
  // Whether it has a body's type that only services without paths know, or is a browser's question about calls to "/".
  bool is_json_or_cors = false;
};

// The service, or null: then `name` tells what was asked for.
struct RoutedService {
  const ServiceDesc* service = nullptr;
  std::string name;
};

// S3 Control, which signs as S3 does, by its paths; else by signature scope, then target, then form version, then Host;
// then Kinesis, which has words for what names no operation and answers browsers, for what no object store is asked; S3
// is the rest.
RoutedService FindService(std::span<const ServiceDesc* const> services, const RoutedRequest& request);

// The bucket when the Host is virtual: "b.s3.localhost", "b.s3.eu-west-1.amazonaws.com", "b.s3-eu-west-1.x",
// "b.localhost", "b.127.0.0.1", "b.<domain>", "b.s3-website.<anything>". A first label that names a service is none.
std::optional<std::string> BucketOfHost(std::string_view host, std::span<const std::string> domains,
                                        std::span<const ServiceDesc* const> services);

// Whether that Host asks for a bucket's website: "b.s3-website.localhost", "b.s3-website-eu-west-1.<domain>".
bool IsWebsiteHost(std::string_view host);

}  // namespace tarn::api::protocol
