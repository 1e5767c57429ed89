#include "enforce/object_veil.h"

#include <fmt/format.h>

namespace tarn::enforce {

Result<object::KeyVeil::Word> ObjectVeil::Of(std::string_view key) {
  const std::string_view folder = key.substr(0, key.rfind('/') + 1);
  if (!is_known_ || folder != folder_) {
    is_known_ = false;
    folder_ = folder;
    TARN_TRY(word_, OfFolder());
    is_known_ = true;
  }
  return word_;
}

Result<object::KeyVeil::Word> ObjectVeil::OfFolder() const {
  const std::string start = fmt::format("s3://{}/", bucket_);
  const std::string uri = start + folder_;
  TARN_TRY(const auto location, access_.OfLocation(caller_, uri));
  if (!location || location->hybrid) return Word();
  if (caller_.is_root() && caller_.account == location->account) return Word();
  bool is_any = false;
  for (const auto& [table_folder, place] : places_->Touching(uri)) {
    if (!uri.starts_with(table_folder)) continue;  // it lies below
    is_any = true;
    TARN_TRY(const govern::TableAccess access, access_.OfTable(caller_, place.scope, place.database, place.table));
    if (!access.whole()) return Word{.is_hidden = true, .folder = table_folder.substr(start.size())};
  }
  return Word{.is_hidden = !is_any && !location->data_access, .folder = {}};
}

}  // namespace tarn::enforce
