#include "delivery/tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/record.h"
#include "base/strings.h"
#include "catalog/errors.h"
#include "delivery/errors.h"
#include "delivery/json_table.h"
#include "delivery/keys.h"
#include "object/files.h"
#include "tables/one_table.h"
#include "tables/types.h"
#include "tables/write.h"

namespace tarn::delivery {
namespace {

constexpr Reason kDeliveredAlready{"delivery.DeliveredAlready", Code::kPreconditionFailed};

std::string Quoted(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string Name(const TableTarget& target) { return AsciiLower(target.database + "." + target.table); }

Result<uint64_t> DeliveredTo(kv::Txn& txn, uint64_t log, const std::string& table, const std::string& lane) {
  TARN_TRY(const auto kept, txn.Get(TablePositionKey(log, table, lane)));
  uint64_t position = 0;
  if (!kept) return position;
  RecordReader reader(*kept);
  while (reader.Next()) {
    if (reader.tag() == 1) position = reader.u64();
  }
  return position;
}

// The routing that a record's query answers.
struct Route {
  std::string database;
  std::string table;
  std::string operation;
};
Route RouteOf(const Prepared& record) {
  const auto text = [&](const char* key) {
    const auto found = record.keys.find(key);
    return found == record.keys.end() ? std::string() : found->second;
  };
  return {text("destinationDatabaseName"), text("destinationTableName"), AsciiLower(text("operation"))};
}

Failed FailureOf(const Prepared& record, std::string code, std::string message) {
  return {record.source, "iceberg-failed", std::move(code), std::move(message), record.data};
}

}  // namespace

// The records of one table.
struct Tables::Lot {
  TableTarget target;
  std::vector<Prepared*> records;
};

Result<std::vector<Failed>> Tables::Deliver(const Delivery& delivery, std::vector<Prepared>& records,
                                            const identity::Caller& caller) {
  const IcebergPlan& plan = delivery.plan.iceberg;
  std::vector<Failed> failed;
  std::map<std::string, Lot> lots;
  for (Prepared& record : records) {
    Route route = RouteOf(record);
    TableTarget target{.database = route.database, .table = route.table};
    if (plan.targets.size() == 1 && target.database.empty() && target.table.empty()) target = plan.targets[0];
    if (target.database.empty() || target.table.empty()) {
      failed.push_back(FailureOf(record, "Iceberg.MissingMetadata", "The record names no database and table."));
      continue;
    }
    const auto known = std::ranges::find(plan.targets, Name(target), Name);
    if (known != plan.targets.end()) target = *known;
    if (!route.operation.empty() && route.operation != "insert" && route.operation != "update" &&
        route.operation != "delete") {
      failed.push_back(
          FailureOf(record, "Iceberg.InvalidOperation", "The operation is none of insert, update, delete."));
      continue;
    }
    const bool changes = !route.operation.empty() && route.operation != "insert";
    if (changes && (plan.append_only || target.unique_keys.empty())) {
      failed.push_back(FailureOf(record, "Iceberg.UniqueKeysMissing", "Updates and deletes need unique keys."));
      continue;
    }
    if (changes) {
      failed.push_back(
          FailureOf(record, "Iceberg.UnsupportedOperation", "Updates and deletes are not served by this lake."));
      continue;
    }
    Lot& lot = lots.try_emplace(Name(target), Lot{.target = target, .records = {}}).first->second;
    lot.records.push_back(&record);
  }
  for (const auto& [name, lot] : lots) TARN_CHECK(DeliverTo(delivery, lot, caller, failed));
  return failed;
}

Status Tables::CheckMayWrite(const Scope& scope, const catalog::IcebergTable& table,
                             const identity::Caller& caller) const {
  const std::string glue = fmt::format("arn:aws:glue:{}:{}:", scope.region, scope.account);
  TARN_TRY(const object::Location place, object::ParseLocation(table.metadata->location));
  std::vector<identity::Check> checks(3);
  checks[0].action = "glue:GetTable";
  checks[1].action = "glue:UpdateTable";
  checks[0].resource = checks[1].resource =
      fmt::format("{}table/{}/{}", glue, table.record.database, table.record.name);
  checks[2].action = "s3:PutObject";
  checks[2].resource = fmt::format("arn:aws:s3:::{}/{}/data/", place.bucket, place.key);
  checks[2].owner = scope.account;
  return parts_.authorizer.Authorize(caller, checks);
}

// What an earlier attempt committed is not sent again.
Result<Positions> Tables::DoneOf(const Delivery& delivery, const std::string& table) const {
  Positions done;
  TARN_CHECK(kv::Read(parts_.store, [&](kv::Txn& txn) -> Status {
    for (const auto& [lane, position] : delivery.after) {
      TARN_TRY(done[lane], DeliveredTo(txn, delivery.stream.log, table, lane));
    }
    return Ok();
  }));
  return done;
}

Result<std::vector<iceberg::DataFile>> Tables::Write(const Scope& scope, const iceberg::TableMetadata& metadata,
                                                     const Lines& lines, std::vector<Failed>& failed) {
  std::vector<engine::ColumnDef> columns;
  std::string list;
  for (const iceberg::Field& field : metadata.schema().columns()) {
    TARN_TRY(engine::Type type, tables::ToEngine(field.type));
    TARN_TRY(const std::string duck, tables::DuckDbType(field.type));
    columns.push_back({AsciiLower(field.name), std::move(type)});
    list += fmt::format("{}CAST({} AS {})", list.empty() ? "" : ", ", Quoted(AsciiLower(field.name)), duck);
  }
  const object::Files files(parts_.objects, scope.account);
  std::vector<bool> good(lines.size(), true);
  std::vector<iceberg::DataFile> written;
  const auto write = [&](size_t begin, size_t end) -> Status {
    std::string text;
    for (size_t i = begin; i < end; ++i) {
      if (good[i]) text += lines[i].second;
    }
    tables::Rows rows;
    rows.select = fmt::format("SELECT {} FROM {}", list, tables::kOneTable);
    rows.resolver = std::make_shared<tables::OneTable>(MakeJsonTable(columns, std::move(text), {}));
    TARN_TRY(tables::WrittenRows made,
             tables::WriteDataFiles(files, metadata, std::move(rows), {}, tables::RunOn(parts_.engine)));
    written = std::move(made.files);
    return Ok();
  };
  const Status all = write(0, lines.size());
  if (all.ok()) return written;
  if (!IsOfTheRecords(all.error())) return all.error();
  // Some do not fit the table: find them, then write the others.
  const auto probe = [&](size_t begin, size_t end) -> Status {
    TARN_CHECK(write(begin, end));
    tables::RemoveFiles(files, written);
    return Ok();
  };
  TARN_CHECK(Halve(0, lines.size(), probe, IsOfTheRecords, [&](size_t index, const Error& error) {
    good[index] = false;
    failed.push_back(FailureOf(*lines[index].first, "Iceberg.InvalidRecord", error.message));
  }));
  written.clear();
  if (std::ranges::find(good, true) != good.end()) TARN_CHECK(write(0, lines.size()));
  return written;
}

Status Tables::DeliverTo(const Delivery& delivery, const Lot& lot, const identity::Caller& caller,
                         std::vector<Failed>& failed) {
  const std::string name = Name(lot.target);
  const uint64_t log = delivery.stream.log;
  const Scope& scope = delivery.scope;
  TARN_TRY(const Positions done, DoneOf(delivery, name));
  const auto loaded = parts_.tables.Load(scope, lot.target.database, lot.target.table);
  if (loaded.Is(catalog::kNoSuchTable) || loaded.Is(catalog::kNoSuchDatabase) || loaded.Is(catalog::kNotIceberg)) {
    for (const Prepared* record : lot.records) {
      failed.push_back(
          FailureOf(*record, "Iceberg.NoSuchTable", fmt::format("Unable to find a matching table: {}", name)));
    }
    return Ok();
  }
  if (!loaded.ok()) return loaded.error();
  TARN_CHECK(CheckMayWrite(scope, *loaded, caller));
  Lines lines, again;
  for (const Prepared* record : lot.records) {
    const Arrived& arrived = delivery.records[record->source];
    const auto at = done.find(arrived.lane);
    auto line = JsonLine(record->data);
    if (!line.ok()) {
      failed.push_back(FailureOf(*record, "Iceberg.InvalidRecord", line.error().message));
    } else {
      const bool there = at != done.end() && arrived.position < at->second;
      (there ? again : lines).emplace_back(record, std::move(*line));
    }
  }
  const object::Files stored(parts_.objects, scope.account);
  if (!again.empty()) {
    // Those of them that did not fit are still to be told of.
    TARN_TRY(const auto probe, Write(scope, *loaded->metadata, again, failed));
    tables::RemoveFiles(stored, probe);
  }
  if (lines.empty()) return Ok();
  TARN_TRY(const std::vector<iceberg::DataFile> files, Write(scope, *loaded->metadata, lines, failed));
  if (files.empty()) return Ok();
  catalog::SnapshotOptions options;
  options.table_uuid = loaded->metadata->table_uuid;
  options.summary["firehose-delivery-stream"] = ArnOf(scope, delivery.stream.name);
  options.also = [&](kv::Txn& txn) -> Status {
    for (const auto& [lane, position] : delivery.after) {
      TARN_TRY(const uint64_t present, DeliveredTo(txn, log, name, lane));
      if (present != done.at(lane)) return Fail(kDeliveredAlready, "another delivery came first");
      txn.Put(TablePositionKey(log, name, lane), RecordWriter().U64(1, position).Take());
    }
    return Ok();
  };
  const auto committed = parts_.snapshots.Append(scope, lot.target.database, lot.target.table, files, options);
  if (committed.ok()) return Ok();
  if (committed.error().reason->code != Code::kOutcomeUnknown) {
    tables::RemoveFiles(stored, files);
  }
  return committed.error();
}

}  // namespace tarn::delivery
