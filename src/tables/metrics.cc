#include "tables/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/strings.h"
#include "base/utf8.h"

namespace tarn::tables {
namespace {

using iceberg::TypeId;
using iceberg::Value;

constexpr int kTruncateDefault = 16;
constexpr int64_t kInferredColumnsDefault = 100;

struct Mode {
  bool counts = true;
  bool bounds = true;
  int truncate = kTruncateDefault;  // 0: whole
};

std::optional<Mode> ParseMode(std::string_view text) {
  const std::string mode = AsciiLower(Trim(text));
  if (mode == "none") return Mode{false, false, 0};
  if (mode == "counts") return Mode{true, false, 0};
  if (mode == "full") return Mode{true, true, 0};
  if (!mode.starts_with("truncate(") || !mode.ends_with(")")) return std::nullopt;
  Mode cut;
  const auto length = ParseI64(std::string_view(mode).substr(9, mode.size() - 10));
  if (!length || *length <= 0 || *length > INT32_MAX) return std::nullopt;
  cut.truncate = static_cast<int>(*length);
  return cut;
}

// What write.metadata.metrics.* says of each column.
class Modes {
 public:
  Modes(const iceberg::Schema& schema, const iceberg::Properties& properties)
      : schema_(schema), properties_(properties) {
    const auto given = properties.find("write.metadata.metrics.default");
    if (given != properties.end()) {
      default_ = ParseMode(given->second).value_or(Mode{});
    } else {
      CountInferred();
    }
  }
  Mode Of(int32_t field_id) const {
    const auto given = properties_.find("write.metadata.metrics.column." + std::string(schema_.NameOf(field_id)));
    if (given != properties_.end()) {
      if (const auto mode = ParseMode(given->second)) return *mode;
    }
    return field_id > inferred_max_ ? Mode{false, false, 0} : default_;
  }

 private:
  // Wide tables keep metrics of their first columns alone.
  void CountInferred() {
    int64_t max = kInferredColumnsDefault;
    const auto given = properties_.find("write.metadata.metrics.max-inferred-column-defaults");
    if (given != properties_.end()) max = ParseI64(given->second).value_or(max);
    int64_t leaves = 0;
    for (const int32_t id : schema_.ids()) {
      const iceberg::Field* field = schema_.FindField(id);
      if (field == nullptr || field->type.is_nested()) continue;
      if (++leaves > max) {
        inferred_max_ = id - 1;
        return;
      }
    }
  }

  const iceberg::Schema& schema_;
  const iceberg::Properties& properties_;
  Mode default_;
  int32_t inferred_max_ = INT32_MAX;
};

template <typename T>
std::optional<T> Plain(std::string_view bytes) {
  T value;
  if (bytes.size() != sizeof(value)) return std::nullopt;
  bytes.copy(reinterpret_cast<char*>(&value), sizeof(value));
  return value;
}

std::optional<Value> DecimalOf(int physical, std::string_view bytes) {
  if (physical == 1) {
    const auto value = Plain<int32_t>(bytes);
    return value ? std::optional(Value(static_cast<iceberg::Int128>(*value))) : std::nullopt;
  }
  if (physical == 2) {
    const auto value = Plain<int64_t>(bytes);
    return value ? std::optional(Value(static_cast<iceberg::Int128>(*value))) : std::nullopt;
  }
  const auto value = iceberg::DecimalFromBytes(bytes);
  return value.ok() ? std::optional(Value(*value)) : std::nullopt;
}

// A bound as the file has it (PLAIN), as the column's value; nothing when it is none that bounds.
std::optional<Value> BoundOf(const engine::ParquetLeaf& leaf, const iceberg::Type& type, std::string_view bytes) {
  const auto scaled = [&](int64_t value) -> std::optional<Value> {
    const bool nanos = type.id() == TypeId::kTimestampNs || type.id() == TypeId::kTimestampTzNs;
    const int64_t wanted = nanos ? 1'000'000'000 : 1'000'000;
    if (leaf.timestamp_unit == wanted) return Value(value);
    int64_t out = 0;
    if (leaf.timestamp_unit != 1000 || __builtin_mul_overflow(value, wanted / 1000, &out)) return std::nullopt;
    return Value(out);
  };
  switch (type.id()) {
    case TypeId::kBoolean:
      if (bytes.size() != 1) return std::nullopt;
      return Value(bytes[0] != 0);
    case TypeId::kInt:
    case TypeId::kDate: {
      const auto value = Plain<int32_t>(bytes);
      return value ? std::optional(Value(*value)) : std::nullopt;
    }
    case TypeId::kLong: {
      if (const auto narrow = Plain<int32_t>(bytes)) return Value(static_cast<int64_t>(*narrow));
      const auto value = Plain<int64_t>(bytes);
      return value ? std::optional(Value(*value)) : std::nullopt;
    }
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
    case TypeId::kTimestampNs:
    case TypeId::kTimestampTzNs: {
      if (const auto narrow = Plain<int32_t>(bytes)) return scaled(*narrow);
      const auto value = Plain<int64_t>(bytes);
      return value ? scaled(*value) : std::nullopt;
    }
    case TypeId::kFloat: {
      const auto value = Plain<float>(bytes);
      return value && !std::isnan(*value) ? std::optional(Value(*value)) : std::nullopt;
    }
    case TypeId::kDouble: {
      if (const auto narrow = Plain<float>(bytes)) {
        return std::isnan(*narrow) ? std::nullopt : std::optional(Value(static_cast<double>(*narrow)));
      }
      const auto value = Plain<double>(bytes);
      return value && !std::isnan(*value) ? std::optional(Value(*value)) : std::nullopt;
    }
    case TypeId::kDecimal:
      return DecimalOf(leaf.physical, bytes);
    case TypeId::kString:
    case TypeId::kBinary:
    case TypeId::kFixed:
    case TypeId::kUuid:
      return Value(bytes);
    default:
      return std::nullopt;
  }
}

size_t CharacterBytes(unsigned char lead) { return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4; }

// The first `length` characters (bytes of binaries).
std::string Cut(std::string_view bytes, bool text, size_t length) {
  if (!text) return std::string(bytes.substr(0, length));
  size_t at = 0;
  for (size_t i = 0; i < length && at < bytes.size(); ++i) at += CharacterBytes(static_cast<unsigned char>(bytes[at]));
  return std::string(bytes.substr(0, std::min(at, bytes.size())));
}

uint32_t LastCharacter(std::string_view text, size_t& begin) {
  begin = text.size() - 1;
  while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xc0) == 0x80) --begin;
  const auto lead = static_cast<unsigned char>(text[begin]);
  uint32_t code = lead < 0x80 ? lead : lead < 0xe0 ? lead & 0x1f : lead < 0xf0 ? lead & 0x0f : lead & 0x07;
  for (size_t i = begin + 1; i < text.size(); ++i) code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3f);
  return code;
}

// The smallest text of that length or shorter above all that begin with `cut`; nothing when there is none.
std::optional<std::string> Above(std::string cut, bool text) {
  while (!cut.empty()) {
    if (!text) {
      const auto last = static_cast<unsigned char>(cut.back());
      cut.pop_back();
      if (last == 0xff) continue;
      cut += static_cast<char>(last + 1);
      return cut;
    }
    size_t begin = 0;
    uint32_t code = LastCharacter(cut, begin) + 1;
    cut.resize(begin);
    if (code >= 0xd800 && code <= 0xdfff) code = 0xe000;
    if (code > 0x10ffff) continue;
    AppendUtf8(cut, code);
    return cut;
  }
  return std::nullopt;
}

std::optional<std::string> BoundBytes(const iceberg::Type& type, const Value& bound, const Mode& mode, bool upper) {
  const bool text = type.id() == TypeId::kString;
  const auto* bytes = bound.As<std::string>();
  if (bytes == nullptr || mode.truncate == 0 || (!text && type.id() != TypeId::kBinary)) {
    return iceberg::ValueToBytes(type, bound);
  }
  std::string cut = Cut(*bytes, text, static_cast<size_t>(mode.truncate));
  if (cut.size() == bytes->size() || !upper) return cut;
  return Above(std::move(cut), text);
}

// The lowest or highest bound of all row groups; nothing unless every one with values has one.
std::optional<Value> Merge(const engine::ParquetLeaf& leaf, const iceberg::Type& type, bool upper) {
  std::optional<Value> found;
  for (const auto& chunk : leaf.chunks) {
    if (chunk.nulls && *chunk.nulls == chunk.values) continue;
    const auto& raw = upper ? chunk.max : chunk.min;
    if (!raw) return std::nullopt;
    auto bound = BoundOf(leaf, type, *raw);
    if (!bound) return std::nullopt;
    if (!found) {
      found = std::move(bound);
      continue;
    }
    const auto order = iceberg::CompareValues(type, *bound, *found);
    if (upper ? order > 0 : order < 0) found = std::move(bound);
  }
  return found;
}

const iceberg::Field* FieldOf(const iceberg::Schema& schema, const engine::ParquetLeaf& leaf, bool ids) {
  if (ids) return schema.FindField(leaf.field_id);
  return schema.FindField(Join(leaf.path, "."));
}

}  // namespace

Status FillMetrics(const engine::ParquetDetails& details, const iceberg::Schema& schema,
                   const iceberg::Properties& properties, iceberg::DataFile& file) {
  const Modes modes(schema, properties);
  file.record_count = static_cast<int64_t>(details.rows);
  file.split_offsets = details.row_group_offsets;
  std::sort(file.split_offsets.begin(), file.split_offsets.end());
  const bool ids =
      std::any_of(details.leaves.begin(), details.leaves.end(), [](const auto& leaf) { return leaf.field_id >= 0; });
  std::map<int32_t, const engine::ParquetLeaf*> leaves;
  for (const engine::ParquetLeaf& leaf : details.leaves) {
    const iceberg::Field* field = FieldOf(schema, leaf, ids);
    if (field != nullptr && !field->type.is_nested()) leaves[field->id] = &leaf;
  }
  for (const auto& [id, leaf] : leaves) {
    const Mode mode = modes.Of(id);
    int64_t bytes = 0, values = 0, nulls = 0;
    bool nulls_known = true;
    for (const auto& chunk : leaf->chunks) {
      bytes += chunk.bytes;
      values += chunk.values;
      nulls += chunk.nulls.value_or(0);
      nulls_known = nulls_known && chunk.nulls.has_value();
    }
    file.column_sizes.emplace_back(id, bytes);
    if (!mode.counts) continue;
    file.value_counts.emplace_back(id, values);
    if (nulls_known) file.null_counts.emplace_back(id, nulls);
    if (!mode.bounds || leaf->repeated || leaf->unsigned_order) continue;
    const iceberg::Type& type = schema.FindField(id)->type;
    for (const bool upper : {false, true}) {
      const auto bound = Merge(*leaf, type, upper);
      if (!bound) continue;
      auto text = BoundBytes(type, *bound, mode, upper);
      if (text) (upper ? file.upper_bounds : file.lower_bounds).emplace_back(id, std::move(*text));
    }
  }
  return Ok();
}

}  // namespace tarn::tables
