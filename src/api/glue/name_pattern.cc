#include "api/glue/name_pattern.h"

#include <fmt/core.h>
#include <re2/re2.h>

#include "api/glue/errors.h"

namespace tarn::api::glue {

struct NamePattern::State {
  explicit State(const std::string& regex, const RE2::Options& options) : expression(regex, options) {}
  RE2 expression;
};

NamePattern::NamePattern(std::unique_ptr<State> state) : state_(std::move(state)) {}
NamePattern::NamePattern(NamePattern&&) noexcept = default;
NamePattern& NamePattern::operator=(NamePattern&&) noexcept = default;
NamePattern::~NamePattern() = default;

std::string GlobsToRegex(std::string_view text) {
  std::string out;
  bool repeatable = false;  // whether a quantifier may follow: after ".", a group, a class or an escape
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '*' && !repeatable) {
      out += ".*";
      continue;
    }
    out += c;
    if (c == '\\' && i + 1 < text.size()) {
      out += text[++i];
      repeatable = true;
    } else {
      repeatable = c == '.' || c == ')' || c == ']';
    }
  }
  return out;
}

Result<NamePattern> NamePattern::Compile(std::string_view text) {
  if (text.empty()) return NamePattern(nullptr);
  RE2::Options options;
  options.set_log_errors(false);
  options.set_case_sensitive(false);
  options.set_max_mem(1 << 20);
  auto state = std::make_unique<State>(GlobsToRegex(text), options);
  if (!state->expression.ok()) {
    return Fail(kInvalidInput, fmt::format("Invalid expression {}: {}", text, state->expression.error()));
  }
  return NamePattern(std::move(state));
}

bool NamePattern::Matches(std::string_view name) const {
  return state_ == nullptr || RE2::FullMatch(re2::StringPiece(name.data(), name.size()), state_->expression);
}

}  // namespace tarn::api::glue
