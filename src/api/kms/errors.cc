#include "api/kms/errors.h"

#include "api/kms/error_rows.h"
#include "keys/errors.h"

namespace tarn::api::kms {
namespace {

constexpr std::string_view kValidation = "ValidationException";
constexpr std::string_view kUnsupported = "UnsupportedOperationException";

const protocol::ErrorRow kRows[] = {
    {&kInvalidInput, kValidation, 400},
    {&kNoSuchPolicy, "NotFoundException", 400},
    {&kInvalidMarker, "InvalidMarkerException", 400},
    {&kNoSuchKeyStore, "CustomKeyStoreNotFoundException", 400},
    {&kNotSupported, kUnsupported, 400},

    {&keys::kNotFound, "NotFoundException", 400},
    {&keys::kInvalidArn, "InvalidArnException", 400},
    {&keys::kDisabled, "DisabledException", 400},
    {&keys::kInvalidState, "KMSInvalidStateException", 400},
    {&keys::kAccessDenied, "AccessDeniedException", 400},
    {&keys::kInvalidCiphertext, "InvalidCiphertextException", 400},
    {&keys::kIncorrectKey, "IncorrectKeyException", 400},
    {&keys::kInvalidKeyUsage, "InvalidKeyUsageException", 400},
    {&keys::kInvalidInput, kValidation, 400},
    {&keys::kUnsupported, kUnsupported, 400},
    {&keys::kAlreadyExists, "AlreadyExistsException", 400},
    {&keys::kInvalidAliasName, "InvalidAliasNameException", 400},
    {&keys::kNotAuthorized, "NotAuthorizedException", 400},
    {&keys::kLimitExceeded, "LimitExceededException", 400},
    {&keys::kTag, "TagException", 400},
    {&keys::kMalformedPolicy, "MalformedPolicyDocumentException", 400},
    {&keys::kInvalidMac, "KMSInvalidMacException", 400},
    {&keys::kInvalidSignature, "KMSInvalidSignatureException", 400},
    {&keys::kInvalidGrantToken, "InvalidGrantTokenException", 400},
    {&keys::kInvalidGrantId, "InvalidGrantIdException", 400},
    {&keys::kInvalidImportToken, "InvalidImportTokenException", 400},
    {&keys::kExpiredImportToken, "ExpiredImportTokenException", 400},
    {&keys::kIncorrectKeyMaterial, "IncorrectKeyMaterialException", 400},
    {&keys::kDryRun, "DryRunOperationException", 400},
    {&keys::kDamaged, "KMSInternalException", 500},
};

}  // namespace

std::span<const protocol::ErrorRow> ErrorRows() { return kRows; }

}  // namespace tarn::api::kms
