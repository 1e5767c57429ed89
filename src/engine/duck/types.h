// Our types and result batches to and from DuckDB's.
#pragma once

#include <string>
#include <vector>

#include "engine/batch.h"
#include "engine/column_type.h"
#include "engine/duck/duck.h"

namespace tarn::engine {

duckdb::LogicalType ToDuckType(const Type& type);
// Types Athena does not have (unsigned numbers, enums …) become the nearest that holds every value.
Type FromDuckType(const duckdb::LogicalType& type);
// The type a result column must be cast to before a Batch can show it; the same type when it can.
duckdb::LogicalType PresentableType(const duckdb::LogicalType& type);

// Shows a chunk as a Batch. The chunk is flattened in place; the batch is valid while the chunk is.
class BatchReader {
 public:
  explicit BatchReader(const std::vector<Type>& types);
  const Batch& Read(duckdb::DataChunk& chunk);

 private:
  static void Bind(Column& column, const Type& type, duckdb::Vector& vector, size_t rows);

  const std::vector<Type>& types_;
  Batch batch_;
};

}  // namespace tarn::engine
