#include "iceberg/metadata/builder.h"

#include <gtest/gtest.h>

#include "iceberg/errors.h"

namespace tarn::iceberg {
namespace {

const UpdateContext kContext{Timestamp::FromMillis(1'000'000), "11111111-2222-3333-4444-555555555555", ""};

NewTable Table(std::string version = "2") {
  NewTable table;
  table.schema = *Schema::Make(0, {{10, "id", true, TypeId::kLong}, {11, "day", false, TypeId::kDate}});
  table.spec.fields = {{{11}, 1000, "day", {}}};
  table.location = "s3://bucket/t/";
  table.properties = {{"format-version", std::move(version)}, {"a", "b"}};
  return table;
}

TableMetadata Made(std::string version = "2") { return *MakeTable(Table(std::move(version)), kContext); }

SnapshotPtr Append(int64_t id, int64_t sequence, std::optional<int64_t> parent = {}) {
  Snapshot snapshot;
  snapshot.snapshot_id = id;
  snapshot.sequence_number = sequence;
  snapshot.parent_id = parent;
  snapshot.timestamp_ms = 1'000'000 + id;
  snapshot.operation = "append";
  snapshot.manifest_list = "s3://bucket/t/metadata/snap.avro";
  snapshot.schema_id = 0;
  return std::make_shared<const Snapshot>(snapshot);
}

SetSnapshotRef Main(int64_t id) { return {"main", {id, true, {}, {}, {}}}; }

Result<CommitOutcome> Commit(const TableMetadata& base, const std::vector<Update>& updates,
                             const std::vector<Requirement>& requirements = {}) {
  return CommitTable(&base, requirements, updates, {Timestamp::FromMillis(2'000'000), "", "s3://bucket/t/v1.json"});
}

TEST(MakeTable, GivesFreshIdsAndKeepsNoReservedProperty) {
  const TableMetadata table = Made();
  EXPECT_EQ(table.schema().FindField("day")->id, 2);
  EXPECT_EQ(table.spec().fields[0].source_id(), 2);
  EXPECT_EQ(table.last_column_id, 2);
  EXPECT_EQ(table.last_partition_id, 1000);
  EXPECT_EQ(table.location, "s3://bucket/t");
  EXPECT_FALSE(table.properties.contains("format-version"));
  EXPECT_EQ(table.table_uuid, kContext.new_uuid);
  const auto back = TableMetadata::Parse(table.ToJson());
  ASSERT_TRUE(back.ok()) << back.error().message;
  EXPECT_EQ(back->ToJson(), table.ToJson());
}

TEST(CommitTable, AddsASnapshotAndLogsTheFileBefore) {
  const TableMetadata base = Made();
  const auto next = Commit(base, {AddSnapshot{Append(7, 1)}, Main(7)});
  ASSERT_TRUE(next.ok()) << next.error().message;
  EXPECT_EQ(next->metadata.current_snapshot_id, 7);
  EXPECT_EQ(next->metadata.last_sequence_number, 1);
  EXPECT_EQ(next->metadata.snapshot_log, (std::vector<SnapshotLogEntry>{{1'000'007, 7}}));
  EXPECT_EQ(next->metadata.metadata_log, (std::vector<MetadataLogEntry>{{1'000'000, "s3://bucket/t/v1.json"}}));
  EXPECT_EQ(next->metadata.last_updated_ms, 2'000'000);
}

TEST(CommitTable, AsksToRetryAStaleSequenceNumberAndRefusesARepeatedId) {
  const TableMetadata base = Commit(Made(), {AddSnapshot{Append(7, 1)}, Main(7)})->metadata;
  EXPECT_TRUE(Commit(base, {AddSnapshot{Append(8, 1, 7)}}).Is(kCommitFailed));
  EXPECT_TRUE(Commit(base, {AddSnapshot{Append(7, 2, 7)}}).Is(kInvalid));
  EXPECT_TRUE(Commit(base, {Main(9)}).Is(kInvalid));
}

TEST(CommitTable, KeepsIntermediateSnapshotsOutOfTheLog) {
  const auto next = Commit(Made(), {AddSnapshot{Append(7, 1)}, Main(7), AddSnapshot{Append(8, 2, 7)}, Main(8)});
  ASSERT_TRUE(next.ok());
  EXPECT_EQ(next->metadata.snapshot_log, (std::vector<SnapshotLogEntry>{{1'000'008, 8}}));
}

TEST(CommitTable, ForgetsHistoryBeforeARemovedSnapshot) {
  TableMetadata table = Made();
  for (int64_t id = 1; id <= 3; ++id) table = Commit(table, {AddSnapshot{Append(id, id)}, Main(id)})->metadata;
  const auto next = Commit(table, {SetSnapshotRef{"old", {2, false, {}, {}, 5}}, RemoveSnapshots{{2}}});
  ASSERT_TRUE(next.ok()) << next.error().message;
  EXPECT_EQ(next->metadata.snapshot_log, (std::vector<SnapshotLogEntry>{{1'000'003, 3}}));
  EXPECT_EQ(next->metadata.FindRef("old"), nullptr);
  EXPECT_EQ(next->metadata.snapshots.size(), 2);
}

TEST(CommitTable, ReusesSchemasSpecsAndOrdersThatAreThere) {
  const TableMetadata base = Made();
  const SchemaPtr wider = *Schema::Make(
      5, {{1, "id", true, TypeId::kLong}, {2, "day", false, TypeId::kDate}, {3, "n", false, TypeId::kInt}});
  const auto next = Commit(base, {AddSchema{wider}, SetCurrentSchema{},
                                  AddSpec{{9, {{{1}, 0, "b", {TransformKind::kBucket, 4, {}}}}}}, SetDefaultSpec{}});
  ASSERT_TRUE(next.ok()) << next.error().message;
  EXPECT_EQ(next->metadata.current_schema_id, 1);
  EXPECT_EQ(next->metadata.last_column_id, 3);
  EXPECT_EQ(next->metadata.default_spec_id, 1);
  EXPECT_EQ(next->metadata.spec().fields[0].field_id, 1001);
  const auto back = Commit(next->metadata,
                           {AddSchema{base.schemas[0]}, SetCurrentSchema{}, AddSpec{base.specs[0]}, SetDefaultSpec{}});
  ASSERT_TRUE(back.ok()) << back.error().message;
  EXPECT_EQ(back->metadata.current_schema_id, 0);
  EXPECT_EQ(back->metadata.default_spec_id, 0);
  EXPECT_EQ(back->metadata.schemas.size(), 2);
}

TEST(CommitTable, RefusesASchemaThatTheDefaultSpecCannotUse) {
  const SchemaPtr without = *Schema::Make(1, {{1, "id", true, TypeId::kLong}});
  const auto next = Commit(Made(), {AddSchema{without}, SetCurrentSchema{}});
  ASSERT_TRUE(next.Is(kInvalid));
  EXPECT_NE(next.error().message.find("Cannot find source column"), std::string::npos);
}

TEST(CommitTable, NumbersRowsFromVersionThreeOn) {
  TableMetadata base = Made("3");
  Snapshot snapshot = *Append(7, 1);
  EXPECT_TRUE(Commit(base, {AddSnapshot{std::make_shared<const Snapshot>(snapshot)}}).Is(kInvalid));
  snapshot.first_row_id = 0;
  snapshot.added_rows = 25;
  base = Commit(base, {AddSnapshot{std::make_shared<const Snapshot>(snapshot)}, Main(7)})->metadata;
  EXPECT_EQ(base.next_row_id, 25);
  snapshot.snapshot_id = 8;
  snapshot.sequence_number = 2;
  EXPECT_TRUE(Commit(base, {AddSnapshot{std::make_shared<const Snapshot>(snapshot)}}).Is(kCommitFailed));
  EXPECT_EQ(TableMetadata::Parse(base.ToJson())->next_row_id, 25);
}

TEST(CommitTable, ChecksEveryRequirementWithTheReferencesWords) {
  const TableMetadata base = Commit(Made(), {AddSnapshot{Append(7, 1)}, Main(7)})->metadata;
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"({"type":"assert-create"})", "Requirement failed: table already exists"},
      {R"({"type":"assert-table-uuid","uuid":"x"})",
       "Requirement failed: UUID does not match: expected 11111111-2222-3333-4444-555555555555 != x"},
      {R"({"type":"assert-ref-snapshot-id","ref":"main","snapshot-id":null})",
       "Requirement failed: branch main was created concurrently"},
      {R"({"type":"assert-ref-snapshot-id","ref":"main","snapshot-id":3})",
       "Requirement failed: branch main has changed: expected id 3 != 7"},
      {R"({"type":"assert-ref-snapshot-id","ref":"b","snapshot-id":3})",
       "Requirement failed: branch or tag b is missing, expected 3"},
      {R"({"type":"assert-last-assigned-field-id","last-assigned-field-id":1})",
       "Requirement failed: last assigned field id changed: expected id 1 != 2"},
      {R"({"type":"assert-current-schema-id","current-schema-id":1})",
       "Requirement failed: current schema changed: expected id 1 != 0"},
      {R"({"type":"assert-last-assigned-partition-id","last-assigned-partition-id":1})",
       "Requirement failed: last assigned partition id changed: expected id 1 != 1000"},
      {R"({"type":"assert-default-spec-id","default-spec-id":1})",
       "Requirement failed: default partition spec changed: expected id 1 != 0"},
      {R"({"type":"assert-default-sort-order-id","default-sort-order-id":1})",
       "Requirement failed: default sort order changed: expected id 1 != 0"},
  };
  for (const auto& [text, message] : cases) {
    const auto requirement = RequirementFromJson(*json::Parse(text));
    ASSERT_TRUE(requirement.ok()) << text;
    json::Writer out;
    WriteRequirement(out, *requirement);
    EXPECT_EQ(out.text(), text);
    const auto outcome = Commit(base, {}, {*requirement});
    ASSERT_TRUE(outcome.Is(kCommitFailed)) << text;
    EXPECT_EQ(outcome.error().message, message);
  }
}

TEST(CommitTable, SaysWhenNothingChanged) {
  const TableMetadata base = Made();
  EXPECT_FALSE(Commit(base, {SetLocation{"s3://bucket/t"}, RemoveSnapshotRef{"none"}})->changed);
  EXPECT_TRUE(Commit(base, {SetProperties{{{"k", "v"}}}})->changed);
}

TEST(CommitTable, CreatesFromUpdatesAlone) {
  const TableMetadata made = Made();
  const std::vector<Update> updates = {AssignUuid{"u-1"},         UpgradeFormatVersion{3}, AddSchema{made.schemas[0]},
                                       SetCurrentSchema{-1},      AddSpec{made.specs[0]},  SetDefaultSpec{-1},
                                       AddSortOrder{SortOrder()}, SetDefaultSortOrder{-1}, SetLocation{"s3://b/x"}};
  const auto created = CommitTable(nullptr, {Requirement{}}, updates, kContext);
  ASSERT_TRUE(created.ok()) << created.error().message;
  EXPECT_EQ(created->metadata.format_version, 3);
  EXPECT_EQ(created->metadata.table_uuid, "u-1");
  EXPECT_TRUE(CommitTable(nullptr, {Requirement{}}, {SetLocation{"s3://b/x"}}, kContext).Is(kInvalid));
}

TEST(CommitTable, CreatesWhenTheCurrentSchemaIsSetLast) {  // as DuckDB does
  const TableMetadata made = Made();
  const std::vector<Update> updates = {AssignUuid{"u-1"},       AddSchema{made.schemas[0]}, AddSpec{made.specs[0]},
                                       SetDefaultSpec{0},       AddSortOrder{SortOrder()},  SetDefaultSortOrder{0},
                                       SetLocation{"s3://b/x"}, SetCurrentSchema{0}};
  const auto created = CommitTable(nullptr, {Requirement{}}, updates, kContext);
  ASSERT_TRUE(created.ok()) << created.error().message;
  EXPECT_EQ(created->metadata.spec().fields.size(), made.spec().fields.size());
}

TEST(ReplaceTable, KeepsHistoryAndKnownColumns) {
  const TableMetadata base = Commit(Made(), {AddSnapshot{Append(7, 1)}, Main(7)})->metadata;
  NewTable table = Table();
  table.schema = *Schema::Make(0, {{1, "name", false, TypeId::kString}, {2, "id", true, TypeId::kLong}});
  table.spec.fields.clear();
  const auto next = ReplaceTable(base, table, kContext);
  ASSERT_TRUE(next.ok()) << next.error().message;
  EXPECT_EQ(next->schema().FindField("id")->id, 1);
  EXPECT_EQ(next->schema().FindField("name")->id, 3);
  EXPECT_FALSE(next->current_snapshot_id);
  EXPECT_EQ(next->snapshots.size(), 1);
  EXPECT_TRUE(next->spec().is_unpartitioned());
}

TEST(Updates, PrintAsTheyWereRead) {
  for (
      const std::string_view text : {
          R"({"action":"assign-uuid","uuid":"u"})",
          R"({"action":"upgrade-format-version","format-version":2})",
          R"({"action":"set-current-schema","schema-id":-1})",
          R"({"action":"add-spec","spec":{"spec-id":0,"fields":[]}})",
          R"({"action":"set-default-spec","spec-id":-1})",
          R"({"action":"add-sort-order","sort-order":{"order-id":0,"fields":[]}})",
          R"({"action":"set-default-sort-order","sort-order-id":-1})",
          R"({"action":"add-snapshot","snapshot":{"sequence-number":1,"snapshot-id":2,"timestamp-ms":3,"summary":{"operation":"append"},"manifest-list":"l","schema-id":0}})",
          R"({"action":"remove-snapshots","snapshot-ids":[1,2]})",
          R"({"action":"set-snapshot-ref","ref-name":"t","snapshot-id":1,"type":"tag","max-ref-age-ms":5})",
          R"({"action":"remove-snapshot-ref","ref-name":"t"})",
          R"({"action":"set-properties","updates":{"a":"b"}})",
          R"({"action":"remove-properties","removals":["a"]})",
          R"({"action":"set-location","location":"s3://x"})",
          R"({"action":"set-statistics","snapshot-id":1,"statistics":{"snapshot-id":1,"statistics-path":"p","file-size-in-bytes":2,"file-footer-size-in-bytes":1,"blob-metadata":[{"type":"apache-datasketches-theta-v1","snapshot-id":1,"sequence-number":1,"fields":[1]}]}})",
          R"({"action":"remove-statistics","snapshot-id":1})",
          R"({"action":"set-partition-statistics","partition-statistics":{"snapshot-id":1,"statistics-path":"p","file-size-in-bytes":2}})",
          R"({"action":"remove-partition-statistics","snapshot-id":1})",
          R"({"action":"remove-partition-specs","spec-ids":[1]})",
          R"({"action":"remove-schemas","schema-ids":[1]})",
          R"({"action":"add-encryption-key","encryption-key":{"key-id":"k","encrypted-key-metadata":"aWNl"}})",
          R"({"action":"remove-encryption-key","key-id":"k"})",
          R"({"action":"set-current-view-version","view-version-id":-1})",
      }) {
    const auto update = UpdateFromJson(*json::Parse(text));
    ASSERT_TRUE(update.ok()) << text << update.error().message;
    json::Writer out;
    WriteUpdate(out, *update);
    EXPECT_EQ(out.text(), text);
  }
  EXPECT_TRUE(UpdateFromJson(*json::Parse(R"({"action":"set-properties","updated":{"a":"b"}})")).ok());
  EXPECT_TRUE(UpdateFromJson(*json::Parse(R"({"action":"explode"})")).Is(kInvalid));
}

}  // namespace
}  // namespace tarn::iceberg
