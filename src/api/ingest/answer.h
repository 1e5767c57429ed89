// What the door answers, as JSON. Private to api/ingest. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/ingest/door.h"
#include "http/message.h"

namespace tarn::api::ingest {

struct Answer {
  int status = 200;
  std::string body;
  std::string code;  // of an error, with its message: for the audit trail
  std::string message;
  uint64_t retry_seconds = 1;  // told with 429 and 503
};

// {"code", "message", "line"}; line 0 is left out.
Answer Refused(int status, std::string code, std::string message, size_t line = 0);
// Of an Error of this module, of ingest or of api/protocol.
Answer Refused(const Error& error, size_t line = 0);
// `placed` has one for each line; a refusal ended it.
Answer Told(std::string_view stream, const std::vector<tarn::ingest::Line>& lines, const std::vector<Placed>& placed,
            const std::optional<protocol::WireError>& refusal);

http::ResponseHead HeadOf(const Answer& answer, std::string_view request_id);

}  // namespace tarn::api::ingest
