// Prefixes of delivered files with "!{namespace:value}" expressions, and the names of files.
//
// timestamp: a Java DateTimeFormatter pattern, of the time when the oldest record of the file came, in the stream's
// time zone; firehose: random-string (11 characters, another one for each occurrence) and error-output-type;
// partitionKeyFromQuery and partitionKeyFromLambda: a partition's values. Without an expression of a time or partition
// "yyyy/MM/dd/HH/" is added. Errors: kInvalid. Pure but for randomness, which is given. Threads: any.
// https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace tarn::delivery {

// What expressions are about.
struct NameFacts {
  Timestamp arrived;  // of the oldest record
  std::string time_zone = "UTC";
  std::string error_type;  // "processing-failed"; empty: no error output
  const std::map<std::string, std::string>* partition = nullptr;
  std::function<std::string()> random;  // 11 characters
};

class Prefix {
 public:
  Prefix() = default;
  static Result<Prefix> Parse(std::string_view text);

  const std::string& text() const { return text_; }
  bool has_expressions() const { return has_expressions_; }
  bool names_error_type() const { return names_error_type_; }
  // The keys of partitionKeyFromQuery.
  const std::vector<std::string>& partition_keys() const { return partition_keys_; }

  // The folder of a file. Errors: kBadRecord for a partition without one of the keys.
  Result<std::string> Render(const NameFacts& facts) const;
  // Of error output: "<prefix><error type>/yyyy/MM/dd/HH/" where no expression says otherwise.
  Result<std::string> RenderError(const NameFacts& facts) const;

 private:
  struct Part {
    enum class Kind { kText, kTime, kRandom, kErrorType, kPartition } kind = Kind::kText;
    std::string text;  // the text, the pattern, the partition's key
  };
  Result<std::string> Expand(const NameFacts& facts) const;

  std::string text_;
  std::vector<Part> parts_;
  std::vector<std::string> partition_keys_;
  bool has_expressions_ = false;
  bool names_error_type_ = false;
  bool places_files_ = false;  // an expression of a time or partition
};

// A time by a Java DateTimeFormatter pattern. Errors: kInvalid for letters that are none of its.
Result<std::string> FormatJavaTime(std::string_view pattern, Timestamp time, std::string_view time_zone);

// "<stream>-<version>-2026-11-21-22-50-07-<id><extension>"
std::string FileName(std::string_view stream, uint64_t version, Timestamp arrived, std::string_view time_zone,
                     std::string_view id, std::string_view extension);

}  // namespace tarn::delivery
