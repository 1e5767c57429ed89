// What other implementations wrote is read as they meant it.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "iceberg/errors.h"
#include "iceberg/manifest/reader.h"
#include "iceberg/metadata/table_metadata.h"
#include "iceberg/metadata/view_metadata.h"
#include "iceberg/puffin/positions.h"
#include "iceberg/puffin/puffin.h"

namespace tarn::iceberg {
namespace {

std::string Load(const std::string& name) {
  std::ifstream file(std::string(TARN_ICEBERG_TESTDATA) + "/" + name, std::ios::binary);
  EXPECT_TRUE(file.good()) << name;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(ForeignMetadata, OfTheReferenceIsReadAndWrittenTheSame) {
  for (const char* name :
       {"TableMetadataV1Valid", "TableMetadataV2Valid", "TableMetadataV2ValidMinimal", "TableMetadataV3ValidMinimal",
        "TableMetadataStatisticsFiles", "TableMetadataPartitionStatisticsFiles"}) {
    const auto table = TableMetadata::ParseFile(Load(std::string("java/") + name + ".json"));
    ASSERT_TRUE(table.ok()) << name << ": " << table.error().message;
    const auto again = TableMetadata::Parse(table->ToJson());
    ASSERT_TRUE(again.ok()) << name << ": " << again.error().message;
    EXPECT_EQ(again->ToJson(), table->ToJson()) << name;
  }
  const auto table = *TableMetadata::ParseFile(Load("java/TableMetadataV2Valid.json"));
  EXPECT_EQ(table.snapshots.size(), 2);
  EXPECT_EQ(table.sort_order().order_id, 3);
  EXPECT_EQ(table.schema().identifier_field_ids(), (std::vector<int32_t>{1, 2}));
  EXPECT_TRUE(table.IsAncestor(3055729675574597004, 3051729675574597004));
  EXPECT_FALSE(table.IsAncestor(3051729675574597004, 3055729675574597004));
  EXPECT_EQ(table.SnapshotAsOf(1515100955771)->snapshot_id, 3051729675574597004);
  EXPECT_EQ(table.SnapshotAsOf(1), nullptr);
}

TEST(ForeignMetadata, OfViewsIsReadAndWrittenTheSame) {
  const auto view = ViewMetadata::Parse(Load("java/ValidViewMetadata.json"));
  ASSERT_TRUE(view.ok()) << view.error().message;
  EXPECT_EQ(ViewMetadata::Parse(view->ToJson())->ToJson(), view->ToJson());
}

class ForeignTable : public testing::TestWithParam<int> {};

TEST_P(ForeignTable, OfPyIcebergGivesItsFilesAndTheirNumbers) {
  const std::string prefix = "pyiceberg/v" + std::to_string(GetParam());
  const bool v1 = GetParam() == 1;
  const auto table = TableMetadata::ParseFile(Load(prefix + ".metadata.json"));
  ASSERT_TRUE(table.ok()) << table.error().message;
  EXPECT_EQ(table->schema().FindField("name")->id, 2);
  const auto manifests = ReadManifestList(Load(prefix + "-list.avro"));
  ASSERT_TRUE(manifests.ok()) << manifests.error().message;
  ASSERT_EQ(manifests->size(), 3);
  EXPECT_EQ((*manifests)[1].added_files, 4);
  EXPECT_EQ((*manifests)[2].sequence_number, v1 ? 0 : 3);
  EXPECT_EQ((*manifests)[2].min_sequence_number, v1 ? 0 : 1);
  EXPECT_TRUE((*manifests)[2].partitions[2].contains_null);
  EXPECT_FALSE((*manifests)[0].has_live());
  std::set<int64_t> ids;
  for (size_t i = 0; i < manifests->size(); ++i) {
    const std::string bytes = Load(prefix + "-m" + std::to_string(i) + ".avro");
    const PartitionSpec& spec = *table->FindSpec((*manifests)[i].spec_id);
    auto reader = ManifestReader::Open(bytes, (*manifests)[i], PartitionType(spec, table->schema()));
    ASSERT_TRUE(reader.ok()) << reader.error().message;
    ManifestEntry entry;
    while (true) {
      const auto more = reader->Next(entry);
      ASSERT_TRUE(more.ok()) << more.error().message;
      if (!*more) break;
      if (!entry.is_live()) {
        EXPECT_EQ(i, 0);
        continue;
      }
      const auto id = *ValueFromBytes(TypeId::kLong, *FindColumn(entry.file.lower_bounds, 1));
      ids.insert(id.Integer());
      const int64_t committed = v1 ? 0 : i == 1 ? 2 : 1;
      EXPECT_EQ(entry.sequence_number, committed);
      // The partition is what our own transforms make of the row.
      EXPECT_EQ(entry.file.partition[0], Value(static_cast<int32_t>(20454 + id.Integer() / 2)));
      EXPECT_EQ(entry.file.partition[1], *ApplyTransform(*ParseTransform("bucket[4]"), TypeId::kLong, id));
      EXPECT_EQ(entry.file.partition[2].is_null(), id.Integer() % 5 == 0);
      EXPECT_EQ(entry.file.record_count, 1);
      EXPECT_EQ(entry.file.format, "PARQUET");
    }
  }
  EXPECT_EQ(ids, (std::set<int64_t>{0, 1, 2, 4, 5, 6, 7, 8, 9}));
}

INSTANTIATE_TEST_SUITE_P(Versions, ForeignTable, testing::Values(1, 2));

TEST(ForeignAvro, IsReadInEveryCodec) {
  for (const char* codec : {"null", "snappy", "zstandard"}) {
    const std::string bytes = Load(std::string("fastavro/manifest-") + codec + ".avro");
    auto reader = ManifestReader::Open(bytes, {}, Type::Struct({}));
    ASSERT_TRUE(reader.ok()) << reader.error().message;
    ManifestEntry entry;
    int entries = 0;
    for (;; ++entries) {
      const auto more = reader->Next(entry);
      ASSERT_TRUE(more.ok()) << codec << ": " << more.error().message;
      if (!*more) break;
    }
    EXPECT_EQ(entries, 100) << codec;
  }
}

TEST(ForeignPositions, OfTheReferenceAreReadAndWrittenTheSame) {
  for (const char* name : {"64map32bitvals", "64mapempty", "64mapspreadvals"}) {
    const std::string bytes = Load(std::string("java/") + name + ".bin");
    const auto positions = Positions::Parse(bytes);
    ASSERT_TRUE(positions.ok()) << name;
    EXPECT_EQ(*Positions::Parse(positions->Serialize()), *positions) << name;
  }
  // Keys above 2^31 are beyond any file.
  EXPECT_TRUE(Positions::Parse(Load("java/64maphighvals.bin")).Is(kCorrupt));
  const std::pair<const char*, uint64_t> vectors[] = {
      {"all-container-types", 132'561}, {"empty", 0}, {"small-alternating-values", 5}, {"small-and-large-values", 4}};
  for (const auto& [name, size] : vectors) {
    const std::string bytes = Load(std::string("java/") + name + "-position-index.bin");
    const auto positions = ParseDeletionVector(bytes);
    ASSERT_TRUE(positions.ok()) << name << ": " << positions.error().message;
    EXPECT_EQ(positions->size(), size);
    EXPECT_EQ(SerializeDeletionVector(*positions), bytes) << name;
  }
}

TEST(ForeignPuffin, OfTheReferenceGivesItsBlobs) {
  const std::string empty = Load("java/empty-puffin-uncompressed.bin");
  EXPECT_TRUE(ReadPuffinFooter(empty, static_cast<int64_t>(empty.size()))->blobs.empty());
  for (const char* name : {"sample-metric-data-uncompressed", "sample-metric-data-compressed-zstd"}) {
    const std::string file = Load(std::string("java/") + name + ".bin");
    const auto footer = ReadPuffinFooter(file, static_cast<int64_t>(file.size()));
    ASSERT_TRUE(footer.ok()) << footer.error().message;
    ASSERT_EQ(footer->blobs.size(), 2);
    EXPECT_EQ(footer->properties.at("created-by"), "Test 1234");
    const PuffinBlob& first = footer->blobs[0];
    const auto bytes = ReadPuffinBlob(
        first, std::string_view(file).substr(static_cast<size_t>(first.offset), static_cast<size_t>(first.length)));
    ASSERT_TRUE(bytes.ok()) << bytes.error().message;
    EXPECT_EQ(*bytes, "abcdefghi");
  }
}

}  // namespace
}  // namespace tarn::iceberg
