#include "iceberg/metadata/table_metadata.h"

#include <gtest/gtest.h>

#include "iceberg/errors.h"
#include "iceberg/metadata/view_metadata.h"

namespace tarn::iceberg {
namespace {

// The oldest form: one schema, one list of partition fields without ids, snapshots with embedded manifests.
constexpr std::string_view kV1 = R"({"format-version":1,"location":"s3://b/t/","last-updated-ms":1602638573874,
 "last-column-id":2,"schema":{"type":"struct","fields":[{"id":1,"name":"x","required":true,"type":"long"},
 {"id":2,"name":"y","required":false,"type":"string"}]},"partition-spec":[{"name":"x","transform":"identity","source-id":1}],
 "properties":{},"current-snapshot-id":5,"snapshots":[{"snapshot-id":5,"timestamp-ms":1602638573800,"manifests":["s3://b/m1.avro"]}]})";

TEST(TableMetadata, UpgradesTheOldestFormWhenRead) {
  const auto table = TableMetadata::Parse(kV1);
  ASSERT_TRUE(table.ok()) << table.error().message;
  EXPECT_EQ(table->location, "s3://b/t");
  EXPECT_EQ(table->spec().fields[0].field_id, 1000);
  EXPECT_EQ(table->last_partition_id, 1000);
  EXPECT_TRUE(table->sort_order().is_unsorted());
  EXPECT_EQ(table->FindRef("main")->snapshot_id, 5);
  EXPECT_EQ(table->current_snapshot()->manifests, (std::vector<std::string>{"s3://b/m1.avro"}));
  const std::string text = table->ToJson();
  EXPECT_NE(text.find(R"("partition-spec":[)"), std::string::npos);
  EXPECT_EQ(text.find("last-sequence-number"), std::string::npos);
  EXPECT_EQ(TableMetadata::Parse(text)->ToJson(), text);
}

TEST(TableMetadata, ReadsGzipWhateverItsNameSays) {
  const TableMetadata table = *TableMetadata::Parse(kV1);
  const std::string packed = table.ToFile("00001-x.gz.metadata.json");
  EXPECT_TRUE(packed.starts_with("\x1f\x8b"));
  EXPECT_EQ(TableMetadata::ParseFile(packed)->ToJson(), table.ToJson());
  EXPECT_EQ(table.ToFile("00001-x.metadata.json"), table.ToJson());
  EXPECT_TRUE(TableMetadata::ParseFile(packed.substr(0, packed.size() / 2)).Is(kCorrupt));
}

TEST(TableMetadata, TellsWhatASnapshotBecameThoughItsTextIsKept) {
  TableMetadata table = *TableMetadata::Parse(kV1);
  const std::string before = table.ToJson();
  EXPECT_EQ(table.ToJson(), before);
  Snapshot changed = *table.snapshots[0];
  changed.manifests = {"s3://b/m2.avro"};
  EXPECT_FALSE(changed == *table.snapshots[0]);
  table.snapshots[0] = std::make_shared<const Snapshot>(changed);
  EXPECT_NE(table.ToJson().find("s3://b/m2.avro"), std::string::npos);
  EXPECT_EQ(table.ToJson().find("s3://b/m1.avro"), std::string::npos);
}

TEST(TableMetadata, RefusesWhatDoesNotHoldTogether) {
  const auto with = [](std::string_view from, std::string_view to) {
    std::string text(kV1);
    text.replace(text.find(from), from.size(), to);
    return TableMetadata::Parse(text);
  };
  EXPECT_TRUE(with(R"("format-version":1)", R"("format-version":4)").Is(kUnsupported));
  EXPECT_TRUE(with(R"("format-version":1)", R"("format-version":2)").Is(kInvalid));
  EXPECT_TRUE(with(R"("current-snapshot-id":5)", R"("current-snapshot-id":6)").Is(kInvalid));
  EXPECT_TRUE(with(R"("source-id":1)", R"("source-id":9)").Is(kInvalid));
  EXPECT_TRUE(with(R"("last-column-id":2)", R"("last-column-id":"2")").Is(kInvalid));
  EXPECT_TRUE(TableMetadata::Parse("[]").Is(kInvalid));
}

TEST(MetadataLocation, CountsVersionsAndHonoursProperties) {
  TableMetadata table = *TableMetadata::Parse(kV1);
  EXPECT_EQ(MetadataVersion("s3://b/t/metadata/00012-u.metadata.json"), 12);
  EXPECT_EQ(MetadataVersion("s3://b/t/metadata/v7.metadata.json"), 7);
  EXPECT_EQ(MetadataVersion("s3://b/t/metadata/abc.metadata.json"), -1);
  EXPECT_EQ(NewMetadataLocation(table, 12, "u"), "s3://b/t/metadata/00013-u.metadata.json");
  table.properties["write.metadata.compression-codec"] = "gzip";
  table.properties["write.metadata.path"] = "s3://other/m/";
  EXPECT_EQ(NewMetadataLocation(table, -1, "u"), "s3://other/m/00000-u.gz.metadata.json");
}

TEST(UpdateView, KeepsVersionsWithinTheirLimitAndTheirDialects) {
  const auto updates = [](std::string_view sql, std::string_view dialect) {
    return *UpdatesFromJson(*json::Parse(
        R"([{"action":"add-schema","schema":{"type":"struct","fields":[{"id":1,"name":"x","required":false,"type":"int"}]}},
        {"action":"add-view-version","view-version":{"version-id":1,"timestamp-ms":10,"schema-id":-1,"summary":{},
        "default-namespace":["n"],"representations":[{"type":"sql","sql":")" +
        std::string(sql) + R"(","dialect":")" + std::string(dialect) +
        R"("}]}},{"action":"set-current-view-version","view-version-id":-1}])"));
  };
  std::vector<Update> create = updates("select 1", "spark");
  create.emplace_back(SetLocation{"s3://b/v"});
  create.emplace_back(SetProperties{{{"version.history.num-entries", "2"}}});
  auto view = UpdateView(nullptr, create, Timestamp::FromMillis(5), "uuid-1");
  ASSERT_TRUE(view.ok()) << view.error().message;
  EXPECT_EQ(view->uuid, "uuid-1");
  EXPECT_EQ(view->current_version_id, 1);
  EXPECT_EQ(ViewMetadata::Parse(view->ToJson())->ToJson(), view->ToJson());
  EXPECT_TRUE(UpdateView(&*view, updates("select 2", "trino"), {}, "").Is(kInvalid));
  for (const char* sql : {"select 2", "select 3"}) {
    view = UpdateView(&*view, updates(sql, "Spark"), Timestamp::FromMillis(20), "");
    ASSERT_TRUE(view.ok()) << view.error().message;
  }
  EXPECT_EQ(view->current_version_id, 3);
  EXPECT_EQ(view->versions.size(), 2);
  EXPECT_EQ(view->log.size(), 2);
  EXPECT_EQ(view->schemas.size(), 1);
}

}  // namespace
}  // namespace tarn::iceberg
