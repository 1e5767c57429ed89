#include "api/s3/web/cors/cors_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "api/s3/errors.h"
#include "base/strings.h"
#include "object/errors.h"

namespace tarn::api::s3 {
namespace {

constexpr size_t kRulesMax = 100;
constexpr size_t kIdBytesMax = 255;
constexpr std::array<std::string_view, 5> kMethods = {"GET", "PUT", "POST", "DELETE", "HEAD"};
using Texts = std::vector<std::string>;

template <typename... Args>
Error Invalid(fmt::format_string<Args...> format, Args&&... args) {
  return Fail(object::kInvalidRequest, fmt::format(format, std::forward<Args>(args)...));
}

const Texts& Of(const std::optional<Texts>& texts) {
  static const Texts kNone;
  return texts ? *texts : kNone;
}

Status CheckWildcards(const Texts& patterns, std::string_view element) {
  for (const std::string& pattern : patterns) {
    if (std::ranges::count(pattern, '*') > 1) {
      return Invalid("{} \"{}\" can not have more than one wildcard.", element, pattern);
    }
  }
  return Ok();
}

Status CheckNames(const Texts& names) {
  for (const std::string& name : names) {
    if (!IsHeaderName(name)) return Invalid("AllowedHeader \"{}\" contains invalid character.", name);
  }
  return Ok();
}

Status CheckRule(const gen::CORSRule& rule) {
  if (Of(rule.allowed_methods).empty() || Of(rule.allowed_origins).empty()) {
    return Fail(kMalformedXml, "a rule needs AllowedMethod and AllowedOrigin");
  }
  if (rule.id && rule.id->size() > kIdBytesMax) {
    return Fail(object::kInvalidArgument, "ID length should not exceed allowed limit of 255");
  }
  for (const std::string& method : *rule.allowed_methods) {
    if (std::ranges::find(kMethods, method) == kMethods.end()) {
      return Invalid("Found unsupported HTTP method in CORS config. Unsupported method is {}", method);
    }
  }
  TARN_CHECK(CheckWildcards(*rule.allowed_origins, "AllowedOrigin"));
  TARN_CHECK(CheckWildcards(Of(rule.allowed_headers), "AllowedHeader"));
  for (const std::string& header : Of(rule.expose_headers)) {
    if (header.find('*') != header.npos) {
      return Invalid("ExposeHeader \"{}\" contains wildcard. We currently do not support wildcard for ExposeHeader.",
                     header);
    }
  }
  TARN_CHECK(CheckNames(Of(rule.allowed_headers)));
  return CheckNames(Of(rule.expose_headers));
}

bool Fits(std::string_view pattern, std::string_view text) {
  const size_t star = pattern.find('*');
  if (star == pattern.npos) return pattern == text;
  const std::string_view before = pattern.substr(0, star);
  const std::string_view after = pattern.substr(star + 1);
  return text.size() >= before.size() + after.size() && text.starts_with(before) && text.ends_with(after);
}

// The names in lower case; nothing when the rule does not allow one of them.
std::optional<Texts> AllowedNames(const gen::CORSRule& rule, std::string_view asked) {
  Texts names;
  for (const std::string_view word : Split(asked, ',')) {
    std::string name = AsciiLower(Trim(word));
    if (name.empty()) continue;
    const auto fits = [&](const std::string& pattern) { return Fits(AsciiLower(pattern), name); };
    if (std::ranges::none_of(Of(rule.allowed_headers), fits)) return std::nullopt;
    names.push_back(std::move(name));
  }
  return names;
}

}  // namespace

bool IsHeaderName(std::string_view name) {
  return std::ranges::all_of(name, [](unsigned char c) {
    return c > ' ' && c < 0x7f &&
           std::string_view("()<>@,;:\\\"/[]?={}").find(static_cast<char>(c)) == std::string_view::npos;
  });
}

bool IsCorsMethod(std::string_view method) { return std::ranges::find(kMethods, method) != kMethods.end(); }

Status CheckCors(const CorsRules& rules) {
  if (rules.empty()) return Fail(kMalformedXml, "no rules");
  if (rules.size() > kRulesMax) {
    return Invalid("The number of CORS rules should not exceed allowed limit of {} rules.", kRulesMax);
  }
  for (const gen::CORSRule& rule : rules) TARN_CHECK(CheckRule(rule));
  return Ok();
}

std::optional<CorsHeaders> MatchCors(const CorsRules& rules, const CorsRequest& request) {
  for (const gen::CORSRule& rule : rules) {
    const Texts& methods = Of(rule.allowed_methods);
    const Texts& origins = Of(rule.allowed_origins);
    if (std::ranges::find(methods, request.method) == methods.end()) continue;
    const auto fits = [&](const std::string& pattern) { return Fits(pattern, request.origin); };
    const auto origin = std::ranges::find_if(origins, fits);
    if (origin == origins.end()) continue;
    Texts names;
    if (request.header_names) {
      auto allowed = AllowedNames(rule, *request.header_names);
      if (!allowed) continue;
      names = *std::move(allowed);
    }
    const bool anyone = *origin == "*";
    CorsHeaders headers;
    headers.emplace_back("Access-Control-Allow-Origin", anyone ? "*" : std::string(request.origin));
    if (!names.empty()) headers.emplace_back("Access-Control-Allow-Headers", Join(names, ", "));
    headers.emplace_back("Access-Control-Allow-Methods", Join(methods, ", "));
    if (!Of(rule.expose_headers).empty()) {
      headers.emplace_back("Access-Control-Expose-Headers", Join(*rule.expose_headers, ", "));
    }
    if (rule.max_age_seconds) headers.emplace_back("Access-Control-Max-Age", std::to_string(*rule.max_age_seconds));
    if (!anyone) headers.emplace_back("Access-Control-Allow-Credentials", "true");
    headers.emplace_back("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
    return headers;
  }
  return std::nullopt;
}

}  // namespace tarn::api::s3
