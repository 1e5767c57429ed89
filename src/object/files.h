// Files: one account's objects, for the other modules (catalog, engine, query, crawler). Blocking; never on an I/O
// thread.
//
// Every call refuses a bucket of another account with kAccessDenied. What is written is durable on return and visible
// at once to every reader. Reading a Version obtained here is consistent: the same bytes until it is dropped.
// Errors: those of object/errors.h (kNoSuchBucket, kNoSuchKey, kAccessDenied, kPreconditionFailed …), kv's and blob's.
// Threads: Files any; a FileWriter one at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "object/version.h"

namespace tarn::object {

class Store;

// "s3://bucket/key" taken apart ("s3a" and "s3n" too); kInvalidArgument for anything else. The key may be empty.
struct Location {
  std::string bucket;
  std::string key;
  std::string Url() const { return "s3://" + bucket + "/" + key; }
};
Result<Location> ParseLocation(std::string_view url);

struct WriteOptions {
  std::string content_type = "application/octet-stream";
  bool only_if_absent = false;  // kPreconditionFailed when the key exists
  std::string only_if_etag;     // kPreconditionFailed when the present ETag differs
};

// Bytes become one object at Finish, whole or not at all; destroying an unfinished writer leaves nothing.
class FileWriter {
 public:
  virtual ~FileWriter() = default;
  virtual Status Write(std::span<const std::byte> bytes) = 0;
  virtual Result<Version> Finish() = 0;
  virtual uint64_t written() const = 0;
};

class Files {
 public:
  Files(Store& store, std::string account) : store_(&store), account_(std::move(account)) {}
  const std::string& account() const { return account_; }

  Result<Bucket> GetBucket(std::string_view bucket) const;
  // The account's buckets, by name.
  Result<std::vector<Bucket>> ListBuckets() const;

  // Bytes and objects at this instant (CloudWatch's BucketSizeBytes and NumberOfObjects).
  Result<Usage> GetUsage(std::string_view bucket) const;

  // The current version (kNoSuchKey when there is none, kInvalidObjectState when it is archived and not restored),
  // pinned.
  Result<Version> Head(std::string_view bucket, std::string_view key) const;
  // Whether an archived version that a listing told has a restored copy now.
  Result<bool> IsRestored(std::string_view bucket, const Entry& entry) const;
  // Fills `into` from `offset`; returns how many bytes there were (fewer only at the end of the object).
  Result<size_t> ReadAt(const Version& version, uint64_t offset, std::span<std::byte> into) const;
  // A whole small object; kEntityTooLarge above `max_bytes`.
  Result<std::string> ReadAll(std::string_view bucket, std::string_view key, uint64_t max_bytes) const;
  // One page of current objects. `max` is not capped at 1,000 here; 10,000 a page is a good size.
  Result<Page> List(std::string_view bucket, const ListQuery& query) const;

  Result<Version> Put(std::string_view bucket, std::string_view key, std::string_view bytes,
                      const WriteOptions& options = {}) const;
  Result<std::unique_ptr<FileWriter>> Create(std::string_view bucket, std::string_view key,
                                             const WriteOptions& options = {}) const;
  // Deleting what does not exist succeeds. In a versioned bucket this adds a delete marker.
  Status Delete(std::string_view bucket, std::string_view key) const;

 private:
  Result<Bucket> Own(std::string_view bucket) const;

  Store* store_;
  std::string account_;
};

}  // namespace tarn::object
