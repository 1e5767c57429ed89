#include <cstdint>
#include <string_view>

#include "iceberg/manifest/reader.h"
#include "iceberg/schema/partition.h"

// Any bytes are read to their end or refused: as a manifest and as a manifest list.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tarn::iceberg;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)ReadManifestList(bytes);
  const Type partition = Type::Struct({{1000, "d", false, TypeId::kDate, {}, {}, {}},
                                       {1001, "b", false, TypeId::kInt, {}, {}, {}},
                                       {1002, "s", false, TypeId::kString, {}, {}, {}}});
  ManifestFile manifest;
  manifest.first_row_id = 5;
  auto reader = ManifestReader::Open(bytes, manifest, partition);
  if (!reader.ok()) return 0;
  ManifestEntry entry;
  for (int i = 0; i < 100'000; ++i) {
    const auto more = reader->Next(entry);
    if (!more.ok() || !*more) break;
  }
  return 0;
}
