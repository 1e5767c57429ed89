#include "iceberg/manifest/decode.h"

#include <algorithm>

namespace tarn::iceberg {

using avro::Input;
using avro::Kind;
using avro::Node;

const Node* Enter(const Node& node, Input& input) {
  const Node* at = &node;
  for (int depth = 0; at != nullptr && at->kind == Kind::kUnion && depth < 8; ++depth) at = input.ReadBranch(*at);
  if (at == nullptr || at->kind == Kind::kNull || at->kind == Kind::kUnion) return nullptr;
  return at;
}

std::optional<int64_t> DecodeLong(const Node& node, Input& input) {
  const Node* at = Enter(node, input);
  if (at == nullptr) return std::nullopt;
  if (at->kind != Kind::kInt && at->kind != Kind::kLong) {
    input.Fail();
    return std::nullopt;
  }
  return input.ReadLong();
}

std::optional<bool> DecodeBool(const Node& node, Input& input) {
  const Node* at = Enter(node, input);
  if (at == nullptr) return std::nullopt;
  if (at->kind != Kind::kBoolean) {
    input.Fail();
    return std::nullopt;
  }
  return input.ReadBool();
}

std::optional<std::string_view> DecodeBytes(const Node& node, Input& input) {
  const Node* at = Enter(node, input);
  if (at == nullptr) return std::nullopt;
  if (at->kind == Kind::kFixed) return input.ReadRaw(static_cast<size_t>(at->size));
  if (at->kind != Kind::kBytes && at->kind != Kind::kString) {
    input.Fail();
    return std::nullopt;
  }
  return input.ReadBytes();
}

namespace {

Value WholeNumber(const Type& type, int64_t number, std::string_view logical) {
  switch (type.id()) {
    case TypeId::kInt:
    case TypeId::kDate:
      return static_cast<int32_t>(number);
    case TypeId::kTimestamp:
    case TypeId::kTimestampNs:
      if (logical == "date") {
        const int64_t day = type.id() == TypeId::kTimestamp ? 86'400'000'000 : 86'400'000'000'000;
        int64_t product = 0;
        return __builtin_mul_overflow(number, day, &product) ? Value() : Value(product);
      }
      return number;
    case TypeId::kLong:
    case TypeId::kTime:
    case TypeId::kTimestampTz:
    case TypeId::kTimestampTzNs:
      return number;
    default:
      return {};
  }
}

// A value of a column that the schema has lost: as it lies.
Value Native(const Node& node, Input& input) {
  switch (node.kind) {
    case Kind::kBoolean:
      return input.ReadBool();
    case Kind::kInt:
      return input.ReadInt();
    case Kind::kLong:
      return input.ReadLong();
    case Kind::kFloat:
      return input.ReadFixed<float>();
    case Kind::kDouble:
      return input.ReadFixed<double>();
    case Kind::kBytes:
    case Kind::kString:
      return Value(input.ReadBytes());
    case Kind::kFixed:
      return Value(input.ReadRaw(static_cast<size_t>(node.size)));
    default:
      avro::Skip(node, input);
      return {};
  }
}

}  // namespace

Value DecodeValue(const Node& node, const Type& type, Input& input) {
  const Node* at = Enter(node, input);
  if (at == nullptr) return {};
  Value value;
  if (at->kind == Kind::kInt || at->kind == Kind::kLong) {
    const int64_t number = input.ReadLong();
    if (type.id() == TypeId::kUnknown) return number;
    value = WholeNumber(type, number, at->logical);
  } else {
    value = Native(*at, input);
  }
  if (const auto* single = value.As<float>(); single != nullptr && type.id() == TypeId::kDouble) {
    value = double{*single};
  }
  if (const auto* bytes = value.As<std::string>(); bytes != nullptr && type.id() == TypeId::kDecimal) {
    auto unscaled = DecimalFromBytes(*bytes);
    value = unscaled.ok() ? Value(*unscaled) : Value();
  }
  if (const auto* bytes = value.As<std::string>();
      bytes != nullptr && type.id() == TypeId::kUuid && bytes->size() == 36) {
    auto parsed = ParseValueText(type, *bytes);  // some writers keep uuids as strings
    if (parsed.ok()) value = std::move(*parsed);
  }
  if (type.id() != TypeId::kUnknown && !Holds(type, value)) {
    input.Fail();
    return {};
  }
  return value;
}

void DecodeLongs(const Node& node, Input& input, std::vector<int64_t>& out) {
  out.clear();
  const Node* at = Enter(node, input);
  if (at == nullptr) return;
  if (at->kind != Kind::kArray) return input.Fail();
  while (int64_t count = input.ReadItemCount()) {
    for (; count > 0 && !input.failed(); --count) out.push_back(DecodeLong(*at->parts[0], input).value_or(0));
  }
}

namespace {

template <typename T, typename Decode>
void DecodeColumns(const Node& node, Input& input, const std::vector<int32_t>& wanted, ByColumn<T>& out,
                   const Decode& decode) {
  out.clear();
  const Node* at = Enter(node, input);
  if (at == nullptr) return;
  if (at->kind != Kind::kArray) return input.Fail();
  const Node& item = *at->parts[0];
  if (item.kind != Kind::kRecord || item.fields.size() != 2) return input.Fail();
  bool sorted = true;
  while (int64_t count = input.ReadItemCount()) {
    for (; count > 0 && !input.failed(); --count) {
      const auto id = static_cast<int32_t>(DecodeLong(*item.fields[0].type, input).value_or(-1));
      if (!wanted.empty() && !std::binary_search(wanted.begin(), wanted.end(), id)) {
        avro::Skip(*item.fields[1].type, input);
        continue;
      }
      sorted = sorted && (out.empty() || out.back().first < id);
      decode(id, *item.fields[1].type);
    }
  }
  if (!sorted) std::sort(out.begin(), out.end());
}

}  // namespace

void DecodeCounts(const Node& node, Input& input, const std::vector<int32_t>& wanted, ByColumn<int64_t>& out) {
  DecodeColumns(node, input, wanted, out, [&](int32_t id, const Node& value) {
    if (const auto count = DecodeLong(value, input)) out.emplace_back(id, *count);
  });
}

void DecodeBounds(const Node& node, Input& input, const std::vector<int32_t>& wanted, ByColumn<std::string>& out) {
  DecodeColumns(node, input, wanted, out, [&](int32_t id, const Node& value) {
    if (const auto bytes = DecodeBytes(value, input)) out.emplace_back(id, std::string(*bytes));
  });
}

}  // namespace tarn::iceberg
