#include "api/glue/glue_service.h"

#include "api/glue/error_rows.h"
#include "api/glue/gen/operations.h"

namespace tarn::api::glue {

GlueService::GlueService(catalog::Catalog& catalog, catalog::IcebergTables& iceberg, jobs::crawl::Definitions& crawlers,
                         jobs::crawl::Runner& runner, kv::Store& store, registry::SchemaRegistry& schemas,
                         const Clock& clock, govern::Access* access, std::string sealing_key)
    : catalog_(catalog),
      iceberg_(iceberg),
      crawlers_(crawlers),
      runner_(runner),
      connections_(store, clock, "connection"),
      connection_box_(std::move(sealing_key)),
      security_configurations_(store, clock, "security-configuration"),
      resource_policies_(store, clock, "resource-policy"),
      schemas_(schemas),
      access_(access) {}

const protocol::ServiceDesc& GlueService::model() const { return gen::kService; }

std::span<const protocol::ErrorRow> GlueService::errors() const { return ErrorRows(); }

}  // namespace tarn::api::glue
