// Listings that leave out what their caller must not know to be there.
//
// A KeyVeil says of each key whether it is hidden. A page is that of a bucket without the hidden keys: they are in no
// row, in no common prefix and in no marker. What hides whole folders costs no more than a row or two each.
// Errors: the store's, the veil's. Threads: any; a veil serves one call.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "object/store/store.h"

namespace tarn::object {

class KeyVeil {
 public:
  struct Word {
    bool is_hidden = false;
    std::string folder;  // not empty: all keys that begin with it are hidden like this one
  };
  virtual ~KeyVeil() = default;
  virtual Result<Word> Of(std::string_view key) = 0;
};

// As the store's own; null: nothing is hidden.
Result<Page> List(Store& store, const Bucket& bucket, const ListQuery& query, KeyVeil* veil);
Result<VersionPage> ListVersions(Store& store, const Bucket& bucket, const VersionQuery& query, KeyVeil* veil);
Result<UploadPage> ListUploads(Store& store, const Bucket& bucket, const UploadQuery& query, KeyVeil* veil);

}  // namespace tarn::object
