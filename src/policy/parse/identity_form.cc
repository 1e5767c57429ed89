#include "policy/parse/identity_form.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "policy/errors.h"
#include "policy/match/condition.h"
#include "policy/match/value.h"

namespace tarn::policy {
namespace {

using json::Value;
using Texts = std::vector<std::string_view>;

constexpr std::string_view kSyntax = "Syntax errors in policy.";
constexpr std::string_view kLegacy = "The policy failed legacy parsing";

Error Bad(std::string_view message) { return Fail(kMalformed, std::string(message)); }

template <size_t N>
bool IsOneOf(const std::array<std::string_view, N>& list, std::string_view text) {
  return std::ranges::find(list, text) != list.end();
}

// A text or a list of them, of which IAM passes over nulls; nothing for other values.
std::optional<Texts> TextsOf(const Value& value) {
  if (const auto* text = value.AsString()) return Texts{*text};
  const auto* array = value.AsArray();
  if (array == nullptr) return std::nullopt;
  Texts texts;
  for (const Value& item : *array) {
    if (item.is_null()) continue;
    const auto* text = item.AsString();
    if (text == nullptr) return std::nullopt;
    texts.push_back(*text);
  }
  return texts;
}

bool IsScalar(const Value& value) { return value.is_string() || value.is_number() || value.is_bool(); }

bool HasConditionForm(const Value& condition) {
  const auto* operators = condition.AsObject();
  if (operators == nullptr) return false;
  return std::ranges::all_of(*operators, [](const auto& row) {
    const auto* keys = row.second.AsObject();
    if (keys == nullptr) return false;
    if (!keys->empty() && !ParseOperator(row.first)) return false;
    return std::ranges::all_of(*keys, [](const auto& key) {
      const auto* list = key.second.AsArray();
      return list != nullptr ? std::ranges::all_of(*list, IsScalar) : IsScalar(key.second);
    });
  });
}

bool HasStatementForm(const Value& statement) {
  static constexpr std::array<std::string_view, 9> kFields = {
      "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition", "Principal", "NotPrincipal"};
  const auto* fields = statement.AsObject();
  if (fields == nullptr) return false;
  if (!std::ranges::all_of(*fields, [](const auto& field) { return IsOneOf(kFields, field.first); })) return false;
  for (const std::string_view name : {"Action", "Resource"}) {
    const Value* plain = statement.Find(name);
    const Value* negated = statement.Find("Not" + std::string(name));
    if (plain != nullptr && negated != nullptr) return false;
    for (const Value* value : {plain, negated}) {
      if (value != nullptr && !TextsOf(*value)) return false;
    }
  }
  const Value* effect = statement.Find("Effect");
  if (effect == nullptr || !effect->is_string()) return false;
  const std::string lower = AsciiLower(*effect->AsString());
  if (lower != "allow" && lower != "deny") return false;
  if (const Value* sid = statement.Find("Sid"); sid != nullptr && !sid->is_string()) return false;
  const Value* condition = statement.Find("Condition");
  return condition == nullptr || HasConditionForm(*condition);
}

bool HasDocumentForm(const Value& document) {
  if (!document.is_object()) return false;
  static constexpr std::array<std::string_view, 4> kFields = {"Version", "Id", "Statement", "Conditions"};
  for (const auto& [name, value] : *document.AsObject()) {
    if (!IsOneOf(kFields, name)) return false;
    if (name == "Id" && !value.is_string()) return false;
    if (name == "Version" && value != Value("2012-10-17") && value != Value("2008-10-17")) return false;
  }
  const Value* list = document.Find("Statement");
  if (list == nullptr) return false;
  if (list->is_object()) return HasStatementForm(*list);
  const auto* array = list->AsArray();
  return array != nullptr && !array->empty() && std::ranges::all_of(*array, HasStatementForm);
}

// ---- dates, as leniently as IAM takes them

std::optional<int64_t> Whole(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}
bool IsBetween(std::string_view text, int64_t least, int64_t most) {
  const auto value = Whole(text);
  return value && *value >= least && *value <= most;
}

bool IsDay(std::string_view text) {
  const bool negative = text.starts_with('-');
  const auto parts = Split(negative ? text.substr(1) : text, '-');
  if (parts.empty() || parts.size() > 3) return false;
  const auto year = Whole(parts[0]);
  if (!year || (negative ? *year > 292'275'054 : *year > 292'278'993)) return false;
  return (parts.size() < 2 || IsBetween(parts[1], 1, 12)) && (parts.size() < 3 || IsBetween(parts[2], 1, 31));
}

bool IsZone(std::string_view text) {
  const auto parts = Split(text, ':');
  return !parts.empty() && parts.size() <= 2 && parts[0].size() == 2 && IsBetween(parts[0], 0, 23) &&
         (parts.size() < 2 || (parts[1].size() == 2 && IsBetween(parts[1], 0, 59)));
}

bool IsTime(std::string_view text) {
  if (text.ends_with('z')) {
    text.remove_suffix(1);
  } else if (const size_t plus = text.find('+'); plus != text.npos) {
    if (!IsZone(text.substr(plus + 1))) return false;
    text = text.substr(0, plus);
  }
  if (text.empty()) return true;
  const auto parts = Split(text, ':');
  if (parts.size() > 3 || !IsBetween(parts[0], 0, 23)) return false;
  if (parts.size() > 1 && !IsBetween(parts[1], 0, 59)) return false;
  if (parts.size() < 3) return true;
  const size_t dot = parts[2].find('.');
  return IsBetween(parts[2].substr(0, dot), 0, 59) &&
         (dot == parts[2].npos || IsBetween(parts[2].substr(dot + 1), 0, 999'999'999));
}

bool IsLegacyDate(std::string_view value) {
  const std::string text = AsciiLower(value);
  if (text.find_first_of("t-") == text.npos) return IsBetween(text, 0, INT64_MAX);
  const size_t t = std::min(text.find('t'), text.size());
  return IsDay(text.substr(0, t)) && IsTime(std::string_view(text).substr(std::min(t + 1, text.size())));
}

bool PassesLegacyConditions(const Value& condition) {
  for (const auto& [name, keys] : *condition.AsObject()) {
    const auto op = ParseOperator(name);
    if (!op) continue;
    const bool date = op->comparison >= Comparison::kDateEqual && op->comparison <= Comparison::kDateGreaterEqual;
    const bool address = op->comparison == Comparison::kAddress;
    if (!date && !address) continue;
    for (const auto& [key, values] : *keys.AsObject()) {
      const auto texts = TextsOf(values);
      if (!texts) continue;
      const bool fine =
          std::ranges::all_of(*texts, [&](auto text) { return date ? IsLegacyDate(text) : bool(ParseRange(text)); });
      if (!fine) return false;
    }
  }
  return true;
}

// ---- resources

// The fault of a resource's form in IAM's words; "" for none.
std::string ResourceFault(std::string_view resource) {
  if (resource == "*") return {};
  auto parts = Split(resource, ':');
  if (parts.size() < 2) return "Resource " + std::string(resource) + " must be in ARN format or \"*\".";
  const std::string_view partition = parts[1];
  if (partition != "aws" && partition != "aws-cn" && partition != "aws-us-gov" && partition != "*") {
    std::string rest;
    for (size_t i = 2; i < std::max<size_t>(parts.size(), 6); ++i) {
      rest += ':';
      rest += i < parts.size() ? parts[i] : std::string_view("*");
    }
    return "Partition \"" + std::string(partition) + "\" is not valid for resource \"arn:" + std::string(partition) +
           rest + "\".";
  }
  if (parts.size() < 3) return "Resource vendor must be fully qualified and cannot contain regexes.";
  const std::string_view service = parts[2];
  if (service.find_first_of("*?") != service.npos) {
    return "Resource vendor must be fully qualified and cannot contain regexes.";
  }
  const bool region = parts.size() <= 3 || !parts[3].empty();
  if (service == "iam" && region)
    return "IAM resource " + std::string(resource) + " cannot contain region information.";
  // Access points have a region.
  if (service == "s3" && region && (parts.size() < 6 || parts[4].empty())) {
    return "Resource " + std::string(resource) + " can not contain region information.";
  }
  if (service != "iam") return {};
  constexpr std::string_view kPaths[] = {"user/",
                                         "federated-user/",
                                         "role/",
                                         "group/",
                                         "instance-profile/",
                                         "mfa/",
                                         "server-certificate/",
                                         "policy/",
                                         "sms-mfa/",
                                         "saml-provider/",
                                         "oidc-provider/",
                                         "report/",
                                         "access-report/"};
  const std::string_view path = parts.size() > 5 ? parts[5] : std::string_view();
  if (path == "*" || path == "root" ||
      std::ranges::any_of(kPaths, [&](auto start) { return path.starts_with(start); })) {
    return {};
  }
  std::string message = "IAM resource path must either be \"*\" or start with ";
  for (const std::string_view start : kPaths) message += std::string(start) + ", ";
  message.replace(message.size() - 2, 2, ".");
  return message;
}

bool PassesLegacyResource(std::string_view resource) {
  if (resource == "*") return true;
  const auto parts = Split(resource, ':');
  if (parts.size() < 6 && resource.find("::") != resource.npos) return false;
  return parts.size() < 3 || !parts[2].empty();
}

// ---- actions

std::string ActionFault(std::string_view action) {
  const auto parts = Split(action, ':');
  if (parts.size() == 1 && action != "*") {
    return "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
  }
  if (parts.size() > 2) return "Actions/Condition can contain only one colon.";
  const std::string_view vendor = parts[0];
  const bool fine =
      vendor == "*" || std::ranges::all_of(vendor, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
      });
  return fine ? std::string() : "Vendor " + std::string(vendor) + " is not valid";
}

class Checker {
 public:
  explicit Checker(const Value& document) {
    const Value& list = *document.Find("Statement");
    if (list.is_object()) {
      statements_.push_back(&list);
      return;
    }
    for (const Value& item : *list.AsArray()) statements_.push_back(&item);
  }

  enum class Resources : uint8_t { kNeeded, kNone };

  Status Run(Resources resources) {
    TARN_CHECK(CheckLegacy());
    TARN_CHECK(CheckSids());
    for (const Value* statement : statements_) {
      if (IsMissing(*statement, "Action")) return Bad("Policy statement must contain actions.");
    }
    if (!resource_fault_.empty()) return Bad(resource_fault_);
    TARN_CHECK(CheckActions());
    if (resources == Resources::kNone) return Ok();
    for (const Value* statement : statements_) {
      if (IsMissing(*statement, "Resource")) return Bad("Policy statement must contain resources.");
    }
    return Ok();
  }

 private:
  // Neither X nor NotX, or none in it.
  static bool IsMissing(const Value& statement, const std::string& name) {
    const Value* value = statement.Find(name);
    if (value == nullptr) value = statement.Find("Not" + name);
    return value == nullptr || (value->is_array() && value->AsArray()->empty());
  }

  Status CheckLegacy() {
    for (const Value* statement : statements_) {
      const std::string& effect = *statement->Find("Effect")->AsString();
      if (effect != "Allow" && effect != "Deny") return Bad(kLegacy);
      const Value* condition = statement->Find("Condition");
      if (condition != nullptr && !PassesLegacyConditions(*condition)) return Bad(kLegacy);
    }
    for (const std::string_view name : {"Resource", "NotResource"}) {
      for (const Value* statement : statements_) {
        const Value* value = statement->Find(name);
        if (value != nullptr && !PassesLegacyResources(*TextsOf(*value))) return Bad(kLegacy);
      }
    }
    return Ok();
  }

  // Faults of form are told later; the last in reverse order is the one that IAM tells.
  bool PassesLegacyResources(Texts resources) {
    std::ranges::sort(resources, std::greater<>());
    for (const std::string_view resource : resources) {
      if (std::string fault = ResourceFault(resource); !fault.empty()) resource_fault_ = std::move(fault);
    }
    return !resource_fault_.empty() || std::ranges::all_of(resources, PassesLegacyResource);
  }

  Status CheckSids() const {
    std::set<std::string_view> seen;
    for (const Value* statement : statements_) {
      const std::string_view sid = statement->StringOr("Sid", "");
      if (!sid.empty() && !seen.insert(sid).second) {
        return Bad("Statement IDs (SID) in a single policy must be unique.");
      }
    }
    const bool plain = std::ranges::all_of(seen, [](std::string_view sid) {
      return std::ranges::all_of(sid, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
      });
    });
    if (plain) return Ok();
    return Bad(
        "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression "
        "[0-9A-Za-z]*");
  }

  Status CheckActions() const {
    for (const std::string_view name : {"Action", "NotAction"}) {
      for (const Value* statement : statements_) {
        const Value* value = statement->Find(name);
        if (value == nullptr) continue;
        const auto actions = TextsOf(*value);
        for (const std::string_view action : *actions) {
          if (const std::string fault = ActionFault(action); !fault.empty()) return Bad(fault);
        }
      }
    }
    return Ok();
  }

  std::vector<const Value*> statements_;
  std::string resource_fault_;
};

bool NamesPrincipals(const Value& document) {
  const Value& list = *document.Find("Statement");
  const auto names = [](const Value& statement) {
    return statement.Find("Principal") != nullptr || statement.Find("NotPrincipal") != nullptr;
  };
  return list.is_object() ? names(list) : std::ranges::any_of(*list.AsArray(), names);
}

}  // namespace

Status CheckIdentityForm(const Value& document, AnyVersion any) {
  if (!HasDocumentForm(document)) return Bad(kSyntax);
  if (NamesPrincipals(document)) return Bad("Policy document should not specify a principal.");
  const Value* version = document.Find("Version");
  if (any == AnyVersion::kNo && (version == nullptr || *version != Value("2012-10-17"))) {
    return Bad("Policy document must be version 2012-10-17 or greater.");
  }
  return Checker(document).Run(Checker::Resources::kNeeded);
}

Status CheckTrustForm(const Value& document) {
  if (!HasDocumentForm(document)) return Bad(kSyntax);
  return Checker(document).Run(Checker::Resources::kNone);
}

}  // namespace tarn::policy
