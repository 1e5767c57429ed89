#include "server/stored_files.h"

#include <algorithm>

#include "object/errors.h"
#include "object/files.h"

namespace tarn::server {

Result<bool> StoredFiles::HasAny(std::string_view folder) {
  const auto place = object::ParseLocation(folder);
  if (!place.ok()) return false;
  const auto bucket = objects_.GetBucket(place->bucket);
  if (bucket.Is(object::kNoSuchBucket)) return false;
  if (!bucket.ok()) return bucket.error();
  const object::Files files(objects_, bucket->owner.account);
  object::ListQuery query;
  query.prefix = place->key;
  query.max = 1000;
  while (true) {
    TARN_TRY(const object::Page page, files.List(place->bucket, query));
    // Consoles mark folders by empty objects.
    if (std::ranges::any_of(page.entries, [](const object::Entry& entry) { return entry.size > 0; })) return true;
    if (!page.truncated) return false;
    query.start_after = page.next;
  }
}

}  // namespace tarn::server
