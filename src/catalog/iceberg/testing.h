// What the tests of Iceberg tables share: a catalog and objects on a memory store, and a table to write to.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "catalog/catalog.h"
#include "catalog/errors.h"
#include "catalog/iceberg/snapshots.h"
#include "catalog/iceberg/tables.h"
#include "iceberg/errors.h"
#include "iceberg/manifest/reader.h"
#include "object/object_test_store.h"

namespace tarn::catalog {

class LakeTest : public object::ObjectTest {
 protected:
  void SetUp() override {
    Database database;
    database.name = "db";
    database.location = "s3://lake/db";
    ASSERT_TRUE(catalog.CreateDatabase(scope, database).ok());
  }
  iceberg::TableMetadata MakeTable(const std::string& name, iceberg::Properties properties = {}) {
    iceberg::NewTable table;
    table.schema = *iceberg::Schema::Make(0, {{1, "id", true, iceberg::TypeId::kLong}});
    table.properties = std::move(properties);
    auto made = tables.Create(scope, "db", name, std::move(table), false);
    EXPECT_TRUE(made.ok()) << made.error().message;
    return *made->metadata;
  }
  static iceberg::DataFile File(const std::string& path, int64_t rows = 10) {
    iceberg::DataFile file;
    file.path = path;
    file.record_count = rows;
    file.file_bytes = 100;
    return file;
  }
  std::string ReadPath(const std::string& path) {
    const auto place = object::ParseLocation(path);
    auto bytes = object::Files(*store_, scope.account).ReadAll(place->bucket, place->key, 1 << 30);
    EXPECT_TRUE(bytes.ok()) << path;
    return bytes.ok() ? *bytes : std::string();
  }
  std::vector<iceberg::ManifestFile> ManifestsOf(const iceberg::SnapshotPtr& snapshot) {
    return snapshot == nullptr ? std::vector<iceberg::ManifestFile>()
                               : *iceberg::ReadManifestList(ReadPath(snapshot->manifest_list));
  }
  // path → sequence number of the live files.
  std::map<std::string, int64_t> Live(const std::string& name, std::string_view branch = iceberg::kMainBranch) {
    std::map<std::string, int64_t> live;
    const auto table = tables.Load(scope, "db", name);
    const iceberg::SnapshotRef* ref = table->metadata->FindRef(branch);
    if (ref == nullptr) return live;
    for (const iceberg::ManifestFile& manifest : ManifestsOf(table->metadata->FindSnapshot(ref->snapshot_id))) {
      const std::string bytes = ReadPath(manifest.path);
      auto reader = iceberg::ManifestReader::Open(bytes, manifest, iceberg::Type::Struct({}));
      EXPECT_TRUE(reader.ok());
      iceberg::ManifestEntry entry;
      while (*reader->Next(entry)) {
        if (!entry.is_live()) continue;
        EXPECT_FALSE(live.contains(entry.file.path)) << entry.file.path;
        live[entry.file.path] = entry.sequence_number.value_or(-1);
      }
    }
    return live;
  }
  // The objects below the table's metadata folder whose names end so.
  std::vector<std::string> Objects(const std::string& name, std::string_view suffix) {
    std::vector<std::string> found;
    const auto page = object::Files(*store_, scope.account).List("lake", {.prefix = "db/" + name + "/", .max = 10'000});
    for (const auto& entry : page->entries) {
      if (entry.key.ends_with(suffix)) found.push_back(entry.key);
    }
    return found;
  }

  Scope scope{"000000000001", "us-east-1"};
  Catalog catalog{*kv_, clock_};
  IcebergTables tables{catalog, *kv_, *blobs_, *store_, clock_};
  Snapshots snapshots{tables, *store_, clock_};
};

}  // namespace tarn::catalog
