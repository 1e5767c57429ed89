// The block of public access of a whole account.
#include "api/s3control/errors.h"
#include "api/s3control/s3control_service.h"
#include "object/errors.h"

namespace tarn::api::s3control {
namespace {

constexpr std::string_view kGet = "s3:GetAccountPublicAccessBlock";
constexpr std::string_view kPut = "s3:PutAccountPublicAccessBlock";

template <std::string_view const& action>
constexpr auto OfAccount = [](const Call&, const auto& in) { return Ask(action, "*", in.account_id); };

Result<gen::GetPublicAccessBlockOutput> GetBlock(S3ControlService& service, const Call& call,
                                                 const gen::GetPublicAccessBlockRequest& in) {
  TARN_TRY(const auto block, service.points().GetAccountBlock(in.account_id.value_or("")));
  if (!block) {
    call.AddErrorField("AccountId", in.account_id.value_or(""));
    return Fail(kNoPublicAccessBlock, "the account has none");
  }
  gen::GetPublicAccessBlockOutput out;
  out.public_access_block_configuration = FromBlock(*block);
  return out;
}

Result<gen::PutPublicAccessBlockResponse> PutBlock(S3ControlService& service, const Call&,
                                                   const gen::PutPublicAccessBlockRequest& in) {
  const gen::PublicAccessBlockConfiguration wanted =
      in.public_access_block_configuration.value_or(gen::PublicAccessBlockConfiguration{});
  if (!wanted.block_public_acls && !wanted.ignore_public_acls && !wanted.block_public_policy &&
      !wanted.restrict_public_buckets) {
    return Fail(object::kInvalidRequest, "Must specify at least one configuration.");
  }
  const object::PublicBlock block{.acls = wanted.block_public_acls.value_or(false),
                                  .ignored_acls = wanted.ignore_public_acls.value_or(false),
                                  .policies = wanted.block_public_policy.value_or(false),
                                  .public_buckets = wanted.restrict_public_buckets.value_or(false)};
  TARN_CHECK(service.points().SetAccountBlock(in.account_id.value_or(""), block));
  return gen::PutPublicAccessBlockResponse{};
}

Result<gen::DeletePublicAccessBlockResponse> DeleteBlock(S3ControlService& service, const Call&,
                                                         const gen::DeletePublicAccessBlockRequest& in) {
  TARN_CHECK(service.points().SetAccountBlock(in.account_id.value_or(""), std::nullopt));
  return gen::DeletePublicAccessBlockResponse{};
}

}  // namespace

Rows PublicAccessRows() {
  using protocol::Bind;
  return {
      Bind<&GetBlock>("GetPublicAccessBlock", kGet, OfAccount<kGet>),
      Bind<&PutBlock>("PutPublicAccessBlock", kPut, OfAccount<kPut>),
      Bind<&DeleteBlock>("DeletePublicAccessBlock", kPut, OfAccount<kPut>),
  };
}

}  // namespace tarn::api::s3control
