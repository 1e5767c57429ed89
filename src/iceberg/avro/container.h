// Avro object container files: header, blocks, sync markers; codecs null, deflate, snappy, zstandard.
//
// Reading is by blocks: one decoded block is held at a time. Errors: Corrupt; TooLarge for a block beyond the limit;
// Unsupported for a codec that is not named above. Defined by Avro 1.11.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "iceberg/avro/coding.h"
#include "iceberg/avro/schema.h"

namespace tarn::iceberg::avro {

using Header = std::map<std::string, std::string, std::less<>>;

class ContainerReader {
 public:
  // `bytes` must outlive the reader.
  static Result<ContainerReader> Open(std::string_view bytes);

  const Header& header() const { return header_; }  // with avro.schema and avro.codec
  const Schema& schema() const { return schema_; }
  // False at the end of the file. Afterwards `input()` reads `count()` records.
  Result<bool> NextBlock();
  Input& input() { return input_; }
  int64_t count() const { return count_; }

  static constexpr size_t kBlockBytesMax = size_t{256} << 20;

 private:
  Header header_;
  Schema schema_;
  std::string codec_;
  std::string_view sync_;
  Input file_;
  Input input_;
  int64_t count_ = 0;
  std::unique_ptr<std::string> block_ = std::make_unique<std::string>();  // stays put when the reader moves
};

enum class Codec : uint8_t { kNull, kDeflate, kZstd };
// "gzip" (the name that table properties use), "deflate", "zstd", "zstandard", "uncompressed", "null"; others: deflate.
Codec CodecOf(std::string_view name);

class ContainerWriter {
 public:
  // `sync`: 16 bytes that tell the file's blocks apart, best random. `header`: what goes beside schema and codec.
  ContainerWriter(std::string_view schema_json, const Header& header, Codec codec, std::string_view sync);

  // The record begins at the end of `buffer()`: append it there, then call EndRecord.
  std::string& buffer() { return block_; }
  void EndRecord();
  // The whole file; the writer is spent.
  std::string Finish();
  // Bytes so far, the open block counted as it is.
  size_t size() const { return out_.size() + block_.size(); }

 private:
  void Flush();

  std::string out_;
  std::string block_;
  std::string sync_;
  Codec codec_;
  int64_t records_ = 0;
};

// One snappy block without a frame. Error Corrupt.
Result<std::string> Unsnappy(std::string_view bytes, size_t bytes_max);

}  // namespace tarn::iceberg::avro
