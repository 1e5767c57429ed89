#include "ingest/lines.h"

#include <fmt/format.h>

#include <utility>

#include "base/random.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "ingest/errors.h"
#include "json/json.h"

namespace tarn::ingest {
namespace {

constexpr size_t kPartitionKeyMax = 256;  // characters, as Kinesis counts them

// The member of that name, or the one that the name's parts lead to.
const json::Value* FindSelected(const json::Value& value, std::string_view selector) {
  if (const json::Value* found = value.Find(selector)) return found;
  const json::Value* at = &value;
  for (const std::string_view part : Split(selector, '.')) {
    at = at->Find(part);
    if (at == nullptr) return nullptr;
  }
  return at;
}

Result<std::string> KeyOf(const json::Value& value, const LineOptions& options) {
  if (options.partition_key.empty()) return RandomUuid();
  const json::Value* found = FindSelected(value, options.partition_key);
  std::string key;
  if (found != nullptr && found->is_string()) key = *found->AsString();
  if (found != nullptr && (found->is_number() || found->is_bool())) key = json::Write(*found);
  if (key.empty()) {
    return Fail(kInvalidInput,
                fmt::format("has no text or number '{}' to be its partition key", options.partition_key));
  }
  if (CountUtf8(key) > kPartitionKeyMax) {
    return Fail(kInvalidInput, fmt::format("its partition key is longer than {} characters", kPartitionKeyMax));
  }
  return key;
}

class Reader {
 public:
  Reader(const LineOptions& options, size_t& bad_line) : options_(options), bad_line_(bad_line) {}

  Status Add(size_t number, const json::Value& value, std::string data) {
    auto key = KeyOf(value, options_);
    if (!key.ok()) return Refuse(number, *key.error().reason, key.error().message);
    if (data.size() + key->size() > options_.record_bytes_max) {
      return Refuse(number, kInvalidInput, fmt::format("is larger than {} bytes", options_.record_bytes_max));
    }
    lines_.push_back({number, std::move(data), std::move(*key)});
    return Ok();
  }

  Error Refuse(size_t number, const Reason& reason, std::string_view why) {
    bad_line_ = number;
    return Fail(reason, fmt::format("line {}: {}", number, why));
  }

  // One JSON text: the elements of an array, or the value itself.
  Status AddText(const json::Value& whole) {
    if (!whole.is_array()) return Add(1, whole, json::Write(whole));
    size_t number = 0;
    for (const json::Value& element : *whole.AsArray()) {
      ++number;
      TARN_CHECK(Add(number, element, json::Write(element)));
    }
    return Ok();
  }

  std::vector<Line> Take() { return std::move(lines_); }

 private:
  const LineOptions& options_;
  size_t& bad_line_;
  std::vector<Line> lines_;
};

}  // namespace

Result<std::vector<Line>> ReadLines(std::string_view body, const LineOptions& options, size_t& bad_line) {
  bad_line = 0;
  Reader reader(options, bad_line);
  size_t number = 0;
  bool first = true;
  std::string_view rest = body;
  while (!rest.empty()) {
    ++number;
    const size_t end = rest.find('\n');
    const std::string_view line = Trim(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (line.empty()) continue;
    auto value = json::Parse(line);
    const bool is_text = first && (!value.ok() || value->is_array());
    if (is_text) {
      // No line of its own: the body may be one text, of any number of lines.
      const auto whole = json::Parse(body);
      if (whole.ok()) {
        TARN_CHECK(reader.AddText(*whole));
        return reader.Take();
      }
    }
    first = false;
    if (!value.ok()) return reader.Refuse(number, kMalformedLine, value.error().message);
    TARN_CHECK(reader.Add(number, *value, std::string(line)));
  }
  return reader.Take();
}

}  // namespace tarn::ingest
