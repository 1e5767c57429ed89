// A body of JSON as records: lines, the elements of one array, or one object.
//
// A line is a record as it was sent, without the spaces around it; blank lines are none. What is not lines is one JSON
// text that may span many: an array, each element a record, written compactly, or one value. Either all of the body is
// well-formed or nothing of it is answered. Numbers keep their digits.
// Errors: kMalformedLine, "line 3: …"; kInvalidInput for a partition key that a line does not have. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tarn::ingest {

struct Line {
  size_t number = 0;  // of the line in the body, or of the array's element; from 1
  std::string data;
  std::string partition_key;
};

struct LineOptions {
  // The member whose text is the partition key: "device" or, nested, "device.id". Empty: a random key for each line.
  std::string partition_key;
  size_t record_bytes_max = size_t{1} << 20;  // of data and key together
};

// `bad_line` is told the line of a refusal, 0 for one that is about no line.
Result<std::vector<Line>> ReadLines(std::string_view body, const LineOptions& options, size_t& bad_line);

}  // namespace tarn::ingest
