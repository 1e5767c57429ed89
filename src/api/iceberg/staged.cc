#include "api/iceberg/staged.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "api/iceberg/delegation.h"
#include "api/iceberg/planning/plans.h"
#include "base/hash.h"
#include "json/json.h"

namespace tarn::api::iceberg_rest {
namespace {

constexpr std::string_view kPurpose = "tarn iceberg staged table ";
constexpr size_t kSealBytes = 16;
constexpr int64_t kGoodSeconds = int64_t{24} * 3600;

std::string SealOf(const Asked& asked, std::string_view table, std::string_view text) {
  const json::Array said{std::string(kPurpose), asked.scope.account, asked.scope.region,
                         asked.name_space,      std::string(table),  std::string(text)};
  return HmacSha256(asked.parts->plans->sealing_key(), json::Write(said)).substr(0, kSealBytes);
}

std::optional<std::vector<object::Location>> Opened(const Asked& asked, std::string_view token) {
  const auto bytes = Unhex(token);
  if (!bytes || bytes->size() < kSealBytes) return std::nullopt;
  const std::string text = bytes->substr(kSealBytes);
  if (!ConstantTimeEqual(SealOf(asked, asked.table, text), std::string_view(*bytes).substr(0, kSealBytes))) {
    return std::nullopt;
  }
  const auto value = json::Parse(text);
  if (!value.ok() || value->IntOr("until", 0) <= asked.parts->clock->Now().micros / kMicrosPerSecond) {
    return std::nullopt;
  }
  const json::Value* urls = value->Find("places");
  if (urls == nullptr || !urls->is_array()) return std::nullopt;
  std::vector<object::Location> places;
  places.reserve(urls->AsArray()->size());
  for (const json::Value& url : *urls->AsArray()) {
    if (!url.is_string()) return std::nullopt;
    auto place = object::ParseLocation(*url.AsString());
    if (!place.ok()) return std::nullopt;
    places.push_back(std::move(*place));
  }
  return places;
}

// May the caller make the table in these places.
Status MayStage(const Asked& asked, const std::vector<object::Location>& places) {
  TARN_CHECK(asked.May("glue:CreateTable", asked.name_space, asked.table));
  const std::string home = places.front().Url();
  TARN_CHECK(asked.MayMakeAt(asked.name_space, asked.table, home));
  for (const object::Location& place : places) {
    TARN_CHECK(asked.MayTouch("s3:PutObject", home, place.Url() + "/"));
  }
  return Ok();
}

}  // namespace

std::string StagedQuery(const Asked& asked, std::string_view table, const std::vector<object::Location>& places) {
  json::Array urls;
  urls.reserve(places.size());
  for (const object::Location& place : places) urls.emplace_back(place.Url());
  const int64_t until = asked.parts->clock->Now().micros / kMicrosPerSecond + kGoodSeconds;
  const std::string text = json::Write(json::Object{{"until", until}, {"places", std::move(urls)}});
  return fmt::format("?{}={}", kStagedKey, Hex(SealOf(asked, table, text) + text));
}

Result<std::vector<object::Location>> PlacesMeant(const Asked& asked) {
  const auto table =
      Worded(asked.parts->tables->Load(asked.scope, asked.name_space, asked.table), asked.name_space, asked.table);
  if (table.ok()) return PlacesOf(*table->metadata);
  const auto query = asked.query.find(kStagedKey);
  if (!table.Is(catalog::kNoSuchTable) || query == asked.query.end()) return table.error();
  auto places = Opened(asked, query->second);
  if (!places || places->empty()) return table.error();
  TARN_CHECK(MayStage(asked, *places));
  return std::move(*places);
}

}  // namespace tarn::api::iceberg_rest
