#include "load/loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>

#include "base/random.h"
#include "base/strings.h"
#include "catalog/errors.h"
#include "enforce/iceberg_view.h"
#include "engine/errors.h"
#include "engine/inspect.h"
#include "govern/principal.h"
#include "iceberg/schema/schema.h"
#include "load/errors.h"
#include "load/ledger.h"
#include "object/files.h"
#include "tables/one_table.h"
#include "tables/transform_sql.h"
#include "tables/types.h"
#include "tables/write.h"

namespace tarn::load {
namespace {

constexpr size_t kSourceDigits = 64;

// One Parquet file in memory.
class Bytes : public engine::FileSource, public engine::FileLister {
 public:
  explicit Bytes(const std::string& bytes) : bytes_(bytes), id_(RandomUuid() + ".parquet") {}

  engine::File file() const { return {.id = id_, .path = "s3://load/" + id_, .size_bytes = bytes_.size()}; }
  Result<std::unique_ptr<engine::OpenFile>> Open(const engine::File&) override {
    return std::unique_ptr<engine::OpenFile>(std::make_unique<Opened>(bytes_));
  }
  Result<std::vector<std::vector<engine::File>>> List(std::span<const size_t> partitions) override {
    return std::vector<std::vector<engine::File>>(partitions.size(), {file()});
  }

 private:
  class Opened : public engine::OpenFile {
   public:
    explicit Opened(const std::string& bytes) : bytes_(bytes) {}
    Status ReadAt(uint64_t offset, std::span<char> out) override {
      if (offset > bytes_.size() || out.size() > bytes_.size() - offset) {
        return Fail(engine::kCannotOpenFile, "the piece ends before what is read of it");
      }
      std::memcpy(out.data(), bytes_.data() + offset, out.size());
      return Ok();
    }

   private:
    const std::string& bytes_;
  };

  const std::string& bytes_;  // outlives it
  const std::string id_;
};

Status CheckTarget(const Target& target) {
  const bool is_hash = target.source.size() == kSourceDigits && std::ranges::all_of(target.source, [](char c) {
                         return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                       });
  if (!is_hash) return Fail(kInvalidInput, "The source is no SHA-256.");
  if (target.database.empty() || target.table.empty()) return Fail(kInvalidInput, "The table is named DATABASE.TABLE.");
  return Ok();
}

// What the caller sees: of a part of the table its columns, and not whether a file's rows are there.
Result<State> StateOf(const catalog::IcebergTable& table, const Loaded& loaded, const govern::TableAccess& access) {
  State state{.exists = true, .columns = {}};
  const iceberg::Schema* schema = &table.metadata->schema();
  iceberg::SchemaPtr seen;
  if (access.whole()) {
    state.rows = loaded.rows;
    state.complete = loaded.complete;
  } else if (access.Has(govern::Permission::kSelect)) {
    TARN_TRY(seen, enforce::SeenSchema(access, *schema));
    schema = seen.get();
  }
  state.columns.reserve(schema->columns().size());
  for (const iceberg::Field& field : schema->columns()) {
    TARN_TRY(std::string type, tables::DuckDbType(field.type));
    state.columns.push_back({AsciiLower(field.name), std::move(type), field.required});
  }
  return state;
}

}  // namespace

// What a piece holds.
struct Loader::Rows {
  std::vector<engine::ColumnDef> columns;
  uint64_t rows = 0;
  std::shared_ptr<Bytes> bytes;
};

enforce::TableWriter Loader::RightsOf(const identity::Caller& caller, const Target& target) const {
  return {parts_.catalog, parts_.objects, parts_.access, parts_.authorizer, caller, target.scope};
}

Result<State> Loader::Look(const identity::Caller& caller, const Target& target) const {
  TARN_CHECK(CheckTarget(target));
  TARN_CHECK(RightsOf(caller, target).May("glue:GetTable", target.database, target.table));
  const auto table = parts_.tables.Load(target.scope, target.database, target.table);
  if (table.Is(catalog::kNoSuchTable) || table.Is(catalog::kNoSuchDatabase)) return State();
  if (!table.ok()) return table.error();
  Loaded loaded;
  TARN_CHECK(kv::Read(parts_.store, [&](kv::Txn& txn) -> Status {
    TARN_TRY(loaded, FindLoaded(txn, table->metadata->table_uuid, target.source));
    return Ok();
  }));
  TARN_TRY(const govern::TableAccess access,
           enforce::Rights(parts_.access, caller, target.scope).OfTable(target.database, target.table));
  return StateOf(*table, loaded, access);
}

Result<catalog::IcebergTable> Loader::Create(const identity::Caller& caller, const Target& target,
                                             const std::string& location, const Rows& rows) const {
  TARN_CHECK(RightsOf(caller, target).MayCreate(target.database, target.table, location));
  std::vector<iceberg::Field> fields;
  fields.reserve(rows.columns.size());
  int32_t id = 0;
  for (const engine::ColumnDef& column : rows.columns) fields.push_back({.id = ++id, .name = AsciiLower(column.name)});
  ++id;
  for (size_t i = 0; i < fields.size(); ++i) {
    TARN_TRY(fields[i].type, tables::FromEngine(rows.columns[i].type, id));
  }
  iceberg::NewTable wanted;
  TARN_TRY(wanted.schema, iceberg::Schema::Make(0, std::move(fields)));
  wanted.location = location;
  return parts_.tables.Create(
      target.scope, target.database, target.table, std::move(wanted), false,
      catalog::MadeBy(target.scope, target.database, target.table, govern::PrincipalOf(caller), target.also));
}

Result<catalog::IcebergTable> Loader::Ensure(const identity::Caller& caller, const Target& target, const Piece& piece,
                                             const Rows& rows) const {
  auto table = parts_.tables.Load(target.scope, target.database, target.table);
  if (table.Is(catalog::kNoSuchTable)) {
    table = Create(caller, target, piece.location, rows);
    if (table.Is(catalog::kAlreadyExists)) table = parts_.tables.Load(target.scope, target.database, target.table);
  }
  return table;
}

Status Loader::Append(const Target& target, const Piece& piece, const catalog::IcebergTable& table, const Rows& rows,
                      uint64_t present) const {
  const iceberg::TableMetadata& metadata = *table.metadata;
  std::string list;
  std::set<std::string> given;
  for (const engine::ColumnDef& column : rows.columns) given.insert(AsciiLower(column.name));
  for (const iceberg::Field& field : metadata.schema().columns()) {
    TARN_TRY(const std::string type, tables::DuckDbType(field.type));
    const std::string name = AsciiLower(field.name);
    const bool has = given.erase(name) > 0;
    if (!has && field.required) return Fail(kMismatch, fmt::format("The file lacks the required column {}.", name));
    list += fmt::format("{}CAST({} AS {})", list.empty() ? "" : ", ", has ? tables::Quote(name) : "NULL", type);
  }
  if (!given.empty()) return Fail(kMismatch, fmt::format("The table has no column {}.", *given.begin()));

  const object::Files files(parts_.objects, target.scope.account);
  std::vector<iceberg::DataFile> written;
  const uint64_t skipped = present - piece.first_row;
  if (skipped < rows.rows) {
    auto binding = std::make_shared<engine::TableBinding>();
    binding->columns = rows.columns;
    for (engine::ColumnDef& column : binding->columns) column.name = AsciiLower(column.name);
    binding->partitions.emplace_back();
    binding->source = rows.bytes;
    binding->lister = rows.bytes;
    tables::Rows selected;
    selected.select = fmt::format("SELECT {} FROM {}", list, tables::kOneTable);
    if (skipped > 0) selected.select += fmt::format(" OFFSET {}", skipped);
    selected.resolver = std::make_shared<tables::OneTable>(std::move(binding));
    TARN_TRY(tables::WrittenRows made,
             tables::WriteDataFiles(files, metadata, std::move(selected), {}, tables::RunOn(parts_.engine)));
    written = std::move(made.files);
  }
  const Loaded after{.rows = std::max(present, piece.first_row + rows.rows),
                     .complete = piece.last,
                     .file = piece.file,
                     .changed = parts_.clock.Now()};
  const auto keep = [&](kv::Txn& txn) -> Status {
    TARN_TRY(const Loaded now, FindLoaded(txn, metadata.table_uuid, target.source));
    if (now.rows != present || now.complete) return Fail(kOutOfStep, "Another load of the file came first.");
    PutLoaded(txn, metadata.table_uuid, target.source, after);
    return target.also ? target.also(txn) : Ok();
  };
  if (written.empty()) return kv::Transact(parts_.store, keep);
  catalog::SnapshotOptions options;
  options.table_uuid = metadata.table_uuid;
  options.summary["tarn.load.source"] = target.source;
  options.summary["tarn.load.file"] = piece.file;
  options.summary["tarn.load.rows"] = fmt::format("{}-{}", present, after.rows);
  options.also = keep;
  const auto committed = parts_.snapshots.Append(target.scope, target.database, target.table, written, options);
  if (committed.ok()) return Ok();
  if (committed.error().reason->code != Code::kOutcomeUnknown) tables::RemoveFiles(files, written);
  return committed.error();
}

Result<State> Loader::Take(const identity::Caller& caller, const Target& target, const Piece& piece) const {
  TARN_CHECK(CheckTarget(target));
  TARN_CHECK(RightsOf(caller, target).May("glue:GetTable", target.database, target.table));
  Rows rows;
  rows.bytes = std::make_shared<Bytes>(piece.parquet);
  auto summary = engine::InspectParquet(*rows.bytes, rows.bytes->file());
  if (!summary.ok()) return Fail(kInvalidInput, "The piece is no Parquet file: " + summary.error().message);
  rows.columns = std::move(summary->columns);
  rows.rows = summary->rows;
  if (rows.columns.empty()) return Fail(kMismatch, "The file has no columns.");
  TARN_TRY(const catalog::IcebergTable table, Ensure(caller, target, piece, rows));
  TARN_CHECK(RightsOf(caller, target).MayAppend(table));
  Loaded loaded;
  const auto look = [&](kv::Txn& txn) -> Status {
    TARN_TRY(loaded, FindLoaded(txn, table.metadata->table_uuid, target.source));
    return Ok();
  };
  TARN_CHECK(kv::Read(parts_.store, look));
  if (loaded.complete) return StateOf(table, loaded, {});
  if (piece.first_row > loaded.rows) {
    return Fail(kOutOfStep, fmt::format("The table has {} rows of the file, the piece begins with row {}.", loaded.rows,
                                        piece.first_row));
  }
  const bool is_new = piece.first_row + rows.rows > loaded.rows;
  if (is_new || piece.last) TARN_CHECK(Append(target, piece, table, rows, loaded.rows));
  TARN_CHECK(kv::Read(parts_.store, look));
  return StateOf(table, loaded, {});  // who may append sees all
}

}  // namespace tarn::load
