// What a delivery stream does with its records before they are delivered: unpack, take apart, query, delimit.
//
// A record that a processor cannot take goes to the error output with the error's type and message; the others go on.
// Errors: kInvalid (of what a stream is made of), kBadRecord. Threads: any.
// https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning.html
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "delivery/plan/plan.h"

namespace tarn::delivery {

// A record as it came.
struct Arrived {
  Timestamp at;
  std::string data;
  std::string lane;       // the log it came from
  uint64_t position = 0;  // in it
};

// A record on its way: a whole one or a part of one.
struct Prepared {
  size_t source = 0;  // index of the record that it came in
  std::string data;
  std::map<std::string, std::string> keys;  // what the query says of it
};

struct Failed {
  size_t source = 0;
  std::string type;  // "processing-failed", "metadata-extraction-failed", …
  std::string code;  // "DynamicPartitioning.MetadataExtractionFailed"
  std::string message;
  std::string data;
  std::string prefix = {};  // of its error file (output/prefix.h); empty: the destination's
};

struct Processed {
  std::vector<Prepared> records;
  std::vector<Failed> failed;
};

class Processor {
 public:
  // What takes data out of a serializer's frame, before all else but decompression; null: it is left as it is.
  using Unwrap = std::function<Result<std::string>(std::string data)>;
  explicit Processor(Processing processing, Unwrap unwrap = nullptr)
      : processing_(std::move(processing)), unwrap_(std::move(unwrap)) {}
  // Errors: those of `unwrap` but kBadRecord; kRefused where they unpack to more than a delivery may hold.
  Result<Processed> Run(const std::vector<Arrived>& records) const;

 private:
  void Split(size_t source, std::string data, Processed& out) const;
  void Extract(Processed& out) const;

  const Processing processing_;
  const Unwrap unwrap_;
};

// The bytes that a processor's parameter Delimiter stands for: Base64, or the text itself where it is none.
Result<std::string> DelimiterOf(std::string_view parameter);
// Whether a jq program compiles and stays within what programs may do.
Status CheckQuery(const std::string& program);

// JSON values that follow each other, with or without space between; nothing for anything else.
std::vector<std::string_view> SplitJson(std::string_view text, bool& sound);
// The messages of a CloudWatch Logs subscription's record, a line each; nothing when it is none.
Result<std::string> LogMessages(std::string_view text);

}  // namespace tarn::delivery
