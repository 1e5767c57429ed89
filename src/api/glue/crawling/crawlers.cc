#include <fmt/core.h>

#include <algorithm>

#include "api/glue/convert.h"
#include "api/glue/crawling/crawler_shapes.h"
#include "api/glue/errors.h"
#include "api/glue/glue_service.h"
#include "jobs/crawl/errors.h"

namespace tarn::api::glue {
namespace {

constexpr size_t kCrawlersPerPage = 100;

// Members that create and update requests share; an absent one leaves the definition's as it is.
template <typename Request>
void Overlay(const Request& in, jobs::crawl::Definition& out) {
  if (in.role) out.role = *in.role;
  if (in.database_name) out.database = in.database_name;
  if (in.description) out.description = in.description;
  if (in.targets) out.targets = FromWire(*in.targets);
  if (in.schedule) out.schedule = in.schedule;
  if (in.classifiers) out.classifiers = *in.classifiers;
  if (in.table_prefix) out.table_prefix = in.table_prefix;
  if (const auto& policy = in.schema_change_policy) {
    if (policy->update_behavior) out.update_behavior = *policy->update_behavior;
    if (policy->delete_behavior) out.delete_behavior = *policy->delete_behavior;
  }
  if (in.recrawl_policy && in.recrawl_policy->recrawl_behavior) {
    out.recrawl_behavior = *in.recrawl_policy->recrawl_behavior;
  }
  if (in.lineage_configuration && in.lineage_configuration->crawler_lineage_settings) {
    out.lineage = *in.lineage_configuration->crawler_lineage_settings;
  }
  if (const auto& lake_formation = in.lake_formation_configuration) {
    out.lake_formation_credentials = lake_formation->use_lake_formation_credentials.value_or(false);
    out.lake_formation_account = lake_formation->account_id;
  }
  if (in.configuration) out.configuration = in.configuration;
  if (in.crawler_security_configuration) out.security_configuration = in.crawler_security_configuration;
  if (in.catalog_id) out.catalog_id = in.catalog_id;
}

Status CheckLineage(const jobs::crawl::Definition& definition) {
  if (definition.lineage == "ENABLE") return Fail(kNotSupported, "CrawlerLineageSettings ENABLE is not supported.");
  return Ok();
}

bool HasTags(const jobs::crawl::Definition& definition, const catalog::Parameters& wanted) {
  return std::ranges::all_of(wanted, [&](const auto& tag) {
    auto found = definition.tags.find(tag.first);
    return found != definition.tags.end() && found->second == tag.second;
  });
}

}  // namespace

Result<gen::Crawler> GlueService::Describe(const Scope& scope, const jobs::crawl::Definition& definition) {
  TARN_TRY(jobs::crawl::Progress progress, runner_.GetProgress(scope, definition.name));
  return ToWire(definition, progress);
}

Result<gen::CreateCrawlerResponse> GlueService::CreateCrawler(const protocol::Call& call,
                                                              const gen::CreateCrawlerRequest& in) {
  jobs::crawl::Definition definition;
  definition.name = Text(in.name);
  Overlay(in, definition);
  TARN_CHECK(CheckLineage(definition));
  if (in.tags) definition.tags = *in.tags;
  TARN_CHECK(crawlers_.Create(call.scope, std::move(definition)));
  return gen::CreateCrawlerResponse{};
}

Result<gen::UpdateCrawlerResponse> GlueService::UpdateCrawler(const protocol::Call& call,
                                                              const gen::UpdateCrawlerRequest& in) {
  TARN_CHECK(crawlers_.Get(call.scope, Text(in.name)));
  TARN_TRY(jobs::crawl::Progress progress, runner_.GetProgress(call.scope, Text(in.name)));
  if (progress.state != jobs::crawl::RunState::kReady) {
    return Fail(kInvalidInput,
                "Cannot update Crawler while running. Please stop crawl or wait until it completes to update.");
  }
  TARN_CHECK(crawlers_.Update(call.scope, Text(in.name), [&](jobs::crawl::Definition& definition) {
    Overlay(in, definition);
    return CheckLineage(definition);
  }));
  return gen::UpdateCrawlerResponse{};
}

Result<gen::DeleteCrawlerResponse> GlueService::DeleteCrawler(const protocol::Call& call,
                                                              const gen::DeleteCrawlerRequest& in) {
  TARN_CHECK(crawlers_.Get(call.scope, Text(in.name)));
  TARN_TRY(jobs::crawl::Progress progress, runner_.GetProgress(call.scope, Text(in.name)));
  if (progress.state != jobs::crawl::RunState::kReady) {
    return Fail(jobs::crawl::kCrawlerRunning, fmt::format("Crawler with name {} is running", Text(in.name)));
  }
  TARN_CHECK(crawlers_.Delete(call.scope, Text(in.name)));
  TARN_CHECK(runner_.Forget(call.scope, Text(in.name)));
  return gen::DeleteCrawlerResponse{};
}

Result<gen::GetCrawlerResponse> GlueService::GetCrawler(const protocol::Call& call, const gen::GetCrawlerRequest& in) {
  TARN_TRY(jobs::crawl::Definition definition, crawlers_.Get(call.scope, Text(in.name)));
  TARN_TRY(gen::Crawler crawler, Describe(call.scope, definition));
  return gen::GetCrawlerResponse{.crawler = std::move(crawler)};
}

Result<gen::GetCrawlersResponse> GlueService::GetCrawlers(const protocol::Call& call,
                                                          const gen::GetCrawlersRequest& in) {
  TARN_TRY(std::string after, FromToken(in.next_token));
  TARN_TRY(auto listed, crawlers_.List(call.scope, after, PageSize(in.max_results, kCrawlersPerPage)));
  gen::GetCrawlersResponse out;
  out.crawlers.emplace();
  for (const jobs::crawl::Definition& definition : listed.items) {
    TARN_TRY(gen::Crawler crawler, Describe(call.scope, definition));
    out.crawlers->push_back(std::move(crawler));
  }
  out.next_token = ToToken(listed.next);
  return out;
}

Result<gen::ListCrawlersResponse> GlueService::ListCrawlers(const protocol::Call& call,
                                                            const gen::ListCrawlersRequest& in) {
  TARN_TRY(std::string after, FromToken(in.next_token));
  const size_t limit = PageSize(in.max_results, kCrawlersPerPage);
  gen::ListCrawlersResponse out;
  out.crawler_names.emplace();
  do {
    TARN_TRY(auto listed, crawlers_.List(call.scope, after, limit - out.crawler_names->size()));
    for (const jobs::crawl::Definition& definition : listed.items) {
      if (!in.tags || HasTags(definition, *in.tags)) out.crawler_names->push_back(definition.name);
    }
    after = listed.next;
  } while (!after.empty() && out.crawler_names->size() < limit);
  out.next_token = ToToken(after);
  return out;
}

Result<gen::BatchGetCrawlersResponse> GlueService::BatchGetCrawlers(const protocol::Call& call,
                                                                    const gen::BatchGetCrawlersRequest& in) {
  gen::BatchGetCrawlersResponse out;
  out.crawlers.emplace();
  out.crawlers_not_found.emplace();
  for (const std::string& name : Items(in.crawler_names)) {
    auto definition = crawlers_.Get(call.scope, name);
    if (definition.Is(jobs::crawl::kNoSuchCrawler)) {
      out.crawlers_not_found->push_back(name);
      continue;
    }
    if (!definition.ok()) return definition.error();
    TARN_TRY(gen::Crawler crawler, Describe(call.scope, *definition));
    out.crawlers->push_back(std::move(crawler));
  }
  return out;
}

Result<gen::UpdateCrawlerScheduleResponse> GlueService::UpdateCrawlerSchedule(
    const protocol::Call& call, const gen::UpdateCrawlerScheduleRequest& in) {
  TARN_CHECK(crawlers_.Update(call.scope, Text(in.crawler_name), [&](jobs::crawl::Definition& definition) {
    definition.schedule = in.schedule;
    return Ok();
  }));
  return gen::UpdateCrawlerScheduleResponse{};
}

Result<gen::StartCrawlerScheduleResponse> GlueService::StartCrawlerSchedule(
    const protocol::Call& call, const gen::StartCrawlerScheduleRequest& in) {
  TARN_CHECK(crawlers_.StartSchedule(call.scope, Text(in.crawler_name)));
  return gen::StartCrawlerScheduleResponse{};
}

Result<gen::StopCrawlerScheduleResponse> GlueService::StopCrawlerSchedule(const protocol::Call& call,
                                                                          const gen::StopCrawlerScheduleRequest& in) {
  TARN_CHECK(crawlers_.StopSchedule(call.scope, Text(in.crawler_name)));
  return gen::StopCrawlerScheduleResponse{};
}

}  // namespace tarn::api::glue
