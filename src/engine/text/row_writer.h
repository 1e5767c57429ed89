// Writes result batches as Hive's text or JSON lines into a sink's files, a folder per partition.
//
// Text: fields divided by the delimiter, \N for NULL, nested values by \002, \003 …; nothing is quoted or escaped.
// JSON: an object a line with a key per column.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"

namespace tarn::engine {

// "k=v" folders as Hive names them; a value without text is NULL.
std::string PartitionFolder(const std::string& key, const std::optional<std::string>& value);
// Folder names that DuckDB made ("k=a%20b/…"), as Hive makes them.
std::string AsHivePath(const std::string& path);

class RowWriter : public ResultSink {
 public:
  explicit RowWriter(const WriteTarget& target);
  ~RowWriter() override;

  Status OnColumns(const std::vector<ResultColumn>& columns) override;
  Status OnBatch(const Batch& batch) override;
  // Finishes all files; call once, after the last batch.
  Result<std::vector<WrittenFile>> Finish();

 private:
  struct Output;
  Result<Output*> OutputFor(const Batch& batch, size_t row);
  Status Close(std::unique_ptr<Output> output);

  const WriteTarget target_;
  std::vector<ResultColumn> columns_;
  std::vector<size_t> data_columns_, partition_columns_;
  std::map<std::string, std::unique_ptr<Output>> open_;  // by folder
  std::vector<WrittenFile> written_;
  std::string line_;
};

}  // namespace tarn::engine
