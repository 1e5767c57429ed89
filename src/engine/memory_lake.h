// For tests: tables, files and outputs in memory, and a sink that keeps rows as text.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "engine/engine.h"

namespace tarn::engine {

class MemoryFiles : public FileSource, public FileSink {
 public:
  Result<std::unique_ptr<OpenFile>> Open(const File& file) override {
    std::lock_guard lock(mutex_);
    opened.push_back(file.path);
    const auto found = files.find(file.id);
    if (found == files.end()) return Fail(kCannotOpenFile, "no such file: " + file.path);
    return std::unique_ptr<OpenFile>(std::make_unique<Handle>(found->second, this));
  }
  Result<std::unique_ptr<OutputFile>> Create(const std::string& name) override {
    return std::unique_ptr<OutputFile>(std::make_unique<Writer>(this, name));
  }
  void Put(const std::string& id, std::string bytes) {
    std::lock_guard lock(mutex_);
    files[id] = std::make_shared<std::string>(std::move(bytes));
  }
  File FileOf(const std::string& id) const {
    return {.id = id, .path = "s3://test/" + id, .size_bytes = files.at(id)->size()};
  }

  std::map<std::string, std::shared_ptr<std::string>> files;
  std::vector<std::string> opened;
  std::function<void()> on_read;  // called before each read

 private:
  struct Handle : OpenFile {
    Handle(std::shared_ptr<std::string> bytes, MemoryFiles* owner) : bytes(std::move(bytes)), owner(owner) {}
    Status ReadAt(uint64_t offset, std::span<char> out) override {
      if (owner->on_read) owner->on_read();
      if (offset + out.size() > bytes->size()) return Fail(kCannotOpenFile, "read past the end");
      std::memcpy(out.data(), bytes->data() + offset, out.size());
      return Ok();
    }
    std::shared_ptr<std::string> bytes;
    MemoryFiles* owner;
  };
  struct Writer : OutputFile {
    Writer(MemoryFiles* owner, std::string name) : owner(owner), name(std::move(name)) {}
    Status Append(std::string_view more) override {
      bytes.append(more);
      return Ok();
    }
    Status Finish() override {
      owner->Put(name, std::move(bytes));
      return Ok();
    }
    MemoryFiles* owner;
    std::string name, bytes;
  };
  std::mutex mutex_;
};

class MemoryLake : public TableResolver {
 public:
  Result<std::shared_ptr<const TableBinding>> Resolve(const std::string& database, const std::string& table) override {
    const auto found = tables.find(database + "." + table);
    if (found == tables.end()) return Fail(kTableNotFound, "no table " + database + "." + table);
    return found->second;
  }
  std::map<std::string, std::shared_ptr<const TableBinding>> tables;
};

// Lists fixed files per partition and remembers which partitions were asked for.
class FixedLister : public FileLister {
 public:
  explicit FixedLister(std::vector<std::vector<File>> files) : files_(std::move(files)) {}
  Result<std::vector<std::vector<File>>> List(std::span<const size_t> partitions) override {
    std::vector<std::vector<File>> lists;
    for (size_t partition : partitions) {
      listed.push_back(partition);
      lists.push_back(files_[partition]);
    }
    return lists;
  }
  std::vector<size_t> listed;

 private:
  std::vector<std::vector<File>> files_;
};

inline std::string CellText(const Column& column, size_t row) {
  if (column.IsNull(row)) return "NULL";
  switch (column.type().kind) {
    case Kind::kBoolean:
      return column.Boolean(row) ? "true" : "false";
    case Kind::kReal:
      return std::to_string(column.Real(row));
    case Kind::kDouble:
      return std::to_string(column.Double(row));
    case Kind::kHugeInt:
    case Kind::kDecimal:
      return std::to_string(static_cast<int64_t>(column.Wide(row).lower));
    case Kind::kVarchar:
    case Kind::kChar:
    case Kind::kVarbinary:
    case Kind::kJson:
      return std::string(column.Bytes(row));
    case Kind::kArray:
    case Kind::kMap: {
      std::string text = "[";
      const auto range = column.Elements(row);
      for (uint64_t i = 0; i < range.length; ++i) {
        if (i > 0) text += ", ";
        text += CellText(column.child(0), range.offset + i);
        if (column.children() == 2) text += "=" + CellText(column.child(1), range.offset + i);
      }
      return text + "]";
    }
    case Kind::kRow: {
      std::string text = "{";
      for (size_t i = 0; i < column.children(); ++i) {
        text += (i > 0 ? ", " : "") + column.type().names[i] + "=" + CellText(column.child(i), row);
      }
      return text + "}";
    }
    default:
      return std::to_string(column.Integer(row));
  }
}

class TextSink : public ResultSink {
 public:
  Status OnColumns(const std::vector<ResultColumn>& given) override {
    columns = given;
    return Ok();
  }
  Status OnBatch(const Batch& batch) override {
    if (on_batch) on_batch();
    for (size_t row = 0; row < batch.rows(); ++row) {
      ++row_count;
      if (!keep) continue;
      std::string text;
      for (size_t i = 0; i < batch.columns(); ++i) text += (i > 0 ? "|" : "") + CellText(batch.column(i), row);
      rows.push_back(std::move(text));
    }
    return Ok();
  }
  std::vector<ResultColumn> columns;
  std::vector<std::string> rows;
  uint64_t row_count = 0;
  bool keep = true;
  std::function<void()> on_batch;
};

}  // namespace tarn::engine
