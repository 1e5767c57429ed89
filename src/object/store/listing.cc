#include "object/store/listing.h"

#include <optional>

#include "object/errors.h"
#include "object/store/keys.h"
#include "object/store/records.h"
#include "object/store/store.h"

namespace tarn::object {
namespace {

constexpr size_t kBatchAfterJump = 4;
constexpr size_t kBatchMax = 1'001;
constexpr size_t kLargestPage = 100'000;

Entry ToEntry(std::string_view key, const VersionRecord& record, bool is_latest) {
  return Entry{.key = std::string(key),
               .version_id = record.VersionId(),
               .is_latest = is_latest,
               .is_delete_marker = record.is_delete_marker,
               .size = record.size,
               .etag = record.is_delete_marker ? std::string() : record.Etag(),
               .modified = record.modified,
               .checksum = record.checksum.algorithm,
               .checksum_type = record.checksum.type,
               .owner = record.attributes.owner,
               .storage_class = record.attributes.storage_class,
               .tier = record.attributes.tier};
}

}  // namespace

RowCursor::RowCursor(kv::Txn& txn, const kv::Key& space, std::string_view prefix, size_t batch_max)
    : txn_(txn),
      space_(space),
      begin_(kv::Key(space).Prefix(prefix).Take()),
      end_(kv::Key(space).Prefix(prefix).End()),
      batch_max_(std::clamp<size_t>(batch_max, 1, kBatchMax)),
      batch_(batch_max_) {}

Result<bool> RowCursor::Valid() {
  if (at_ < rows_.size()) return true;
  if (exhausted_) return false;
  if (!rows_.empty()) begin_ = rows_.back().key + '\0';
  if (!end_.empty() && begin_ >= end_) {
    exhausted_ = true;
    return false;
  }
  TARN_TRY(rows_, txn_.PeekScan(begin_, end_, batch_));
  at_ = 0;
  exhausted_ = rows_.size() < batch_;
  batch_ = std::min(batch_ * 4, batch_max_);
  return !rows_.empty();
}

Result<std::string> RowCursor::ObjectKey(std::string_view* rest) const {
  const std::string_view tail = raw_key().substr(space_.bytes().size());
  kv::KeyReader reader(tail);
  auto key = reader.Text();
  if (!key) return Fail(kCorruptRecord, "a stored key is damaged");
  if (rest != nullptr) *rest = raw_key().substr(kv::Key(space_).Text(*key).bytes().size());
  return *std::move(key);
}

void RowCursor::Seek(std::string raw_key) {
  while (at_ < rows_.size() && rows_[at_].key < raw_key) ++at_;
  if (at_ < rows_.size() || exhausted_) return;
  rows_.clear();
  at_ = 0;
  if (raw_key > begin_) begin_ = std::move(raw_key);
  batch_ = std::min(kBatchAfterJump, batch_max_);
}

Result<Page> Store::List(const Bucket& bucket, const ListQuery& query) {
  Page page;
  const size_t max = std::min<size_t>(query.max, kLargestPage);
  if (max == 0) return page;
  TARN_CHECK(kv::Read(kv_, [&](kv::Txn& txn) -> Status {
    RowCursor rows(txn, CurrentKeys(bucket.id), query.prefix, max + 1);
    if (!query.start_after.empty()) {
      rows.SeekPastKey(query.start_after);
      if (auto inside = CommonPrefix(query.start_after, query.prefix, query.delimiter);
          inside && query.start_after.starts_with(query.prefix)) {
        rows.SeekPastPrefix(*inside);
      }
    }
    while (true) {
      TARN_TRY(const bool more, rows.Valid());
      if (!more) return Ok();
      TARN_TRY(const std::string key, rows.ObjectKey());
      const auto listed = DecodeListed(rows.value());
      if (!listed.ok()) return listed.error();
      const VersionRecord& record = *listed;
      if (record.is_delete_marker) {
        rows.Next();
        continue;
      }
      if (page.entries.size() + page.prefixes.size() == max) {
        page.truncated = true;
        return Ok();
      }
      if (auto rolled = CommonPrefix(key, query.prefix, query.delimiter)) {
        rows.SeekPastPrefix(*rolled);
        page.next = *rolled;
        page.prefixes.push_back(*std::move(rolled));
      } else {
        rows.Next();
        page.entries.push_back(ToEntry(key, record, true));
        page.next = key;
      }
    }
  }));
  if (!page.truncated) page.next.clear();
  return page;
}

namespace {

// Collects one page of versions: the newest of each key from one space, the older ones from the other.
class VersionWalk {
 public:
  VersionWalk(kv::Txn& txn, const Bucket& bucket, const VersionQuery& query, VersionPage& page)
      : query_(query),
        page_(page),
        newest_(txn, CurrentKeys(bucket.id), query.prefix, query.max + 1),
        older_(txn, OlderKeys(bucket.id), query.prefix, query.max + 1) {}

  Status Run() {
    TARN_CHECK(Start());
    while (!page_.truncated) {
      TARN_TRY(const bool more, newest_.Valid());
      if (!more) break;
      TARN_TRY(const std::string key, newest_.ObjectKey());
      if (auto rolled = CommonPrefix(key, query_.prefix, query_.delimiter)) {
        if (Full()) break;
        newest_.SeekPastPrefix(*rolled);
        older_.SeekPastPrefix(*rolled);
        page_.next_key = *rolled;
        page_.next_version.clear();
        page_.prefixes.push_back(*std::move(rolled));
        continue;
      }
      TARN_TRY(const VersionRecord record, DecodeListed(newest_.value()));
      newest_.Next();
      if (!Show(key, record, true)) break;
      TARN_CHECK(ShowOlder(key));
    }
    if (!page_.truncated) page_.next_key.clear(), page_.next_version.clear();
    return Ok();
  }

 private:
  bool Full() {
    page_.truncated = page_.entries.size() + page_.prefixes.size() == query_.max;
    return page_.truncated;
  }

  bool Show(const std::string& key, const VersionRecord& record, bool is_latest) {
    if (Full()) return false;
    page_.entries.push_back(ToEntry(key, record, is_latest));
    page_.next_key = key;
    page_.next_version = page_.entries.back().version_id;
    return true;
  }

  Status ShowOlder(const std::string& key) {
    while (true) {
      TARN_TRY(const bool more, older_.Valid());
      if (!more) return Ok();
      TARN_TRY(const std::string row_key, older_.ObjectKey());
      if (row_key > key) return Ok();
      if (row_key == key) {
        TARN_TRY(const VersionRecord record, DecodeListed(older_.value()));
        if (!Show(key, record, false)) return Ok();
      }
      older_.Next();
    }
  }

  // Skips what the markers say was shown.
  Status Start() {
    if (query_.key_marker.empty()) return Ok();
    if (auto inside = CommonPrefix(query_.key_marker, query_.prefix, query_.delimiter);
        inside && query_.key_marker.starts_with(query_.prefix)) {
      newest_.SeekPastPrefix(*inside);
      older_.SeekPastPrefix(*inside);
      return Ok();
    }
    if (query_.version_marker.empty()) {
      newest_.SeekPastKey(query_.key_marker);
      older_.SeekPastKey(query_.key_marker);
      return Ok();
    }
    newest_.Seek(std::string(kv::Key(NewestSpace()).Text(query_.key_marker).bytes()));
    return StartInside();
  }

  // The markers name a version: its key's older versions come next, the newest one too where that is older.
  Status StartInside() {
    std::optional<VersionRecord> newest;
    TARN_TRY(const bool more, newest_.Valid());
    if (more) {
      TARN_TRY(const std::string key, newest_.ObjectKey());
      if (key == query_.key_marker) {
        TARN_TRY(newest, DecodeListed(newest_.value()));
        newest_.Next();
      }
    }
    uint64_t seq = 0;
    if (query_.version_marker != "null") {
      const auto name = ParseVersionId(query_.version_marker);
      if (!name) return Fail(kInvalidVersionId, "Invalid version id specified");
      seq = name->seq;
    } else if (newest) {
      seq = newest->is_null ? newest->seq : newest->older_null;
    }
    // What the marker names, and all that was newer, was deleted meanwhile.
    if (newest && newest->seq < seq) {
      if (!Show(query_.key_marker, *newest, true)) return Ok();
      return ShowOlder(query_.key_marker);
    }
    older_.Seek(kv::Key(OlderSpace()).Text(query_.key_marker).Descending(seq).Take() + '\0');
    return ShowOlder(query_.key_marker);
  }

  const kv::Key& NewestSpace() const { return newest_.space(); }
  const kv::Key& OlderSpace() const { return older_.space(); }

  const VersionQuery& query_;
  VersionPage& page_;
  RowCursor newest_;
  RowCursor older_;
};

}  // namespace

Result<VersionPage> Store::ListVersions(const Bucket& bucket, const VersionQuery& query) {
  VersionPage page;
  if (query.max == 0) return page;
  TARN_CHECK(kv::Read(kv_, [&](kv::Txn& txn) { return VersionWalk(txn, bucket, query, page).Run(); }));
  return page;
}

Result<UploadPage> Store::ListUploads(const Bucket& bucket, const UploadQuery& query) {
  UploadPage page;
  if (query.max == 0) return page;
  TARN_CHECK(kv::Read(kv_, [&](kv::Txn& txn) -> Status {
    RowCursor rows(txn, UploadKeys(bucket.id), query.prefix, query.max + 1);
    const auto inside = CommonPrefix(query.key_marker, query.prefix, query.delimiter);
    if (inside && query.key_marker.starts_with(query.prefix)) {
      rows.SeekPastPrefix(*inside);
    } else if (!query.key_marker.empty() && query.upload_marker.empty()) {
      rows.SeekPastKey(query.key_marker);
    } else if (!query.key_marker.empty()) {
      rows.Seek(UploadKey(bucket.id, query.key_marker, query.upload_marker).Take() + '\0');
    }
    while (true) {
      TARN_TRY(const bool more, rows.Valid());
      if (!more) break;
      std::string_view rest;
      TARN_TRY(const std::string key, rows.ObjectKey(&rest));
      if (page.uploads.size() + page.prefixes.size() == query.max) {
        page.truncated = true;
        return Ok();
      }
      page.next_key = key;
      if (auto rolled = CommonPrefix(key, query.prefix, query.delimiter)) {
        rows.SeekPastPrefix(*rolled);
        page.next_key = *rolled;
        page.next_upload.clear();
        page.prefixes.push_back(*std::move(rolled));
        continue;
      }
      TARN_TRY(auto record, DecodeUpload(rows.value()));
      page.next_upload = kv::KeyReader(rest).Text().value_or("");
      page.uploads.push_back(Upload{.key = key,
                                    .id = page.next_upload,
                                    .initiated = record.initiated,
                                    .initiator = record.initiator,
                                    .attributes = std::move(record.attributes),
                                    .checksum = record.checksum,
                                    .checksum_type = record.checksum_type,
                                    .checksum_declared = record.checksum_declared});
      rows.Next();
    }
    page.next_key.clear();
    page.next_upload.clear();
    return Ok();
  }));
  return page;
}

}  // namespace tarn::object
