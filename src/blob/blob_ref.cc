#include <fmt/format.h>

#include "base/record.h"
#include "blob/blob.h"

namespace tarn::blob {
namespace {
// Frozen: docs/format/blob.md.
enum Tag : uint32_t {
  kIdHigh = 1,
  kIdLow = 2,
  kSize = 3,
  kWrappedKey = 4,
  kContainer = 5,
  kOffset = 6,
  kSecondContainer = 7,
  kSecondOffset = 8,
  kForm = 9,
  kStoredBytes = 10,
  kSealedAsHigh = 11,
  kSealedAsLow = 12
};
}  // namespace

std::string BlobId::Hex() const { return fmt::format("{:016x}{:016x}", high, low); }

std::string BlobRef::Encode() const {
  RecordWriter record;
  record.U64(kIdHigh, id.high).U64(kIdLow, id.low).U64(kSize, size);
  if (size == 0) return record.Take();
  if (!wrapped_key.empty()) record.Str(kWrappedKey, wrapped_key);
  record.U64(kContainer, container).U64(kOffset, offset);
  if (second_container != 0) record.U64(kSecondContainer, second_container).U64(kSecondOffset, second_offset);
  if (form != Form{}) record.U64(kForm, form.Bits());
  if (stored_bytes != 0) record.U64(kStoredBytes, stored_bytes);
  if (sealed_as) record.U64(kSealedAsHigh, sealed_as->high).U64(kSealedAsLow, sealed_as->low);
  return record.Take();
}

Result<BlobRef> BlobRef::Decode(std::string_view bytes) {
  BlobRef ref;
  std::optional<Form> form = Form{};
  BlobId sealed_as;
  RecordReader record(bytes);
  while (record.Next()) {
    switch (record.tag()) {
      case kIdHigh:
        ref.id.high = record.u64();
        break;
      case kIdLow:
        ref.id.low = record.u64();
        break;
      case kSize:
        ref.size = record.u64();
        break;
      case kWrappedKey:
        ref.wrapped_key = record.str();
        break;
      case kContainer:
        ref.container = record.u64();
        break;
      case kOffset:
        ref.offset = record.u64();
        break;
      case kSecondContainer:
        ref.second_container = record.u64();
        break;
      case kSecondOffset:
        ref.second_offset = record.u64();
        break;
      case kForm:
        form = Form::FromBits(record.u64());
        break;
      case kStoredBytes:
        ref.stored_bytes = record.u64();
        break;
      case kSealedAsHigh:
        sealed_as.high = record.u64();
        break;
      case kSealedAsLow:
        sealed_as.low = record.u64();
        break;
      default:
        break;
    }
  }
  if (form) ref.form = *form;
  if (sealed_as != BlobId{}) ref.sealed_as = sealed_as;
  if (record.corrupt() || ref.id.high == 0 || !form)
    return Fail(kDamaged, "a blob reference in the metadata is damaged");
  return ref;
}

}  // namespace tarn::blob
