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
  std::string account;  // that the event belongs to
  bool open = false;    // the handler has not answered yet
};

audit::Event EventOf(const EventInput& input);

}  // namespace tarn::api::cloudtrail
