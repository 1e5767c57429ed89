// ALTER TABLE … PARTITION and MSCK REPAIR TABLE.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "catalog/errors.h"
#include "query/errors.h"
#include "query/statement/hive_table.h"
#include "query/statement/job.h"

namespace tarn::query {
namespace {

// The values of a whole partition specification, in the order of the table's keys.
Result<std::vector<std::string>> ValuesOf(const catalog::Table& table, const sql::PartitionSpec& spec) {
  std::vector<std::string> values;
  for (const catalog::Column& key : table.partition_keys) {
    auto given = std::find_if(spec.begin(), spec.end(),
                              [&](const auto& pair) { return EqualsIgnoreCase(pair.first, key.name); });
    if (given != spec.end()) values.push_back(given->second);
  }
  if (values.size() != table.partition_keys.size() || values.size() != spec.size()) {
    return SemanticError(10006, fmt::format("Partition spec does not contain all ({}) partition columns of table {}",
                                            table.partition_keys.size(), table.name));
  }
  return values;
}

Error NotPartitioned(const catalog::Table& table) {
  return DdlTaskError(fmt::format("Table {} is not a partitioned table", table.name));
}

std::string FolderUrl(const catalog::Table& table, std::string_view path) {
  std::string url(table.location());
  if (!url.ends_with('/')) url += '/';
  return url + std::string(path);
}

catalog::Partition MakePartition(const catalog::Table& table, std::vector<std::string> values, std::string location,
                                 Timestamp now) {
  catalog::Partition partition;
  partition.values = std::move(values);
  partition.storage = table.storage;
  partition.storage->location = std::move(location);
  partition.parameters = catalog::Parameters{{"transient_lastDdlTime", std::to_string(now.seconds())}};
  return partition;
}

bool IsIntegral(const catalog::Column& key) {
  Result<sql::Type> type = sql::ParseHiveType(key.type.value_or("string"));
  return type.ok() && type->IsInteger();
}

// -1, 0 or 1; numbers by value when the key is a number.
int Compare(const catalog::Column& key, const std::string& a, const std::string& b) {
  if (IsIntegral(key)) {
    const auto x = ParseI64(a);
    const auto y = ParseI64(b);
    if (x && y) return *x < *y ? -1 : *x > *y ? 1 : 0;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

bool Holds(std::string_view op, int order) {
  if (op == "=") return order == 0;
  if (op == "<>" || op == "!=") return order != 0;
  if (op == "<") return order < 0;
  if (op == "<=") return order <= 0;
  if (op == ">") return order > 0;
  return op == ">=" && order >= 0;
}

Result<bool> Matches(const catalog::Table& table, const std::vector<sql::PartitionTest>& tests,
                     const std::vector<std::string>& values) {
  for (const sql::PartitionTest& test : tests) {
    size_t i = 0;
    while (i < table.partition_keys.size() && !EqualsIgnoreCase(table.partition_keys[i].name, test.column)) i++;
    if (i == table.partition_keys.size()) {
      return SemanticError(10006, fmt::format("Invalid partition column {}", test.column));
    }
    if (!Holds(test.op, Compare(table.partition_keys[i], values[i], test.value))) return false;
  }
  return true;
}

Result<std::vector<catalog::Partition>> AllPartitions(Job& job, const catalog::Table& table) {
  std::vector<catalog::Partition> partitions;
  catalog::ListPartitionsOptions options;
  options.limit = 10000;
  for (;;) {
    TARN_TRY(auto page, job.services.catalog.ListPartitions(job.scope, table.database, table.name, options));
    std::move(page.items.begin(), page.items.end(), std::back_inserter(partitions));
    if (page.next.empty()) return partitions;
    options.after = page.next;
  }
}

// Walks key=value folders below the table's location, one level a partition key.
class FolderWalk {
 public:
  FolderWalk(Job& job, const catalog::Table& table) : job_(job), table_(table) {}

  Status Run() {
    TARN_TRY(object::Location root, ParseFolder(table_.location()));
    bucket_ = root.bucket;
    std::vector<std::string> values;
    return Walk(root.key, values);
  }
  std::vector<std::pair<std::vector<std::string>, std::string>> found;  // values, location

 private:
  Status Walk(const std::string& prefix, std::vector<std::string>& values) {
    if (values.size() == table_.partition_keys.size()) {
      found.emplace_back(values, object::Location{bucket_, prefix}.Url());
      return Ok();
    }
    const std::string key = AsciiLower(table_.partition_keys[values.size()].name);
    object::ListQuery query;
    query.prefix = prefix;
    query.delimiter = "/";
    query.max = 10000;
    for (;;) {
      if (job_.cancelled()) return Fail(kUserError, "the query was cancelled");
      TARN_TRY(object::Page page, job_.files.List(bucket_, query));
      for (const std::string& folder : page.prefixes) {
        const std::string_view name = std::string_view(folder).substr(prefix.size(), folder.size() - prefix.size() - 1);
        const size_t equals = name.find('=');
        if (equals == std::string_view::npos || AsciiLower(name.substr(0, equals)) != key) continue;
        values.push_back(UnescapePathValue(name.substr(equals + 1)));
        TARN_CHECK(Walk(folder, values));
        values.pop_back();
      }
      if (!page.truncated) return Ok();
      query.start_after = page.next;
    }
  }

  Job& job_;
  const catalog::Table& table_;
  std::string bucket_;
};

}  // namespace

Status RunAddPartitions(Job& job, const sql::AddPartitions& add) {
  TARN_TRY(catalog::Table table, FindHiveTable(job, add.table));
  if (table.partition_keys.empty()) return NotPartitioned(table);
  std::vector<catalog::Partition> partitions;
  const Timestamp now = job.services.clock.Now();
  for (const auto& [spec, given] : add.partitions) {
    TARN_TRY(std::vector<std::string> values, ValuesOf(table, spec));
    std::string location = given;
    if (location.empty()) location = FolderUrl(table, PartitionPath(table.partition_keys, values));
    TARN_TRY(object::Location folder, ParseFolder(location));
    partitions.push_back(MakePartition(table, std::move(values), std::move(location), now));
  }
  if (!add.if_not_exists) {
    std::vector<std::vector<std::string>> wanted;
    wanted.reserve(partitions.size());
    for (const catalog::Partition& partition : partitions) wanted.push_back(partition.values);
    TARN_TRY(auto existing, job.services.catalog.GetPartitions(job.scope, table.database, table.name, wanted));
    if (!existing.empty()) {
      return DdlTaskError(fmt::format("AlreadyExistsException(message:Partition already exists: {})",
                                      PartitionPath(table.partition_keys, existing.front().values)));
    }
  }
  TARN_TRY(auto failed,
           job.services.catalog.CreatePartitions(job.scope, table.database, table.name, std::move(partitions)));
  for (const catalog::ItemError& item : failed) {
    if (add.if_not_exists && item.error.reason == &catalog::kAlreadyExists) continue;
    return DdlTaskError(item.error.message);
  }
  return job.WriteText({}, {});
}

Status RunDropPartitions(Job& job, const sql::DropPartitions& drop) {
  TARN_TRY(catalog::Table table, FindHiveTable(job, drop.table));
  if (table.partition_keys.empty()) return NotPartitioned(table);
  TARN_TRY(std::vector<catalog::Partition> all, AllPartitions(job, table));
  std::set<std::vector<std::string>> doomed;
  for (const std::vector<sql::PartitionTest>& tests : drop.partitions) {
    bool any = false;
    for (const catalog::Partition& partition : all) {
      TARN_TRY(bool matches, Matches(table, tests, partition.values));
      if (!matches) continue;
      any = true;
      doomed.insert(partition.values);
    }
    if (!any && !drop.if_exists) {
      std::vector<std::string> texts;
      texts.reserve(tests.size());
      for (const sql::PartitionTest& test : tests) {
        texts.push_back(fmt::format("{} {} '{}'", test.column, test.op, test.value));
      }
      return SemanticError(10006, fmt::format("Partition not found ({})", Join(texts, " AND ")));
    }
  }
  const std::vector<std::vector<std::string>> values(doomed.begin(), doomed.end());
  TARN_TRY(auto failed, job.services.catalog.DeletePartitions(job.scope, table.database, table.name, values));
  if (!failed.empty()) return DdlTaskError(failed.front().error.message);
  return job.WriteText({}, {});
}

Status RunRenamePartition(Job& job, const sql::RenamePartition& rename) {
  TARN_TRY(catalog::Table table, FindHiveTable(job, rename.table));
  TARN_TRY(std::vector<std::string> from, ValuesOf(table, rename.from));
  TARN_TRY(std::vector<std::string> to, ValuesOf(table, rename.to));
  Result<catalog::Partition> partition = job.services.catalog.GetPartition(job.scope, table.database, table.name, from);
  if (partition.Is(catalog::kNoSuchPartition)) {
    return SemanticError(10006, fmt::format("Partition not found ({})", PartitionPath(table.partition_keys, from)));
  }
  if (!partition.ok()) return partition.error();
  partition->values = std::move(to);
  std::vector<catalog::PartitionUpdate> updates = {{from, *partition}};
  TARN_TRY(auto failed, job.services.catalog.UpdatePartitions(job.scope, table.database, table.name, updates));
  if (!failed.empty()) return DdlTaskError(failed.front().error.message);
  return job.WriteText({}, {});
}

Status RunMsckRepair(Job& job, const sql::MsckRepair& repair) {
  TARN_TRY(catalog::Table table, FindHiveTable(job, repair.table));
  if (table.partition_keys.empty()) return job.WriteText({}, {});
  FolderWalk walk(job, table);
  TARN_CHECK(walk.Run());
  TARN_TRY(std::vector<catalog::Partition> known, AllPartitions(job, table));
  std::set<std::vector<std::string>> have;
  for (catalog::Partition& partition : known) have.insert(std::move(partition.values));
  std::vector<catalog::Partition> missing;
  const Timestamp now = job.services.clock.Now();
  for (auto& [values, location] : walk.found) {
    if (!have.contains(values)) missing.push_back(MakePartition(table, values, location, now));
  }
  std::vector<std::string> lines;
  if (!missing.empty()) lines.emplace_back("Partitions not in metastore:");
  for (const catalog::Partition& partition : missing) {
    const std::string name = table.name + ":" + PartitionPath(table.partition_keys, partition.values);
    lines.front() += "\t" + name;
    lines.push_back("Repair: Added partition to metastore " + name);
  }
  constexpr size_t kBatch = 1000;
  for (size_t begin = 0; begin < missing.size(); begin += kBatch) {
    const auto first = missing.begin() + static_cast<ptrdiff_t>(begin);
    const auto last = missing.begin() + static_cast<ptrdiff_t>(std::min(missing.size(), begin + kBatch));
    TARN_TRY(auto failed, job.services.catalog.CreatePartitions(job.scope, table.database, table.name, {first, last}));
    for (const catalog::ItemError& item : failed) {
      if (item.error.reason != &catalog::kAlreadyExists) return DdlTaskError(item.error.message);
    }
  }
  return job.WriteText({}, lines);
}

}  // namespace tarn::query
