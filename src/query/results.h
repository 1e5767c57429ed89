// Results of queries as objects: Athena's CSV of a SELECT, the text of a utility statement, the metadata beside either,
// and their pages as GetQueryResults reads them back.
//
// Forms: docs/format/query.md. Errors: object's and kInvalidRequest. Threads: a writer one at a time; the rest any.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "object/files.h"
#include "query/store/execution.h"
#include "query/store/page.h"
#include "sql/analyze.h"

namespace tarn::query {

// What GetQueryResults tells of a column of that type.
ResultColumn DescribeColumn(std::string name, const sql::Type& type);
// A column of a utility statement's text.
ResultColumn TextColumn(std::string name);

// Athena's ".metadata" object: a protocol buffer of the columns.
std::string EncodeMetadata(std::string_view id, const std::vector<ResultColumn>& columns);

// Receives a SELECT's rows and writes the CSV. Large results stream; a small one is put whole.
class CsvWriter : public engine::ResultSink {
 public:
  // `planned` are the columns as the statement's analysis knows them; may be empty (the engine's names and types
  // count).
  CsvWriter(const object::Files& files, object::Location to, std::vector<sql::OutputColumn> planned);
  ~CsvWriter() override;

  Status OnColumns(const std::vector<engine::ResultColumn>& columns) override;
  Status OnBatch(const engine::Batch& batch) override;
  // Makes the object visible, durably.
  Status Finish();

  const std::vector<ResultColumn>& columns() const { return columns_; }
  uint64_t rows() const { return rows_; }
  uint64_t bytes() const { return bytes_; }

 private:
  Status Flush();

  const object::Files& files_;
  object::Location to_;
  std::vector<sql::OutputColumn> planned_;
  std::vector<ResultColumn> columns_;
  std::vector<sql::Type> types_;
  std::string buffer_;
  std::unique_ptr<object::FileWriter> writer_;
  uint64_t rows_ = 0;
  uint64_t bytes_ = 0;
};

using ResultRow = std::vector<std::optional<std::string>>;

// One page of the rows of a succeeded execution; the CSV's header is its first row.
Result<Page<ResultRow>> ReadResults(const object::Files& files, const Execution& execution, const PageRequest& request);

// Takes complete rows off the front of CSV text; `complete` says that the text ends with the file. Returns the number
// of bytes taken. A quoted empty cell is an empty text, an unquoted one is null.
size_t ParseCsv(std::string_view text, bool complete, size_t rows_max, std::vector<ResultRow>& rows);

}  // namespace tarn::query
