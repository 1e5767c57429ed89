// Signs a request with SigV4, as a client: for the command line, tests and calls to other S3 stores. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/protocol/codec.h"
#include "base/time.h"

namespace tarn::api::protocol {

struct SigningRequest {
  std::string_view method;
  std::string_view path;          // as sent, percent-encoded
  std::string_view query;         // as sent, without the question mark
  std::string_view payload_hash;  // hex SHA-256, UNSIGNED-PAYLOAD or a STREAMING-… value
  std::string_view access_key_id;
  std::string_view secret_access_key;
  std::string_view region;
  std::string_view service;
  Timestamp now;
};

// Adds x-amz-date, x-amz-content-sha256 and Authorization to `headers`, which must hold Host already and are all
// signed.
void SignHeaders(const SigningRequest& request, std::vector<Field>& headers);

}  // namespace tarn::api::protocol
