// Running crawlers: start, stop, the history of crawls and their figures.
#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <compare>
#include <thread>
#include <utility>

#include "api/glue/convert.h"
#include "api/glue/crawling/crawler_shapes.h"
#include "api/glue/errors.h"
#include "api/glue/glue_service.h"
#include "base/strings.h"
#include "jobs/crawl/errors.h"

namespace tarn::api::glue {
namespace {

using jobs::crawl::Crawl;

constexpr size_t kCrawlsPerPage = 20;
constexpr size_t kMetricsPerPage = 100;
constexpr size_t kHistoryMax = 10'000;
constexpr int kSettleChecks = 25;
constexpr std::chrono::milliseconds kSettlePause{10};

struct CrawlFilter {
  std::string field;
  std::string comparison;
  std::string text;
  Timestamp time;
  double number = 0;
};

std::string OrNull(const std::optional<std::string>& text) { return text ? *text : "null"; }

// ISO 8601 with or without a zone, or milliseconds since 1970.
std::optional<Timestamp> ParseTime(const std::string& text) {
  if (std::optional<int64_t> millis = ParseI64(text)) return Timestamp::FromMillis(*millis);
  if (std::optional<Timestamp> time = ParseIso8601(text)) return time;
  return ParseIso8601(text + "Z");
}

Result<CrawlFilter> ParseFilter(const gen::CrawlsFilter& in) {
  if (!in.field_name || !in.filter_operator || !in.field_value || in.field_value->empty()) {
    return Fail(kInvalidInput, fmt::format("Invalid Filter Provided: FieldName: {}, FilterOperator: {}, FieldValue: {}",
                                           OrNull(in.field_name), OrNull(in.filter_operator), OrNull(in.field_value)));
  }
  CrawlFilter out{.field = *in.field_name, .comparison = *in.filter_operator, .text = *in.field_value};
  const bool ordered = out.comparison != "EQ" && out.comparison != "NE";
  if (ordered && (out.field == "STATE" || out.field == "CRAWL_ID")) {
    return Fail(kInvalidInput, fmt::format("Only EQ or NE operator is allowed for field : {}", out.field));
  }
  if (out.field == "START_TIME" || out.field == "END_TIME") {
    std::optional<Timestamp> time = ParseTime(out.text);
    if (!time) return Fail(kInvalidInput, fmt::format("Invalid time {} for field : {}", out.text, out.field));
    out.time = *time;
  }
  if (out.field == "DPU_HOUR") {
    auto [end, error] = std::from_chars(out.text.data(), out.text.data() + out.text.size(), out.number);
    if (error != std::errc() || end != out.text.data() + out.text.size()) {
      return Fail(kInvalidInput, fmt::format("Invalid number {} for field : DPU_HOUR", out.text));
    }
  }
  return out;
}

bool Holds(std::partial_ordering order, std::string_view comparison) {
  if (comparison == "EQ") return order == 0;
  if (comparison == "NE") return order != 0;
  if (comparison == "LT") return order < 0;
  if (comparison == "LE") return order <= 0;
  if (comparison == "GT") return order > 0;
  return order >= 0;
}

bool Matches(const Crawl& crawl, const CrawlFilter& filter) {
  if (filter.field == "CRAWL_ID") return (crawl.id == filter.text) == (filter.comparison == "EQ");
  if (filter.field == "STATE") return (*ToWire(crawl).state == filter.text) == (filter.comparison == "EQ");
  if (filter.field == "START_TIME") return Holds(crawl.start_time <=> filter.time, filter.comparison);
  if (filter.field == "END_TIME") return crawl.end_time && Holds(*crawl.end_time <=> filter.time, filter.comparison);
  return Holds(crawl.dpu_hours <=> filter.number, filter.comparison);
}

// Gives a crawl under way a moment to end, so that who lists right after a start sees what a small crawl did.
Status AwaitSmallCrawl(jobs::crawl::Runner& runner, const Scope& scope, const std::string& crawler) {
  for (int i = 0; i < kSettleChecks; ++i) {
    TARN_TRY(jobs::crawl::Progress progress, runner.GetProgress(scope, crawler));
    if (progress.state == jobs::crawl::RunState::kReady) break;
    std::this_thread::sleep_for(kSettlePause);
  }
  return Ok();
}

double Seconds(const Crawl& crawl) {
  if (!crawl.end_time) return 0;
  return static_cast<double>(crawl.end_time->micros - crawl.start_time.micros) / kMicrosPerSecond;
}

}  // namespace

Result<gen::StartCrawlerResponse> GlueService::StartCrawler(const protocol::Call& call,
                                                            const gen::StartCrawlerRequest& in) {
  auto started = runner_.Start(call.scope, Text(in.name));
  if (started.Is(jobs::crawl::kNoSuchCrawler)) {
    return Fail(jobs::crawl::kNoSuchCrawler, fmt::format("Crawler with name {} does not exist", Text(in.name)));
  }
  if (started.Is(jobs::crawl::kCrawlerRunning)) {
    return Fail(jobs::crawl::kCrawlerRunning, fmt::format("Crawler with name {} has already started", Text(in.name)));
  }
  TARN_CHECK(std::move(started));
  return gen::StartCrawlerResponse{};
}

Result<gen::StopCrawlerResponse> GlueService::StopCrawler(const protocol::Call& call,
                                                          const gen::StopCrawlerRequest& in) {
  TARN_CHECK(crawlers_.Get(call.scope, Text(in.name)));
  Status stopped = runner_.Stop(call.scope, Text(in.name));
  if (stopped.Is(jobs::crawl::kCrawlerNotRunning)) {
    return Fail(jobs::crawl::kCrawlerNotRunning, fmt::format("Crawler with name {} isn't running", Text(in.name)));
  }
  if (stopped.Is(jobs::crawl::kCrawlerStopping)) {
    return Fail(jobs::crawl::kCrawlerStopping, fmt::format("Crawler with name {} is stopping", Text(in.name)));
  }
  TARN_CHECK(std::move(stopped));
  return gen::StopCrawlerResponse{};
}

// Newest first; the token is the number of crawls already given.
Result<gen::ListCrawlsResponse> GlueService::ListCrawls(const protocol::Call& call, const gen::ListCrawlsRequest& in) {
  std::vector<CrawlFilter> filters;
  for (const gen::CrawlsFilter& filter : Items(in.filters)) {
    TARN_TRY(CrawlFilter parsed, ParseFilter(filter));
    filters.push_back(std::move(parsed));
  }
  if (auto definition = crawlers_.Get(call.scope, Text(in.crawler_name)); !definition.ok()) {
    if (!definition.Is(jobs::crawl::kNoSuchCrawler)) return definition.error();
    return Fail(jobs::crawl::kNoSuchCrawler,
                fmt::format("Crawler entry with name {} does not exist", Text(in.crawler_name)));
  }
  TARN_TRY(std::string token, FromToken(in.next_token));
  std::optional<uint64_t> skip = token.empty() ? uint64_t{0} : ParseU64(token);
  if (!skip) return Fail(kInvalidInput, "Invalid pagination token provided");
  TARN_CHECK(AwaitSmallCrawl(runner_, call.scope, Text(in.crawler_name)));
  TARN_TRY(auto history, runner_.History(call.scope, Text(in.crawler_name), kHistoryMax));
  std::erase_if(history, [&](const Crawl& crawl) {
    return !std::ranges::all_of(filters, [&](const CrawlFilter& filter) { return Matches(crawl, filter); });
  });
  gen::ListCrawlsResponse out;
  out.crawls.emplace();
  const size_t end = std::min(history.size(), *skip + PageSize(in.max_results, kCrawlsPerPage));
  for (size_t i = *skip; i < end; ++i) out.crawls->push_back(ToWire(history[i]));
  if (end < history.size()) out.next_token = ToToken(std::to_string(end));
  return out;
}

Result<gen::GetCrawlerMetricsResponse> GlueService::GetCrawlerMetrics(const protocol::Call& call,
                                                                      const gen::GetCrawlerMetricsRequest& in) {
  TARN_TRY(std::string after, FromToken(in.next_token));
  gen::GetCrawlerMetricsResponse out;
  out.crawler_metrics_list.emplace();
  TARN_TRY(auto listed, crawlers_.List(call.scope, after, PageSize(in.max_results, kMetricsPerPage)));
  std::vector<std::string> names = Items(in.crawler_name_list);
  if (names.empty()) {
    for (const auto& definition : listed.items) names.push_back(definition.name);
    out.next_token = ToToken(listed.next);
  }
  for (const std::string& name : names) {
    if (auto definition = crawlers_.Get(call.scope, name); !definition.ok()) {
      if (definition.Is(jobs::crawl::kNoSuchCrawler)) continue;
      return definition.error();
    }
    TARN_TRY(jobs::crawl::Progress progress, runner_.GetProgress(call.scope, name));
    gen::CrawlerMetrics metrics{.crawler_name = name,
                                .time_left_seconds = 0.0,
                                .still_estimating = progress.state == jobs::crawl::RunState::kRunning,
                                .last_runtime_seconds = 0.0,
                                .median_runtime_seconds = progress.median_runtime_seconds,
                                .tables_created = 0,
                                .tables_updated = 0,
                                .tables_deleted = 0};
    if (const auto& last = progress.last) {
      metrics.last_runtime_seconds = Seconds(*last);
      metrics.tables_created = last->tables_created;
      metrics.tables_updated = last->tables_updated;
      metrics.tables_deleted = last->tables_deleted;
    }
    out.crawler_metrics_list->push_back(std::move(metrics));
  }
  return out;
}

}  // namespace tarn::api::glue
