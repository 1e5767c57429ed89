#include "api/s3/web/form/form_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "api/s3/errors.h"
#include "base/strings.h"

namespace tarn::api::s3 {
namespace {

constexpr size_t kBoundaryBytesMax = 70;  // RFC 2046

Error Malformed() {
  return Fail(kMalformedPost, "The body of your POST request is not well-formed multipart/form-data.");
}

// "; name=\"value\"; other=token" → pairs, names in lower case; nothing when it is not of that form. A backslash
// escapes a quotation mark only: some clients send Windows' paths as they are.
std::optional<std::vector<std::pair<std::string, std::string>>> Parameters(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (true) {
    text = Trim(text);
    if (text.empty()) return parameters;
    if (text.front() != ';') return std::nullopt;
    text = Trim(text.substr(1));
    if (text.empty()) return parameters;
    const size_t equals = text.find('=');
    if (equals == text.npos || equals == 0) return std::nullopt;
    std::string name = AsciiLower(Trim(text.substr(0, equals)));
    text = Trim(text.substr(equals + 1));
    std::string value;
    if (text.starts_with('"')) {
      size_t at = 1;
      for (; at < text.size() && text[at] != '"'; ++at) {
        if (text[at] == '\\' && at + 1 < text.size() && text[at + 1] == '"') ++at;
        value += text[at];
      }
      if (at >= text.size()) return std::nullopt;
      text.remove_prefix(at + 1);
    } else {
      const size_t end = std::min(text.find(';'), text.size());
      value = Trim(text.substr(0, end));
      text.remove_prefix(end);
    }
    parameters.emplace_back(std::move(name), std::move(value));
  }
}

// "utf-8''a%20b" of RFC 5987.
std::optional<std::string> ExtendedValue(std::string_view text) {
  const size_t first = text.find('\'');
  const size_t second = first == text.npos ? text.npos : text.find('\'', first + 1);
  if (second == text.npos) return std::nullopt;
  return PercentDecode(text.substr(second + 1));
}

}  // namespace

std::optional<std::string> FormBoundary(std::string_view content_type) {
  constexpr std::string_view kForm = "multipart/form-data";
  const std::string_view type = Trim(content_type.substr(0, content_type.find(';')));
  if (!EqualsIgnoreCase(type, kForm)) return std::nullopt;
  const size_t semicolon = content_type.find(';');
  if (semicolon == content_type.npos) return std::nullopt;
  const auto parameters = Parameters(content_type.substr(semicolon));
  if (!parameters) return std::nullopt;
  for (const auto& [name, value] : *parameters) {
    if (name != "boundary") continue;
    const bool fits = !value.empty() && value.size() <= kBoundaryBytesMax &&
                      std::ranges::all_of(value, [](char c) { return c >= ' ' && c < 0x7f; });
    if (fits) return value;
  }
  return std::nullopt;
}

std::optional<FormPart> ParsePartHead(std::string_view head) {
  FormPart part{.name = {}, .filename = {}, .head_bytes = head.size()};
  bool found = false;
  while (!head.empty()) {
    const size_t end = std::min(head.find("\r\n"), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 2, head.size()));
    const size_t colon = line.find(':');
    if (colon == line.npos || colon == 0) return std::nullopt;
    if (!EqualsIgnoreCase(Trim(line.substr(0, colon)), "content-disposition")) continue;
    const std::string_view value = Trim(line.substr(colon + 1));
    const std::string_view kind = value.substr(0, value.find(';'));
    if (found || !EqualsIgnoreCase(Trim(kind), "form-data")) return std::nullopt;
    const auto parameters = Parameters(value.substr(kind.size()));
    if (!parameters) return std::nullopt;
    for (const auto& [name, text] : *parameters) {
      if (name == "name") {
        part.name = text;
        found = true;
      }
      if (name == "filename" && !part.filename) part.filename = text;
      if (name == "filename*") part.filename = ExtendedValue(text);
    }
  }
  if (!found) return std::nullopt;
  // Of a whole path only the file's name counts.
  if (part.filename) part.filename->erase(0, part.filename->find_last_of("/\\") + 1);
  return part;
}

FormReader::FormReader(BodySource& source, std::string boundary)
    : source_(source), delimiter_("\r\n--" + std::move(boundary)) {}

Task<Result<bool>> FormReader::Fill() {
  buffer_.erase(0, begin_);
  begin_ = 0;
  const size_t kept = buffer_.size();
  buffer_.resize(std::max(kFormBufferBytes, kept + delimiter_.size()));
  auto count = co_await source_.Read(std::as_writable_bytes(std::span(buffer_)).subspan(kept));
  buffer_.resize(kept + (count.ok() ? *count : 0));
  if (!count.ok()) co_return count.error();
  taken_ += *count;
  co_return *count > 0;
}

// After a delimiter: another part begins, or the form ends.
Task<Status> FormReader::EnterPart() {
  in_part_ = false;
  while (rest().size() < 2) {
    TARN_CO_TRY(const bool more, co_await Fill());
    if (!more) co_return Malformed();
  }
  if (rest().starts_with("--")) {
    ended_ = true;
    co_return Ok();
  }
  if (!rest().starts_with("\r\n")) co_return Malformed();
  begin_ += 2;
  co_return Ok();
}

Task<Result<std::optional<FormPart>>> FormReader::Next() {
  if (!started_) {
    started_ = true;
    // The first boundary has no line before it that it would end.
    const std::string_view first = std::string_view(delimiter_).substr(2);
    while (rest().size() < first.size()) {
      TARN_CO_TRY(const bool more, co_await Fill());
      if (!more) co_return Malformed();
    }
    if (!rest().starts_with(first)) co_return Malformed();
    begin_ += first.size();
    TARN_CO_CHECK(co_await EnterPart());
  }
  std::byte skipped[1024];
  while (in_part_) {
    TARN_CO_CHECK(co_await Read(skipped));
  }
  if (ended_) co_return std::optional<FormPart>();
  size_t end = 0;
  while ((end = rest().find("\r\n\r\n")) == std::string_view::npos) {
    if (rest().size() > kPartHeadBytesMax) co_return Malformed();
    TARN_CO_TRY(const bool more, co_await Fill());
    if (!more) co_return Malformed();
  }
  if (end > kPartHeadBytesMax) co_return Malformed();
  auto part = ParsePartHead(rest().substr(0, end));
  if (!part) co_return Malformed();
  begin_ += end + 4;
  in_part_ = true;
  co_return part;
}

Task<Result<size_t>> FormReader::Read(std::span<std::byte> into) {
  if (!in_part_ || into.empty()) co_return size_t{0};
  while (true) {
    const size_t at = rest().find(delimiter_);
    const size_t safe = at != std::string_view::npos         ? at
                        : rest().size() >= delimiter_.size() ? rest().size() - delimiter_.size() + 1
                                                             : 0;
    if (safe > 0) {
      const size_t count = std::min(safe, into.size());
      std::memcpy(into.data(), rest().data(), count);
      begin_ += count;
      co_return count;
    }
    if (at == 0) {
      begin_ += delimiter_.size();
      TARN_CO_CHECK(co_await EnterPart());
      co_return size_t{0};
    }
    TARN_CO_TRY(const bool more, co_await Fill());
    if (!more) co_return Malformed();
  }
}

}  // namespace tarn::api::s3
