#include "engine/duck/hash_function.h"

#include <duckdb/catalog/catalog_entry/scalar_function_catalog_entry.hpp>
#include <duckdb/common/types/uuid.hpp>
#include <duckdb/parser/parsed_data/create_scalar_function_info.hpp>
#include <string>

namespace tarn::engine {
namespace {

using duckdb::idx_t;
using duckdb::PhysicalType;
using duckdb::Vector;

uint32_t Rotate(uint32_t value, int bits) { return value << bits | value >> (32 - bits); }

// MurmurHash3_x86_32 by Austin Appleby (public domain), seed 0.
uint32_t Murmur3(std::string_view bytes) {
  uint32_t hash = 0;
  const auto mix = [](uint32_t word) { return Rotate(word * 0xcc9e2d51U, 15) * 0x1b873593U; };
  size_t at = 0;
  for (; at + 4 <= bytes.size(); at += 4) {
    uint32_t word;
    std::memcpy(&word, bytes.data() + at, sizeof(word));
    hash = Rotate(hash ^ mix(word), 13) * 5 + 0xe6546b64U;
  }
  uint32_t tail = 0;
  for (size_t i = bytes.size(); i > at; --i) tail = tail << 8 | static_cast<uint8_t>(bytes[i - 1]);
  if (at < bytes.size()) hash ^= mix(tail);
  hash ^= static_cast<uint32_t>(bytes.size());
  hash = (hash ^ hash >> 16) * 0x85ebca6bU;
  hash = (hash ^ hash >> 13) * 0xc2b2ae35U;
  return hash ^ hash >> 16;
}

uint32_t HashInteger(int64_t value) { return Murmur3({reinterpret_cast<const char*>(&value), sizeof(value)}); }

// Two's complement, big-endian, without bytes that only repeat the sign.
uint32_t HashUnscaled(__int128 value) {
  char bytes[16];
  size_t first = 16;
  for (;;) {
    bytes[--first] = static_cast<char>(value & 0xff);
    const bool negative = (bytes[first] & 0x80) != 0;
    value >>= 8;
    if (value == (negative ? -1 : 0)) break;
  }
  return Murmur3({bytes + first, 16 - first});
}

uint32_t HashUuid(duckdb::hugeint_t value) {
  const uint64_t upper = static_cast<uint64_t>(value.upper) ^ (uint64_t{1} << 63);
  char bytes[16];
  for (int i = 0; i < 8; ++i) {
    bytes[i] = static_cast<char>(upper >> (56 - 8 * i));
    bytes[8 + i] = static_cast<char>(value.lower >> (56 - 8 * i));
  }
  return Murmur3({bytes, sizeof(bytes)});
}

template <typename T, typename Hash>
void HashEach(Vector& input, idx_t count, Vector& result, Hash hash) {
  duckdb::UnaryExecutor::Execute<T, int32_t>(input, result, count,
                                             [&](T value) { return static_cast<int32_t>(hash(value)); });
}

void HashVector(Vector& input, idx_t count, Vector& result) {
  const bool decimal = input.GetType().id() == duckdb::LogicalTypeId::DECIMAL;
  const bool uuid = input.GetType().id() == duckdb::LogicalTypeId::UUID;
  const auto number = [decimal](int64_t value) { return decimal ? HashUnscaled(value) : HashInteger(value); };
  switch (input.GetType().InternalType()) {
    case PhysicalType::INT8:
      return HashEach<int8_t>(input, count, result, number);
    case PhysicalType::INT16:
      return HashEach<int16_t>(input, count, result, number);
    case PhysicalType::INT32:
      return HashEach<int32_t>(input, count, result, number);
    case PhysicalType::INT64:
      return HashEach<int64_t>(input, count, result, number);
    case PhysicalType::INT128:
      return HashEach<duckdb::hugeint_t>(input, count, result, [uuid](duckdb::hugeint_t value) {
        if (uuid) return HashUuid(value);
        return HashUnscaled(static_cast<__int128>(value.upper) << 64 | static_cast<__int128>(value.lower));
      });
    case PhysicalType::VARCHAR:
      return HashEach<duckdb::string_t>(
          input, count, result, [](duckdb::string_t value) { return Murmur3({value.GetData(), value.GetSize()}); });
    default:
      throw duckdb::InvalidInputException("no bucket hash of type %s", input.GetType().ToString());
  }
}

void Execute(duckdb::DataChunk& arguments, duckdb::ExpressionState&, Vector& result) {
  HashVector(arguments.data[0], arguments.size(), result);
}

}  // namespace

void RegisterHashFunction(duckdb::Connection& connection) {
  connection.BeginTransaction();
  auto& system = duckdb::Catalog::GetSystemCatalog(*connection.context);
  duckdb::ScalarFunction function("tarn_bucket_hash", {duckdb::LogicalType::ANY}, duckdb::LogicalType::INTEGER,
                                  Execute);
  duckdb::CreateScalarFunctionInfo info(std::move(function));
  system.CreateFunction(*connection.context, info);
  connection.Commit();
}

}  // namespace tarn::engine
