#include "delivery/iceberg/tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "catalog/errors.h"
#include "delivery/errors.h"
#include "delivery/iceberg/table_shape.h"
#include "delivery/json_table.h"
#include "delivery/keys.h"
#include "delivery/positions.h"
#include "govern/principal.h"
#include "object/files.h"
#include "tables/write.h"

namespace tarn::delivery {

// The records of one table.
struct Tables::Lot {
  TableTarget target;
  struct Member {
    const Prepared* record = nullptr;
    std::string operation;  // "insert", "update", "delete"
  };
  std::vector<Member> members;
};

// A record as a line of JSON.
struct Tables::Line {
  const Prepared* record = nullptr;
  std::string operation;
  std::string text;
  json::Value value;  // where the plan lets tables change, or the record does
};

namespace {

constexpr Reason kDeliveredAlready{"delivery.DeliveredAlready", Code::kPreconditionFailed};
constexpr std::string_view kInsert = "insert";

std::string Name(const TableTarget& target) { return AsciiLower(target.database + "." + target.table); }

Result<uint64_t> DeliveredTo(kv::Txn& txn, uint64_t log, const std::string& table, const std::string& lane) {
  TARN_TRY(const auto kept, txn.Get(TablePositionKey(log, table, lane)));
  return DecodePosition(kept);
}

bool IsThere(const Delivery& delivery, const Prepared& record, const Positions& done) {
  const Arrived& arrived = delivery.records[record.source];
  const auto at = done.find(arrived.lane);
  return at != done.end() && arrived.position < at->second;
}

Failed FailureOf(const Prepared& record, const TableTarget& target, std::string code, std::string message) {
  return {record.source,      "iceberg-failed", std::move(code),
          std::move(message), record.data,      target.error_prefix ? target.error_prefix->text() : std::string()};
}

// What the record's query answers, else what the plan says of all records. Fails with the error output's code as
// message's beginning.
struct RecordRoute {
  TableTarget target;
  std::string operation = std::string(kInsert);
  std::string code;  // of the error output: why it goes nowhere
  std::string why;
};
RecordRoute RouteOf(const IcebergPlan& plan, const Prepared& record) {
  const auto text = [&](const char* key) {
    const auto found = record.keys.find(key);
    return found == record.keys.end() ? std::string() : found->second;
  };
  RecordRoute route;
  route.target.database = text("destinationDatabaseName");
  route.target.table = text("destinationTableName");
  if (const std::string operation = AsciiLower(text("operation")); !operation.empty()) route.operation = operation;
  if (plan.targets.size() == 1 && route.target.database.empty() && route.target.table.empty()) {
    route.target = plan.targets[0];
  }
  const auto known = std::ranges::find(plan.targets, Name(route.target), Name);
  if (known != plan.targets.end()) route.target = *known;
  if (route.target.database.empty() || route.target.table.empty()) {
    route.code = "Iceberg.MissingMetadata";
    route.why = "The record names no database and table.";
  } else if (route.operation != kInsert && route.operation != "update" && route.operation != "delete") {
    route.code = "Iceberg.InvalidOperation";
    route.why = "The operation is none of insert, update, delete.";
  } else if (route.operation != kInsert && plan.append_only) {
    route.code = "Iceberg.UnsupportedOperation";
    route.why = "The delivery stream only appends.";
  }
  return route;
}

// The columns that tell the table's rows apart, in lower case.
std::vector<std::string> KeysOf(const TableTarget& target, const iceberg::Schema& schema) {
  const std::vector<int32_t>& identifiers = schema.identifier_field_ids();
  std::vector<std::string> keys;
  keys.reserve(std::max(target.unique_keys.size(), identifiers.size()));
  for (const std::string& key : target.unique_keys) keys.push_back(AsciiLower(key));
  if (!keys.empty()) return keys;
  for (const int32_t id : identifiers) keys.push_back(AsciiLower(schema.NameOf(id)));
  return keys;
}

// Whether the object has a value for each key.
bool HasKeys(const json::Value& object, const std::vector<std::string>& keys) {
  return std::ranges::all_of(keys, [&](const std::string& key) {
    return std::ranges::any_of(*object.AsObject(), [&](const auto& member) {
      return AsciiLower(member.first) == key && !member.second.is_null();
    });
  });
}

// The line with its operation and place among the object's members.
std::string Marked(const std::string& line, std::string_view operation, size_t place) {
  const size_t end = line.rfind('}');
  const bool empty = line.find_last_not_of(" \t\r\n", end - 1) == line.find('{');
  return fmt::format("{}{}\"{}\":\"{}\",\"{}\":{}}}\n", line.substr(0, end), empty ? "" : ",", kOperationMember,
                     operation, kPlaceMember, place);
}

}  // namespace

std::map<std::string, Tables::Lot> Tables::Route(const Delivery& delivery, const std::vector<Prepared>& records,
                                                 std::vector<Failed>& failed) {
  std::map<std::string, Lot> lots;
  for (const Prepared& record : records) {
    RecordRoute route = RouteOf(delivery.plan.iceberg, record);
    if (!route.code.empty()) {
      failed.push_back(FailureOf(record, route.target, route.code, route.why));
      continue;
    }
    Lot& lot = lots.try_emplace(Name(route.target), Lot{.target = route.target, .members = {}}).first->second;
    lot.members.push_back({&record, std::move(route.operation)});
  }
  return lots;
}

Result<std::vector<Failed>> Tables::Deliver(const Delivery& delivery, std::vector<Prepared>& records,
                                            const Result<identity::Caller>& caller) {
  std::vector<Failed> failed;
  const std::map<std::string, Lot> lots = Route(delivery, records, failed);
  const bool late = delivery.failing_micros >= int64_t{delivery.plan.retry_seconds} * kMicrosPerSecond;
  for (const auto& [name, lot] : lots) {
    std::vector<Failed> of_lot;
    const Status done = DeliverTo(delivery, lot, caller, of_lot);
    if (!done.ok()) {
      // What may have happened is looked at by the next attempt.
      if (!late || done.error().reason->code == Code::kOutcomeUnknown) return done.error();
      of_lot.clear();
      TARN_CHECK(GiveUp(delivery, lot, done.error(), of_lot));
    }
    std::ranges::move(of_lot, std::back_inserter(failed));
  }
  return failed;
}

Status Tables::GiveUp(const Delivery& delivery, const Lot& lot, const Error& why, std::vector<Failed>& failed) const {
  TARN_TRY(const Positions done, DoneOf(delivery, Name(lot.target)));
  const char* code = why.reason->code == Code::kPermissionDenied ? "Iceberg.AccessDenied" : "Iceberg.DeliveryFailed";
  for (const Lot::Member& member : lot.members) {
    if (!IsThere(delivery, *member.record, done)) {
      failed.push_back(FailureOf(*member.record, lot.target, code, why.message));
    }
  }
  return Ok();
}

enforce::TableWriter Tables::RightsOf(const Scope& scope, const identity::Caller& caller) const {
  return {parts_.catalog, parts_.objects, parts_.access, parts_.authorizer, caller, scope};
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

Result<std::vector<iceberg::DataFile>> Tables::Write(RowWriter& rows, const Scope& scope,
                                                     const iceberg::TableMetadata& metadata, const TableTarget& target,
                                                     const Lines& lines, const std::vector<std::string>& keys,
                                                     std::vector<Failed>& failed) {
  std::vector<bool> good(lines.size(), true);
  std::vector<iceberg::DataFile> written;
  const auto write = [&](size_t begin, size_t end) -> Status {
    RowLines texts{.text = {}, .keys = keys};
    for (size_t i = begin; i < end; ++i) {
      if (!good[i]) continue;
      texts.text += keys.empty() ? lines[i].text : Marked(lines[i].text, lines[i].operation, i);
    }
    TARN_TRY(written, rows.Write(scope, metadata, texts));
    return Ok();
  };
  const Status all = write(0, lines.size());
  if (all.ok()) return written;
  if (!IsOfTheRecords(all.error())) return all.error();
  // Some do not fit the table: find them, then write the others.
  const auto probe = [&](size_t begin, size_t end) -> Status {
    TARN_CHECK(write(begin, end));
    rows.Remove(scope, written);
    return Ok();
  };
  TARN_CHECK(Halve(0, lines.size(), probe, IsOfTheRecords, [&](size_t index, const Error& error) {
    good[index] = false;
    failed.push_back(FailureOf(*lines[index].record, target, "Iceberg.InvalidRecord", error.message));
  }));
  written.clear();
  if (std::ranges::find(good, true) != good.end()) TARN_CHECK(write(0, lines.size()));
  return written;
}

Result<catalog::IcebergTable> Tables::Make(const Delivery& delivery, const Lot& lot, const Lines& lines,
                                           const identity::Caller& caller) {
  const Scope& scope = delivery.scope;
  const std::string database = AsciiLower(lot.target.database), name = AsciiLower(lot.target.table);
  iceberg::NewTable table;
  const std::string& warehouse = delivery.plan.iceberg.warehouse;
  if (!warehouse.empty()) table.location = fmt::format("{}/{}.db/{}", warehouse, database, name);
  TARN_CHECK(RightsOf(scope, caller).MayCreate(database, name, table.location));
  Shape shape;
  for (const Line& line : lines) shape.Add(line.value);
  TARN_TRY(table.schema, shape.NewSchema());
  TARN_TRY(table.spec, PartitionedBy(*table.schema, lot.target.partitioned_by));
  return parts_.tables.Create(scope, database, name, std::move(table), /*staged=*/false,
                              catalog::MadeBy(scope, database, name, govern::PrincipalOf(caller)));
}

Result<std::optional<catalog::IcebergTable>> Tables::Open(const Delivery& delivery, const Lot& lot, const Lines& lines,
                                                          const identity::Caller& caller, std::vector<Failed>& failed) {
  auto loaded = parts_.tables.Load(delivery.scope, lot.target.database, lot.target.table);
  if (loaded.Is(catalog::kNoSuchTable) && delivery.plan.iceberg.creates && !lines.empty()) {
    loaded = Make(delivery, lot, lines, caller);
    if (loaded.Is(catalog::kAlreadyExists)) {
      loaded = parts_.tables.Load(delivery.scope, lot.target.database, lot.target.table);
    }
  }
  if (loaded.ok()) return std::optional(std::move(*loaded));
  const bool absent =
      loaded.Is(catalog::kNoSuchTable) || loaded.Is(catalog::kNoSuchDatabase) || loaded.Is(catalog::kNotIceberg);
  if (!absent && !loaded.Is(kBadRecord)) return loaded.error();
  for (const Line& line : lines) {
    failed.push_back(FailureOf(
        *line.record, lot.target, absent ? "Iceberg.NoSuchTable" : "Iceberg.InvalidRecord",
        absent ? fmt::format("Unable to find a matching table: {}", Name(lot.target)) : loaded.error().message));
  }
  return std::optional<catalog::IcebergTable>();
}

Status Tables::AddColumns(const Delivery& delivery, const Lot& lot, const Lines& lines, catalog::IcebergTable& table) {
  Shape shape;
  for (const Line& line : lines) shape.Add(line.value);
  TARN_TRY(const auto missing, shape.Missing(*table.metadata));
  if (missing.empty()) return Ok();
  TARN_TRY(table, parts_.tables.Edit(delivery.scope, lot.target.database, lot.target.table,
                                     [&](const iceberg::TableMetadata& head) { return shape.Missing(head); }));
  return Ok();
}

Status Tables::Commit(const Delivery& delivery, const Lot& lot, const catalog::IcebergTable& table,
                      const Positions& done, std::vector<iceberg::DataFile> files) {
  const std::string name = Name(lot.target);
  const uint64_t log = delivery.stream.log;
  catalog::SnapshotOptions options;
  options.table_uuid = table.metadata->table_uuid;
  options.summary["firehose-delivery-stream"] = ArnOf(delivery.scope, delivery.stream.name);
  options.also = [&](kv::Txn& txn) -> Status {
    for (const auto& [lane, position] : delivery.after) {
      TARN_TRY(const uint64_t present, DeliveredTo(txn, log, name, lane));
      if (present != done.at(lane)) return Fail(kDeliveredAlready, "another delivery came first");
      txn.Put(TablePositionKey(log, name, lane), EncodePosition(position));
    }
    return Ok();
  };
  const auto is_data = [](const iceberg::DataFile& file) { return file.content == iceberg::FileContent::kData; };
  const std::vector<iceberg::DataFile> written = files;
  Status committed = Ok();
  if (std::ranges::all_of(files, is_data)) {
    auto made =
        parts_.snapshots.Append(delivery.scope, lot.target.database, lot.target.table, std::move(files), options);
    if (!made.ok()) committed = made.error();
  } else {
    // Equality deletes concern whatever is older than the commit: nothing that others do is a conflict.
    iceberg::Change change;
    change.operation = std::ranges::any_of(files, is_data) ? "overwrite" : "delete";
    change.added = std::move(files);
    iceberg::ConflictRules rules;
    rules.planned_on = table.metadata->current_snapshot_id;
    auto made = parts_.snapshots.Change(delivery.scope, lot.target.database, lot.target.table, std::move(change), rules,
                                        options);
    if (!made.ok()) committed = made.error();
  }
  if (!committed.ok() && committed.error().reason->code != Code::kOutcomeUnknown) {
    parts_.rows.Remove(delivery.scope, written);
  }
  return committed;
}

Tables::Lines Tables::LinesOf(const Delivery& delivery, const Lot& lot, std::vector<Failed>& failed) {
  const IcebergPlan& plan = delivery.plan.iceberg;
  Lines lines;
  lines.reserve(lot.members.size());
  for (const Lot::Member& member : lot.members) {
    Line line{.record = member.record, .operation = member.operation, .text = {}, .value = {}};
    LineOptions options;
    if (plan.creates || plan.evolves || member.operation != kInsert) {
      options.look = [&](const json::Value& object) { line.value = object; };
    }
    auto text = JsonLine(member.record->data, options);
    if (!text.ok()) {
      failed.push_back(FailureOf(*member.record, lot.target, "Iceberg.InvalidRecord", text.error().message));
      continue;
    }
    line.text = std::move(*text);
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<std::string> Tables::Sift(const Lot& lot, const iceberg::TableMetadata& metadata, Lines& lines,
                                      std::vector<Failed>& failed) {
  std::vector<std::string> keys = KeysOf(lot.target, metadata.schema());
  const auto why_not = WhyNotByKeys(metadata, keys);
  std::erase_if(lines, [&](const Line& line) {
    if (line.operation == kInsert) return false;
    if (keys.empty() || !HasKeys(line.value, keys)) {
      failed.push_back(FailureOf(*line.record, lot.target, "Iceberg.UniqueKeysMissing",
                                 "Updates and deletes need a value for each of the unique keys."));
    } else if (why_not) {
      failed.push_back(FailureOf(*line.record, lot.target, "Iceberg.UnsupportedOperation", *why_not));
    } else {
      return false;
    }
    return true;
  });
  return keys;
}

Status Tables::MayAppend(const Scope& scope, const identity::Caller& caller, const catalog::IcebergTable& table) const {
  const enforce::TableWriter rights = RightsOf(scope, caller);
  TARN_CHECK(rights.May("glue:GetTable", table.record.database, table.record.name));
  return rights.MayAppend(table);
}

Result<std::vector<iceberg::DataFile>> Tables::Pending(const Delivery& delivery, const std::vector<Prepared>& records,
                                                       const identity::Caller& caller,
                                                       const catalog::IcebergTable& table, RowWriter& rows) {
  std::vector<Failed> failed;
  const std::map<std::string, Lot> lots = Route(delivery, records, failed);
  const auto found = lots.find(AsciiLower(table.record.database + "." + table.record.name));
  if (found == lots.end()) return std::vector<iceberg::DataFile>();
  const Lot& lot = found->second;
  TARN_CHECK(MayAppend(delivery.scope, caller, table));
  Lines lines = LinesOf(delivery, lot, failed);
  std::vector<std::string> keys = Sift(lot, *table.metadata, lines, failed);
  if (lines.empty()) return std::vector<iceberg::DataFile>();
  if (std::ranges::all_of(lines, [](const Line& line) { return line.operation == kInsert; })) keys.clear();
  return Write(rows, delivery.scope, *table.metadata, lot.target, lines, keys, failed);
}

Status Tables::DeliverTo(const Delivery& delivery, const Lot& lot, const Result<identity::Caller>& caller,
                         std::vector<Failed>& failed) {
  if (!caller.ok()) return caller.error();
  const IcebergPlan& plan = delivery.plan.iceberg;
  TARN_TRY(const Positions done, DoneOf(delivery, Name(lot.target)));
  Lines lines = LinesOf(delivery, lot, failed);
  TARN_TRY(auto table, Open(delivery, lot, lines, *caller, failed));
  if (!table) return Ok();
  TARN_CHECK(MayAppend(delivery.scope, *caller, *table));
  std::vector<std::string> keys = Sift(lot, *table->metadata, lines, failed);
  if (plan.evolves) TARN_CHECK(AddColumns(delivery, lot, lines, *table));
  const auto there =
      std::ranges::stable_partition(lines, [&](const Line& line) { return !IsThere(delivery, *line.record, done); });
  const Lines again(std::make_move_iterator(there.begin()), std::make_move_iterator(there.end()));
  lines.erase(there.begin(), there.end());
  if (!again.empty()) {
    // Those of them that did not fit are still to be told of.
    TARN_TRY(const auto probe, Write(parts_.rows, delivery.scope, *table->metadata, lot.target, again, {}, failed));
    parts_.rows.Remove(delivery.scope, probe);
  }
  if (lines.empty()) return Ok();
  if (std::ranges::all_of(lines, [](const Line& line) { return line.operation == kInsert; })) keys.clear();
  TARN_TRY(auto files, Write(parts_.rows, delivery.scope, *table->metadata, lot.target, lines, keys, failed));
  if (files.empty()) return Ok();
  return Commit(delivery, lot, *table, done, std::move(files));
}

}  // namespace tarn::delivery
