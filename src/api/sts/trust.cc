#include "api/sts/trust.h"

#include <utility>

#include "base/strings.h"
#include "policy/match/condition.h"

namespace tarn::api::sts {
namespace {

class Spoken : public identity::Guard {
 public:
  explicit Spoken(const policy::Decision& decision) : decision_(decision) {}
  Result<Ruling> Judge(const identity::Caller&, const identity::Check&, const policy::Context&) const override {
    return Ruling{.decision = decision_, .must_allow = true};
  }

 private:
  const policy::Decision decision_;
};

}  // namespace

TrustContext::TrustContext(const protocol::Call& call) {
  Set("aws:SourceIp", call.source_ip);
  Set("aws:UserAgent", call.user_agent);
  Set("aws:SecureTransport", call.secure_transport ? "true" : "false");
  Set("aws:CurrentTime", FormatIso8601(call.now));
  Set("aws:EpochTime", std::to_string(call.now.seconds()));
  Set("aws:RequestedRegion", call.scope.region);
}

void TrustContext::Set(std::string_view key, std::string value) {
  Set(key, std::vector<std::string>{std::move(value)});
}

void TrustContext::Set(std::string_view key, std::vector<std::string> values) {
  names_[AsciiLower(key)] = key;
  values_[AsciiLower(key)] = std::move(values);
}

void TrustContext::SetPrincipalTags(const std::map<std::string, std::string>& tags) {
  for (const auto& [key, value] : tags) Set("aws:PrincipalTag/" + key, value);
}

void TrustContext::SetSessionTags(const std::map<std::string, std::string>& tags,
                                  const std::vector<std::string>& transitive) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : tags) {
    Set("aws:RequestTag/" + key, value);
    keys.push_back(key);
  }
  if (!keys.empty()) Set("aws:TagKeys", std::move(keys));
  if (!transitive.empty()) Set("sts:TransitiveTagKeys", transitive);
}

void TrustContext::AddTo(identity::Check& check) const {
  constexpr std::string_view kGlobal = "aws:";
  for (const auto& [key, values] : values_) {
    // Of the global keys the authorizer knows the rest itself.
    if (key.starts_with(kGlobal) && !key.starts_with("aws:requesttag/") && key != "aws:tagkeys" &&
        key != "aws:federatedprovider") {
      continue;
    }
    if (key.ends_with("tagkeys") || values.size() != 1) {
      check.sets[names_.at(key)] = values;
    } else {
      check.context[names_.at(key)] = values.front();
    }
  }
}

bool TrustContext::Find(std::string_view key, std::vector<std::string>& values) const {
  if (policy::IsPrincipalKey(key)) return false;
  const auto found = values_.find(AsciiLower(key));
  if (found == values_.end()) return false;
  values.insert(values.end(), found->second.begin(), found->second.end());
  return true;
}

Result<Trust> Trust::Of(const iam::Entity& role) {
  policy::ParseOptions options;
  options.kind = policy::ParseOptions::Kind::kTrust;
  Trust trust;
  TARN_TRY(trust.document_, policy::Document::Parse(role.trust, options));
  trust.arn_ = role.Arn();
  return trust;
}

policy::Decision Trust::Judge(const policy::Principal& principal, std::string_view action,
                              const policy::Context& context) const {
  return document_->Evaluate({.principal = principal, .action = action, .resource = arn_, .context = context});
}

std::shared_ptr<const identity::Guard> GuardOf(const policy::Decision& decision) {
  return std::make_shared<Spoken>(decision);
}

}  // namespace tarn::api::sts
