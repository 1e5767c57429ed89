#include "stream/errors.h"

#include "api/kinesis/kinesis_service.h"
#include "keys/errors.h"

namespace tarn::api::kinesis {
namespace {

constexpr std::string_view kThroughput = "ProvisionedThroughputExceededException";
// More is for the lake's own log: it names files.
constexpr std::string_view kLogAtFault = "The records of streams could not be read or written.";

const protocol::ErrorRow kRows[] = {
    {&stream::kNotFound, "ResourceNotFoundException", 400},
    {&stream::kInUse, "ResourceInUseException", 400},
    {&stream::kInvalid, "InvalidArgumentException", 400},
    {&stream::kValidation, "ValidationException", 400},
    {&stream::kLimit, "LimitExceededException", 400},
    {&stream::kThrottled, kThroughput, 400},
    {&stream::kLogBusy, kThroughput, 400},
    {&stream::kExpiredIterator, "ExpiredIteratorException", 400},
    {&stream::kExpiredToken, "ExpiredNextTokenException", 400},
    {&stream::kDryRun, "DryRunOperationException", 400},
    {&stream::kOldSequence, "InternalFailure", 500},
    {&stream::kLogFull, "InternalFailure", 500, "The lake's disk is full."},
    {&stream::kLogFailed, "InternalFailure", 500, kLogAtFault},
    {&stream::kLogDamaged, "InternalFailure", 500, kLogAtFault},
    {&stream::kLogClosed, "InternalFailure", 500, kLogAtFault},

    {&keys::kNotFound, "KMSNotFoundException", 400},
    {&keys::kInvalidArn, "KMSNotFoundException", 400},
    {&keys::kInvalidAliasName, "KMSNotFoundException", 400},
    {&keys::kDisabled, "KMSDisabledException", 400},
    {&keys::kInvalidState, "KMSInvalidStateException", 400},
    {&keys::kInvalidKeyUsage, "KMSInvalidStateException", 400},
    {&keys::kAccessDenied, "KMSAccessDeniedException", 400},
    {&keys::kNotAuthorized, "KMSAccessDeniedException", 400},
};

}  // namespace

std::span<const protocol::ErrorRow> KinesisService::errors() const { return kRows; }

}  // namespace tarn::api::kinesis
