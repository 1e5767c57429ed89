// JSON records as a table that the engine reads, out of memory.
//
// Threads: a table is read by one query.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/table.h"
#include "json/json.h"

namespace tarn::delivery {

// A record as one line of JSON. Errors: kBadRecord for what is no JSON object.
struct LineOptions {
  bool dots_to_underscores = false;  // in keys of the first level
  std::function<Status(json::Value& object)> edit = nullptr;
  std::function<void(const json::Value& object)> look = nullptr;  // at what comes out
};
Result<std::string> JsonLine(std::string_view record, const LineOptions& options = {});

// `lines`: each ends with a newline.
std::shared_ptr<engine::TableBinding> MakeJsonTable(std::vector<engine::ColumnDef> columns, std::string lines,
                                                    engine::TextOptions options);

// Whether an error of the engine is about the values that it read.
bool IsOfTheRecords(const Error& error);

// Runs `work` on all records, then, where it fails, on halves: what fails alone is told to `refuse`. Errors that are
// not the records' own (`is_own` says which are) end it.
Status Halve(size_t begin, size_t end, const std::function<Status(size_t begin, size_t end)>& work,
             const std::function<bool(const Error&)>& is_own,
             const std::function<void(size_t index, const Error&)>& refuse);

}  // namespace tarn::delivery
