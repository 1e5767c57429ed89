// What S3 holds in a lake: buckets of both kinds with their objects, the keys that seal these, access points.
//
// Threads: any, once the lake is open.
#pragma once

#include <string>

#include "api/s3/events/notifications.h"
#include "base/executor.h"
#include "base/time.h"
#include "blob/blob.h"
#include "identity/authorize.h"
#include "keys/keys.h"
#include "kv/kv.h"
#include "object/directory/directory_objects.h"
#include "object/points/access_points.h"
#include "object/store/store.h"
#include "server/options.h"
#include "server/parts/object_keys.h"

namespace tarn::server {

// Later members use earlier ones.
struct Objects {
  // All outlive it but the options. `blob_pool` does what waits for disks.
  Objects(kv::Store& kv, blob::Store& blobs, const Clock& clock, WorkerPool& blob_pool,
          const identity::Authorizer& authorizer, const std::string& lake_key, const Options& options);

  keys::Keys keys;
  ObjectKeys object_keys;
  api::s3::EventRecorder recorder;
  object::Store store;
  object::DirectoryObjects directory;
  object::AccessPoints points;
};

}  // namespace tarn::server
