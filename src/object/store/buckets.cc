// Buckets and their configuration.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/random.h"
#include "kv/pages.h"
#include "object/points/access_points.h"
#include "object/store/keys.h"
#include "object/store/records.h"
#include "object/store/store.h"

namespace tarn::object {
namespace {

constexpr size_t kAbortBatch = 100;   // uploads ended per round when their bucket is deleted
constexpr size_t kBucketsKnown = 64;  // by a thread

Error NotEmpty(const Bucket& bucket) {
  std::string message = "The bucket you tried to delete is not empty";
  if (bucket.versioning != Versioning::kUnversioned) message += ". You must delete all versions in the bucket.";
  return Fail(kBucketNotEmpty, std::move(message));
}
Error NoSuchBucket() { return Fail(kNoSuchBucket, "The specified bucket does not exist"); }

// DecodeBucket. Nearly every request reads the same few records, so each thread remembers what the last ones said.
Result<Bucket> Decoded(const std::string& record) {
  thread_local std::unordered_map<std::string, Bucket> known;
  if (const auto found = known.find(record); found != known.end()) return found->second;
  TARN_TRY(auto bucket, DecodeBucket(record));
  if (known.size() >= kBucketsKnown) known.clear();
  known.emplace(record, bucket);
  return bucket;
}

Result<bool> IsEmpty(kv::Txn& txn, const kv::Key& keys) {
  TARN_TRY(auto first, txn.Scan(keys.bytes(), keys.End(), 1));
  return first.empty();
}

// Removes all small records of a bucket under `keys`.
Status DeleteAll(kv::Txn& txn, const kv::Key& keys) {
  TARN_TRY(auto records, txn.Scan(keys.bytes(), keys.End(), 100'000));
  for (const kv::KeyValue& record : records) txn.Delete(record.key);
  return Ok();
}

}  // namespace

Result<Bucket> LoadBucket(kv::Txn& txn, std::string_view name, std::optional<uint64_t> id) {
  TARN_TRY(auto stored, txn.Get(BucketKey(name).bytes()));
  if (!stored) return NoSuchBucket();
  TARN_TRY(auto bucket, Decoded(*stored));
  if (id && bucket.id != *id) return NoSuchBucket();
  return bucket;
}

Result<Bucket> Store::CreateBucket(const Scope& owner, std::string_view name, const NewBucket& options) {
  TARN_CHECK(CheckBucketName(name));
  if (options.tags) TARN_CHECK(CheckTags(*options.tags, 50));
  Bucket bucket{.id = RandomU64(),
                .name = std::string(name),
                .owner = owner,
                .created = clock_.Now(),
                .versioning = options.object_lock ? Versioning::kEnabled : Versioning::kUnversioned,
                .tags = options.tags,
                .ownership = options.ownership,
                .object_lock = options.object_lock};
  for (const auto& [kind, document] : options.documents) bucket.documents.push_back(kind);
  TARN_CHECK(kv::Transact(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(auto stored, txn.Get(BucketKey(name).bytes()));
    if (stored) {
      TARN_TRY(auto present, DecodeBucket(*stored));
      if (present.owner.account != owner.account) {
        return Fail(kBucketExists,
                    "The requested bucket name is not available. The bucket namespace is shared by all users of the "
                    "system. Please select a different name and try again.");
      }
      return Fail(kBucketOwnedByYou,
                  "Your previous request to create the named bucket succeeded and you already own it.");
    }
    txn.Put(BucketKey(name).bytes(), Encode(bucket));
    txn.Put(AccountBuckets(owner.account).Text(name).bytes(), "");
    for (const auto& [kind, document] : options.documents) txn.Put(DocumentKey(bucket.id, kind).bytes(), document);
    return Ok();
  }));
  return bucket;
}

Status Store::DeleteBucket(std::string_view name) {
  while (true) {
    // Uploads do not keep a bucket alive: they end with it.
    Bucket bucket;
    TARN_CHECK(kv::Read(kv_, [&](kv::Txn& txn) -> Status {
      TARN_TRY(bucket, LoadBucket(txn, name));
      TARN_CHECK(CheckNoAccessPoints(txn, bucket.id));
      TARN_TRY(const bool empty, IsEmpty(txn, CurrentKeys(bucket.id)));
      return empty ? Ok() : Status(NotEmpty(bucket));
    }));
    while (true) {
      TARN_TRY(auto page, ListUploads(bucket, {.max = kAbortBatch}));
      if (page.uploads.empty()) break;
      for (const Upload& upload : page.uploads) {
        if (auto aborted = Abort(bucket, upload.key, upload.id); !aborted.ok() && !aborted.Is(kNoSuchUpload)) {
          return aborted;
        }
      }
    }
    bool more_uploads = false;
    TARN_CHECK(kv::Transact(kv_, [&](kv::Txn& txn) -> Status {
      more_uploads = false;
      TARN_TRY(auto present, LoadBucket(txn, name, bucket.id));
      TARN_TRY(const bool empty, IsEmpty(txn, CurrentKeys(present.id)));
      if (!empty) return NotEmpty(present);
      TARN_CHECK(CheckNoAccessPoints(txn, present.id));
      TARN_TRY(const bool idle, IsEmpty(txn, UploadKeys(present.id)));
      more_uploads = !idle;
      if (more_uploads) return Ok();
      TARN_CHECK(DeleteAll(txn, DocumentKeys(present.id)));
      TARN_CHECK(DeleteAll(txn, UsageKeys(present.id)));
      TARN_CHECK(DeleteAll(txn, RenameTokenKeys(present.id)));
      TARN_CHECK(DeleteAll(txn, RenameTimeKeys(present.id)));
      txn.Delete(AccountBuckets(present.owner.account).Text(name).bytes());
      txn.Delete(BucketKey(name).bytes());
      return Ok();
    }));
    if (!more_uploads) return Ok();
  }
}

Result<Bucket> Store::GetBucket(std::string_view name) {
  TARN_TRY(const auto stored, kv_.Get(BucketKey(name).bytes()));
  if (!stored) return NoSuchBucket();
  return Decoded(*stored);
}

Result<BucketPage> Store::ListBuckets(const std::string& account, const BucketQuery& query) {
  BucketPage page;
  TARN_CHECK(kv::Read(kv_, [&](kv::Txn& txn) -> Status {
    kv::Key within = AccountBuckets(account);
    const std::string end = within.Prefix(query.prefix).End();
    std::string begin = within.Take();
    if (!query.start_after.empty()) {
      begin = std::max(begin, AccountBuckets(account).Text(query.start_after).Take() + '\0');
    }
    for (kv::Pages pages(std::move(begin), end, 1'000); !pages.done();) {
      TARN_TRY(const auto rows, pages.Next(txn));
      for (const kv::KeyValue& row : rows) {
        kv::KeyReader reader(row.key);
        reader.Text(), reader.Text(), reader.Text();
        TARN_TRY(auto bucket, LoadBucket(txn, reader.Text().value_or("")));
        if (!query.region.empty() && bucket.owner.region != query.region) continue;
        if (page.buckets.size() == query.max) {
          page.truncated = true;
          return Ok();
        }
        page.buckets.push_back(std::move(bucket));
      }
    }
    return Ok();
  }));
  return page;
}

Result<std::vector<Bucket>> Store::ListAllBuckets(std::string_view after, size_t max) {
  std::vector<Bucket> buckets;
  TARN_CHECK(kv::Read(kv_, [&](kv::Txn& txn) -> Status {
    const kv::Key all = Space("b");
    const std::string begin = after.empty() ? std::string(all.bytes()) : BucketKey(after).Take() + '\0';
    TARN_TRY(const auto rows, txn.PeekScan(begin, all.End(), max));
    for (const kv::KeyValue& row : rows) {
      TARN_TRY(auto bucket, DecodeBucket(row.value));
      buckets.push_back(std::move(bucket));
    }
    return Ok();
  }));
  return buckets;
}

Status Store::SetVersioning(std::string_view name, Versioning versioning) {
  return kv::Transact(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(auto bucket, LoadBucket(txn, name));
    if (bucket.object_lock && versioning != Versioning::kEnabled) {
      return Fail(kBucketState,
                  "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.");
    }
    bucket.versioning = versioning;
    txn.Put(BucketKey(name).bytes(), Encode(bucket));
    return Ok();
  });
}

Status Store::SetObjectLock(std::string_view name, const DefaultRetention& retention) {
  return kv::Transact(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(auto bucket, LoadBucket(txn, name));
    if (bucket.versioning != Versioning::kEnabled) {
      return Fail(kBucketState, "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration");
    }
    bucket.object_lock = true;
    bucket.default_retention = retention;
    txn.Put(BucketKey(name).bytes(), Encode(bucket));
    return Ok();
  });
}

Status Store::SetOwnership(std::string_view name, Ownership ownership) {
  return kv::Transact(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(auto bucket, LoadBucket(txn, name));
    bucket.ownership = ownership;
    bucket.revision = RandomU64() | 1;
    txn.Put(BucketKey(name).bytes(), Encode(bucket));
    return Ok();
  });
}

Status Store::SetBucketTags(std::string_view name, const std::optional<Tags>& tags) {
  if (tags) TARN_CHECK(CheckTags(*tags, 50));
  return kv::Transact(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(auto bucket, LoadBucket(txn, name));
    bucket.tags = tags;
    txn.Put(BucketKey(name).bytes(), Encode(bucket));
    return Ok();
  });
}

Status Store::ChangeBucketTags(std::string_view name, const std::function<void(Tags&)>& change) {
  return kv::Transact(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(auto bucket, LoadBucket(txn, name));
    Tags tags = bucket.tags.value_or(Tags{});
    change(tags);
    TARN_CHECK(CheckTags(tags, 50));
    bucket.tags = tags.empty() ? std::nullopt : std::optional(std::move(tags));
    txn.Put(BucketKey(name).bytes(), Encode(bucket));
    return Ok();
  });
}

Result<std::string> Store::GetDocument(const Bucket& bucket, std::string_view kind) {
  std::optional<std::string> document;
  TARN_CHECK(kv::Read(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(document, txn.Get(DocumentKey(bucket.id, kind).bytes()));
    return Ok();
  }));
  if (!document) return Fail(kNoSuchConfiguration, fmt::format("the bucket has no {} configuration", kind));
  return *std::move(document);
}

Status Store::EditDocument(std::string_view name, std::string_view kind, const DocumentEdit& edit) {
  return kv::Transact(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(auto bucket, LoadBucket(txn, name));
    const std::string key = DocumentKey(bucket.id, kind).Take();
    TARN_TRY(const auto present, txn.Get(key));
    TARN_TRY(const auto document, edit(present));
    if (document == present) return Ok();
    std::erase(bucket.documents, kind);
    if (document) bucket.documents.emplace_back(kind);
    bucket.revision = RandomU64() | 1;
    txn.Put(BucketKey(name).bytes(), Encode(bucket));
    if (document) {
      txn.Put(key, *document);
    } else {
      txn.Delete(key);
    }
    return Ok();
  });
}

Status Store::SetDocument(std::string_view name, std::string_view kind, const std::optional<std::string>& document) {
  return EditDocument(
      name, kind, [&](const std::optional<std::string>&) -> Result<std::optional<std::string>> { return document; });
}

Result<Usage> Store::GetUsage(const Bucket& bucket) {
  Usage usage;
  TARN_CHECK(kv::Read(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(usage, SumUsage(txn, bucket.id));
    return Ok();
  }));
  return usage;
}

}  // namespace tarn::object
