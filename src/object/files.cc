#include "object/files.h"

#include <utility>

#include "identity/caller.h"
#include "object/content.h"
#include "object/errors.h"
#include "object/storage_class.h"
#include "object/store/store.h"

namespace tarn::object {
namespace {

class StreamingFile : public FileWriter {
 public:
  StreamingFile(Store& store, Bucket bucket, std::string key, NewObject object, Wrapper wrapper)
      : store_(store),
        bucket_(std::move(bucket)),
        key_(std::move(key)),
        object_(std::move(object)),
        incoming_(store.Receive({.bytes_max = UINT64_MAX, .wrapper = std::move(wrapper)})) {}

  Status Write(std::span<const std::byte> bytes) override { return SyncWait(incoming_.Append(bytes)); }

  Result<Version> Finish() override {
    TARN_TRY(Content content, SyncWait(incoming_.Finish()));
    return SyncWait(store_.Put(bucket_, key_, std::move(content), object_));
  }

  uint64_t written() const override { return incoming_.received(); }

 private:
  Store& store_;
  const Bucket bucket_;
  const std::string key_;
  const NewObject object_;
  Incoming incoming_;
};

// What a bucket's account does itself, it does with its own rights to keys.
KeyUser OwnerOf(const Bucket& bucket) {
  return {.scope = bucket.owner, .caller = identity::RootOf(bucket.owner.account)};
}

NewObject ToNewObject(const WriteOptions& options) {
  NewObject object;
  object.headers.content_type = options.content_type;
  object.condition.if_absent = options.only_if_absent;
  if (!options.only_if_etag.empty()) object.condition.if_match = options.only_if_etag;
  return object;
}

}  // namespace

Result<Location> ParseLocation(std::string_view url) {
  for (const std::string_view scheme : {"s3://", "s3a://", "s3n://"}) {
    if (!url.starts_with(scheme)) continue;
    const std::string_view rest = url.substr(scheme.size());
    const size_t slash = rest.find('/');
    Location location{.bucket = std::string(rest.substr(0, slash)),
                      .key = slash == rest.npos ? std::string() : std::string(rest.substr(slash + 1))};
    if (location.bucket.empty()) break;
    return location;
  }
  return Fail(kInvalidArgument, "not an S3 location: " + std::string(url));
}

Result<Bucket> Files::Own(std::string_view bucket) const {
  TARN_TRY(Bucket found, store_->GetBucket(bucket));
  if (found.owner.account != account_) {
    return Fail(kAccessDenied, "the bucket " + std::string(bucket) + " belongs to another account");
  }
  return found;
}

Result<Bucket> Files::GetBucket(std::string_view bucket) const { return Own(bucket); }

Result<std::vector<Bucket>> Files::ListBuckets() const {
  TARN_TRY(BucketPage page, store_->ListBuckets(account_, {.max = UINT32_MAX}));
  return std::move(page.buckets);
}

Result<Usage> Files::GetUsage(std::string_view bucket) const {
  TARN_TRY(const Bucket found, Own(bucket));
  return store_->GetUsage(found);
}

Result<Version> Files::Head(std::string_view bucket, std::string_view key) const {
  TARN_TRY(const Bucket found, Own(bucket));
  TARN_TRY(Version version, store_->Find(found, key, "", /*with_content=*/true));
  if (version.is_delete_marker) return Fail(kNoSuchKey, "The specified key does not exist.");
  TARN_CHECK(CheckReadable(version.attributes, store_->clock().Now()));
  store_->UnlockLater(version, OwnerOf(found));
  store_->reads().Note(version, store_->clock().Now());
  return version;
}

Result<bool> Files::IsRestored(std::string_view bucket, const Entry& entry) const {
  TARN_TRY(const Bucket found, Own(bucket));
  const auto version = store_->Find(found, entry.key, entry.version_id, /*with_content=*/false);
  if (version.Is(kNoSuchKey) || version.Is(kNoSuchVersion)) return false;
  if (!version.ok()) return version.error();
  return CheckReadable(version->attributes, store_->clock().Now()).ok();
}

Result<size_t> Files::ReadAt(const Version& version, uint64_t offset, std::span<std::byte> into) const {
  if (!version.layout) return Fail(kInvalidArgument, "the version was not obtained from Head");
  return version.layout->ReadAtSync(offset, into);
}

Result<std::string> Files::ReadAll(std::string_view bucket, std::string_view key, uint64_t max_bytes) const {
  TARN_TRY(const Version version, Head(bucket, key));
  if (version.size > max_bytes) {
    return Fail(kEntityTooLarge, "s3://" + version.bucket + "/" + version.key + " is larger than allowed here");
  }
  std::string bytes(version.size, '\0');
  TARN_TRY(const size_t count, ReadAt(version, 0, std::as_writable_bytes(std::span(bytes))));
  if (count != bytes.size()) return Fail(kCorruptRecord, "an object is shorter than its record says");
  return bytes;
}

Result<Page> Files::List(std::string_view bucket, const ListQuery& query) const {
  TARN_TRY(const Bucket found, Own(bucket));
  return store_->List(found, query);
}

Result<Version> Files::Put(std::string_view bucket, std::string_view key, std::string_view bytes,
                           const WriteOptions& options) const {
  TARN_TRY(auto writer, Create(bucket, key, options));
  TARN_CHECK(writer->Write(std::as_bytes(std::span(bytes))));
  return writer->Finish();
}

Result<std::unique_ptr<FileWriter>> Files::Create(std::string_view bucket, std::string_view key,
                                                  const WriteOptions& options) const {
  TARN_TRY(Bucket found, Own(bucket));
  TARN_TRY(Sealing sealing, store_->Seal(found, key, {}, OwnerOf(found)));
  NewObject object = ToNewObject(options);
  object.attributes.encryption = std::move(sealing.encryption);
  return std::unique_ptr<FileWriter>(std::make_unique<StreamingFile>(*store_, std::move(found), std::string(key),
                                                                     std::move(object), std::move(sealing.wrapper)));
}

Status Files::Delete(std::string_view bucket, std::string_view key) const {
  TARN_TRY(const Bucket found, Own(bucket));
  TARN_CHECK(store_->Delete(found, {.key = std::string(key)}));
  return Ok();
}

}  // namespace tarn::object
