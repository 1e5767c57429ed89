#include "iceberg/manifest/manifest.h"

#include <gtest/gtest.h>

#include "iceberg/errors.h"
#include "iceberg/manifest/reader.h"
#include "iceberg/manifest/writer.h"

namespace tarn::iceberg {
namespace {

const std::string kSync = "0123456789abcdef";

SchemaPtr TableSchema() {
  return *Schema::Make(0, {{1, "id", true, TypeId::kLong},
                           {2, "a b", false, TypeId::kString},
                           {3, "d", false, Type::Decimal(9, 2)},
                           {4, "u", false, TypeId::kUuid},
                           {5, "v", false, TypeId::kUuid},
                           {6, "f", false, TypeId::kDouble},
                           {7, "t", false, TypeId::kTimestampTzNs}});
}

PartitionSpec Spec() {
  PartitionSpec spec;
  spec.spec_id = 3;
  for (int32_t id = 1; id <= 7; ++id) {
    spec.fields.push_back({{id}, 999 + id, std::string(TableSchema()->NameOf(id)), {}});
  }
  return spec;
}

DataFile File(int64_t id) {
  DataFile file;
  file.path = "s3://b/data/" + std::to_string(id) + ".parquet";
  file.spec_id = 3;
  file.partition = {Value(id), Value("x"), Value(Int128{-1234}), Value(std::string(16, 'u')),
                    Value(),   Value(0.5), Value(int64_t{-7})};
  file.record_count = 10 * id;
  file.file_bytes = 1000 + id;
  file.column_sizes = {{1, 100}, {2, 50}};
  file.value_counts = {{1, 10}, {2, 10}};
  file.null_counts = {{1, 0}, {2, 3}};
  file.nan_counts = {{6, 1}};
  file.lower_bounds = {{1, ValueToBytes(TypeId::kLong, Value(id))}, {2, "a"}};
  file.upper_bounds = {{1, ValueToBytes(TypeId::kLong, Value(id + 9))}, {2, "z"}};
  file.split_offsets = {4, 500};
  file.sort_order_id = 1;
  return file;
}

std::vector<ManifestEntry> ReadAll(std::string_view bytes, const ManifestFile& manifest, ManifestColumns columns = {}) {
  auto reader = ManifestReader::Open(bytes, manifest, PartitionType(Spec(), *TableSchema()), std::move(columns));
  EXPECT_TRUE(reader.ok()) << reader.error().message;
  std::vector<ManifestEntry> entries;
  ManifestEntry entry;
  while (true) {
    const auto more = reader->Next(entry);
    EXPECT_TRUE(more.ok()) << more.error().message;
    if (!more.ok() || !*more) return entries;
    entries.push_back(entry);
  }
}

TEST(Manifest, ComesBackInEveryVersionAndCodec) {
  for (const int version : {1, 2, 3}) {
    for (const avro::Codec codec : {avro::Codec::kNull, avro::Codec::kDeflate, avro::Codec::kZstd}) {
      ManifestWriter writer(*TableSchema(), Spec(), {version, ManifestContent::kData, 77, codec, kSync});
      for (int64_t id = 1; id <= 2000; ++id) ASSERT_TRUE(writer.Add({EntryStatus::kAdded, {}, {}, {}, File(id)}).ok());
      auto written = writer.Finish("s3://b/m.avro");
      EXPECT_EQ(written.manifest.added_files, 2000);
      EXPECT_EQ(written.manifest.length, written.bytes.size());
      EXPECT_EQ(written.manifest.partitions[0].lower_bound, ValueToBytes(TypeId::kLong, Value(int64_t{1})));
      EXPECT_EQ(written.manifest.partitions[0].upper_bound, ValueToBytes(TypeId::kLong, Value(int64_t{2000})));
      EXPECT_TRUE(written.manifest.partitions[4].contains_null);
      EXPECT_FALSE(written.manifest.partitions[4].lower_bound);
      written.manifest.sequence_number = version == 1 ? 0 : 5;
      const auto entries = ReadAll(written.bytes, written.manifest);
      ASSERT_EQ(entries.size(), 2000);
      DataFile expected = File(1234);
      EXPECT_EQ(entries[1233].file, expected);
      EXPECT_EQ(entries[1233].snapshot_id, 77);
      EXPECT_EQ(entries[1233].sequence_number, version == 1 ? 0 : 5);
    }
  }
}

TEST(Manifest, DecodesOnlyTheColumnsAskedFor) {
  ManifestWriter writer(*TableSchema(), Spec(), {2, ManifestContent::kData, 77, avro::Codec::kNull, kSync});
  ASSERT_TRUE(writer.Add({EntryStatus::kAdded, {}, {}, {}, File(1)}).ok());
  const auto written = writer.Finish("m");
  const auto some = ReadAll(written.bytes, written.manifest, {true, true, false, {2}});
  EXPECT_EQ(some[0].file.null_counts, (ByColumn<int64_t>{{2, 3}}));
  EXPECT_EQ(some[0].file.lower_bounds, (ByColumn<std::string>{{2, "a"}}));
  EXPECT_TRUE(some[0].file.split_offsets.empty());
  const auto none = ReadAll(written.bytes, written.manifest, {false, false, false, {}});
  EXPECT_TRUE(none[0].file.value_counts.empty());
  EXPECT_EQ(none[0].file.path, File(1).path);
}

TEST(Manifest, InheritsNumbersOnlyWhereTheSpecificationSaysSo) {
  ManifestWriter writer(*TableSchema(), Spec(), {3, ManifestContent::kData, {}, avro::Codec::kNull, kSync});
  ManifestEntry existing{EntryStatus::kExisting, 70, 2, 1, File(1)};
  existing.file.first_row_id = 800;
  ASSERT_TRUE(writer.Add(existing).ok());
  ASSERT_TRUE(writer.Add({EntryStatus::kAdded, {}, {}, {}, File(2)}).ok());
  ASSERT_TRUE(writer.Add({EntryStatus::kDeleted, 78, 2, 1, File(4)}).ok());
  ASSERT_TRUE(writer.Add({EntryStatus::kAdded, {}, {}, {}, File(3)}).ok());
  EXPECT_TRUE(writer.Add({EntryStatus::kExisting, {}, {}, {}, File(5)}).Is(kInvalid));
  const auto written = writer.Finish("m");
  const auto list = WriteManifestList({written.manifest}, {3, 78, 70, 9, 1000, avro::Codec::kDeflate, kSync});
  ASSERT_TRUE(list.ok()) << list.error().message;
  EXPECT_EQ(list->next_row_id, 1000 + 10 + 20 + 30);
  const auto manifests = ReadManifestList(list->bytes);
  ASSERT_TRUE(manifests.ok()) << manifests.error().message;
  EXPECT_EQ(*manifests, list->manifests);
  EXPECT_EQ((*manifests)[0].sequence_number, 9);
  EXPECT_EQ((*manifests)[0].min_sequence_number, 2);
  const auto entries = ReadAll(written.bytes, (*manifests)[0]);
  EXPECT_EQ(entries[0].sequence_number, 2);
  EXPECT_EQ(entries[0].file.first_row_id, 800);
  EXPECT_EQ(entries[1].sequence_number, 9);
  EXPECT_EQ(entries[1].snapshot_id, 78);
  EXPECT_EQ(entries[1].file.first_row_id, 1000);
  EXPECT_EQ(entries[2].file.first_row_id, std::nullopt);
  EXPECT_EQ(entries[3].file.first_row_id, 1020);
}

TEST(Manifest, KeepsDeletesApart) {
  DataFile deletes = File(1);
  deletes.content = FileContent::kPositionDeletes;
  deletes.format = "PUFFIN";
  deletes.referenced_data_file = "s3://b/data/1.parquet";
  deletes.content_offset = 4;
  deletes.content_bytes = 44;
  ManifestWriter data(*TableSchema(), Spec(), {3, ManifestContent::kData, 7, avro::Codec::kNull, kSync});
  EXPECT_TRUE(data.Add({EntryStatus::kAdded, {}, {}, {}, deletes}).Is(kInvalid));
  ManifestWriter writer(*TableSchema(), Spec(), {3, ManifestContent::kDeletes, 7, avro::Codec::kNull, kSync});
  ASSERT_TRUE(writer.Add({EntryStatus::kAdded, {}, {}, {}, deletes}).ok());
  const auto written = writer.Finish("m");
  const auto entries = ReadAll(written.bytes, written.manifest);
  EXPECT_EQ(entries[0].file, deletes);
  EXPECT_TRUE(entries[0].file.is_deletion_vector());
  EXPECT_TRUE(WriteManifestList({written.manifest}, {1, 7, {}, 0, 0, avro::Codec::kNull, kSync}).Is(kInvalid));
}

TEST(Manifest, RefusesBrokenBytes) {
  ManifestWriter writer(*TableSchema(), Spec(), {2, ManifestContent::kData, 7, avro::Codec::kNull, kSync});
  ASSERT_TRUE(writer.Add({EntryStatus::kAdded, {}, {}, {}, File(1)}).ok());
  const auto written = writer.Finish("m");
  const Type type = PartitionType(Spec(), *TableSchema());
  EXPECT_TRUE(ManifestReader::Open("", {}, type).Is(kCorrupt));
  EXPECT_TRUE(ManifestReader::Open(std::string_view(written.bytes).substr(0, 100), {}, type).Is(kCorrupt));
  auto cut = ManifestReader::Open(std::string_view(written.bytes).substr(0, written.bytes.size() - 20), {}, type);
  ManifestEntry entry;
  ASSERT_TRUE(cut.ok());
  EXPECT_TRUE(cut->Next(entry).Is(kCorrupt));
  EXPECT_TRUE(ReadManifestList(written.bytes).Is(kCorrupt));
}

TEST(Manifest, ReadsNoMoreThanADamagedBlockHolds) {
  ManifestWriter writer(*TableSchema(), Spec(), {2, ManifestContent::kData, 7, avro::Codec::kDeflate, kSync});
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(writer.Add({EntryStatus::kAdded, {}, {}, {}, File(i)}).ok());
  const auto written = writer.Finish("m");
  const Type type = PartitionType(Spec(), *TableSchema());
  ASSERT_EQ(ReadAll(written.bytes, written.manifest).size(), 40);
  size_t refused = 0;
  const size_t first = written.bytes.find(kSync) + kSync.size();
  for (size_t at = first; at < written.bytes.size(); ++at) {
    std::string bytes = written.bytes;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x55);
    auto reader = ManifestReader::Open(bytes, written.manifest, type);
    ASSERT_TRUE(reader.ok());
    ManifestEntry entry;
    size_t read = 0;
    auto more = reader->Next(entry);
    for (; more.ok() && *more && read <= 40; more = reader->Next(entry)) ++read;
    EXPECT_LE(read, 40) << at;
    if (!more.ok()) ++refused;
  }
  // Deflate has no checksum: some damage is only other bytes.
  EXPECT_GT(refused, (written.bytes.size() - first) / 2);
}

}  // namespace
}  // namespace tarn::iceberg
