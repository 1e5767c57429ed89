// Policies of catalogs, tags, connections and security configurations: the operations with the resources that they
// touch.
#include "api/glue/operations/bind.h"
#include "api/protocol/request_checks.h"

namespace tarn::api::glue {
namespace {

using protocol::AnyResource;
using protocol::Call;

constexpr auto kConnection = [](const Call& call, const auto& in) -> Arns {
  TARN_TRY(const CatalogName catalog, CatalogOf(call, in));
  std::vector<std::string> arns{GlueArn(catalog.owner, catalog.Resource("catalog"))};
  const auto add = [&](const std::string& name) {
    arns.push_back(GlueArn(catalog.owner, catalog.Resource("connection", name)));
  };
  if constexpr (requires { in.connection_name_list; }) {
    for (const std::string& name : Items(in.connection_name_list)) add(name);
  } else if constexpr (requires { in.connection_name; }) {
    add(Text(in.connection_name));
  } else if constexpr (requires { in.name; }) {
    add(Text(in.name));
  } else {
    add(Text(in.connection_input->name));
  }
  return arns;
};

constexpr auto kTagged = [](const Call&, const auto& in) { return Text(in.resource_arn); };
constexpr auto kTags = [](const Call&, const gen::TagResourceRequest& in) {
  return protocol::CheckWithTags("glue:TagResource", Text(in.resource_arn), in);
};
constexpr auto kUntags = [](const Call&, const gen::UntagResourceRequest& in) {
  return protocol::CheckWithTags("glue:UntagResource", Text(in.resource_arn), in);
};

}  // namespace

Rows SettingsRows() {
  return {
      // Not asked of the policy itself, so that nobody locks the catalog for good.
      TARN_GLUE_OPERATION(DeleteResourcePolicy, kCatalog),
      TARN_GLUE_OPERATION(GetResourcePolicies, kCatalog),
      TARN_GLUE_OPERATION(GetResourcePolicy, kCatalog),
      TARN_GLUE_OPERATION(PutResourcePolicy, kCatalog),
      TARN_GLUE_OPERATION(GetTags, kTagged),
      TARN_GLUE_OPERATION(TagResource, kTags),
      TARN_GLUE_OPERATION(UntagResource, kUntags),
      TARN_GLUE_OPERATION(BatchDeleteConnection, kConnection),
      TARN_GLUE_OPERATION(CreateConnection, kConnection),
      TARN_GLUE_OPERATION(CreateSecurityConfiguration, AnyResource),
      TARN_GLUE_OPERATION(DeleteConnection, kConnection),
      TARN_GLUE_OPERATION(DeleteSecurityConfiguration, AnyResource),
      TARN_GLUE_OPERATION(GetConnection, kConnection),
      TARN_GLUE_OPERATION(GetConnections, kCatalog),
      TARN_GLUE_OPERATION(GetSecurityConfiguration, AnyResource),
      TARN_GLUE_OPERATION(GetSecurityConfigurations, AnyResource),
      TARN_GLUE_OPERATION(UpdateConnection, kConnection),
  };
}

}  // namespace tarn::api::glue
