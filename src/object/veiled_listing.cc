#include "object/veiled_listing.h"

#include <utility>

namespace tarn::object {
namespace {

// After every key that begins with a folder, which no byte of UTF-8 is.
constexpr char kPastAll = '\xff';

// What the three listings have of their own. A page ends at a row, or at a common prefix (null).
struct Objects {
  using Query = ListQuery;
  using Page = object::Page;
  static Result<Page> Fetch(Store& store, const Bucket& bucket, const Query& query) {
    return store.List(bucket, query);
  }
  static std::vector<Entry>& Rows(Page& page) { return page.entries; }
  static void GoOn(Query& query, const Page& page) { query.start_after = page.next; }
  static void GoPast(Query& query, std::string key) { query.start_after = std::move(key); }
  static void EndAt(Page& page, const Entry* row) { page.next = row != nullptr ? row->key : page.prefixes.back(); }
};

struct Versions {
  using Query = VersionQuery;
  using Page = VersionPage;
  static Result<Page> Fetch(Store& store, const Bucket& bucket, const Query& query) {
    return store.ListVersions(bucket, query);
  }
  static std::vector<Entry>& Rows(Page& page) { return page.entries; }
  static void GoOn(Query& query, const Page& page) {
    query.key_marker = page.next_key;
    query.version_marker = page.next_version;
  }
  static void GoPast(Query& query, std::string key) {
    query.key_marker = std::move(key);
    query.version_marker.clear();
  }
  static void EndAt(Page& page, const Entry* row) {
    page.next_key = row != nullptr ? row->key : page.prefixes.back();
    page.next_version = row != nullptr ? row->version_id : std::string();
  }
};

struct Uploads {
  using Query = UploadQuery;
  using Page = UploadPage;
  static Result<Page> Fetch(Store& store, const Bucket& bucket, const Query& query) {
    return store.ListUploads(bucket, query);
  }
  static std::vector<Upload>& Rows(Page& page) { return page.uploads; }
  static void GoOn(Query& query, const Page& page) {
    query.key_marker = page.next_key;
    query.upload_marker = page.next_upload;
  }
  static void GoPast(Query& query, std::string key) {
    query.key_marker = std::move(key);
    query.upload_marker.clear();
  }
  static void EndAt(Page& page, const Upload* row) {
    page.next_key = row != nullptr ? row->key : page.prefixes.back();
    page.next_upload = row != nullptr ? row->id : std::string();
  }
};

template <typename Kind>
class Walk {
 public:
  Walk(Store& store, const Bucket& bucket, KeyVeil& veil) : store_(store), bucket_(bucket), veil_(veil) {}

  Result<typename Kind::Page> Run(typename Kind::Query query) {
    typename Kind::Page shown;
    const size_t max = query.max;
    if (max == 0) return shown;
    // One more than is shown tells whether the page is the last.
    while (Size(shown) <= max) {
      query.max = static_cast<uint32_t>(max + 1 - Size(shown));
      TARN_TRY(auto page, Kind::Fetch(store_, bucket_, query));
      hidden_.clear();
      TARN_CHECK(Take(page, shown));
      if (!page.truncated) break;
      if (!hidden_.empty() && query.delimiter.empty()) {
        Kind::GoPast(query, hidden_ + kPastAll);
      } else {
        Kind::GoOn(query, page);
      }
    }
    if (Size(shown) > max) Cut(shown);
    return shown;
  }

 private:
  static size_t Size(typename Kind::Page& page) { return Kind::Rows(page).size() + page.prefixes.size(); }

  // What is not hidden. Leaves in `hidden_` the folder, hidden as a whole, that the page's last row lies in.
  Status Take(typename Kind::Page& page, typename Kind::Page& shown) {
    for (auto& row : Kind::Rows(page)) {
      if (!hidden_.empty() && row.key.starts_with(hidden_)) continue;
      hidden_.clear();
      TARN_TRY(KeyVeil::Word word, veil_.Of(row.key));
      if (word.is_hidden) {
        hidden_ = std::move(word.folder);
      } else {
        Kind::Rows(shown).push_back(std::move(row));
      }
    }
    for (std::string& prefix : page.prefixes) {
      TARN_TRY(const bool has_any, HasAny(prefix));
      if (has_any) shown.prefixes.push_back(std::move(prefix));
    }
    return Ok();
  }

  // Something that is not hidden rolls up into the prefix.
  Result<bool> HasAny(const std::string& prefix) {
    TARN_TRY(const KeyVeil::Word word, veil_.Of(prefix));
    if (word.is_hidden && !word.folder.empty() && prefix.starts_with(word.folder)) return false;
    typename Kind::Query below;
    below.prefix = prefix;
    below.max = 1;
    TARN_TRY(auto page, Walk(store_, bucket_, veil_).Run(std::move(below)));
    return Size(page) > 0;
  }

  static void Cut(typename Kind::Page& page) {
    auto& rows = Kind::Rows(page);
    const auto ends_with_prefix = [&] {
      return rows.empty() || (!page.prefixes.empty() && page.prefixes.back() > rows.back().key);
    };
    if (ends_with_prefix()) {
      page.prefixes.pop_back();
    } else {
      rows.pop_back();
    }
    page.truncated = true;
    Kind::EndAt(page, ends_with_prefix() ? nullptr : &rows.back());
  }

  Store& store_;
  const Bucket& bucket_;
  KeyVeil& veil_;
  std::string hidden_;
};

template <typename Kind>
Result<typename Kind::Page> Listed(Store& store, const Bucket& bucket, const typename Kind::Query& query,
                                   KeyVeil* veil) {
  return veil == nullptr ? Kind::Fetch(store, bucket, query) : Walk<Kind>(store, bucket, *veil).Run(query);
}

}  // namespace

Result<Page> List(Store& store, const Bucket& bucket, const ListQuery& query, KeyVeil* veil) {
  return Listed<Objects>(store, bucket, query, veil);
}

Result<VersionPage> ListVersions(Store& store, const Bucket& bucket, const VersionQuery& query, KeyVeil* veil) {
  return Listed<Versions>(store, bucket, query, veil);
}

Result<UploadPage> ListUploads(Store& store, const Bucket& bucket, const UploadQuery& query, KeyVeil* veil) {
  return Listed<Uploads>(store, bucket, query, veil);
}

}  // namespace tarn::object
