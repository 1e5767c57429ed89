// Requests that a service answers by itself, outside of its operations: browsers' forms and preflights, websites.
//
// Service::OwnOperation names such a request by its head, before anybody is authenticated; Service::Answer then answers
// it alone. What it does for a caller it must authenticate and authorise itself.
// Threads: the connection's I/O thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/protocol/call.h"
#include "base/result.h"
#include "base/task.h"
#include "identity/directory.h"

namespace tarn::api::protocol {

struct OwnRequest {
  Call& call;        // anonymous, in the default region; Answer completes it when the body names who signed
  BodySource& body;  // as it arrives; its first Read asks a waiting peer for it
  identity::CredentialSource& credentials;
};

struct OwnAnswer {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;                        // when `stream` is empty
  std::optional<uint64_t> content_length;  // of `stream`, or of an answer to HEAD
  std::move_only_function<Task<Status>(BodySink&)> stream;
  std::string error_code;  // of an error that has a body of its own form; for the audit trail
};

}  // namespace tarn::api::protocol
