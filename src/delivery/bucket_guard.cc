#include "delivery/bucket_guard.h"

#include <utility>

#include "identity/principal.h"
#include "policy/policy.h"

namespace tarn::delivery {
namespace {

constexpr std::string_view kPolicyDocument = "policy";  // as api/s3 keeps a bucket's

class BucketGuard : public identity::Guard {
 public:
  explicit BucketGuard(std::shared_ptr<const policy::Document> document) : document_(std::move(document)) {}
  Result<Ruling> Judge(const identity::Caller& caller, const identity::Check& check,
                       const policy::Context& context) const override {
    const identity::AsPrincipal principal(caller);
    return Ruling{.decision = document_->Evaluate({principal.get(), check.action, check.resource, context})};
  }

 private:
  const std::shared_ptr<const policy::Document> document_;
};

}  // namespace

Result<std::shared_ptr<const identity::Guard>> MakeBucketGuard(object::Store& objects, const object::Bucket& bucket) {
  if (!bucket.Has(kPolicyDocument)) return std::shared_ptr<const identity::Guard>();
  TARN_TRY(const std::string text, objects.GetDocument(bucket, kPolicyDocument));
  TARN_TRY(auto document, policy::ParseBucketPolicy(text, "arn:aws:s3:::" + bucket.name));
  return std::shared_ptr<const identity::Guard>(std::make_shared<BucketGuard>(std::move(document)));
}

}  // namespace tarn::delivery
