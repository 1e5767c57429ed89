#include "object/attributes.h"

namespace tarn::object {

void WriteListedAttributes(RecordWriter& out, const Attributes& attributes) {
  if (!attributes.owner.empty()) out.Str(40, attributes.owner);
  if (!attributes.storage_class.empty()) out.Str(41, attributes.storage_class);
  if (attributes.tier != AccessTier::kFrequent) out.U64(56, static_cast<uint64_t>(attributes.tier));
}

void WriteAttributes(RecordWriter& out, const Attributes& attributes) {
  if (!attributes.acl.empty()) out.Str(42, attributes.acl);
  const Encryption& encryption = attributes.encryption;
  if (encryption.kind != EncryptionKind::kS3) out.U64(43, static_cast<uint64_t>(encryption.kind));
  if (!encryption.key.empty()) out.Str(44, encryption.key);
  if (!encryption.context.empty()) out.Str(45, encryption.context);
  if (!encryption.sealed_key.empty()) out.Str(46, encryption.sealed_key);
  if (encryption.bucket_key) out.Bool(47, true);
  const Lock& lock = attributes.lock;
  if (lock.mode != LockMode::kNone) {
    out.U64(48, static_cast<uint64_t>(lock.mode)).I64(49, lock.retain_until.micros);
  }
  if (lock.legal_hold || lock.legal_hold_told) out.Bool(50, lock.legal_hold);
  const Restoration& restoration = attributes.restoration;
  if (restoration.ready.micros != 0) {
    out.I64(51, restoration.ready.micros).I64(52, restoration.until.micros).Str(53, restoration.tier);
    out.U64(54, restoration.days);
    if (restoration.step != RestoreStep::kByTime) out.U64(55, static_cast<uint64_t>(restoration.step));
  }
}

void ReadAttribute(Attributes& attributes, const RecordReader& in) {
  switch (in.tag()) {
    case 40:
      attributes.owner = in.str();
      break;
    case 41:
      attributes.storage_class = in.str();
      break;
    case 42:
      attributes.acl = in.str();
      break;
    case 43:
      attributes.encryption.kind = static_cast<EncryptionKind>(in.u64());
      break;
    case 44:
      attributes.encryption.key = in.str();
      break;
    case 45:
      attributes.encryption.context = in.str();
      break;
    case 46:
      attributes.encryption.sealed_key = in.str();
      break;
    case 47:
      attributes.encryption.bucket_key = in.boolean();
      break;
    case 48:
      attributes.lock.mode = static_cast<LockMode>(in.u64());
      break;
    case 49:
      attributes.lock.retain_until = {in.i64()};
      break;
    case 50:
      attributes.lock.legal_hold = in.boolean();
      attributes.lock.legal_hold_told = true;
      break;
    case 51:
      attributes.restoration.ready = {in.i64()};
      break;
    case 52:
      attributes.restoration.until = {in.i64()};
      break;
    case 53:
      attributes.restoration.tier = in.str();
      break;
    case 54:
      attributes.restoration.days = static_cast<uint32_t>(in.u64());
      break;
    case 55:
      attributes.restoration.step = static_cast<RestoreStep>(in.u64());
      break;
    case 56:
      attributes.tier = static_cast<AccessTier>(in.u64());
      break;
    default:
      break;
  }
}

}  // namespace tarn::object
