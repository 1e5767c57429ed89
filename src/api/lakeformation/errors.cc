#include "api/lakeformation/errors.h"

#include "catalog/errors.h"
#include "govern/errors.h"
#include "identity/errors.h"

namespace tarn::api::lakeformation {
namespace {

constexpr std::string_view kInvalid = "InvalidInputException";
constexpr std::string_view kMissing = "EntityNotFoundException";
constexpr std::string_view kDenied = "AccessDeniedException";

const protocol::ErrorRow kRows[] = {
    {&kNotSupported, kInvalid, 400},
    {&kInvalidInput, kInvalid, 400},
    {&kNotFound, kMissing, 400},
    {&kAccessDenied, kDenied, 400},
    {&kPermissionTypeMismatch, "PermissionTypeMismatchException", 400},

    {&govern::kNotFound, kMissing, 400},
    {&govern::kAlreadyExists, "AlreadyExistsException", 400},
    {&govern::kInvalidInput, kInvalid, 400},
    {&govern::kAccessDenied, kDenied, 400},
    {&govern::kConcurrentModification, "ConcurrentModificationException", 400},
    {&govern::kLimitExceeded, "ResourceNumberLimitExceededException", 400},
    {&govern::kDamaged, "InternalServiceException", 500},

    {&identity::kBadSession, kDenied, 400},

    {&catalog::kNoSuchDatabase, kMissing, 400},
    {&catalog::kNoSuchTable, kMissing, 400},
    {&catalog::kDamaged, "InternalServiceException", 500},
};

}  // namespace

std::span<const protocol::ErrorRow> ErrorRows() { return kRows; }

}  // namespace tarn::api::lakeformation
