// The event of one call, as CloudTrail writes it (record contents, eventVersion 1.11).
#pragma once

#include <string>

#include "api/cloudtrail/record/classify.h"
#include "api/protocol/dispatch.h"
#include "audit/event.h"

namespace tarn::api::cloudtrail {

struct EventInput {
  const protocol::AuditRecord* record = nullptr;
  Kind kind;
  std::string id;
  std::string account;     // that the event belongs to
  std::string region;      // that it happened in; empty: the request's
  std::string decided_by;  // what refused the call, where it is known
  bool open = false;       // the handler has not answered yet
};

// What selectors and look-ups choose by, still without `json`.
audit::Event EventOf(const EventInput& input);
// The whole event, by far the dearer half: for those that are recorded.
void WriteJson(const EventInput& input, audit::Event& event);

}  // namespace tarn::api::cloudtrail
