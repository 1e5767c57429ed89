#include "api/lakeformation/errors.h"

#include <gtest/gtest.h>

#include "api/lakeformation/lakeformation_service.h"
#include "api/protocol/wire_errors.h"
#include "govern/errors.h"
#include "kv/memory_store.h"

namespace tarn::api::lakeformation {
namespace {

class ErrorRows : public testing::Test {
 protected:
  SystemClock clock_;
  std::unique_ptr<kv::Store> store_ = kv::MakeMemoryStore();
  catalog::Catalog catalog_{*store_, clock_};
  govern::Governor governor_{*store_, catalog_, clock_};
  LakeFormationService service_{
      Parts{.governor = &governor_, .catalog = &catalog_, .sessions = nullptr, .opener = nullptr}};
};

TEST_F(ErrorRows, EveryReasonOfTheDomainHasOne) {
  const Reason* const reasons[] = {&kNotSupported,
                                   &kInvalidInput,
                                   &kNotFound,
                                   &kAccessDenied,
                                   &kPermissionTypeMismatch,
                                   &govern::kNotFound,
                                   &govern::kAlreadyExists,
                                   &govern::kInvalidInput,
                                   &govern::kAccessDenied,
                                   &govern::kConcurrentModification,
                                   &govern::kLimitExceeded,
                                   &govern::kDamaged};
  EXPECT_EQ(protocol::ReasonsWithoutRow(service_, reasons), std::vector<std::string>());
}

TEST_F(ErrorRows, NameErrorsThatTheModelHas) {
  EXPECT_EQ(protocol::CodesNotInModel(service_, {}), std::vector<std::string>());
}

}  // namespace
}  // namespace tarn::api::lakeformation
