// For tests: a pool, a lake in memory, and short ways to make tables and ask.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "engine/memory_lake.h"

namespace tarn::engine {

inline Type T(std::string_view text) { return ParseHiveType(text).value(); }

class EngineTest : public testing::Test {
 protected:
  void SetUp() override { pool_ = MakePool({}); }
  ~EngineTest() override {
    pool_ = nullptr;
    for (const std::string& folder : spills_) std::filesystem::remove_all(folder);
  }

  std::unique_ptr<Pool> MakePool(Pool::Options options) {
    options.spill_directory =
        testing::TempDir() + "/tarn-engine-" + std::to_string(getpid()) + "-" + std::to_string(spills_.size());
    spills_.push_back(options.spill_directory);
    options.threads = options.threads == 0 ? 2 : options.threads;
    auto pool = Pool::Create(options);
    EXPECT_TRUE(pool.ok()) << pool.error().message;
    return std::move(pool).value();
  }

  struct Answer {
    Outcome outcome;
    std::vector<ResultColumn> columns;
    std::vector<std::string> rows;
    std::string error() const { return outcome.status.ok() ? "" : outcome.status.error().message; }
  };
  Query Make(const std::string& sql, std::shared_ptr<TextSink> sink) {
    return {.sql = sql, .resolver = lake_, .sink = std::move(sink)};
  }
  Answer Ask(const std::string& sql) { return AskQuery(Make(sql, std::make_shared<TextSink>())); }
  Answer AskQuery(Query query) {
    auto sink = std::static_pointer_cast<TextSink>(query.sink);
    auto execution = pool_->Start(std::move(query));
    EXPECT_TRUE(execution.ok());
    Answer answer{(*execution)->Wait(), {}, {}};
    if (sink) {
      answer.columns = sink->columns;
      answer.rows = sink->rows;
    }
    return answer;
  }
  using Rows = std::vector<std::string>;

  // Writes the SELECT as one Parquet file of that name.
  Outcome Write(const std::string& sql, const std::string& prefix, std::vector<std::string> partition_by = {}) {
    WriteTarget target{.sink = files_, .partition_columns = std::move(partition_by), .name_prefix = prefix};
    auto execution = pool_->Start({.sql = sql, .resolver = lake_, .write = target});
    return (*execution)->Wait();
  }
  void Bind(const std::string& name, TableBinding binding) {
    binding.source = files_;
    lake_->tables[name] = std::make_shared<TableBinding>(std::move(binding));
  }
  // Writes the SELECT and binds it as an unpartitioned table.
  TableBinding ParquetTable(const std::string& sql, const std::string& name, std::vector<ColumnDef> columns) {
    Outcome written = Write(sql, name);
    EXPECT_TRUE(written.status.ok()) << written.status.error().message;
    std::vector<File> list;
    for (const WrittenFile& file : written.written) list.push_back(files_->FileOf(file.name));
    return {.columns = std::move(columns),
            .partitions = {{}},
            .lister = std::make_shared<FixedLister>(std::vector<std::vector<File>>{list}),
            .source = files_};
  }

  TableBinding TextTable(Format format, const std::vector<std::string>& ids, std::vector<ColumnDef> columns) {
    std::vector<File> list;
    for (const std::string& id : ids) list.push_back(files_->FileOf(id));
    return {.columns = std::move(columns),
            .partitions = {{}},
            .lister = std::make_shared<FixedLister>(std::vector<std::vector<File>>{list}),
            .format = format};
  }

  std::shared_ptr<MemoryFiles> files_ = std::make_shared<MemoryFiles>();
  std::shared_ptr<MemoryLake> lake_ = std::make_shared<MemoryLake>();
  std::unique_ptr<Pool> pool_;
  std::vector<std::string> spills_;
};

}  // namespace tarn::engine
