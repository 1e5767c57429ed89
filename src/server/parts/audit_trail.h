// AuditTrail: the audit log of a lake with everything that feeds it and that it feeds, made in the right order.
//
// First the store that all domains get (store), then, when objects can be written, the trails and their deliveries, and
// the table tarn_system.audit of each account that has a trail (of every account with Options::audit_table).
#pragma once

#include <memory>
#include <string>

#include "api/cloudtrail/cloudtrail_service.h"
#include "api/cloudtrail/record/recorder.h"
#include "audit/accompanied_store.h"
#include "audit/delivery/deliverer.h"
#include "audit/log.h"
#include "audit/trails.h"
#include "base/result.h"
#include "base/time.h"
#include "identity/denials.h"
#include "identity/directory.h"
#include "object/store/store.h"
#include "server/options.h"
#include "tables/upkeep/upkeep.h"

namespace tarn::server {

class AuditTrail {
 public:
  // Wraps `store`; TakeStore hands out what the domains get.
  AuditTrail(std::unique_ptr<kv::Store> store, const Clock& clock, const Options& options);
  ~AuditTrail();

  std::unique_ptr<kv::Store> TakeStore() { return std::move(store_); }

  // All outlive the trail. `sealing_key` has 32 bytes.
  Status Open(object::Store& objects, identity::CredentialSource& credentials, std::string sealing_key,
              tables::UpkeepParts tables);
  void Stop();  // deliveries; the log goes on until the end

  // For the authorizer: what it notes there, records of denials tell.
  identity::Denials& denials() { return denials_; }
  api::cloudtrail::Recorder& recorder() { return *recorder_; }
  std::shared_ptr<api::protocol::Service> MakeService(organizations::Organizations& organizations);

 private:
  const Clock& clock_;
  const Options& options_;
  std::unique_ptr<audit::AccompaniedStore> store_;
  kv::Store& plain_;
  identity::Denials denials_;
  audit::Log log_;
  audit::Trails trails_;
  std::unique_ptr<audit::Destination> destination_;
  std::unique_ptr<audit::SigningKeys> keys_;
  std::unique_ptr<audit::Deliverer> deliverer_;
  std::unique_ptr<api::cloudtrail::Recorder> recorder_;
};

}  // namespace tarn::server
