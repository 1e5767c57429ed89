// Copies items below a prefix of the lake: what is there already is left, what comes is checked.
//
// A copy is there when its size is the item's and its ETag, or the tag that its metadata `tarn-source` keeps, is the
// item's tag. Every body goes with its MD5, which the lake checks; an item of parts is uploaded in the same parts, and
// the MD5s of what was read must give its ETag before the upload is completed. What fails in between is aborted.
// Errors: sentences for whoever runs it. Threads: Copy from any.
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "cli/copy/source.h"

namespace tarn::cli {

class Copier {
 public:
  // `to` and `from` outlive it. `prefix` ends with a slash or is empty.
  Copier(const CopySource& from, const AwsClient& to, std::string bucket, std::string prefix)
      : from_(from), to_(to), bucket_(std::move(bucket)), prefix_(std::move(prefix)) {}

  // What the prefix holds; before the first Copy.
  Status Look();
  // False when it was there.
  Result<bool> Copy(const Item& item) const;

 private:
  Result<bool> IsThere(const Item& item) const;
  Status PutWhole(const Item& item, const ItemHead& head, Spool& bytes) const;
  Status PutParts(const Item& item) const;
  Status PutRest(const Item& item, const std::string& upload, Spool& first) const;
  AwsClient::S3Request To(const Item& item, std::string method) const;
  Fields FieldsOf(const Item& item, const ItemHead& head) const;

  const CopySource& from_;
  const AwsClient& to_;
  const std::string bucket_;
  const std::string prefix_;
  struct There {
    uint64_t size = 0;
    std::string tag;
  };
  std::map<std::string, There> there_;
};

}  // namespace tarn::cli
