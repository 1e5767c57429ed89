#include "api/iceberg/planning/work.h"

#include "base/hash.h"
#include "iceberg/metadata/table_metadata.h"
#include "json/json.h"

namespace tarn::api::iceberg_rest {
namespace {

constexpr size_t kSealBytes = 16;
constexpr size_t kWorkBytesMax = size_t{64} << 20;
constexpr size_t kPackedAbove = 512;
constexpr int64_t kForm = 1;  // of the work; parts are counted differently in another
constexpr std::string_view kPurpose = "tarn iceberg plan task ";

std::string SealOf(std::string_view key, std::string_view text) {
  return HmacSha256(key, std::string(kPurpose) + std::string(text)).substr(0, kSealBytes);
}

json::Value Optional(const std::optional<int64_t>& number) { return number ? json::Value(*number) : json::Value(); }

std::optional<int64_t> NumberOf(const json::Value& value, std::string_view key) {
  const json::Value* found = value.Find(key);
  return found != nullptr && found->is_int() ? std::optional(*found->AsInt()) : std::nullopt;
}

json::Object Describe(const ScanWork& work) {
  json::Array fields;
  for (const int32_t id : work.stats_fields) fields.emplace_back(id);
  return json::Object{{"v", kForm},
                      {"t", work.table},
                      {"e", work.expires},
                      {"s", Optional(work.snapshot_id)},
                      {"a", Optional(work.appended_after)},
                      {"c", int64_t{work.schema_id}},
                      {"f", work.filter},
                      {"cs", work.case_sensitive},
                      {"st", std::move(fields)}};
}

}  // namespace

std::string ScanWork::Key() const { return Sha256(json::Write(Describe(*this))); }

std::string ScanWork::Seal(std::string_view sealing_key) const {
  json::Object object = Describe(*this);
  object.emplace_back("p", json::Array{part.first, part.last, part.first_entry, part.last_entry});
  std::string text = json::Write(std::move(object));
  if (text.size() > kPackedAbove) text = iceberg::Gzip(text);
  return Base64(SealOf(sealing_key, text) + text);
}

std::optional<ScanWork> ScanWork::Open(std::string_view sealing_key, std::string_view token, Timestamp now) {
  const auto bytes = Unbase64(token);
  if (!bytes || bytes->size() < kSealBytes) return std::nullopt;
  std::string text = bytes->substr(kSealBytes);
  if (!ConstantTimeEqual(SealOf(sealing_key, text), std::string_view(*bytes).substr(0, kSealBytes))) {
    return std::nullopt;
  }
  if (!text.starts_with('{')) {
    auto plain = iceberg::Gunzip(text, kWorkBytesMax);
    if (!plain.ok()) return std::nullopt;
    text = std::move(*plain);
  }
  const auto value = json::Parse(text);
  if (!value.ok() || value->IntOr("v", 0) != kForm) return std::nullopt;
  ScanWork work;
  work.table = value->StringOr("t", "");
  work.expires = value->IntOr("e", 0);
  if (work.expires <= now.micros / kMicrosPerSecond) return std::nullopt;
  work.snapshot_id = NumberOf(*value, "s");
  work.appended_after = NumberOf(*value, "a");
  work.schema_id = static_cast<int32_t>(value->IntOr("c", 0));
  work.filter = value->StringOr("f", "");
  work.case_sensitive = value->BoolOr("cs", true);
  if (const json::Value* fields = value->Find("st"); fields != nullptr && fields->is_array()) {
    for (const json::Value& id : *fields->AsArray()) {
      if (id.is_int()) work.stats_fields.push_back(static_cast<int32_t>(*id.AsInt()));
    }
  }
  const json::Value* part = value->Find("p");
  if (part == nullptr || !part->is_array() || part->AsArray()->size() != 4) return std::nullopt;
  int64_t* const members[] = {&work.part.first, &work.part.last, &work.part.first_entry, &work.part.last_entry};
  for (size_t i = 0; i < 4; ++i) {
    const json::Value& number = (*part->AsArray())[i];
    if (!number.is_int()) return std::nullopt;
    *members[i] = *number.AsInt();
  }
  return work;
}

}  // namespace tarn::api::iceberg_rest
