// Where `tarn copy` copies from: a prefix of any S3 store, or a folder of this machine.
//
// An item's `tag` changes with its content: an ETag, or the file's size and time of change. Reading checks what can be
// checked: the length always, and the MD5 where the ETag is one (also of each part of a multipart ETag).
// Errors: sentences for whoever runs it. Blocks. Threads: List from one, Read from any.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "cli/aws_client.h"

namespace tarn::cli {

struct Item {
  std::string key;  // relative to the prefix or folder
  uint64_t size = 0;
  std::string tag;
  // Parts that the item was uploaded in and is read in; 0: it is read as a whole.
  size_t parts = 0;
};

using Fields = std::vector<std::pair<std::string, std::string>>;

// Content-Type and the like, and x-amz-meta-*: what goes to the copy.
struct ItemHead {
  Fields fields;
};

// A piece of an item on this machine's disk or in memory.
class Spool {
 public:
  virtual ~Spool() = default;
  virtual Status Append(std::string_view bytes) = 0;
  // From the beginning again.
  virtual Status Rewind() = 0;
  virtual Result<size_t> Read(std::span<char> into) = 0;
  uint64_t size() const { return size_; }
  const std::string& md5() const { return md5_; }  // raw, after Rewind

  static Result<std::unique_ptr<Spool>> Make(uint64_t expected_bytes);

 protected:
  uint64_t size_ = 0;
  std::string md5_;
};

class CopySource {
 public:
  virtual ~CopySource() = default;
  // Every item, in any order; an error of `take` ends it.
  virtual Status List(const std::function<Status(Item)>& take) const = 0;
  // Part `number` (from 1) of an item of parts, else the whole item with number 0. `head` is filled from the first.
  virtual Result<std::unique_ptr<Spool>> Read(const Item& item, size_t number, ItemHead& head) const = 0;
};

// `prefix` ends with a slash or is empty. The client outlives the source.
std::unique_ptr<CopySource> FromS3(const AwsClient& client, std::string bucket, std::string prefix);
std::unique_ptr<CopySource> FromFolder(std::string folder);

// All objects below a prefix: relative key, size, ETag without quotes.
Status ListObjects(const AwsClient& client, const std::string& bucket, const std::string& prefix,
                   const std::function<Status(Item)>& take);

}  // namespace tarn::cli
