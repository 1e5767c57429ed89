// Keys of digests, and what an account has none of: event data stores.
#include <fmt/format.h>

#include "api/cloudtrail/cloudtrail_service.h"
#include "api/cloudtrail/errors.h"

namespace tarn::api::cloudtrail {

Result<gen::ListPublicKeysResponse> CloudTrailService::ListPublicKeys(const protocol::Call& call,
                                                                      const gen::ListPublicKeysRequest& in) {
  if (in.start_time && in.end_time && *in.start_time > *in.end_time) {
    return Fail(kInvalidTimeRange, "Start time must be before end time.");
  }
  if (in.next_token && !in.next_token->empty()) return Fail(kInvalidToken, "The token is invalid.");
  gen::ListPublicKeysResponse out;
  out.public_key_list.emplace();
  TARN_TRY(const auto found, parts_.keys.List(call.scope));
  for (const audit::SigningKey& key : found) {
    if (in.start_time && key.until < *in.start_time) continue;
    if (in.end_time && key.from > *in.end_time) continue;
    out.public_key_list->push_back({.value = key.public_key,
                                    .validity_start_time = key.from,
                                    .validity_end_time = key.until,
                                    .fingerprint = key.fingerprint});
  }
  return out;
}

Result<gen::ListEventDataStoresResponse> CloudTrailService::ListEventDataStores(
    const protocol::Call&, const gen::ListEventDataStoresRequest&) {
  gen::ListEventDataStoresResponse out;
  out.event_data_stores.emplace();
  return out;
}

Result<gen::GetEventDataStoreResponse> CloudTrailService::GetEventDataStore(const protocol::Call&,
                                                                            const gen::GetEventDataStoreRequest& in) {
  return Fail(kNoSuchDataStore,
              fmt::format("The specified event data store {} does not exist.", in.event_data_store.value_or("")));
}

}  // namespace tarn::api::cloudtrail
