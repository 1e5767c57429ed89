#include "engine/text/column_filler.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "base/hash.h"
#include "base/strings.h"
#include "engine/duck/slot_context.h"
#include "engine/duck/types.h"

namespace tarn::engine {
namespace {

using duckdb::FlatVector;
using duckdb::LogicalType;
using duckdb::Value;

bool NeedsStaging(Kind kind) {
  switch (kind) {
    case Kind::kBoolean:
    case Kind::kTinyInt:
    case Kind::kSmallInt:
    case Kind::kInteger:
    case Kind::kBigInt:
    case Kind::kReal:
    case Kind::kDouble:
    case Kind::kVarchar:
    case Kind::kChar:
    case Kind::kVarbinary:
    case Kind::kJson:
    case Kind::kArray:
    case Kind::kMap:
    case Kind::kRow:
      return false;
    default:
      return true;
  }
}

}  // namespace

ColumnFiller::ColumnFiller(QueryState& query, const Type& type, std::string name, bool strict, size_t column,
                           BadCells* bad)
    : query_(query),
      type_(type),
      name_(std::move(name)),
      strict_(strict),
      column_(column),
      bad_(bad),
      staged_(NeedsStaging(type.kind)) {}

void ColumnFiller::Begin(duckdb::Vector& output) {
  output_ = &output;
  if (staged_) staging_ = std::make_unique<duckdb::Vector>(LogicalType::VARCHAR);
}

void ColumnFiller::SetNull(size_t row) {
  if (staged_) {
    FlatVector::SetNull(*staging_, row, true);
  } else {
    FlatVector::SetNull(*output_, row, true);
  }
}

void ColumnFiller::SetValue(size_t row, const Value& value) { output_->SetValue(row, value); }

template <typename Number>
bool ColumnFiller::SetNumber(size_t row, std::string_view text) {
  Number number{};
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return false;
  FlatVector::GetData<Number>(*output_)[row] = number;
  return true;
}

bool ColumnFiller::SetTyped(size_t row, std::string_view text) {
  switch (type_.kind) {
    case Kind::kBoolean: {
      const bool truth = EqualsIgnoreCase(text, "true");
      if (!truth && !EqualsIgnoreCase(text, "false")) return false;
      FlatVector::GetData<bool>(*output_)[row] = truth;
      return true;
    }
    case Kind::kTinyInt:
      return SetNumber<int8_t>(row, text);
    case Kind::kSmallInt:
      return SetNumber<int16_t>(row, text);
    case Kind::kInteger:
      return SetNumber<int32_t>(row, text);
    case Kind::kBigInt:
      return SetNumber<int64_t>(row, text);
    case Kind::kReal:
      return SetNumber<float>(row, text);
    case Kind::kDouble:
      return SetNumber<double>(row, text);
    default:
      return false;
  }
}

void ColumnFiller::SetText(size_t row, std::string_view text) {
  // A row may be decoded again after a first attempt left a NULL here.
  FlatVector::Validity(staged_ ? *staging_ : *output_).SetValid(row);
  const auto add = [&](duckdb::Vector& vector, std::string_view bytes) {
    FlatVector::GetData<duckdb::string_t>(vector)[row] =
        duckdb::StringVector::AddStringOrBlob(vector, bytes.data(), bytes.size());
  };
  switch (type_.kind) {
    case Kind::kVarchar:
    case Kind::kChar:
    case Kind::kJson: {
      if (!IsValidUtf8(text)) {
        if (strict_) Bad(row, "(not UTF-8)");
        return SetNull(row);
      }
      if (type_.precision > 0 && type_.kind != Kind::kJson && text.size() > static_cast<size_t>(type_.precision)) {
        // varchar(n) counts characters; bytes only bound them from above.
        size_t bytes = 0;
        for (int characters = 0; bytes < text.size(); ++bytes) {
          if ((static_cast<uint8_t>(text[bytes]) & 0xc0) != 0x80 && ++characters > type_.precision) break;
        }
        text = text.substr(0, bytes);
      }
      return add(*output_, text);
    }
    case Kind::kVarbinary:
      // Hive writes binary columns into text as base64.
      return add(*output_, Unbase64(text).value_or(std::string(text)));
    default:
      break;
  }
  if (staged_) {
    if (text.empty() || !IsValidUtf8(text)) return SetNull(row);
    return add(*staging_, text);
  }
  if (SetTyped(row, text)) return;
  // Spaces around a number, a leading plus, an empty cell.
  const std::string_view trimmed = Trim(text);
  if (!trimmed.empty() && SetTyped(row, trimmed.front() == '+' ? trimmed.substr(1) : trimmed)) return;
  if (strict_ && !trimmed.empty()) Bad(row, text);
  SetNull(row);
}

void ColumnFiller::Finish(duckdb::ClientContext& context, size_t rows) {
  if (!staged_) return;
  std::string error;
  const bool all = duckdb::VectorOperations::TryCast(context, *staging_, *output_, rows, &error, false);
  if (all || !strict_) return;
  for (size_t row = 0; row < rows; ++row) {
    if (FlatVector::IsNull(*staging_, row) || !output_->GetValue(row).IsNull()) continue;
    Bad(row, FlatVector::GetData<duckdb::string_t>(*staging_)[row].GetString());
  }
}

void ColumnFiller::Bad(size_t row, std::string_view text) const {
  Error error = Fail(kBadData, fmt::format("Error parsing field value '{}' for field '{}' of type {}",
                                           text.substr(0, 100), name_, AthenaTypeName(type_)));
  if (bad_ != nullptr) {
    bad_->found.push_back({row, column_, std::move(error)});
    return;
  }
  if (query_.governed) ThrowFailure(query_, Fail(kBadData, "Data of a table does not fit its declared types"));
  ThrowFailure(query_, std::move(error));
}

Value ColumnFiller::Parse(const Type& type, std::string_view text) {
  const LogicalType target = ToDuckType(type);
  if (!IsValidUtf8(text)) return Value(target);
  if (type.kind == Kind::kVarchar || type.kind == Kind::kChar) return Value(std::string(text));
  Value value;
  std::string error;
  if (!Value(std::string(text)).DefaultTryCastAs(target, value, &error)) return Value(target);
  return value;
}

}  // namespace tarn::engine
