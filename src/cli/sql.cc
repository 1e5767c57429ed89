#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include "base/utf8.h"
#include "cli/aws_client.h"
#include "cli/commands.h"

namespace tarn::cli {
namespace {

using Row = std::vector<std::optional<std::string>>;

// The bucket for results when the work group names none: one an account and region, as Athena's console makes it.
Result<std::string> ResultsLocation(const AwsClient& client) {
  TARN_TRY(const auto who, client.WhoAmI());
  const std::string bucket = fmt::format("tarn-query-results-{}-{}", who.first, client.target().region);
  AwsClient::S3Request request;
  request.method = "PUT";
  request.path = "/" + bucket;
  if (client.target().region != "us-east-1") {
    request.body = fmt::format(
        "<CreateBucketConfiguration><LocationConstraint>{}</LocationConstraint></CreateBucketConfiguration>",
        client.target().region);
  }
  const auto made = client.S3(request);
  if (!made.ok() && made.error().message.find("BucketAlreadyOwnedByYou") == std::string::npos) return made.error();
  return "s3://" + bucket + "/";
}

Result<json::Value> RunQuery(const AwsClient& client, const CommandLine& line) {
  json::Value start;
  start.Set("QueryString", line.words[0]);
  if (line.flags.contains("database")) {
    json::Value context;
    context.Set("Database", line.flags.at("database"));
    start.Set("QueryExecutionContext", std::move(context));
  }
  TARN_TRY(const std::string location, ResultsLocation(client));
  json::Value result;
  result.Set("OutputLocation", location);
  start.Set("ResultConfiguration", std::move(result));
  TARN_TRY(const json::Value started, client.Call("athena", "StartQueryExecution", start));
  json::Value ask;
  ask.Set("QueryExecutionId", started.StringOr("QueryExecutionId", ""));
  for (int wait_ms = 1;; wait_ms = std::min(wait_ms * 2, 100)) {
    TARN_TRY(const json::Value answer, client.Call("athena", "GetQueryExecution", ask));
    const json::Value* execution = answer.Find("QueryExecution");
    const json::Value* status = execution != nullptr ? execution->Find("Status") : nullptr;
    if (status == nullptr) return Fail(kCallFailed, "the lake's answer has no status");
    const std::string_view state = status->StringOr("State", "");
    if (state == "SUCCEEDED") return *execution;
    if (state == "FAILED" || state == "CANCELLED") {
      return Fail(kCallFailed, std::string(status->StringOr("StateChangeReason", state)));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(wait_ms));
  }
}

struct Answer {
  std::vector<std::string> columns;
  std::vector<bool> numeric;
  std::vector<Row> rows;
};

Status AddPage(const json::Value& page, bool first, bool has_header, Answer& answer) {
  const json::Value* set = page.Find("ResultSet");
  if (set == nullptr) return Fail(kCallFailed, "the lake's answer has no result");
  const json::Value* metadata = set->Find("ResultSetMetadata");
  const json::Value* infos = metadata != nullptr ? metadata->Find("ColumnInfo") : nullptr;
  if (first && infos != nullptr && infos->AsArray() != nullptr) {
    for (const json::Value& info : *infos->AsArray()) {
      answer.columns.emplace_back(info.StringOr("Name", ""));
      const std::string_view type = info.StringOr("Type", "");
      answer.numeric.push_back(type.ends_with("int") || type == "integer" || type == "double" || type == "float" ||
                               type == "decimal");
    }
  }
  const json::Value* rows = set->Find("Rows");
  if (rows == nullptr || rows->AsArray() == nullptr) return Ok();
  bool skip = first && has_header;
  for (const json::Value& row : *rows->AsArray()) {
    if (std::exchange(skip, false)) continue;
    Row cells;
    if (const json::Value* data = row.Find("Data"); data != nullptr && data->AsArray() != nullptr) {
      for (const json::Value& cell : *data->AsArray()) {
        const json::Value* text = cell.Find("VarCharValue");
        cells.push_back(text != nullptr && text->AsString() != nullptr ? std::optional(*text->AsString())
                                                                       : std::nullopt);
      }
    }
    answer.rows.push_back(std::move(cells));
  }
  return Ok();
}

Result<Answer> ReadAnswer(const AwsClient& client, const json::Value& execution) {
  // Only queries answer a header row; DDL does not.
  const bool has_header = execution.StringOr("StatementType", "") == "DML";
  Answer answer;
  json::Value ask;
  ask.Set("QueryExecutionId", execution.StringOr("QueryExecutionId", ""));
  for (bool first = true;; first = false) {
    TARN_TRY(const json::Value page, client.Call("athena", "GetQueryResults", ask));
    TARN_CHECK(AddPage(page, first, has_header, answer));
    const std::string next(page.StringOr("NextToken", ""));
    if (next.empty()) return answer;
    ask.Set("NextToken", next);
  }
}

void PrintTable(const Answer& answer) {
  std::vector<size_t> widths;
  widths.reserve(answer.columns.size());
  for (const std::string& name : answer.columns) widths.push_back(CountUtf8(name));
  for (const Row& row : answer.rows) {
    for (size_t i = 0; i < std::min(row.size(), widths.size()); ++i) {
      widths[i] = std::max(widths[i], CountUtf8(row[i].value_or("NULL")));
    }
  }
  const auto print = [&](size_t i, const std::string& text, bool right) {
    const std::string space(widths[i] - std::min(widths[i], CountUtf8(text)), ' ');
    fmt::print("{}{}{}", i == 0 ? "" : "  ", right ? space : text, right ? text : i + 1 < widths.size() ? space : "");
  };
  for (size_t i = 0; i < widths.size(); ++i) print(i, answer.columns[i], answer.numeric[i]);
  fmt::print("\n");
  for (size_t i = 0; i < widths.size(); ++i) fmt::print("{}{}", i == 0 ? "" : "  ", std::string(widths[i], '-'));
  fmt::print("\n");
  for (const Row& row : answer.rows) {
    for (size_t i = 0; i < std::min(row.size(), widths.size()); ++i)
      print(i, row[i].value_or("NULL"), answer.numeric[i]);
    fmt::print("\n");
  }
}

void PrintCsv(const Answer& answer) {
  const auto quoted = [](const std::string& text) {
    std::string out = "\"";
    for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + "\"";
  };
  for (size_t i = 0; i < answer.columns.size(); ++i) fmt::print("{}{}", i == 0 ? "" : ",", quoted(answer.columns[i]));
  fmt::print("\n");
  for (const Row& row : answer.rows) {
    for (size_t i = 0; i < row.size(); ++i) fmt::print("{}{}", i == 0 ? "" : ",", row[i] ? quoted(*row[i]) : "");
    fmt::print("\n");
  }
}

// Numbers stay numbers where JSON can hold them; NaN, infinities and other types are text.
json::Value JsonCell(const std::optional<std::string>& cell, bool numeric) {
  if (!cell) return {};
  if (numeric) {
    if (auto number = json::Parse(*cell); number.ok()) return std::move(*number);
  }
  return *cell;
}

void PrintJson(const Answer& answer) {
  for (const Row& row : answer.rows) {
    json::Value object{json::Object()};
    for (size_t i = 0; i < std::min(row.size(), answer.columns.size()); ++i) {
      object.Set(answer.columns[i], JsonCell(row[i], answer.numeric[i]));
    }
    fmt::print("{}\n", json::Write(object));
  }
}

Status Ask(const CommandLine& line, const std::string& format) {
  TARN_TRY(Target target, FindTarget(line.flags, line.environment));
  TARN_TRY(const AwsClient client, AwsClient::Make(std::move(target)));
  TARN_TRY(const json::Value execution, RunQuery(client, line));
  TARN_TRY(const Answer answer, ReadAnswer(client, execution));
  if (format == "csv") {
    PrintCsv(answer);
  } else if (format == "json") {
    PrintJson(answer);
  } else {
    PrintTable(answer);
    const json::Value* statistics = execution.Find("Statistics");
    if (statistics != nullptr) {
      fmt::print(stderr, "{} row{}, {} ms, {} bytes scanned\n", answer.rows.size(), answer.rows.size() == 1 ? "" : "s",
                 statistics->IntOr("TotalExecutionTimeInMillis", 0), statistics->IntOr("DataScannedInBytes", 0));
    }
  }
  return Ok();
}

}  // namespace

int RunSql(const CommandLine& line) {
  const auto given = line.flags.find("format");
  const std::string format = given == line.flags.end() ? "table" : given->second;
  if (line.words.size() != 1 || (format != "table" && format != "csv" && format != "json")) {
    fmt::print(stderr, "tarn: usage: tarn sql \"SELECT …\" [--database D] [--format table|csv|json]\n");
    return 2;
  }
  const Status done = Ask(line, format);
  return done.ok() ? 0 : Complain(done.error().message);
}

}  // namespace tarn::cli
