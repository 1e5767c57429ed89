#include "server/parts/objects.h"

#include <functional>
#include <set>
#include <utility>

#include "server/secrets/master_key.h"

namespace tarn::server {

Objects::Objects(kv::Store& kv, blob::Store& blobs, const Clock& clock, WorkerPool& blob_pool,
                 const identity::Authorizer& authorizer, const std::string& lake_key, const Options& options)
    : keys(kv, clock, DeriveKey(lake_key, "keys"), &authorizer),
      object_keys(keys),
      store(kv, blobs, clock, blob_pool, &object_keys),
      directory(kv, blobs, clock),
      points(kv, clock) {
  store.SetListener(&recorder);
  std::set<std::string, std::less<>> placed;
  for (const auto& [storage_class, placement] : options.storage_classes) placed.insert(storage_class);
  store.SetPlacedClasses(std::move(placed));
}

}  // namespace tarn::server
