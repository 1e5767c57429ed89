#include "delivery/records/processors.h"

#include <utility>

#include "base/gzip.h"
#include "base/hash.h"
#include "base/strings.h"
#include "delivery/errors.h"
#include "delivery/records/query.h"
#include "delivery/records/unpacked.h"
#include "json/json.h"

namespace tarn::delivery {
namespace {

constexpr size_t kPartsMax = 500;  // of one record

constexpr std::string_view kSpace = " \t\r\n";

// Where the JSON value that begins at `at` ends; npos when it does not. Nothing but its brackets and quotes is looked
// at.
size_t EndOfValue(std::string_view text, size_t at) {
  int depth = 0;
  bool quoted = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted) {
      if (c == '\\') {
        ++at;
      } else if (c == '"') {
        quoted = false;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

}  // namespace

std::vector<std::string_view> SplitJson(std::string_view text, bool& sound) {
  std::vector<std::string_view> parts;
  sound = true;
  for (size_t at = text.find_first_not_of(kSpace); at < text.size(); at = text.find_first_not_of(kSpace, at)) {
    const size_t end = text[at] == '{' ? EndOfValue(text, at) : std::string_view::npos;
    if (end == std::string_view::npos) {
      sound = false;
      return parts;
    }
    parts.push_back(text.substr(at, end - at));
    at = end;
  }
  return parts;
}

Result<std::string> LogMessages(std::string_view text) {
  const auto parsed = json::Parse(text);
  if (!parsed.ok()) return Fail(kBadRecord, "The record is no record of CloudWatch Logs");
  if (parsed->StringOr("messageType", "") == "CONTROL_MESSAGE") return std::string();
  const json::Value* events = parsed->Find("logEvents");
  if (events == nullptr || !events->is_array()) return Fail(kBadRecord, "The record is no record of CloudWatch Logs");
  std::string messages;
  for (const json::Value& event : *events->AsArray()) {
    messages += event.StringOr("message", "");
    messages += '\n';
  }
  return messages;
}

Result<std::string> DelimiterOf(std::string_view parameter) {
  if (parameter.empty()) return Fail(kInvalid, "The processor RecordDeAggregation needs a Delimiter.");
  auto decoded = Unbase64(parameter);
  return decoded && !decoded->empty() ? std::move(*decoded) : std::string(parameter);
}

Status CheckQuery(const std::string& program) { return CompileQuery(program); }

// Asks the query for the keys of all records, and ends those that stay.
void Processor::Extract(Processed& out) const {
  if (!processing_.query.empty()) {
    std::vector<std::string_view> texts;
    texts.reserve(out.records.size());
    for (const Prepared& record : out.records) texts.emplace_back(record.data);
    std::vector<QueryAnswer> answers = RunQuery(processing_.query, texts);
    std::vector<Prepared> found;
    for (size_t i = 0; i < answers.size(); ++i) {
      Prepared& record = out.records[i];
      if (answers[i].ok()) {
        record.keys = std::move(*answers[i]);
        found.push_back(std::move(record));
      } else {
        out.failed.push_back({record.source, "metadata-extraction-failed",
                              "DynamicPartitioning.MetadataExtractionFailed", answers[i].error().message,
                              std::move(record.data)});
      }
    }
    out.records = std::move(found);
  }
  if (!processing_.append_newline) return;
  for (Prepared& record : out.records) record.data += '\n';
}

void Processor::Split(size_t source, std::string data, Processed& out) const {
  if (processing_.split == Processing::Split::kNone) {
    out.records.push_back({source, std::move(data), {}});
    return;
  }
  std::vector<std::string_view> parts;
  bool sound = true;
  if (processing_.split == Processing::Split::kJson) {
    parts = SplitJson(data, sound);
  } else {
    for (size_t at = 0; at < data.size();) {
      const size_t end = std::min(data.find(processing_.delimiter, at), data.size());
      if (end > at) parts.push_back(std::string_view(data).substr(at, end - at));
      at = end + processing_.delimiter.size();
    }
  }
  if (!sound || parts.size() > kPartsMax) {
    const std::string message = sound ? "A record may hold at most 500 records." : "The data could not be decoded.";
    out.failed.push_back(
        {source, "deaggregation-failed", "DynamicPartitioning.DeAggregationFailed", message, std::move(data)});
    return;
  }
  for (const std::string_view part : parts) out.records.push_back({source, std::string(part), {}});
}

Result<Processed> Processor::Run(const std::vector<Arrived>& records) const {
  Processed out;
  size_t unpacked_bytes = 0;
  for (size_t i = 0; i < records.size(); ++i) {
    std::string data = records[i].data;
    if (processing_.decompress) {
      auto unpacked = Gunzip(data, kRecordUnpackedMax);
      if (!unpacked) {
        out.failed.push_back({i, "processing-failed", "Decompression.Failed", "The record is not compressed with GZIP.",
                              std::move(data)});
        continue;
      }
      data = std::move(*unpacked);
      unpacked_bytes += data.size();
      // Of a delivery the records are cut to fit before (CutToUnpacked).
      if (unpacked_bytes > kDeliveryUnpackedMax + kRecordUnpackedMax) {
        return Fail(kRefused, "The records that wait are too long once they are decompressed.");
      }
    }
    if (unwrap_) {
      auto inner = unwrap_(data);
      if (!inner.ok() && !inner.Is(kBadRecord)) return inner.error();
      if (!inner.ok()) {
        out.failed.push_back({i, "processing-failed", "SchemaRegistry.Failed", inner.error().message, std::move(data)});
        continue;
      }
      data = std::move(*inner);
    }
    if (processing_.extract_messages) {
      auto messages = LogMessages(data);
      if (!messages.ok()) {
        out.failed.push_back(
            {i, "processing-failed", "CloudWatchLogProcessing.Failed", messages.error().message, std::move(data)});
        continue;
      }
      data = std::move(*messages);
      if (data.empty()) continue;
    }
    Split(i, std::move(data), out);
  }
  Extract(out);
  return out;
}

}  // namespace tarn::delivery
