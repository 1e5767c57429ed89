#include "policy/match/glob.h"

#include <algorithm>

#include "base/strings.h"

namespace tarn::policy {
namespace {

constexpr char16_t kRun = 0x100;         // any bytes
constexpr char16_t kOne = 0x101;         // one character
constexpr char16_t kSegmentRun = 0x102;  // bytes that are no ':'
constexpr char16_t kSegmentOne = 0x103;
constexpr int kSegmentColons = 5;  // an ARN's sixth part may hold colons of its own

char16_t Byte(char c) { return static_cast<unsigned char>(c); }
bool Continues(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

size_t AfterCharacter(std::string_view text, size_t at) {
  ++at;
  while (at < text.size() && Continues(text[at])) ++at;
  return at;
}

// The classic walk: on a mismatch, the last run takes one more character.
bool MatchRuns(std::u16string_view codes, std::string_view text) {
  size_t c = 0, t = 0, resume_c = std::u16string_view::npos, resume_t = 0;
  while (t < text.size()) {
    if (c < codes.size() && codes[c] == kRun) {
      resume_c = ++c;
      resume_t = t;
      if (c == codes.size()) return true;
    } else if (c < codes.size() && codes[c] == kOne) {
      ++c;
      t = AfterCharacter(text, t);
    } else if (c < codes.size() && codes[c] == Byte(text[t])) {
      ++c;
      ++t;
    } else if (resume_c != std::u16string_view::npos) {
      c = resume_c;
      t = resume_t = AfterCharacter(text, resume_t);
    } else {
      return false;
    }
  }
  while (c < codes.size() && codes[c] == kRun) ++c;
  return c == codes.size();
}

// Keeps every place of the text that the codes so far can end at: runs that stop at a ':' need all of them.
bool MatchSegments(std::u16string_view codes, std::string_view text) {
  std::vector<char> reach(text.size() + 1, 0), next(text.size() + 1, 0);
  reach[0] = 1;
  for (const char16_t code : codes) {
    std::ranges::fill(next, 0);
    for (size_t t = 0; t <= text.size(); ++t) {
      if (!reach[t] && !((code == kRun || code == kSegmentRun) && next[t])) continue;
      const bool more = t < text.size();
      if (code == kRun || code == kSegmentRun) {
        next[t] = 1;
        if (more && (code == kRun || text[t] != ':')) next[t + 1] = 1;
      } else if (more && (code == kOne || (code == kSegmentOne && text[t] != ':'))) {
        next[AfterCharacter(text, t)] = 1;
      } else if (more && code == Byte(text[t])) {
        next[t + 1] = 1;
      }
    }
    reach.swap(next);
  }
  return reach[text.size()] != 0;
}

}  // namespace

Glob::Glob(std::string_view pattern, Options options) : options_(options) {
  Compile(pattern);
  Classify();
}

void Glob::Compile(std::string_view pattern) {
  int colons = 0;
  for (size_t at = 0; at < pattern.size();) {
    const char c = pattern[at];
    if (options_.variables && c == '$' && AddVariable(pattern, at)) continue;
    if ((c == '*' || c == '?') && options_.rule != GlobRule::kLiteral) {
      AddWildcard(pattern, at, colons);
    } else {
      if (c == ':') ++colons;
      codes_ += Byte(options_.ignore_case && c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
    }
    ++at;
  }
}

void Glob::AddWildcard(std::string_view pattern, size_t at, int colons) {
  bool confined = options_.rule != GlobRule::kText && colons < kSegmentColons;
  // The last wildcard of a pattern with too few segments stands for the others: "*", "arn:aws:s3*".
  if (confined && pattern[at] == '*' && at + 1 == pattern.size()) confined = false;
  if (confined && pattern[at] == '*' && options_.rule == GlobRule::kResource && pattern[at + 1] == ':') {
    confined = false;
  }
  if (pattern[at] == '?') {
    codes_ += confined ? kSegmentOne : kOne;
    return;
  }
  const char16_t run = confined ? kSegmentRun : kRun;
  if (codes_.empty() || codes_.back() != run) codes_ += run;  // "**" is "*"
}

// Takes "${…}" at `at` and moves behind it; false leaves text that is no variable.
bool Glob::AddVariable(std::string_view pattern, size_t& at) {
  if (at + 1 >= pattern.size() || pattern[at + 1] != '{') return false;
  const size_t end = pattern.find('}', at + 2);
  if (end == std::string_view::npos) return false;
  std::string_view inside = pattern.substr(at + 2, end - at - 2);
  at = end + 1;
  if (inside == "*" || inside == "?" || inside == "$") {
    codes_ += Byte(inside[0]);
    return true;
  }
  std::optional<std::string> otherwise;
  if (const size_t comma = inside.find(','); comma != std::string_view::npos) {
    std::string_view quoted = Trim(inside.substr(comma + 1));
    if (quoted.size() >= 2 && quoted.front() == '\'' && quoted.back() == '\'') {
      otherwise = std::string(quoted.substr(1, quoted.size() - 2));
    }
    inside = inside.substr(0, comma);
  }
  variables_.push_back({codes_.size(), std::string(Trim(inside)), std::move(otherwise)});
  return true;
}

void Glob::Classify() {
  const size_t limit = variables_.empty() ? codes_.size() : variables_.front().at;
  while (prefix_.size() < limit && codes_[prefix_.size()] < kRun) {
    prefix_ += static_cast<char>(codes_[prefix_.size()]);
  }
  if (codes_.find_first_of(std::u16string{kSegmentRun, kSegmentOne}) != Codes::npos) {
    shape_ = Shape::kSegmented;
  } else if (!variables_.empty()) {
    shape_ = Shape::kGeneral;
  } else if (prefix_.size() == codes_.size()) {
    shape_ = Shape::kExact;
  } else if (prefix_.size() + 1 == codes_.size() && codes_.back() == kRun) {
    shape_ = Shape::kPrefix;
  }
}

bool Glob::Match(std::string_view text) const {
  std::string lower;
  if (options_.ignore_case) text = lower = AsciiLower(text);
  if (shape_ == Shape::kExact) return text == prefix_;
  if (!text.starts_with(prefix_)) return false;
  return shape_ == Shape::kPrefix || MatchCodes(codes_, text);
}

bool Glob::MatchCodes(const Codes& codes, std::string_view text) const {
  const auto rest = std::u16string_view(codes).substr(prefix_.size());
  text.remove_prefix(prefix_.size());
  return shape_ == Shape::kSegmented ? MatchSegments(rest, text) : MatchRuns(rest, text);
}

bool Glob::Match(std::string_view text, const VariableSource& source) const {
  if (variables_.empty()) return Match(text);
  std::string lower;
  if (options_.ignore_case) text = lower = AsciiLower(text);
  if (!text.starts_with(prefix_)) return false;
  Codes codes;
  size_t from = 0;
  for (const Variable& variable : variables_) {
    codes.append(codes_, from, variable.at - from);
    from = variable.at;
    std::optional<std::string> value = source(variable.key);
    if (!value) value = variable.otherwise;
    if (!value) return false;
    for (const char c : options_.ignore_case ? AsciiLower(*value) : *value) codes += Byte(c);
  }
  codes.append(codes_, from);
  return MatchCodes(codes, text);
}

void ForEachVariable(std::string_view text, const std::function<void(std::string_view key)>& use) {
  for (size_t at = text.find("${"); at != text.npos; at = text.find("${", at + 2)) {
    const size_t end = text.find('}', at);
    if (end == text.npos) return;
    const std::string_view inside = text.substr(at + 2, end - at - 2);
    const std::string_view key = Trim(inside.substr(0, inside.find(',')));
    if (!key.empty() && key != "*" && key != "?" && key != "$") use(key);
  }
}

}  // namespace tarn::policy
