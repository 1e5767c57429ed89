// Scan planning: a plan that fits into one answer is answered whole; a larger one is split into tasks, each a part of
// the table's manifests, which the client fetches as it likes.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/iceberg/delegation.h"
#include "api/iceberg/exchange.h"
#include "api/iceberg/planning/plans.h"
#include "api/iceberg/planning/tasks.h"
#include "catalog/errors.h"

namespace tarn::api::iceberg_rest {
namespace {

using catalog::IcebergTable;
using catalog::Planner;

constexpr int64_t kPlanSeconds = 24 * 3600;
// Files of one answer, and entries of one part of a manifest.
constexpr size_t kFilesMax = 10'000;
constexpr int64_t kEntriesMax = 20'000;
// Larger tokens are handed out one at a time.
constexpr size_t kTokenBytesMax = 8 << 10;

// A plan's sink ends it early with these.
constexpr Reason kTooMany{"iceberg_rest.TooMany", Code::kCancelled};
constexpr Reason kEnough{"iceberg_rest.Enough", Code::kCancelled};

std::string IdentityOf(const iceberg::TableMetadata& metadata) {
  return metadata.table_uuid.empty() ? metadata.location : metadata.table_uuid;
}

Result<std::optional<int64_t>> NumberOf(const json::Value& body, std::string_view key) {
  const json::Value* value = body.Find(key);
  if (value == nullptr || value->is_null()) return std::optional<int64_t>();
  if (!value->is_int())
    return Fail(kBadRequest, fmt::format("Cannot parse to a long value: {}: {}", key, json::Write(*value)));
  return std::optional(*value->AsInt());
}

Result<bool> FlagOf(const json::Value& body, std::string_view key, bool otherwise) {
  const json::Value* value = body.Find(key);
  if (value == nullptr || value->is_null()) return otherwise;
  if (!value->is_bool())
    return Fail(kBadRequest, fmt::format("Cannot parse to a boolean value: {}: {}", key, json::Write(*value)));
  return *value->AsBool();
}

Result<std::vector<std::string>> NamesOf(const json::Value& body, std::string_view key) {
  std::vector<std::string> names;
  const json::Value* value = body.Find(key);
  if (value == nullptr || value->is_null()) return names;
  if (!value->is_array()) return Fail(kBadRequest, fmt::format("{} must be a list of field names", key));
  for (const json::Value& name : *value->AsArray()) {
    if (!name.is_string()) return Fail(kBadRequest, fmt::format("{} must be a list of field names", key));
    names.push_back(*name.AsString());
  }
  return names;
}

struct ScanAsked {
  ScanWork work;
  int64_t min_rows = 0;  // 0: all
};

Result<std::vector<int32_t>> StatsFields(const json::Value& body, const iceberg::Schema& schema, bool case_sensitive) {
  TARN_TRY(const auto names, NamesOf(body, "stats-fields"));
  std::vector<int32_t> ids;
  for (const std::string& name : names) {
    const iceberg::Field* field = case_sensitive ? schema.FindField(name) : schema.FindFieldIgnoreCase(name);
    if (field == nullptr) return Fail(kBadRequest, fmt::format("stats-fields: Cannot find field: {}", name));
    ids.push_back(field->id);
  }
  std::ranges::sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

Result<ScanAsked> ScanOf(const Asked& asked, const iceberg::TableMetadata& metadata, const json::Value& body) {
  ScanAsked scan;
  TARN_TRY(const auto snapshot_id, NumberOf(body, "snapshot-id"));
  TARN_TRY(const auto start, NumberOf(body, "start-snapshot-id"));
  TARN_TRY(const auto end, NumberOf(body, "end-snapshot-id"));
  if (snapshot_id && (start || end)) {
    return Fail(kBadRequest, "Invalid scan: cannot provide both snapshotId and startSnapshotId/endSnapshotId");
  }
  if (start.has_value() != end.has_value()) {
    return Fail(kBadRequest, "Invalid incremental scan: startSnapshotId and endSnapshotId is required");
  }
  TARN_TRY(const auto min_rows, NumberOf(body, "min-rows-requested"));
  scan.min_rows = min_rows.value_or(0);
  if (scan.min_rows < 0) return Fail(kBadRequest, "Invalid scan: minRowsRequested is negative");
  TARN_CHECK(NamesOf(body, "select"));
  TARN_TRY(scan.work.case_sensitive, FlagOf(body, "case-sensitive", true));
  TARN_TRY(const bool own_schema, FlagOf(body, "use-snapshot-schema", false));
  const auto state =
      catalog::StateAt(metadata, {.snapshot_id = end ? end : snapshot_id, .ref = {}, .timestamp_ms = {}});
  if (!state.ok()) return Fail(kBadRequest, state.error().message);
  const iceberg::Schema& schema = own_schema ? *state->schema : metadata.schema();
  scan.work.table = IdentityOf(metadata);
  scan.work.expires = asked.parts->clock->Now().micros / kMicrosPerSecond + kPlanSeconds;
  if (state->snapshot) scan.work.snapshot_id = state->snapshot->snapshot_id;
  scan.work.appended_after = start;
  scan.work.schema_id = schema.schema_id();
  if (const json::Value* filter = body.Find("filter"); filter != nullptr && !filter->is_null()) {
    TARN_CHECK(iceberg::ExpressionFromJson(*filter, schema, scan.work.case_sensitive));
    scan.work.filter = json::Write(*filter);
  }
  TARN_TRY(scan.work.stats_fields, StatsFields(body, schema, scan.work.case_sensitive));
  return scan;
}

// The request that the work stands for. kNoSuchPlanTask when the table no longer has what it needs.
Result<catalog::ScanRequest> RequestOf(const ScanWork& work, const iceberg::TableMetadata& metadata) {
  catalog::ScanRequest request;
  if (work.snapshot_id) request.state.snapshot = metadata.FindSnapshot(*work.snapshot_id);
  request.state.schema = metadata.FindSchema(work.schema_id);
  if (!request.state.schema || (work.snapshot_id && !request.state.snapshot)) {
    return Fail(kNoSuchPlanTask, "the plan's snapshot is no longer in the table: plan again");
  }
  request.appended_after = work.appended_after;
  if (!work.filter.empty()) {
    TARN_TRY(const json::Value filter, json::Parse(work.filter));
    TARN_TRY(request.filter, iceberg::ExpressionFromJson(filter, *request.state.schema, work.case_sensitive));
  }
  const bool statistics = !work.stats_fields.empty();
  request.columns = {statistics, statistics, true, work.stats_fields};
  return request;
}

// A prepared plan with what it was prepared from.
struct Ready {
  catalog::ScanRequest request;
  ScanPlans::PreparedPtr prepared;
};

Result<Ready> Prepare(const Asked& asked, const IcebergTable& table, const ScanWork& work) {
  Ready ready;
  TARN_TRY(ready.request, RequestOf(work, *table.metadata));
  // Manifests elsewhere than below the table's location could be another table's.
  const std::string home(table.record.location());
  ready.request.may_open = [&asked, home](const std::string& path) {
    return asked.MayTouch("s3:GetObject", home, path);
  };
  // Of this table and caller: a UUID is what its file says, and another caller may open less.
  const std::string key = fmt::format("{} {} {} {} {}", asked.scope.account, asked.scope.region,
                                      table.metadata_location, asked.caller.arn, work.Key());
  TARN_TRY(ready.prepared, asked.parts->plans->Prepared(key, [&] {
    return asked.parts->planner->Prepare(asked.scope, table.metadata, ready.request);
  }));
  return ready;
}

// A piece and where it lies among all manifests.
struct Placed {
  int64_t at = 0;
  int64_t files = 0;
  Planner::Piece piece;
};

// What the part covers of the manifests that matter, large manifests cut.
std::vector<Placed> PiecesOf(const Planner::Prepared& prepared, const WorkPart& part) {
  std::vector<Placed> pieces;
  int64_t at = -1;
  size_t next = 0;
  for (const auto& list : prepared.lists) {
    for (const iceberg::ManifestFile& manifest : *list) {
      ++at;
      if (next == prepared.data.size()) return pieces;
      if (prepared.data[next] != &manifest) continue;
      ++next;
      if (at < part.first || at > part.last) continue;
      const bool known = manifest.added_files && manifest.existing_files && manifest.deleted_files;
      const int64_t entries =
          known ? int64_t{*manifest.added_files} + *manifest.existing_files + *manifest.deleted_files : kEntriesMax;
      for (int64_t entry = 0; entry == 0 || entry < entries; entry += kEntriesMax) {
        const bool is_last = entry + kEntriesMax >= entries;
        if (at == part.first && entry < part.first_entry) continue;
        if (at == part.last && entry >= part.last_entry) continue;
        const int64_t end = is_last ? INT64_MAX : entry + kEntriesMax;
        pieces.push_back({at, std::min(kEntriesMax, entries - entry), {&manifest, {entry, end}}});
      }
    }
  }
  return pieces;
}

// The longest run of pieces from `begin` that one answer holds, at least one; where the next one begins.
size_t GroupEnd(const std::vector<Placed>& pieces, size_t begin) {
  int64_t files = 0;
  size_t end = begin;
  do {
    files += pieces[end++].files;
  } while (end < pieces.size() && files + pieces[end].files <= static_cast<int64_t>(kFilesMax));
  return end;
}

std::string TokenOf(const ScanPlans& plans, ScanWork work, const Placed& first, const Placed& last) {
  work.part = {first.at, last.at, first.piece.entries.first, last.piece.entries.last};
  return work.Seal(plans.sealing_key());
}

std::vector<std::string> TokensOf(const ScanPlans& plans, const ScanWork& work, const std::vector<Placed>& pieces,
                                  size_t begin) {
  std::vector<std::string> tokens;
  if (begin == pieces.size()) return tokens;
  tokens.push_back(TokenOf(plans, work, pieces[begin], pieces.back()));
  if (tokens[0].size() > kTokenBytesMax) return tokens;
  tokens.clear();
  while (begin < pieces.size()) {
    const size_t end = GroupEnd(pieces, begin);
    tokens.push_back(TokenOf(plans, work, pieces[begin], pieces[end - 1]));
    begin = end;
  }
  return tokens;
}

// `files_max` 0: all. Error kTooMany beyond it; with `min_rows`, the first files that are sure to have so many.
Status PlanInto(const Asked& asked, const Ready& ready, const std::vector<Placed>& placed, size_t files_max,
                int64_t min_rows, ScanTasks& tasks) {
  std::vector<Planner::Piece> pieces;
  pieces.reserve(placed.size());
  for (const Placed& each : placed) pieces.push_back(each.piece);
  int64_t rows = 0;
  const Status done = asked.parts->planner->PlanPieces(asked.scope, *ready.prepared, pieces,
                                                       [&](catalog::PlannedFile&& file) -> Status {
                                                         if (files_max > 0 && tasks.size() == files_max)
                                                           return Fail(kTooMany, "");
                                                         tasks.Add(file);
                                                         if (file.deletes.empty() && file.residual.is_true())
                                                           rows += file.entry.file.record_count;
                                                         if (min_rows > 0 && rows >= min_rows) return Fail(kEnough, "");
                                                         return Ok();
                                                       });
  return done.Is(kEnough) ? Ok() : done;
}

void WriteTokens(json::Writer& out, const std::vector<std::string>& tokens) {
  if (tokens.empty()) return;
  out.Key("plan-tasks").BeginArray();
  for (const std::string& token : tokens) out.String(token);
  out.EndArray();
}

// The answer "completed": all files, or tasks that give them.
Result<Answer> Completed(const Asked& asked, const IcebergTable& table, const ScanAsked& scan,
                         const std::string& plan_id) {
  TARN_TRY(const Ready ready, Prepare(asked, table, scan.work));
  const std::vector<Placed> pieces = PiecesOf(*ready.prepared, {});
  ScanTasks tasks(*ready.prepared->scan, *ready.request.state.schema, scan.work.stats_fields);
  const Status planned = PlanInto(asked, ready, pieces, kFilesMax, scan.min_rows, tasks);
  if (!planned.ok() && !planned.Is(kTooMany)) return planned.error();
  json::Writer out;
  out.BeginObject().Key("status").String("completed");
  TARN_CHECK(WriteStorageCredentials(out, asked, asked.table, *table.metadata));
  if (!plan_id.empty()) out.Key("plan-id").String(plan_id);
  if (planned.ok()) {
    tasks.WriteMembers(out);
  } else {
    WriteTokens(out, TokensOf(*asked.parts->plans, scan.work, pieces, 0));
    out.Key("file-scan-tasks").BeginArray().EndArray();
  }
  return Answer{.body = out.EndObject().Take()};
}

Result<IcebergTable> TableOf(const Asked& asked) {
  TARN_CHECK(asked.May("glue:GetTable", asked.name_space, asked.table));
  // A plan names files and bounds of values: there is none for one who may not open them.
  TARN_CHECK(MayOpenFiles(asked, asked.table));
  auto table = asked.parts->tables->Load(asked.scope, asked.name_space, asked.table);
  if (table.Is(catalog::kNoSuchTable)) {
    return Fail(catalog::kNoSuchTable, fmt::format("Table does not exist: {}.{}", asked.name_space, asked.table));
  }
  return table;
}

Result<Answer> PlanTableScan(const Asked& asked) {
  TARN_TRY(const IcebergTable table, TableOf(asked));
  TARN_TRY(const json::Value body, asked.Json());
  TARN_TRY(const ScanAsked scan, ScanOf(asked, *table.metadata, body));
  return Completed(asked, table, scan, asked.parts->plans->Add(scan.work, scan.min_rows));
}

Error NoSuchPlan(const Asked& asked) {
  return Fail(kNoSuchPlanId, fmt::format("Cannot find plan with id: {}", asked.plan_id));
}

// A plan is complete when it is answered; asked for again, it is made again from what it stands for.
Result<Answer> FetchPlanningResult(const Asked& asked) {
  TARN_TRY(const IcebergTable table, TableOf(asked));
  const auto plan = asked.parts->plans->Find(asked.plan_id, IdentityOf(*table.metadata), asked.parts->clock->Now());
  switch (plan.state) {
    case ScanPlans::Plan::State::kUnknown:
      return NoSuchPlan(asked);
    case ScanPlans::Plan::State::kGone:
      return Fail(kNoSuchPlanId, fmt::format("the plan {} is no longer kept: plan the scan again", asked.plan_id));
    case ScanPlans::Plan::State::kCancelled:
      return Answer{.body = json::Write(json::Object{{"status", "cancelled"}})};
    case ScanPlans::Plan::State::kKept:
      break;
  }
  return Completed(asked, table, {plan.work, plan.min_rows}, "");
}

Result<Answer> CancelPlanning(const Asked& asked) {
  TARN_TRY(const IcebergTable table, TableOf(asked));
  if (!asked.parts->plans->Cancel(asked.plan_id, IdentityOf(*table.metadata), asked.parts->clock->Now())) {
    return NoSuchPlan(asked);
  }
  return Answer{.status = 204};
}

Result<Answer> FetchScanTasks(const Asked& asked) {
  TARN_TRY(const IcebergTable table, TableOf(asked));
  TARN_TRY(const json::Value body, asked.Json());
  const json::Value* token = body.Find("plan-task");
  if (token == nullptr || !token->is_string()) return Fail(kBadRequest, "Cannot parse missing string: plan-task");
  const ScanPlans& plans = *asked.parts->plans;
  const auto work = ScanWork::Open(plans.sealing_key(), *token->AsString(), asked.parts->clock->Now());
  if (!work || work->table != IdentityOf(*table.metadata)) {
    return Fail(kNoSuchPlanTask, "Cannot find the plan task: it is of another table, too old, or none of this catalog");
  }
  TARN_TRY(const Ready ready, Prepare(asked, table, *work));
  std::vector<Placed> pieces = PiecesOf(*ready.prepared, work->part);
  ScanTasks tasks(*ready.prepared->scan, *ready.request.state.schema, work->stats_fields);
  json::Writer out;
  out.BeginObject();
  if (!pieces.empty()) {
    const size_t end = GroupEnd(pieces, 0);
    if (end < pieces.size()) WriteTokens(out, {TokenOf(plans, *work, pieces[end], pieces.back())});
    pieces.resize(end);
    TARN_CHECK(PlanInto(asked, ready, pieces, 0, 0, tasks));
  }
  tasks.WriteMembers(out);
  return Answer{.body = out.EndObject().Take()};
}

}  // namespace

std::vector<Route> ScanRoutes() {
  constexpr std::string_view kPlan = "/v1/{prefix}/namespaces/{namespace}/tables/{table}/plan";
  constexpr std::string_view kPlanId = "/v1/{prefix}/namespaces/{namespace}/tables/{table}/plan/{plan-id}";
  std::vector<Route> routes = {
      {"PlanTableScan", "POST", kPlan, &PlanTableScan},
      {"FetchPlanningResult", "GET", kPlanId, &FetchPlanningResult},
      {"CancelPlanning", "DELETE", kPlanId, &CancelPlanning},
      {"FetchScanTasks", "POST", "/v1/{prefix}/namespaces/{namespace}/tables/{table}/tasks", &FetchScanTasks},
  };
  for (Route& route : routes) route.reads = true;
  return routes;
}

}  // namespace tarn::api::iceberg_rest
