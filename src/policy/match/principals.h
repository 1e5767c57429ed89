// The Principal or NotPrincipal of a statement: whom it names, and whether a request's principal is among them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/policy.h"

namespace tarn::policy {

// One name, as its form says. Whether such a principal exists is for the caller to know.
struct NamedPrincipal {
  enum class Kind : uint8_t {
    kAccount,    // text: 12 digits
    kArn,        // a user, a role, a session, a federated user
    kUniqueId,   // "AIDA…", "AROA…"
    kCanonical,  // S3's canonical user
    kService,
    kProvider,  // an identity provider
  };
  Kind kind;
  std::string text;
};

class Principals {
 public:
  // Adds a name of the policy; false when it has no form that IAM knows. "*" is everyone, of AWS's names only.
  bool Add(PrincipalName kind, std::string_view name);
  void AddEveryone() { everyone_ = true; }
  void Negate() { negated_ = true; }

  bool everyone() const { return everyone_; }
  bool negated() const { return negated_; }
  const std::vector<NamedPrincipal>& names() const { return names_; }

  // How the statement means the principal; kNone when it does not. Of a NotPrincipal, a principal is spared only when
  // its account, its role and it itself (as far as it has them) are all named, as IAM documents.
  Match Find(const Principal& principal) const;

 private:
  Match FindNamed(const Principal& principal) const;
  bool Spares(const Principal& principal) const;
  bool Names(const Principal& principal, Match as) const;

  bool everyone_ = false;
  bool negated_ = false;
  std::vector<NamedPrincipal> names_;
};

// The account of "123456789012" or "arn:aws:iam::123456789012:root"; nothing for other names.
std::optional<std::string_view> AccountOf(std::string_view name);

}  // namespace tarn::policy
