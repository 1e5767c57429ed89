#include "jobs/crawl/check_definition.h"

#include <fmt/core.h>

#include "jobs/crawl/errors.h"
#include "json/json.h"
#include "schedule/cron.h"

namespace tarn::jobs::crawl {
namespace {

Error Invalid(std::string message) { return Fail(kInvalidInput, std::move(message)); }

Status CheckS3(const S3Target& target) {
  const std::string path = target.path.value_or("");
  const size_t scheme = path.find("://");
  std::string_view rest = path;
  if (scheme != std::string::npos) {
    const std::string_view name = rest.substr(0, scheme);
    if (name != "s3" && name != "s3a" && name != "s3n") {
      return Invalid(fmt::format("The S3 target path {} is not an S3 path.", path));
    }
    rest.remove_prefix(scheme + 3);
  }
  if (rest.empty() || rest.front() == '/')
    return Invalid("An S3 target's path must name a bucket: s3://bucket/prefix.");
  if (target.sample_size && (*target.sample_size < 1 || *target.sample_size > 249)) {
    return Invalid("Sample size must be between 1 and 249.");
  }
  return Ok();
}

Status CheckTargets(const Targets& targets) {
  const bool any = targets.s3 || targets.catalog || targets.jdbc || targets.mongo || targets.dynamo || targets.delta ||
                   targets.iceberg || targets.hudi;
  if (!any) return Invalid("At least one crawl target must be specified.");
  for (const S3Target& target : targets.s3.value_or(std::vector<S3Target>{})) TARN_CHECK(CheckS3(target));
  return Ok();
}

// A member that, when there, must be the one text that Glue knows.
Status CheckOnly(const json::Value& value, std::string_view key, std::string_view only) {
  const json::Value* found = value.Find(key);
  if (found == nullptr) return Ok();
  if (found->AsString() == nullptr || *found->AsString() != only) {
    return Invalid(fmt::format("Crawler configuration: {} must be {}.", key, only));
  }
  return Ok();
}

Status CheckConfiguration(const std::string& text) {
  auto parsed = json::Parse(text);
  if (!parsed.ok() || !parsed->is_object()) return Invalid("Crawler configuration is not a JSON object.");
  const json::Value* version = parsed->Find("Version");
  if (version == nullptr || version->AsDouble() != 1.0) return Invalid("Crawler configuration must have Version 1.0.");
  if (const json::Value* output = parsed->Find("CrawlerOutput")) {
    if (const json::Value* partitions = output->Find("Partitions")) {
      TARN_CHECK(CheckOnly(*partitions, "AddOrUpdateBehavior", "InheritFromTable"));
    }
    if (const json::Value* tables = output->Find("Tables")) {
      TARN_CHECK(CheckOnly(*tables, "AddOrUpdateBehavior", "MergeNewColumns"));
      const json::Value* threshold = tables->Find("TableThreshold");
      if (threshold != nullptr && (threshold->AsInt() == nullptr || *threshold->AsInt() < 1)) {
        return Invalid("Crawler configuration: TableThreshold must be a positive integer.");
      }
    }
  }
  if (const json::Value* grouping = parsed->Find("Grouping")) {
    TARN_CHECK(CheckOnly(*grouping, "TableGroupingPolicy", "CombineCompatibleSchemas"));
    const json::Value* level = grouping->Find("TableLevelConfiguration");
    if (level != nullptr && (level->AsInt() == nullptr || *level->AsInt() < 1)) {
      return Invalid("Crawler configuration: TableLevelConfiguration must be a positive integer.");
    }
  }
  return Ok();
}

}  // namespace

Status CheckDefinition(const Definition& definition) {
  TARN_CHECK(CheckTargets(definition.targets));
  if (definition.schedule) {
    auto schedule = schedule::Schedule::Parse(*definition.schedule);
    if (!schedule.ok()) {
      return Invalid(fmt::format("Invalid schedule expression {}: {}", *definition.schedule, schedule.error().message));
    }
  }
  if (definition.recrawl_behavior == "CRAWL_NEW_FOLDERS_ONLY" &&
      (definition.update_behavior != "LOG" || definition.delete_behavior != "LOG")) {
    return Invalid(
        "The SchemaChangePolicy for \"Crawl new folders only\" Amazon S3 target can have only LOG DeleteBehavior value "
        "and LOG UpdateBehavior value.");
  }
  if (definition.configuration && !definition.configuration->empty()) {
    TARN_CHECK(CheckConfiguration(*definition.configuration));
  }
  return Ok();
}

}  // namespace tarn::jobs::crawl
