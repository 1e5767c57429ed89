// Writing a SELECT's rows to a sink's files: DuckDB's COPY … TO over our file system.
#pragma once

#include "engine/duck/duck.h"
#include "engine/engine.h"

namespace tarn::engine {

// DuckDB's name of a Parquet compression.
const char* CodecName(WriteTarget::Codec codec);

// The COPY statement for a parsed SELECT; Parquet only (text goes through RowWriter).
duckdb::unique_ptr<duckdb::SQLStatement> WrapWrite(duckdb::unique_ptr<duckdb::SQLStatement> select,
                                                   const WriteTarget& target);

// Runs it to the end and collects the files it wrote.
Status ReadWritten(duckdb::QueryResult& result, const WriteTarget& target, Outcome& outcome);

}  // namespace tarn::engine
