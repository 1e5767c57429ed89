#include "api/cloudtrail/errors.h"

#include "api/cloudtrail/error_rows.h"
#include "audit/errors.h"

namespace tarn::api::cloudtrail {
namespace {

const protocol::ErrorRow kRows[] = {
    {&kInvalidLookupAttributes, "InvalidLookupAttributesException", 400},
    {&kInvalidTimeRange, "InvalidTimeRangeException", 400},
    {&kInvalidNextToken, "InvalidNextTokenException", 400},
    {&kInvalidEventCategory, "InvalidEventCategoryException", 400},
    {&audit::kBadToken, "InvalidNextTokenException", 400},
};

}  // namespace

std::span<const protocol::ErrorRow> ErrorRows() { return kRows; }

}  // namespace tarn::api::cloudtrail
