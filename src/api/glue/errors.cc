#include "api/glue/errors.h"

#include <algorithm>

#include "api/glue/error_rows.h"
#include "catalog/errors.h"
#include "enforce/errors.h"
#include "jobs/crawl/errors.h"
#include "registry/errors.h"

namespace tarn::api::glue {
namespace {

constexpr std::string_view kNotFound = "EntityNotFoundException";
constexpr std::string_view kExists = "AlreadyExistsException";
constexpr std::string_view kInvalid = "InvalidInputException";

const protocol::ErrorRow kRows[] = {
    {&kInvalidInput, kInvalid, 400},
    {&kEntityNotFound, kNotFound, 400},
    {&kAlreadyExists, kExists, 400},
    {&kConditionCheckFailure, "ConditionCheckFailureException", 400},
    {&kNotSupported, "OperationNotSupportedException", 400},
    {&kPermissionTypeMismatch, "PermissionTypeMismatchException", 400},

    {&catalog::kNoSuchDatabase, kNotFound, 400},
    {&catalog::kNoSuchTable, kNotFound, 400},
    {&catalog::kNoSuchPartition, kNotFound, 400},
    {&catalog::kNoSuchVersion, kNotFound, 400},
    {&catalog::kNoSuchEntity, kNotFound, 400},
    {&catalog::kAlreadyExists, kExists, 400},
    {&catalog::kInvalidInput, kInvalid, 400},
    {&catalog::kInvalidState, "InvalidStateException", 400},
    {&catalog::kTableMoved, "ConcurrentModificationException", 400},
    {&catalog::kLimitExceeded, "ResourceNumberLimitExceededException", 400},
    {&catalog::kDamaged, "InternalServiceException", 500},

    {&enforce::kInsufficient, "AccessDeniedException", 400},

    {&jobs::crawl::kNoSuchCrawler, kNotFound, 400},
    {&jobs::crawl::kNoSuchClassifier, kNotFound, 400},
    {&jobs::crawl::kAlreadyExists, kExists, 400},
    {&jobs::crawl::kInvalidInput, kInvalid, 400},
    {&jobs::crawl::kCrawlerRunning, "CrawlerRunningException", 400},
    {&jobs::crawl::kCrawlerNotRunning, "CrawlerNotRunningException", 400},
    {&jobs::crawl::kCrawlerStopping, "CrawlerStoppingException", 400},
    {&jobs::crawl::kNoSchedule, "NoScheduleException", 400},
    {&jobs::crawl::kScheduleRunning, "SchedulerRunningException", 400},
    {&jobs::crawl::kScheduleNotRunning, "SchedulerNotRunningException", 400},
    {&jobs::crawl::kDamaged, "InternalServiceException", 500},

    {&registry::kNoSuchEntity, kNotFound, 400},
    {&registry::kAlreadyExists, kExists, 400},
    {&registry::kInvalidInput, kInvalid, 400},
    {&registry::kLimitExceeded, "ResourceNumberLimitExceededException", 400},
    {&registry::kInUse, "ConcurrentModificationException", 400},
    {&registry::kDamaged, "InternalServiceException", 500},
};

}  // namespace

std::span<const protocol::ErrorRow> ErrorRows() { return kRows; }

const protocol::ErrorRow* FindErrorRow(const Reason& reason) {
  const auto* found = std::ranges::find(kRows, &reason, &protocol::ErrorRow::reason);
  return found == std::end(kRows) ? nullptr : found;
}

}  // namespace tarn::api::glue
