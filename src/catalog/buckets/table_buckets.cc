#include "catalog/buckets/table_buckets.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/log.h"
#include "base/random.h"
#include "base/record_fields.h"
#include "base/strings.h"
#include "catalog/errors.h"
#include "catalog/keys.h"
#include "iceberg/errors.h"
#include "kv/key.h"
#include "kv/kv.h"
#include "kv/pages.h"
#include "object/errors.h"
#include "object/store/store.h"

namespace tarn::catalog {

// Frozen: docs/format/catalog.md.
template <class V>
void VisitFields(V&& visit, FileRemovalSettings& s) {
  visit(1, s.enabled);
  visit(2, s.unreferenced_days);
  visit(3, s.noncurrent_days);
}

template <class V>
void VisitFields(V&& visit, TableBucket& b) {
  visit(1, b.id);
  visit(2, b.name);
  visit(3, b.created);
  visit(4, b.sse_algorithm);
  visit(5, b.kms_key_arn);
  visit(6, b.storage_class);
  visit(7, b.policy);
  visit(8, b.file_removal);
  visit(9, b.metrics);
  visit(10, b.tags);
}

template <class V>
void VisitFields(V&& visit, TableSettings& s) {
  visit(1, s.policy);
  visit(2, s.sse_algorithm);
  visit(3, s.kms_key_arn);
  visit(4, s.storage_class);
  visit(5, s.compaction_enabled);
  visit(6, s.target_megabytes);
  visit(7, s.strategy);
  visit(8, s.expiry_enabled);
  visit(9, s.min_snapshots);
  visit(10, s.max_snapshot_hours);
}

namespace {

constexpr std::string_view kTableBucketSuffix = "--table-s3";
constexpr std::string_view kLowerAlphanumeric = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr size_t kAccountDigits = 12;
constexpr size_t kStep = 256;

kv::Key BucketSpace() { return std::move(kv::Key("T").Text("b")); }
kv::Key BucketsOf(const Scope& owner) { return std::move(BucketSpace().Text(owner.account).Text(owner.region)); }
std::string BucketKey(const Scope& owner, std::string_view name) { return BucketsOf(owner).Text(name).Take(); }
std::string SettingsKey(const Scope& scope, const Table& table) {
  return kv::Key("T").Text("t").Text(scope.account).Text(scope.region).Text(table.uid).Take();
}

// Tables that are gone and whose files are not yet.
kv::Key DroppedSpace() { return std::move(kv::Key("T").Text("d")); }
std::string DroppedKey(const Scope& scope, std::string_view uid) {
  return DroppedSpace().Text(scope.account).Text(scope.region).Text(uid).Take();
}

Error NoSuchBucket() { return Fail(kNoSuchTableBucket, "The specified bucket does not exist."); }

bool IsLowerOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

Status CheckName(std::string_view name) {
  constexpr std::string_view kPrefixes[] = {"xn--", "sthree-", "amzn-s3-demo", "aws"};
  constexpr std::string_view kSuffixes[] = {"-s3alias", "--ol-s3", "--x-s3", "--table-s3"};
  const bool spelled = std::ranges::all_of(name, [](char c) { return IsLowerOrDigit(c) || c == '-'; });
  const bool sized = name.size() >= 3 && name.size() <= 63;
  if (!sized || !spelled || name.front() == '-' || name.back() == '-' ||
      std::ranges::any_of(kPrefixes, [&](auto each) { return name.starts_with(each); }) ||
      std::ranges::any_of(kSuffixes, [&](auto each) { return name.ends_with(each); })) {
    return Fail(kInvalidInput, "The specified bucket name is not valid.");
  }
  return Ok();
}

template <class T>
Result<T> Parse(std::string_view bytes) {
  auto value = DecodeRecord<T>(bytes);
  if (!value) return Fail(kDamaged, "damaged record of a table bucket");
  return std::move(*value);
}

Result<TableBucket> Load(kv::Txn& txn, const Scope& owner, std::string_view name) {
  TARN_TRY(const auto bytes, txn.Get(BucketKey(owner, name)));
  if (!bytes) return NoSuchBucket();
  return Parse<TableBucket>(*bytes);
}

}  // namespace

bool IsTableBucketTable(std::string_view name) {
  constexpr size_t kNameMax = 255;
  return !name.empty() && name.size() <= kNameMax && name.front() != '_' &&
         std::ranges::all_of(name, [](char c) { return IsLowerOrDigit(c) || c == '_'; });
}

bool IsTableBucketNamespace(std::string_view name) {
  return IsTableBucketTable(name) && name.back() != '_' && !name.starts_with("aws");
}

Scope TableBucketScope(const Scope& owner, std::string_view bucket) {
  return {owner.account, fmt::format("{}/{}{}", owner.region, kTableBucketCatalogs, bucket)};
}

Scope PlainScope(const Scope& scope) { return {scope.account, scope.region.substr(0, scope.region.find('/'))}; }

std::optional<std::string> TableBucketOf(const Scope& scope) {
  const size_t at = scope.region.find('/');
  const std::string_view catalog = at == scope.region.npos ? "" : std::string_view(scope.region).substr(at + 1);
  if (!catalog.starts_with(kTableBucketCatalogs)) return std::nullopt;
  return std::string(catalog.substr(kTableBucketCatalogs.size()));
}

std::string TableBucketArn(const Scope& owner, std::string_view bucket) {
  return fmt::format("arn:aws:s3tables:{}:{}:bucket/{}", PlainScope(owner).region, owner.account, bucket);
}

TableBuckets::TableBuckets(kv::Store& store, Catalog& catalog, IcebergTables& tables, object::Store& objects,
                           const Clock& clock)
    : store_(store), catalog_(catalog), tables_(tables), objects_(objects), clock_(clock) {}

Result<TableBucket> TableBuckets::Create(const Scope& owner, TableBucket bucket) {
  TARN_CHECK(CheckName(bucket.name));
  bucket.id = RandomUuid();
  bucket.created = clock_.Now();
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    const std::string key = BucketKey(owner, bucket.name);
    TARN_TRY(const auto present, txn.Get(key));
    if (present) {
      return Fail(kTableBucketExists, "The bucket that you tried to create already exists, and you own it.");
    }
    txn.Put(key, EncodeRecord(bucket));
    return Ok();
  }));
  return bucket;
}

Result<TableBucket> TableBuckets::Get(const Scope& owner, std::string_view name) const {
  TableBucket bucket;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(bucket, Load(txn, owner, name));
    return Ok();
  }));
  return bucket;
}

Status TableBuckets::Delete(const Scope& owner, std::string_view name) {
  TARN_CHECK(Get(owner, name));
  ListOptions one;
  one.limit = 1;
  TARN_TRY(const auto databases, catalog_.ListDatabases(TableBucketScope(owner, name), one));
  if (!databases.items.empty()) return Fail(kNotEmpty, "The bucket that you tried to delete is not empty.");
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_CHECK(Load(txn, owner, name));
    txn.Delete(BucketKey(owner, name));
    return Ok();
  });
}

Result<TableBucketPage> TableBuckets::List(const Scope& owner, std::string_view prefix, std::string_view after,
                                           size_t limit) const {
  TableBucketPage page;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    kv::Key begin = BucketsOf(owner);
    begin.Prefix(prefix);
    const std::string end = begin.End();
    std::string from = begin.bytes();
    if (!after.empty()) from = std::max(from, BucketKey(owner, after) + '\0');
    TARN_TRY(const auto pairs, txn.PeekScan(from, end, limit + 1));
    for (const kv::KeyValue& pair : pairs) {
      if (page.buckets.size() == limit) {
        page.truncated = true;
        break;
      }
      TARN_TRY(TableBucket bucket, Parse<TableBucket>(pair.value));
      page.buckets.push_back(std::move(bucket));
    }
    return Ok();
  }));
  return page;
}

Status TableBuckets::ForEach(const std::function<Status(const Scope&, const TableBucket&)>& visit) const {
  const kv::Key space = BucketSpace();
  for (kv::Pages pages(space, kStep); !pages.done();) {
    TARN_TRY(const auto pairs, pages.Next(store_));
    for (const kv::KeyValue& pair : pairs) {
      kv::KeyReader reader(std::string_view(pair.key).substr(space.bytes().size()));
      Scope owner;
      owner.account = reader.Text().value_or("");
      owner.region = reader.Text().value_or("");
      TARN_TRY(const TableBucket bucket, Parse<TableBucket>(pair.value));
      TARN_CHECK(visit(owner, bucket));
    }
  }
  return Ok();
}

Result<TableBucket> TableBuckets::Change(const Scope& owner, std::string_view name,
                                         const std::function<Status(TableBucket&)>& edit) {
  TableBucket bucket;
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(bucket, Load(txn, owner, name));
    TARN_CHECK(edit(bucket));
    txn.Put(BucketKey(owner, name), EncodeRecord(bucket));
    return Ok();
  }));
  return bucket;
}

Result<Scope> TableBuckets::CatalogScope(const Scope& caller, std::string_view id) const {
  if (id.empty() || id == caller.account) return caller;
  Scope owner = caller;
  std::string_view rest = id;
  if (id.starts_with("arn:")) {
    const auto parts = Split(id, ':');
    if (parts.size() != 6 || parts[2] != "s3tables" || !parts[5].starts_with("bucket/")) {
      return Fail(kInvalidInput, fmt::format("{} is not the ARN of a table bucket", id));
    }
    owner = {std::string(parts[4]), std::string(parts[3])};
    rest = parts[5].substr(std::string_view("bucket/").size());
  } else {
    if (rest.size() > kAccountDigits && rest[kAccountDigits] == ':') {
      owner.account = rest.substr(0, kAccountDigits);
      rest.remove_prefix(kAccountDigits + 1);
    }
    if (!rest.starts_with(kTableBucketCatalogs)) {
      return Fail(kNoSuchTableBucket, fmt::format("Catalog {} not found.", id));
    }
    rest.remove_prefix(kTableBucketCatalogs.size());
  }
  if (owner.account != caller.account) return NoSuchBucket();
  TARN_CHECK(Get(owner, rest));
  return TableBucketScope(owner, rest);
}

Result<Table> TableBuckets::CreateBareTable(const Scope& scope, std::string_view database, std::string_view name,
                                            std::string_view creator) {
  TARN_CHECK(catalog_.GetDatabase(scope, database));
  if (const auto present = catalog_.GetTable(scope, database, name); present.ok()) {
    return Fail(kAlreadyExists, "A table with an identical name already exists in the namespace.");
  }
  Table table;
  table.database = database;
  table.name = name;
  table.table_type = "EXTERNAL_TABLE";
  if (!creator.empty()) table.creator = creator;
  table.parameters = Parameters{{"table_type", "ICEBERG"}};
  table.storage.emplace();
  TARN_TRY(table.storage->location, NewTableLocation(objects_, scope));
  if (const Status made = catalog_.CreateTable(scope, table); !made.ok()) {
    if (made.Is(kAlreadyExists)) TARN_CHECK(RemoveTableLocation(objects_, scope, table.location()));
    return made.error();
  }
  return catalog_.GetTable(scope, database, name);
}

Status TableBuckets::DropTable(const Scope& scope, std::string_view database, std::string_view name,
                               std::optional<uint64_t> expected_version, const Alongside& also) {
  Table table;
  TARN_CHECK(catalog_.DeleteTable(scope, database, name, [&](kv::Txn& txn) -> Status {
    TARN_TRY(table, LoadTable(txn, scope, database, name));
    if (expected_version && *expected_version != table.version) {
      return Fail(kTableMoved, "The table has been changed since the version token was given.");
    }
    txn.Delete(SettingsKey(scope, table));
    txn.Put(DroppedKey(scope, table.uid), table.location());
    return also ? also(txn) : Ok();
  }));
  // There is no table any more, whatever becomes of its files.
  const Status removed = RemoveFiles(scope, table.uid, table.location());
  if (!removed.ok())
    log::Warn("catalog", "files of a dropped table stay until the next start: " + removed.error().message);
  return Ok();
}

Status TableBuckets::RemoveFiles(const Scope& scope, std::string_view uid, std::string_view location) {
  TARN_CHECK(RemoveTableLocation(objects_, scope, location));
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    txn.Delete(DroppedKey(scope, uid));
    return Ok();
  });
}

Status TableBuckets::FinishDrops() {
  const kv::Key all = DroppedSpace();
  std::vector<kv::KeyValue> dropped;
  for (kv::Pages pages(all, kStep); !pages.done();) {
    TARN_TRY(auto pairs, pages.Next(store_));
    std::ranges::move(pairs, std::back_inserter(dropped));
  }
  for (const kv::KeyValue& pair : dropped) {
    const auto parts = TextsAfter(pair.key, all.bytes().size());
    if (!parts || parts->size() != 3) return Fail(kDamaged, "damaged key of a dropped table");
    TARN_CHECK(RemoveFiles({(*parts)[0], (*parts)[1]}, (*parts)[2], pair.value));
  }
  return Ok();
}

Result<Table> TableBuckets::SwapMetadata(const Scope& scope, std::string_view database, std::string_view name,
                                         uint64_t expected, const std::string& metadata_location) {
  TARN_TRY(Table table, catalog_.GetTable(scope, database, name));
  if (table.version != expected) {
    return Fail(kTableMoved, "The table has been changed since the version token was given.");
  }
  const std::string folder = std::string(table.location()) + "/";
  if (!metadata_location.starts_with(folder)) {
    return Fail(kInvalidInput, "The metadata location must be in the table's warehouse location " + folder);
  }
  TARN_TRY(const object::Location place, object::ParseLocation(metadata_location));
  constexpr uint64_t kMetadataBytesMax = uint64_t{512} << 20;
  const object::Files files(objects_, scope.account);
  TARN_TRY(const std::string bytes, files.ReadAll(place.bucket, place.key, kMetadataBytesMax));
  TARN_TRY(const auto metadata, iceberg::TableMetadata::ParseFile(bytes));
  // What is written next goes where the metadata says.
  if (!(metadata.location + "/").starts_with(folder)) {
    return Fail(kInvalidInput, "The location in the metadata must be in the table's warehouse location " + folder);
  }
  const std::string* previous = Find(table.parameters, "metadata_location");
  if (previous != nullptr) {
    TARN_TRY(const IcebergTable present, tables_.Load(scope, database, name));
    if (!EqualsIgnoreCase(present.metadata->table_uuid, metadata.table_uuid)) {
      return Fail(kInvalidInput, "The metadata file is of another table: its table-uuid differs.");
    }
  }
  const std::string location(table.location());
  ShowAsGlue(metadata, metadata_location, previous == nullptr ? "" : std::string(*previous), table);
  table.storage->location = location;
  UpdateTableOptions options;
  options.expected_version = expected;
  options.skip_archive = true;
  TARN_TRY(table.version, catalog_.UpdateTable(scope, table, options));
  return table;
}

Result<TableSettings> TableBuckets::GetSettings(const Scope& scope, const Table& table) const {
  TableSettings settings;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const auto bytes, txn.Get(SettingsKey(scope, table)));
    if (!bytes) return Ok();
    TARN_TRY(settings, Parse<TableSettings>(*bytes));
    return Ok();
  }));
  return settings;
}

Status TableBuckets::ChangeSettings(const Scope& scope, const Table& table,
                                    const std::function<Status(TableSettings&)>& edit) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    const std::string key = SettingsKey(scope, table);
    TARN_TRY(const auto bytes, txn.Get(key));
    TableSettings settings;
    if (bytes) {
      TARN_TRY(settings, Parse<TableSettings>(*bytes));
    }
    TARN_CHECK(edit(settings));
    txn.Put(key, EncodeRecord(settings));
    return Ok();
  });
}

Result<std::string> NewTableLocation(object::Store& objects, const Scope& scope) {
  // As AWS's: 63 characters.
  const auto hex = [](size_t count) { return RandomText(count, kHexDigits); };
  const std::string name =
      fmt::format("{}-{}-{}-{}{}", hex(8), hex(4), hex(4), RandomText(34, kLowerAlphanumeric), kTableBucketSuffix);
  TARN_CHECK(objects.CreateBucket(PlainScope(scope), name));
  return "s3://" + name;
}

Status RemoveTableLocation(object::Store& objects, const Scope& scope, std::string_view location) {
  const auto place = object::ParseLocation(location);
  if (!place.ok() || !place->bucket.ends_with(kTableBucketSuffix)) return Ok();
  const object::Files files(objects, scope.account);
  const auto bucket = files.GetBucket(place->bucket);
  if (bucket.Is(object::kNoSuchBucket)) return Ok();
  if (!bucket.ok()) return bucket.error();
  while (true) {
    TARN_TRY(const object::VersionPage page, objects.ListVersions(*bucket, {}));
    if (page.entries.empty()) break;
    std::vector<object::Deletion> deletions;
    for (const object::Entry& entry : page.entries) {
      object::Deletion deletion;
      deletion.key = entry.key;
      deletion.version_id = entry.version_id;
      deletions.push_back(std::move(deletion));
    }
    TARN_CHECK(objects.DeleteMany(*bucket, deletions));
  }
  return objects.DeleteBucket(place->bucket);
}

}  // namespace tarn::catalog
