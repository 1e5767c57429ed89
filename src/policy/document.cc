#include <algorithm>

#include "policy/actions.h"
#include "policy/parse/parse.h"
#include "policy/policy.h"

namespace tarn::policy {
namespace {

constexpr size_t kActionBytesMax = 256;  // longer names are no action of anybody

class Nothing : public Context {
 public:
  bool Find(std::string_view, std::vector<std::string>&) const override { return false; }
};

class Policy : public Document {
 public:
  explicit Policy(Parsed parsed)
      : statements_(std::move(parsed.statements)), normalized_(std::move(parsed.normalized)) {}

  Decision Evaluate(const Request& request) const override {
    char lower[kActionBytesMax];
    if (request.action.size() > sizeof lower) return {};
    std::ranges::transform(request.action, lower,
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    const std::string_view action(lower, request.action.size());
    Decision decision;
    for (size_t i = 0; i < statements_.size(); ++i) {
      const Statement& statement = statements_[i];
      const Match match = statement.Applies(request, action);
      if (match == Match::kNone) continue;
      const bool deny = statement.effect == Effect::kDeny;
      if (deny || match > decision.match) decision = {statement.effect, match, statement.sid, static_cast<int>(i)};
      if (deny) break;
    }
    return decision;
  }

  bool IsPublic() const override { return std::ranges::any_of(statements_, &Statement::GrantsToThePublic); }

  bool HasConditions() const override {
    return std::ranges::any_of(statements_, [](const Statement& statement) {
      return !statement.conditions.empty() || std::ranges::any_of(statement.resources.globs, &Glob::has_variables);
    });
  }

  const std::string& normalized() const override { return normalized_; }

 private:
  std::vector<Statement> statements_;
  std::string normalized_;
};

}  // namespace

const Context& NoContext() {
  static const Nothing nothing;
  return nothing;
}

Result<std::shared_ptr<const Document>> Document::Parse(std::string_view json, const ParseOptions& options) {
  TARN_TRY(Parsed parsed, ParsePolicy(json, options));
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
