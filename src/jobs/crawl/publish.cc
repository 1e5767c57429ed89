#include "jobs/crawl/publish.h"

#include <algorithm>
#include <map>

#include "base/hash.h"
#include "catalog/errors.h"
#include "formats/hive.h"
#include "json/json.h"

namespace tarn::jobs::crawl {
namespace {

constexpr std::string_view kOwnerMark = "UPDATED_BY_CRAWLER";
constexpr std::string_view kDeprecatedMark = "DEPRECATED_BY_CRAWLER";
constexpr size_t kPartitionBatch = 100;

std::vector<catalog::Column> ToColumns(const std::vector<formats::Column>& columns,
                                       const std::vector<std::string>& partition_keys) {
  std::vector<catalog::Column> out;
  for (const formats::Column& column : columns) {
    // A key that also stands in the files is the partition's; Athena refuses a name used twice.
    if (std::ranges::find(partition_keys, column.name) != partition_keys.end()) continue;
    out.push_back({.name = column.name, .type = sql::ToHive(formats::Settle(column.type))});
  }
  return out;
}

catalog::StorageDescriptor ToStorage(const formats::FileSchema& schema, const std::vector<std::string>& partition_keys,
                                     const std::string& location) {
  const formats::HiveFormat hive = formats::HiveFormatOf(schema);
  catalog::StorageDescriptor storage;
  storage.columns = ToColumns(schema.columns, partition_keys);
  storage.location = location;
  storage.input_format = hive.input_format;
  storage.output_format = hive.output_format;
  storage.compressed = schema.compression != formats::Compression::kNone;
  storage.number_of_buckets = -1;
  storage.serde = catalog::SerDe{.library = hive.serde, .parameters = hive.serde_parameters};
  storage.bucket_columns.emplace();
  storage.sort_columns.emplace();
  storage.stored_as_sub_directories = false;
  return storage;
}

catalog::Parameters CountParameters(const formats::FileSchema& schema, uint64_t objects, uint64_t bytes) {
  const uint64_t content = schema.sample_bytes > 0 ? schema.sample_bytes : bytes;
  return {{"objectCount", std::to_string(objects)},
          {"sizeKey", std::to_string(bytes)},
          {"recordCount", std::to_string(schema.records)},
          {"averageRecordSize", std::to_string(schema.records > 0 ? content / schema.records : 0)}};
}

// The columns that a table shall have: the new ones, or the present ones with what is new behind them.
std::vector<catalog::Column> MergeColumns(const std::vector<catalog::Column>& present,
                                          const std::vector<catalog::Column>& found) {
  std::vector<catalog::Column> merged = present;
  for (const catalog::Column& column : found) {
    if (std::ranges::find(merged, column.name, &catalog::Column::name) == merged.end()) merged.push_back(column);
  }
  return merged;
}

bool MarkedBy(const catalog::Table& table, const std::string& crawler) {
  const std::string* mark = catalog::Find(table.parameters, kOwnerMark);
  return mark != nullptr && *mark == crawler;
}

std::string LastName(std::string_view url) {
  while (url.ends_with('/')) url.remove_suffix(1);
  return std::string(url.substr(url.rfind('/') + 1));
}

}  // namespace

Publisher::Publisher(catalog::Catalog& catalog, const Scope& scope, const Definition& crawler, Timestamp now)
    : catalog_(catalog), scope_(scope), crawler_(crawler), now_(now) {
  const auto configuration = json::Parse(crawler.configuration.value_or("{}"));
  if (!configuration.ok()) return;  // checked when the crawler was made
  if (const json::Value* output = configuration->Find("CrawlerOutput")) {
    const auto behavior = [&](std::string_view what) {
      const json::Value* part = output->Find(what);
      return part != nullptr ? part->StringOr("AddOrUpdateBehavior", "") : std::string_view();
    };
    merge_new_columns_ = behavior("Tables") == "MergeNewColumns";
    inherit_from_table_ = behavior("Partitions") == "InheritFromTable";
  }
}

Status Publisher::LoadOwn() {
  if (loaded_) return Ok();
  catalog::ListOptions options;
  do {
    TARN_TRY(auto page, catalog_.ListTables(scope_, *crawler_.database, options, [&](const catalog::Table& table) {
      return MarkedBy(table, crawler_.name);
    }));
    std::ranges::move(page.items, std::back_inserter(own_));
    options.after = page.next;
  } while (!options.after.empty());
  loaded_ = true;
  return Ok();
}

catalog::Table Publisher::MakeTable(const FoundTable& found, const std::string& location) const {
  catalog::Table table;
  table.database = *crawler_.database;
  table.owner = "owner";
  table.retention = 0;
  table.table_type = "EXTERNAL_TABLE";
  table.last_access_time = now_;
  for (const std::string& key : found.partition_keys) table.partition_keys.push_back({.name = key, .type = "string"});
  table.storage = ToStorage(found.schema, found.partition_keys, location);
  catalog::Parameters parameters = formats::HiveFormatOf(found.schema).table_parameters;
  parameters.merge(CountParameters(found.schema, found.objects, found.bytes));
  parameters["CrawlerSchemaDeserializerVersion"] = "1.0";
  parameters["CrawlerSchemaSerializerVersion"] = "1.0";
  parameters[std::string(kOwnerMark)] = crawler_.name;
  if (!found.partition_keys.empty()) parameters["partition_filtering.enabled"] = "true";
  table.storage->parameters = parameters;
  table.parameters = std::move(parameters);
  return table;
}

Result<std::string> Publisher::ChooseName(const FoundTable& found, const std::string& base,
                                          const std::string& location) {
  const std::string name =
      TableNameOf(crawler_.table_prefix.value_or("") + LastName(found.root.empty() ? base : found.root));
  const auto present = catalog_.GetTable(scope_, *crawler_.database, name);
  const bool taken = seen_.contains(name) || (present.ok() && present->location() != location);
  if (!present.ok() && !present.Is(catalog::kNoSuchTable)) return present.error();
  return taken ? name + "_" + Hex(Md5(location)) : name;
}

Status Publisher::Update(const catalog::Table& present, catalog::Table wanted) {
  if (crawler_.update_behavior == "LOG") return Ok();
  wanted.name = present.name;
  wanted.description = present.description;
  if (merge_new_columns_) wanted.storage->columns = MergeColumns(present.columns(), *wanted.storage->columns);
  // Comments were written by people.
  for (catalog::Column& column : *wanted.storage->columns) {
    const auto same = std::ranges::find(present.columns(), column.name, &catalog::Column::name);
    if (same != present.columns().end()) column.comment = same->comment;
  }
  catalog::Parameters parameters = present.parameters.value_or(catalog::Parameters());
  parameters.erase(std::string(kDeprecatedMark));
  for (const auto& [key, value] : *wanted.parameters) parameters[key] = value;
  const bool changed = present.columns() != *wanted.storage->columns || present.parameters != parameters ||
                       present.partition_keys != wanted.partition_keys || present.location() != wanted.location();
  if (!changed) return Ok();
  wanted.parameters = std::move(parameters);
  TARN_CHECK(catalog_.UpdateTable(scope_, std::move(wanted), {.expected_version = present.version}));
  published_.updated.push_back(present.name);
  return Ok();
}

Status Publisher::Publish(const FoundTable& found, const std::string& base) {
  TARN_CHECK(LoadOwn());
  const std::string location = base + found.root;
  catalog::Table wanted = MakeTable(found, location);
  const auto own = std::ranges::find_if(own_, [&](const catalog::Table& t) { return t.location() == location; });
  if (own != own_.end()) {
    wanted.name = own->name;
    TARN_CHECK(Update(*own, wanted));
  } else {
    TARN_TRY(wanted.name, ChooseName(found, base, location));
    const Status made = catalog_.CreateTable(scope_, wanted);
    if (made.ok()) {
      published_.created.push_back(wanted.name);
    } else if (made.Is(catalog::kAlreadyExists)) {
      TARN_TRY(const catalog::Table present, catalog_.GetTable(scope_, wanted.database, wanted.name));
      TARN_CHECK(Update(present, wanted));
    } else {
      return made;
    }
  }
  seen_.insert(wanted.name);
  return PublishPartitions(found, wanted, base);
}

Status Publisher::PublishPartitions(const FoundTable& found, const catalog::Table& table, const std::string& base) {
  if (found.partition_keys.empty()) return Ok();
  std::map<std::vector<std::string>, catalog::Partition> present;
  catalog::ListPartitionsOptions options;
  do {
    TARN_TRY(auto page, catalog_.ListPartitions(scope_, table.database, table.name, options));
    for (catalog::Partition& partition : page.items) {
      std::vector<std::string> values = partition.values;
      present.emplace(std::move(values), std::move(partition));
    }
    options.after = page.next;
  } while (!options.after.empty());

  std::vector<catalog::Partition> added;
  std::vector<catalog::PartitionUpdate> changed;
  for (const FoundPartition& part : found.partitions) {
    catalog::Partition partition;
    partition.values = part.values;
    partition.storage =
        ToStorage(inherit_from_table_ ? found.schema : part.schema, found.partition_keys, base + part.folder);
    if (inherit_from_table_) partition.storage->columns = table.storage->columns;
    partition.parameters = CountParameters(part.schema, part.objects, part.bytes);
    const auto old = present.find(part.values);
    if (old == present.end()) {
      added.push_back(std::move(partition));
    } else {
      if (old->second.location() != partition.location() || old->second.parameters != partition.parameters ||
          old->second.storage->columns != partition.storage->columns) {
        changed.push_back({part.values, std::move(partition)});
      }
      present.erase(old);
    }
  }
  const bool may_change = crawler_.update_behavior != "LOG" && crawler_.recrawl_behavior == "CRAWL_EVERYTHING";
  for (size_t i = 0; i < added.size(); i += kPartitionBatch) {
    std::vector<catalog::Partition> batch(
        added.begin() + static_cast<ptrdiff_t>(i),
        added.begin() + static_cast<ptrdiff_t>(std::min(i + kPartitionBatch, added.size())));
    TARN_CHECK(catalog_.CreatePartitions(scope_, table.database, table.name, std::move(batch)));
  }
  published_.partitions_created += added.size();
  if (may_change && !changed.empty()) {
    published_.partitions_updated += changed.size();
    TARN_CHECK(catalog_.UpdatePartitions(scope_, table.database, table.name, std::move(changed)));
  }
  // New folders only: what was not looked at is not gone.
  if (crawler_.delete_behavior == "LOG" || crawler_.recrawl_behavior != "CRAWL_EVERYTHING" || present.empty()) {
    return Ok();
  }
  std::vector<std::vector<std::string>> gone;
  for (const auto& [values, partition] : present) {
    if (partition.location().starts_with(base)) gone.push_back(values);
  }
  published_.partitions_deleted += gone.size();
  TARN_CHECK(catalog_.DeletePartitions(scope_, table.database, table.name, gone));
  return Ok();
}

Status Publisher::Retire(const std::string& base) {
  TARN_CHECK(LoadOwn());
  if (crawler_.delete_behavior == "LOG" || crawler_.recrawl_behavior != "CRAWL_EVERYTHING") return Ok();
  for (const catalog::Table& table : own_) {
    if (seen_.contains(table.name) || !table.location().starts_with(base)) continue;
    if (crawler_.delete_behavior == "DELETE_FROM_DATABASE") {
      TARN_CHECK(catalog_.DeleteTable(scope_, table.database, table.name));
    } else {
      if (catalog::Find(table.parameters, kDeprecatedMark) != nullptr) continue;
      catalog::Table marked = table;
      (*marked.parameters)[std::string(kDeprecatedMark)] = std::to_string(now_.millis());
      TARN_CHECK(catalog_.UpdateTable(scope_, std::move(marked), {.expected_version = table.version}));
    }
    published_.deleted.push_back(table.name);
  }
  return Ok();
}

}  // namespace tarn::jobs::crawl
