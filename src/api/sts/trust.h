// Whether a role lets somebody in: its trust policy, asked with what STS knows of the request.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/protocol/call.h"
#include "base/result.h"
#include "iam/model.h"
#include "identity/authorize.h"
#include "policy/policy.h"

namespace tarn::api::sts {

// Condition keys of one request, in any case.
class TrustContext : public policy::Context {
 public:
  // Those that every request has: where it comes from and when.
  explicit TrustContext(const protocol::Call& call);

  void Set(std::string_view key, std::string value);
  void Set(std::string_view key, std::vector<std::string> values);
  // aws:PrincipalTag/…
  void SetPrincipalTags(const std::map<std::string, std::string>& tags);
  // aws:RequestTag/… and aws:TagKeys, sts:TransitiveTagKeys.
  void SetSessionTags(const std::map<std::string, std::string>& tags, const std::vector<std::string>& transitive);
  // Of the keys so far, those that a Check of the authorizer carries.
  void AddTo(identity::Check& check) const;

  bool Find(std::string_view key, std::vector<std::string>& values) const override;

 private:
  std::map<std::string, std::vector<std::string>> values_;  // by lower-case key
  std::map<std::string, std::string> names_;                // as they were set
};

// A role's trust policy, read once a request. Errors: policy::kMalformed for one that is none.
class Trust {
 public:
  static Result<Trust> Of(const ::tarn::iam::Entity& role);
  policy::Decision Judge(const policy::Principal& principal, std::string_view action,
                         const policy::Context& context) const;

 private:
  std::shared_ptr<const policy::Document> document_;
  std::string arn_;
};

// The trust policy's word on one action, without which nobody may.
std::shared_ptr<const identity::Guard> GuardOf(const policy::Decision& decision);

}  // namespace tarn::api::sts
