// Which AWS error each Reason becomes: the table of errors.cc.
#pragma once

#include <span>

#include "api/protocol/service.h"

namespace tarn::api::glue {

std::span<const protocol::ErrorRow> ErrorRows();
// Null for a Reason without a row.
const protocol::ErrorRow* FindErrorRow(const Reason& reason);

}  // namespace tarn::api::glue
