// Which AWS error each Reason becomes: the table of errors.cc.
#pragma once

#include <span>

#include "api/protocol/service.h"

namespace tarn::api::iam {

std::span<const protocol::ErrorRow> ErrorRows();

}  // namespace tarn::api::iam
