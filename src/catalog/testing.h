// What the catalog's tests share: a catalog on a memory store with a clock that the test sets.
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "catalog/catalog.h"
#include "catalog/errors.h"
#include "kv/memory_store.h"

namespace tarn::catalog {

struct TestClock : Clock {
  Timestamp now{1'700'000'000'000'000};
  Timestamp Now() const override { return now; }
};

class CatalogFixture : public ::testing::Test {
 protected:
  Table MakeTable(std::string name, std::vector<std::string> keys = {}) {
    Table table;
    table.database = "db";
    table.name = std::move(name);
    table.storage.emplace().columns = std::vector<Column>{{"a", "int"}};
    for (auto& key : keys) table.partition_keys.push_back({key, "string"});
    return table;
  }
  static std::vector<Partition> MakePartitions(const std::vector<std::vector<std::string>>& values) {
    std::vector<Partition> out;
    for (const auto& value : values) out.emplace_back().values = value;
    return out;
  }
  void SetUp() override {
    Database database;
    database.name = "DB";
    ASSERT_TRUE(catalog.CreateDatabase(scope, database).ok());
  }

  TestClock clock;
  std::unique_ptr<kv::Store> store = kv::MakeMemoryStore();
  Catalog catalog{*store, clock};
  Scope scope{"000000000000", "us-east-1"};
};

}  // namespace tarn::catalog
