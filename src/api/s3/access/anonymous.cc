#include "api/s3/access/anonymous.h"

#include <array>
#include <string>
#include <utility>

#include "api/s3/errors.h"

namespace tarn::api::s3 {
namespace {

struct Refusal {
  std::string_view operation;
  std::string_view message;
};
constexpr std::string_view kAuthenticate = "Anonymous users cannot invoke this API. Please authenticate.";
constexpr std::string_view kPutOwnership = "s3:PutBucketOwnershipControls does not support Anonymous requests!";
constexpr std::array<Refusal, 9> kRefusals = {{
    {"CreateBucket", kAuthenticate},
    {"PutBucketAcl", kAuthenticate},
    {"PutObjectAcl", kAuthenticate},
    {"SelectObjectContent", kAuthenticate},
    {"PutBucketOwnershipControls", kPutOwnership},
    {"DeleteBucketOwnershipControls", kPutOwnership},
    {"GetBucketOwnershipControls", "s3:GetBucketOwnershipControls does not support Anonymous requests!"},
    {"CreateMultipartUpload", "Anonymous users cannot initiate multipart uploads. Please authenticate."},
    {"CopyObject", "Anonymous users cannot copy objects. Please authenticate."},
}};

}  // namespace

void RefuseAnonymous(Rows& rows) {
  for (protocol::Operation& row : rows) {
    for (const Refusal& refusal : kRefusals) {
      if (refusal.operation != row.name) continue;
      row.rule = [rule = std::move(row.rule), message = refusal.message](
                     protocol::Service& service, const Call& call,
                     const void* input) -> Result<std::vector<identity::Check>> {
        if (call.caller.anonymous()) return Fail(kAnonymousRefused, std::string(message));
        return rule(service, call, input);
      };
      break;
    }
  }
}

}  // namespace tarn::api::s3
