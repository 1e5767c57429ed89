#include "api/kms/errors.h"

#include <gtest/gtest.h>

#include "api/kms/kms_service.h"
#include "api/protocol/wire_errors.h"
#include "base/time.h"
#include "keys/errors.h"
#include "kv/memory_store.h"

namespace tarn::api::kms {
namespace {

class ErrorRows : public testing::Test {
 protected:
  SystemClock clock_;
  std::unique_ptr<kv::Store> store_ = kv::MakeMemoryStore();
  keys::Keys keys_{*store_, clock_, std::string(32, 'k')};
  KmsService service_{keys_, clock_};
};

TEST_F(ErrorRows, EveryReasonOfTheDomainHasOne) {
  const Reason* const reasons[] = {&keys::kNotFound,
                                   &keys::kInvalidArn,
                                   &keys::kDisabled,
                                   &keys::kInvalidState,
                                   &keys::kAccessDenied,
                                   &keys::kInvalidCiphertext,
                                   &keys::kIncorrectKey,
                                   &keys::kInvalidKeyUsage,
                                   &keys::kInvalidInput,
                                   &keys::kUnsupported,
                                   &keys::kAlreadyExists,
                                   &keys::kInvalidAliasName,
                                   &keys::kNotAuthorized,
                                   &keys::kLimitExceeded,
                                   &keys::kTag,
                                   &keys::kMalformedPolicy,
                                   &keys::kInvalidMac,
                                   &keys::kInvalidSignature,
                                   &keys::kInvalidGrantToken,
                                   &keys::kInvalidGrantId,
                                   &keys::kInvalidImportToken,
                                   &keys::kExpiredImportToken,
                                   &keys::kIncorrectKeyMaterial,
                                   &keys::kDryRun,
                                   &keys::kDamaged,
                                   &kInvalidInput,
                                   &kNoSuchPolicy,
                                   &kInvalidMarker,
                                   &kNoSuchKeyStore,
                                   &kNotSupported};
  EXPECT_EQ(protocol::ReasonsWithoutRow(service_, reasons), std::vector<std::string>());
}

TEST_F(ErrorRows, NameErrorsThatTheModelHas) {
  const std::string_view also[] = {"ValidationException", "AccessDeniedException", "NotAuthorizedException"};
  EXPECT_EQ(protocol::CodesNotInModel(service_, also), std::vector<std::string>());
}

}  // namespace
}  // namespace tarn::api::kms
