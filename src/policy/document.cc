#include <algorithm>
#include <map>

#include "base/strings.h"
#include "policy/actions.h"
#include "policy/combine.h"
#include "policy/parse/parse.h"
#include "policy/policy.h"
#include "policy/session_policy.h"

namespace tarn::policy {
namespace {

constexpr size_t kActionBytesMax = 256;  // longer names are no action of anybody

class Nothing : public Context {
 public:
  bool Find(std::string_view, std::vector<std::string>&) const override { return false; }
};

// The vendor of an action in lower case: "s3" of "s3:getobject".
std::string_view VendorOf(std::string_view action) { return action.substr(0, action.find(':')); }

// The statements that can mean an action, by its vendor, so that a decision looks at few of many.
class Index {
 public:
  explicit Index(const std::vector<Statement>& statements) {
    for (const Statement& statement : statements) {
      for (const std::string_view vendor : Vendors(statement)) by_vendor_.try_emplace(std::string(vendor));
    }
    for (uint32_t i = 0; i < statements.size(); ++i) {
      const auto vendors = Vendors(statements[i]);
      if (vendors.empty()) others_.push_back(i);
      for (auto& [vendor, places] : by_vendor_) {
        if (vendors.empty() || std::ranges::find(vendors, vendor) != vendors.end()) places.push_back(i);
      }
    }
  }
  const std::vector<uint32_t>& Find(std::string_view action) const {
    const auto found = by_vendor_.find(VendorOf(action));
    return found == by_vendor_.end() ? others_ : found->second;
  }

 private:
  // None: the statement can mean actions of any vendor.
  static std::vector<std::string> Vendors(const Statement& statement) {
    std::vector<std::string> vendors;
    if (statement.actions.negated) return vendors;
    for (const std::string& text : statement.actions.texts) {
      const std::string vendor(VendorOf(AsciiLower(text)));
      if (vendor.size() == text.size() || vendor.find_first_of("*?") != vendor.npos) return {};
      vendors.push_back(vendor);
    }
    return vendors;
  }

  std::map<std::string, std::vector<uint32_t>, std::less<>> by_vendor_;
  std::vector<uint32_t> others_;
};

class Policy : public Document {
 public:
  explicit Policy(Parsed parsed)
      : statements_(std::move(parsed.statements)), index_(statements_), normalized_(std::move(parsed.normalized)) {}

  Decision Evaluate(const Request& request) const override {
    char lower[kActionBytesMax];
    if (request.action.size() > sizeof lower) return {};
    std::ranges::transform(request.action, lower,
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    const std::string_view action(lower, request.action.size());
    Decision decision;
    for (const uint32_t i : index_.Find(action)) {
      const Statement& statement = statements_[i];
      // Nothing that it could say would change the decision.
      if (decision.match >= Match::kPrincipal && statement.effect == Effect::kAllow) continue;
      const Match match = statement.Applies(request, action);
      if (match == Match::kNone) continue;
      const bool deny = statement.effect == Effect::kDeny;
      if (deny || match > decision.match) decision = {statement.effect, match, statement.sid, static_cast<int>(i)};
      if (deny) break;
    }
    return decision;
  }

  std::vector<Applied> Matching(const Request& request) const override {
    const std::string action = AsciiLower(request.action);
    std::vector<Applied> found;
    for (size_t i = 0; i < statements_.size(); ++i) {
      if (statements_[i].Applies(request, action) == Match::kNone) continue;
      found.push_back({.statement = static_cast<int>(i), .effect = statements_[i].effect});
    }
    return found;
  }

  std::vector<std::string> ContextKeys() const override {
    std::vector<std::string> keys;
    const auto add = [&](std::string_view key) {
      if (std::ranges::none_of(keys, [&](const std::string& k) { return EqualsIgnoreCase(k, key); })) {
        keys.emplace_back(key);
      }
    };
    for (const Statement& statement : statements_) {
      for (const Condition& condition : statement.conditions) {
        add(condition.name());
        for (const std::string& value : condition.values()) ForEachVariable(value, add);
      }
      for (const std::string& text : statement.resources.texts) ForEachVariable(text, add);
    }
    return keys;
  }

  bool IsPublic() const override { return std::ranges::any_of(statements_, &Statement::GrantsToThePublic); }

  bool HasConditions() const override {
    return std::ranges::any_of(statements_, [](const Statement& statement) {
      return !statement.conditions.empty() || std::ranges::any_of(statement.resources.globs, &Glob::has_variables);
    });
  }

  const std::string& normalized() const override { return normalized_; }

 private:
  const std::vector<Statement> statements_;
  const Index index_;
  const std::string normalized_;
};

class Several : public Document {
 public:
  explicit Several(std::vector<std::shared_ptr<const Document>> documents) : documents_(std::move(documents)) {}

  Decision Evaluate(const Request& request) const override {
    Decision joined;
    for (const auto& document : documents_) joined = Join(joined, document->Evaluate(request));
    return joined;
  }
  std::vector<Applied> Matching(const Request& request) const override {
    std::vector<Applied> all;
    for (const auto& document : documents_) {
      for (const Applied& applied : document->Matching(request)) all.push_back(applied);
    }
    return all;
  }
  std::vector<std::string> ContextKeys() const override {
    std::vector<std::string> all;
    for (const auto& document : documents_) {
      for (std::string& key : document->ContextKeys()) {
        if (std::ranges::find(all, key) == all.end()) all.push_back(std::move(key));
      }
    }
    return all;
  }
  bool IsPublic() const override { return std::ranges::any_of(documents_, &Document::IsPublic, Bare); }
  bool HasConditions() const override { return std::ranges::any_of(documents_, &Document::HasConditions, Bare); }
  const std::string& normalized() const override { return text_; }

 private:
  const std::string text_;
  static const Document& Bare(const std::shared_ptr<const Document>& document) { return *document; }
  const std::vector<std::shared_ptr<const Document>> documents_;
};

}  // namespace

std::shared_ptr<const Document> Union(std::vector<std::shared_ptr<const Document>> documents) {
  if (documents.size() == 1) return std::move(documents.front());
  return std::make_shared<const Several>(std::move(documents));
}

const Context& NoContext() {
  static const Nothing nothing;
  return nothing;
}

Result<std::shared_ptr<const Document>> Document::Parse(std::string_view json, const ParseOptions& options) {
  TARN_TRY(Parsed parsed, ParsePolicy(json, options));
  return std::shared_ptr<const Document>(std::make_shared<const Policy>(std::move(parsed)));
}

Result<std::shared_ptr<const Document>> ParseSessionPolicy(std::string_view json, size_t max_bytes) {
  ParseOptions options;
  options.kind = ParseOptions::Kind::kIdentity;
  options.max_bytes = max_bytes;
  TARN_TRY(Parsed parsed, ParsePolicy(json, options, AnyVersion::kYes));
  return std::shared_ptr<const Document>(std::make_shared<const Policy>(std::move(parsed)));
}

Result<std::shared_ptr<const Document>> ParseBucketPolicy(
    std::string_view json, std::string_view bucket_arn,
    std::function<bool(PrincipalName kind, std::string_view name)> principal_exists) {
  ParseOptions options;
  options.actions = bucket_arn.starts_with("arn:aws:s3express:") ? &kS3ExpressActions : &kS3Actions;
  options.resource = std::string(bucket_arn);
  options.principal_exists = std::move(principal_exists);
  return Document::Parse(json, options);
}

}  // namespace tarn::policy
