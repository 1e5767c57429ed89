#include "policy/match/principals.h"

#include <algorithm>

#include "base/strings.h"

namespace tarn::policy {
namespace {

using Kind = NamedPrincipal::Kind;

constexpr size_t kAccountDigits = 12;
constexpr size_t kCanonicalDigits = 64;
constexpr size_t kUniqueIdMin = 16;

bool IsAccount(std::string_view text) {
  return text.size() == kAccountDigits && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool IsPartition(std::string_view text) { return text == "aws" || text.starts_with("aws-"); }

bool IsUniqueId(std::string_view text) {
  if (text.size() < kUniqueIdMin || !(text.starts_with("AIDA") || text.starts_with("AROA"))) return false;
  return std::ranges::all_of(text, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
}

// A user, role, session or federated user; also CloudFront's origin access identities, which have no account.
bool IsPrincipalArn(std::string_view text) {
  const auto parts = Split(text, ':');
  if (parts.size() != 6 || parts[0] != "arn" || !IsPartition(parts[1]) || !parts[3].empty()) return false;
  const bool account = IsAccount(parts[4]);
  const std::string_view name = parts[5];
  const size_t slash = name.find('/');
  if (slash == std::string_view::npos || slash + 1 == name.size()) return false;
  const std::string_view type = name.substr(0, slash);
  if (parts[2] == "iam") {
    return (account && (type == "user" || type == "role")) || (parts[4] == "cloudfront" && type == "user");
  }
  if (parts[2] != "sts" || !account) return false;
  if (type == "federated-user") return true;
  return type == "assumed-role" && name.find('/', slash + 1) != std::string_view::npos && name.back() != '/';
}

bool IsCanonical(std::string_view text) {
  return text.size() == kCanonicalDigits && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
         });
}

bool IsService(std::string_view text) {
  const bool form = std::ranges::all_of(
      text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-'; });
  return form && !text.starts_with('.') &&
         (text.ends_with(".amazonaws.com") || text.ends_with(".amazonaws.com.cn") || text.ends_with(".amazon.com"));
}

}  // namespace

std::optional<std::string_view> AccountOf(std::string_view name) {
  if (IsAccount(name)) return name;
  const auto parts = Split(name, ':');
  const bool root = parts.size() == 6 && parts[0] == "arn" && IsPartition(parts[1]) && parts[2] == "iam" &&
                    parts[3].empty() && IsAccount(parts[4]) && parts[5] == "root";
  if (!root) return std::nullopt;
  return parts[4];
}

bool Principals::Add(PrincipalName kind, std::string_view name) {
  switch (kind) {
    case PrincipalName::kAws:
      if (name == "*") {
        everyone_ = true;
      } else if (const auto account = AccountOf(name)) {
        names_.push_back({Kind::kAccount, std::string(*account)});
      } else if (name.find_first_of("*?") != std::string_view::npos) {
        return false;
      } else if (IsPrincipalArn(name)) {
        names_.push_back({Kind::kArn, std::string(name)});
      } else if (IsUniqueId(name)) {
        names_.push_back({Kind::kUniqueId, std::string(name)});
      } else {
        return false;
      }
      return true;
    case PrincipalName::kCanonicalUser:
      if (!IsCanonical(name)) return false;
      names_.push_back({Kind::kCanonical, AsciiLower(name)});
      return true;
    case PrincipalName::kService:
      if (!IsService(name)) return false;
      names_.push_back({Kind::kService, std::string(name)});
      return true;
    case PrincipalName::kFederated:
      if (name.empty() || name.find_first_of("*? ") != std::string_view::npos) return false;
      names_.push_back({Kind::kProvider, std::string(name)});
      return true;
  }
  return false;
}

// Whether any name means the principal in this way.
bool Principals::Names(const Principal& principal, Match as) const {
  if (principal.kind == PrincipalKind::kAnonymous) return false;
  const std::string_view id = principal.user_id.substr(0, principal.user_id.find(':'));
  return std::ranges::any_of(names_, [&](const NamedPrincipal& name) {
    const std::string_view text = name.text;
    switch (name.kind) {
      case Kind::kAccount:
        return as == Match::kAccount && text == principal.account;
      case Kind::kCanonical:
        return as == Match::kAccount && text == principal.canonical_id;
      case Kind::kArn:
        return (as == Match::kPrincipal && text == principal.arn) || (as == Match::kRole && text == principal.role_arn);
      case Kind::kUniqueId:
        return text == id && as == (principal.role_arn.empty() ? Match::kPrincipal : Match::kRole);
      case Kind::kService:
        return as == Match::kPrincipal && text == principal.service;
      case Kind::kProvider:
        return as == Match::kPrincipal && text == principal.provider;
    }
    return false;
  });
}

Match Principals::FindNamed(const Principal& principal) const {
  for (const Match as : {Match::kPrincipal, Match::kRole, Match::kAccount}) {
    if (Names(principal, as)) return as;
  }
  return Match::kNone;
}

bool Principals::Spares(const Principal& principal) const {
  if (everyone_) return true;
  if (principal.kind == PrincipalKind::kAnonymous) return false;
  if (!principal.account.empty() && !Names(principal, Match::kAccount)) return false;
  if (principal.kind == PrincipalKind::kAccountRoot) return true;
  const bool role = principal.kind == PrincipalKind::kAssumedRole && !principal.role_arn.empty();
  if (role && !Names(principal, Match::kRole)) return false;
  return Names(principal, Match::kPrincipal);
}

Match Principals::Find(const Principal& principal) const {
  if (negated_) return Spares(principal) ? Match::kNone : Match::kEveryone;
  if (!names_.empty()) {
    const Match named = FindNamed(principal);
    if (named != Match::kNone && (!everyone_ || named == Match::kPrincipal)) return named;
  }
  return everyone_ ? Match::kEveryone : Match::kNone;
}

}  // namespace tarn::policy
