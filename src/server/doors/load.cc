#include "server/doors/load.h"

#include <utility>

#include "base/strings.h"
#include "json/json.h"
#include "load/errors.h"

namespace tarn::server {
namespace {

std::string ToJson(const load::State& state) {
  json::Array columns;
  columns.reserve(state.columns.size());
  for (const load::Column& column : state.columns) {
    columns.emplace_back(json::Object{{"name", column.name}, {"type", column.type}, {"required", column.required}});
  }
  return json::Write(json::Object{{"exists", state.exists},
                                  {"rows", static_cast<int64_t>(state.rows)},
                                  {"complete", state.complete},
                                  {"columns", std::move(columns)}});
}

}  // namespace

Result<std::string> RunLoad(const load::LoaderParts& parts, const std::string& default_region,
                            const LoadRequest& request, const QueryOf& query) {
  const std::string named = query("table");
  const size_t dot = named.find('.');
  if (dot == std::string::npos) return Fail(load::kInvalidInput, "The table is named DATABASE.TABLE.");
  const std::string region = query("region");
  const load::Target target{.scope = {request.caller.account, region.empty() ? default_region : region},
                            .database = named.substr(0, dot),
                            .table = named.substr(dot + 1),
                            .source = query("source"),
                            .also = request.also};
  const load::Loader loader(parts);
  if (request.method == "GET") {
    TARN_TRY(const load::State state, loader.Look(request.caller, target));
    return ToJson(state);
  }
  const auto first = ParseU64(query("first"));
  if (!first) return Fail(load::kInvalidInput, "first is the number of a row.");
  const load::Piece piece{.file = query("file"),
                          .first_row = *first,
                          .last = query("last") == "1",
                          .location = query("location"),
                          .parquet = request.body};
  TARN_TRY(const load::State state, loader.Take(request.caller, target, piece));
  return ToJson(state);
}

}  // namespace tarn::server
