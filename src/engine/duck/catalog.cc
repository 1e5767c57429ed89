#include "engine/duck/catalog.h"

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "engine/scan/bound_table.h"
#include "engine/scan/table_scan.h"

namespace tarn::engine {
namespace {

using duckdb::CatalogEntry;
using duckdb::CatalogTransaction;
using duckdb::CatalogType;
using duckdb::ClientContext;
using duckdb::EntryLookupInfo;
using duckdb::make_uniq;
using duckdb::optional_ptr;
using std::string;

[[noreturn]] void ReadOnly() { throw duckdb::PermissionException("the lake's catalog is read-only here"); }

class LakeTableEntry : public duckdb::TableCatalogEntry {
 public:
  LakeTableEntry(duckdb::Catalog& catalog, duckdb::SchemaCatalogEntry& schema, duckdb::CreateTableInfo& info,
                 std::shared_ptr<SlotContext> slot, std::shared_ptr<BoundTable> table)
      : TableCatalogEntry(catalog, schema, info), slot_(std::move(slot)), table_(std::move(table)) {}

  duckdb::unique_ptr<duckdb::BaseStatistics> GetStatistics(ClientContext&, duckdb::column_t) override {
    return nullptr;
  }
  duckdb::virtual_column_map_t GetVirtualColumns() const override { return VirtualColumnsOf(*table_); }
  duckdb::vector<duckdb::column_t> GetRowIdColumns() const override { return {}; }
  duckdb::TableStorageInfo GetStorageInfo(ClientContext&) override { return {}; }
  duckdb::TableFunction GetScanFunction(ClientContext& context,
                                        duckdb::unique_ptr<duckdb::FunctionData>& bind_data) override {
    BoundScan scan = BindTableScan(context, *slot_, table_, *this);
    bind_data = std::move(scan.bind_data);
    return std::move(scan.function);
  }

 private:
  std::shared_ptr<SlotContext> slot_;
  std::shared_ptr<BoundTable> table_;
};

class LakeTransaction : public duckdb::Transaction {
 public:
  using Transaction::Transaction;
  std::mutex mutex;
  std::map<string, duckdb::unique_ptr<duckdb::SchemaCatalogEntry>> schemas;
  std::map<std::pair<string, string>, duckdb::unique_ptr<CatalogEntry>> tables;
};

class LakeTransactionManager : public duckdb::TransactionManager {
 public:
  using TransactionManager::TransactionManager;
  duckdb::Transaction& StartTransaction(ClientContext& context) override {
    auto transaction = make_uniq<LakeTransaction>(*this, context);
    auto& started = *transaction;
    std::lock_guard lock(mutex_);
    running_[&started] = std::move(transaction);
    return started;
  }
  duckdb::ErrorData CommitTransaction(ClientContext&, duckdb::Transaction& transaction) override {
    std::lock_guard lock(mutex_);
    running_.erase(&transaction);
    return {};
  }
  void RollbackTransaction(duckdb::Transaction& transaction) override {
    std::lock_guard lock(mutex_);
    running_.erase(&transaction);
  }
  void Checkpoint(ClientContext&, bool) override {}

 private:
  std::mutex mutex_;
  std::map<duckdb::Transaction*, duckdb::unique_ptr<LakeTransaction>> running_;
};

class LakeSchema : public duckdb::SchemaCatalogEntry {
 public:
  LakeSchema(duckdb::Catalog& catalog, duckdb::CreateSchemaInfo& info, std::shared_ptr<SlotContext> slot)
      : SchemaCatalogEntry(catalog, info), slot_(std::move(slot)) {}

  optional_ptr<CatalogEntry> LookupEntry(CatalogTransaction transaction, const EntryLookupInfo& lookup) override {
    const CatalogType type = lookup.GetCatalogType();
    if (type != CatalogType::TABLE_ENTRY && type != CatalogType::VIEW_ENTRY) return nullptr;
    auto& lake = transaction.transaction->Cast<LakeTransaction>();
    const auto key = std::make_pair(name, duckdb::StringUtil::Lower(lookup.GetEntryName()));
    std::lock_guard lock(lake.mutex);
    if (auto found = lake.tables.find(key); found != lake.tables.end()) return found->second.get();

    auto query = slot_->query();
    auto binding = query->Resolve(key.first, key.second);
    if (!binding.ok()) {
      if (binding.Is(kTableNotFound)) return nullptr;
      ThrowFailure(*query, binding.error());
    }
    auto table = std::make_shared<BoundTable>(query, *binding);
    duckdb::CreateTableInfo info;
    info.catalog = ParentCatalog().GetName();
    info.schema = name;
    info.table = key.second;
    for (size_t i = 0; i < table->table_columns(); ++i) {
      if (table->Hidden(i)) continue;
      info.columns.AddColumn(duckdb::ColumnDefinition(table->names()[i], table->VisibleType(i)));
    }
    if (info.columns.empty()) ThrowFailure(*query, Fail(kPermission, "no column of this table may be read"));
    auto entry = make_uniq<LakeTableEntry>(ParentCatalog(), *this, info, slot_, std::move(table));
    return (lake.tables[key] = std::move(entry)).get();
  }

  // Nothing is listed: what exists is for the catalog's own statements to say, per principal.
  void Scan(ClientContext&, CatalogType, const std::function<void(CatalogEntry&)>&) override {}
  void Scan(CatalogType, const std::function<void(CatalogEntry&)>&) override {}
  optional_ptr<CatalogEntry> CreateIndex(CatalogTransaction, duckdb::CreateIndexInfo&,
                                         duckdb::TableCatalogEntry&) override {
    ReadOnly();
  }
  optional_ptr<CatalogEntry> CreateFunction(CatalogTransaction, duckdb::CreateFunctionInfo&) override { ReadOnly(); }
  optional_ptr<CatalogEntry> CreateTable(CatalogTransaction, duckdb::BoundCreateTableInfo&) override { ReadOnly(); }
  optional_ptr<CatalogEntry> CreateView(CatalogTransaction, duckdb::CreateViewInfo&) override { ReadOnly(); }
  optional_ptr<CatalogEntry> CreateSequence(CatalogTransaction, duckdb::CreateSequenceInfo&) override { ReadOnly(); }
  optional_ptr<CatalogEntry> CreateTableFunction(CatalogTransaction, duckdb::CreateTableFunctionInfo&) override {
    ReadOnly();
  }
  optional_ptr<CatalogEntry> CreateCopyFunction(CatalogTransaction, duckdb::CreateCopyFunctionInfo&) override {
    ReadOnly();
  }
  optional_ptr<CatalogEntry> CreatePragmaFunction(CatalogTransaction, duckdb::CreatePragmaFunctionInfo&) override {
    ReadOnly();
  }
  optional_ptr<CatalogEntry> CreateCollation(CatalogTransaction, duckdb::CreateCollationInfo&) override { ReadOnly(); }
  optional_ptr<CatalogEntry> CreateType(CatalogTransaction, duckdb::CreateTypeInfo&) override { ReadOnly(); }
  void DropEntry(ClientContext&, duckdb::DropInfo&) override { ReadOnly(); }
  void Alter(CatalogTransaction, duckdb::AlterInfo&) override { ReadOnly(); }

 private:
  std::shared_ptr<SlotContext> slot_;
};

class LakeCatalog : public duckdb::Catalog {
 public:
  LakeCatalog(duckdb::AttachedDatabase& database, std::shared_ptr<SlotContext> slot)
      : Catalog(database), slot_(std::move(slot)) {}

  void Initialize(bool) override {}
  string GetCatalogType() override { return "lake"; }
  string GetDefaultSchema() const override { return "default"; }
  optional_ptr<duckdb::SchemaCatalogEntry> LookupSchema(CatalogTransaction transaction, const EntryLookupInfo& lookup,
                                                        duckdb::OnEntryNotFound) override {
    // Every database name "exists"; its tables decide.
    const string name = duckdb::StringUtil::Lower(lookup.GetEntryName());
    auto& lake = transaction.transaction->Cast<LakeTransaction>();
    std::lock_guard lock(lake.mutex);
    auto& schema = lake.schemas[name];
    if (!schema) {
      duckdb::CreateSchemaInfo info;
      info.catalog = GetName();
      info.schema = name;
      schema = make_uniq<LakeSchema>(*this, info, slot_);
    }
    return schema.get();
  }
  void ScanSchemas(ClientContext&, std::function<void(duckdb::SchemaCatalogEntry&)>) override {}
  optional_ptr<CatalogEntry> CreateSchema(CatalogTransaction, duckdb::CreateSchemaInfo&) override { ReadOnly(); }
  void DropSchema(ClientContext&, duckdb::DropInfo&) override { ReadOnly(); }
  duckdb::PhysicalOperator& PlanCreateTableAs(ClientContext&, duckdb::PhysicalPlanGenerator&,
                                              duckdb::LogicalCreateTable&, duckdb::PhysicalOperator&) override {
    ReadOnly();
  }
  duckdb::PhysicalOperator& PlanInsert(ClientContext&, duckdb::PhysicalPlanGenerator&, duckdb::LogicalInsert&,
                                       optional_ptr<duckdb::PhysicalOperator>) override {
    ReadOnly();
  }
  duckdb::PhysicalOperator& PlanDelete(ClientContext&, duckdb::PhysicalPlanGenerator&, duckdb::LogicalDelete&,
                                       duckdb::PhysicalOperator&) override {
    ReadOnly();
  }
  duckdb::PhysicalOperator& PlanUpdate(ClientContext&, duckdb::PhysicalPlanGenerator&, duckdb::LogicalUpdate&,
                                       duckdb::PhysicalOperator&) override {
    ReadOnly();
  }
  duckdb::DatabaseSize GetDatabaseSize(ClientContext&) override { return {}; }
  bool InMemory() override { return false; }
  string GetDBPath() override { return "lake"; }

 private:
  std::shared_ptr<SlotContext> slot_;
};

struct LakeStorageInfo : duckdb::StorageExtensionInfo {
  std::shared_ptr<SlotContext> slot;
};

duckdb::unique_ptr<duckdb::Catalog> AttachLake(optional_ptr<duckdb::StorageExtensionInfo> info, ClientContext&,
                                               duckdb::AttachedDatabase& database, const string&, duckdb::AttachInfo&,
                                               duckdb::AttachOptions&) {
  return make_uniq<LakeCatalog>(database, static_cast<LakeStorageInfo*>(info.get())->slot);
}

duckdb::unique_ptr<duckdb::TransactionManager> MakeLakeTransactions(optional_ptr<duckdb::StorageExtensionInfo>,
                                                                    duckdb::AttachedDatabase& database,
                                                                    duckdb::Catalog&) {
  return make_uniq<LakeTransactionManager>(database);
}

}  // namespace

void RegisterLakeCatalog(duckdb::DatabaseInstance& database, std::shared_ptr<SlotContext> slot) {
  auto extension = duckdb::make_shared_ptr<duckdb::StorageExtension>();
  auto info = duckdb::make_shared_ptr<LakeStorageInfo>();
  info->slot = std::move(slot);
  extension->storage_info = info;
  extension->attach = AttachLake;
  extension->create_transaction_manager = MakeLakeTransactions;
  duckdb::StorageExtension::Register(duckdb::DBConfig::GetConfig(database), kLakeCatalog, extension);
}

}  // namespace tarn::engine
