// Custom key stores: there are none in a lake, and none can be made.
#include "api/kms/convert.h"
#include "api/kms/kms_service.h"

namespace tarn::api::kms {
namespace {

Error NoSuchStore(const std::string& id) {
  return Fail(kNoSuchKeyStore, "Custom key store " + id + " does not exist.");
}

}  // namespace

Result<gen::CreateCustomKeyStoreResponse> KmsService::CreateCustomKeyStore(const protocol::Call&,
                                                                           const gen::CreateCustomKeyStoreRequest&) {
  return Fail(kNotSupported, "Custom key stores are not supported.");
}

Result<gen::DescribeCustomKeyStoresResponse> KmsService::DescribeCustomKeyStores(
    const protocol::Call&, const gen::DescribeCustomKeyStoresRequest& in) {
  if (in.custom_key_store_id) return NoSuchStore(*in.custom_key_store_id);
  if (in.custom_key_store_name) return NoSuchStore(*in.custom_key_store_name);
  TARN_CHECK(FromMarker(in.marker));
  return gen::DescribeCustomKeyStoresResponse{.custom_key_stores = std::vector<gen::CustomKeyStoresListEntry>(),
                                              .truncated = false};
}

Result<gen::UpdateCustomKeyStoreResponse> KmsService::UpdateCustomKeyStore(const protocol::Call&,
                                                                           const gen::UpdateCustomKeyStoreRequest& in) {
  return NoSuchStore(*in.custom_key_store_id);
}

Result<gen::DeleteCustomKeyStoreResponse> KmsService::DeleteCustomKeyStore(const protocol::Call&,
                                                                           const gen::DeleteCustomKeyStoreRequest& in) {
  return NoSuchStore(*in.custom_key_store_id);
}

Result<gen::ConnectCustomKeyStoreResponse> KmsService::ConnectCustomKeyStore(
    const protocol::Call&, const gen::ConnectCustomKeyStoreRequest& in) {
  return NoSuchStore(*in.custom_key_store_id);
}

Result<gen::DisconnectCustomKeyStoreResponse> KmsService::DisconnectCustomKeyStore(
    const protocol::Call&, const gen::DisconnectCustomKeyStoreRequest& in) {
  return NoSuchStore(*in.custom_key_store_id);
}

}  // namespace tarn::api::kms
