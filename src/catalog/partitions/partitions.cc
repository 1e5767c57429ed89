#include <algorithm>

#include "base/hash.h"
#include "catalog/catalog.h"
#include "catalog/keys.h"
#include "catalog/records.h"

namespace tarn::catalog {
namespace {

constexpr size_t kItemsPerTransaction = 100;

Error PartitionNotFound() { return Fail(kNoSuchPartition, "Cannot find partition."); }

// A table declared without partition keys takes values of any number, as clients that declare keys late rely on.
Status CheckValues(const Table& table, const std::vector<std::string>& values) {
  if (values.empty() || (!table.partition_keys.empty() && values.size() != table.partition_keys.size())) {
    return Fail(kInvalidInput, "The number of partition keys do not match the number of partition values");
  }
  return Ok();
}

Result<Partition> DecodePartition(const kv::KeyValue& pair, size_t prefix_bytes) {
  TARN_TRY(Partition partition, Decode<Partition>(pair.value, "partition"));
  std::optional<std::vector<std::string>> values = TextsAfter(pair.key, prefix_bytes);
  if (!values) return Fail(kDamaged, "damaged catalog key: partition");
  partition.values = std::move(*values);
  return partition;
}

Result<std::optional<Partition>> LoadPartition(kv::Txn& txn, const Scope& scope, const Table& table,
                                               const std::vector<std::string>& values) {
  TARN_TRY(auto bytes, txn.Get(PartitionKey(scope, table.uid, values).bytes()));
  if (!bytes) return std::optional<Partition>();
  TARN_TRY(Partition partition, Decode<Partition>(*bytes, "partition"));
  partition.values = values;
  return std::optional<Partition>(std::move(partition));
}

// Runs `apply` over items [0, count) in transactions of bounded size; an item's own error is collected, others end all.
Result<std::vector<ItemError>> InGroups(kv::Store& store, const Scope& scope, std::string_view database,
                                        std::string_view table, size_t count,
                                        const std::function<Status(kv::Txn&, const Table&, size_t)>& apply) {
  std::vector<ItemError> errors;
  for (size_t begin = 0; begin < count || begin == 0; begin += kItemsPerTransaction) {
    std::vector<ItemError> group;
    TARN_CHECK(kv::Transact(store, [&](kv::Txn& txn) -> Status {
      group.clear();
      TARN_TRY(Table present, LoadTable(txn, scope, database, table));
      for (size_t i = begin; i < std::min(count, begin + kItemsPerTransaction); ++i) {
        Status status = apply(txn, present, i);
        if (status.ok()) continue;
        const Reason* reason = status.error().reason;
        const bool of_item = reason == &kNoSuchPartition || reason == &kAlreadyExists || reason == &kInvalidInput;
        if (!of_item) return status;
        group.push_back({i, status.error()});
      }
      return Ok();
    }));
    std::ranges::move(group, std::back_inserter(errors));
  }
  return errors;
}

// Walks a table's partitions in order, leaping over ranges that the filter refuses by their leading values.
class Walk {
 public:
  Walk(kv::Txn& txn, const Scope& scope, const Table& table, const ListPartitionsOptions& options)
      : txn_(txn), prefix_(UnderUid(scope, kPartitions, table.uid)), options_(options) {
    begin_ = prefix_.bytes();
    if (!options.after.empty()) begin_.append(options.after).push_back('\0');
  }

  Status Run(Page<Partition>& page) {
    const std::string end = prefix_.End();
    size_t step = 64;
    while (true) {
      TARN_TRY(auto pairs, txn_.PeekScan(begin_, end, step));
      for (const kv::KeyValue& pair : pairs) {
        if (pair.key < begin_) continue;  // inside a range already refused
        TARN_TRY(bool more, Visit(pair, page));
        if (!more) return Ok();
      }
      if (pairs.size() < step) return Ok();
      const bool leapt = begin_ > pairs.back().key;
      if (!leapt) begin_ = pairs.back().key + '\0';
      step = leapt ? 64 : 512;
    }
  }

 private:
  Result<bool> Visit(const kv::KeyValue& pair, Page<Partition>& page) {
    const size_t skip = prefix_.bytes().size();
    if (options_.segments > 1) {
      const uint32_t hash = Crc32(AsBytes(std::string_view(pair.key).substr(skip)));
      if (hash % options_.segments != options_.segment) return true;
    }
    if (options_.filter != nullptr) {
      std::optional<std::vector<std::string>> values = TextsAfter(pair.key, skip);
      if (!values) return Fail(kDamaged, "damaged catalog key: partition");
      TARN_TRY(bool wanted, Wanted(*values));
      if (!wanted) return true;
    }
    if (page.items.size() == options_.limit) {
      page.next = last_;
      return false;
    }
    TARN_TRY(Partition partition, DecodePartition(pair, skip));
    page.items.push_back(std::move(partition));
    last_ = pair.key.substr(skip);
    return true;
  }

  // Asks the filter about ever longer leading values; a refusal by the first n moves `begin_` behind all that share
  // them.
  Result<bool> Wanted(const std::vector<std::string>& values) {
    for (size_t n = 1; n <= values.size(); ++n) {
      TARN_TRY(Truth truth, options_.filter->Test(std::span(values).first(n)));
      if (truth == Truth::kTrue) return true;
      if (truth == Truth::kFalse) {
        kv::Key refused = prefix_;
        for (size_t i = 0; i < n; ++i) refused.Text(values[i]);
        begin_ = refused.End();
        return false;
      }
    }
    return false;
  }

  kv::Txn& txn_;
  kv::Key prefix_;
  const ListPartitionsOptions& options_;
  std::string begin_;
  std::string last_;
};

}  // namespace

Result<Partition> Catalog::GetPartition(const Scope& scope, std::string_view database, std::string_view table,
                                        const std::vector<std::string>& values) const {
  std::optional<Partition> out;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Table present, LoadTable(txn, scope, database, table));
    TARN_CHECK(CheckValues(present, values));
    TARN_TRY(out, LoadPartition(txn, scope, present, values));
    return Ok();
  }));
  if (!out) return PartitionNotFound();
  return std::move(*out);
}

Result<Page<Partition>> Catalog::ListPartitions(const Scope& scope, std::string_view database, std::string_view table,
                                                const ListPartitionsOptions& options) const {
  Page<Partition> page;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Table present, LoadTable(txn, scope, database, table));
    return Walk(txn, scope, present, options).Run(page);
  }));
  return page;
}

Result<std::vector<Partition>> Catalog::GetPartitions(const Scope& scope, std::string_view database,
                                                      std::string_view table,
                                                      const std::vector<std::vector<std::string>>& values) const {
  std::vector<Partition> out;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Table present, LoadTable(txn, scope, database, table));
    for (const auto& wanted : values) {
      TARN_TRY(auto partition, LoadPartition(txn, scope, present, wanted));
      if (partition) out.push_back(std::move(*partition));
    }
    return Ok();
  }));
  return out;
}

Result<std::vector<ItemError>> Catalog::CreatePartitions(const Scope& scope, std::string_view database,
                                                         std::string_view table, std::vector<Partition> partitions) {
  const Timestamp now = clock_.Now();
  return InGroups(store_, scope, database, table, partitions.size(),
                  [&](kv::Txn& txn, const Table& present, size_t i) -> Status {
                    Partition& partition = partitions[i];
                    TARN_CHECK(CheckValues(present, partition.values));
                    const kv::Key key = PartitionKey(scope, present.uid, partition.values);
                    TARN_TRY(auto taken, txn.Get(key.bytes()));
                    if (taken) return Fail(kAlreadyExists, "Partition already exists.");
                    partition.create_time = now;
                    txn.Put(key.bytes(), EncodeRecord(partition));
                    return Ok();
                  });
}

Result<std::vector<ItemError>> Catalog::UpdatePartitions(const Scope& scope, std::string_view database,
                                                         std::string_view table, std::vector<PartitionUpdate> updates) {
  return InGroups(store_, scope, database, table, updates.size(),
                  [&](kv::Txn& txn, const Table& present, size_t i) -> Status {
                    PartitionUpdate& update = updates[i];
                    TARN_CHECK(CheckValues(present, update.old_values));
                    TARN_TRY(auto old, LoadPartition(txn, scope, present, update.old_values));
                    if (!old) return PartitionNotFound();
                    if (update.partition.values.empty()) update.partition.values = update.old_values;
                    TARN_CHECK(CheckValues(present, update.partition.values));
                    const kv::Key key = PartitionKey(scope, present.uid, update.partition.values);
                    if (update.partition.values != update.old_values) {
                      TARN_TRY(auto taken, txn.Get(key.bytes()));
                      if (taken) return Fail(kAlreadyExists, "Partition already exists.");
                      txn.Delete(PartitionKey(scope, present.uid, update.old_values).bytes());
                    }
                    update.partition.create_time = old->create_time;
                    txn.Put(key.bytes(), EncodeRecord(update.partition));
                    return Ok();
                  });
}

Result<std::vector<ItemError>> Catalog::DeletePartitions(const Scope& scope, std::string_view database,
                                                         std::string_view table,
                                                         const std::vector<std::vector<std::string>>& values) {
  return InGroups(store_, scope, database, table, values.size(),
                  [&](kv::Txn& txn, const Table& present, size_t i) -> Status {
                    TARN_CHECK(CheckValues(present, values[i]));
                    const kv::Key key = PartitionKey(scope, present.uid, values[i]);
                    TARN_TRY(auto bytes, txn.Get(key.bytes()));
                    if (!bytes) return PartitionNotFound();
                    txn.Delete(key.bytes());
                    kv::Key statistics = UnderUid(scope, kPartitionStatistics, present.uid);
                    for (const std::string& value : values[i]) statistics.Text(value);
                    TARN_TRY(auto columns, txn.Scan(statistics.bytes(), statistics.End(), 10'000));
                    for (const kv::KeyValue& pair : columns) txn.Delete(pair.key);
                    return Ok();
                  });
}

}  // namespace tarn::catalog
