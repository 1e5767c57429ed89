// How the upkeep of a table went, as S3 Tables tells it.
#pragma once

#include "api/s3tables/s3tables_service.h"
#include "base/result.h"
#include "base/scope.h"
#include "catalog/catalog.h"
#include "jobs/maintain/maintainer.h"

namespace tarn::server {

Result<api::s3tables::JobStates> JobStatesOf(const jobs::maintain::Maintainer& maintainer, const Scope& scope,
                                             const catalog::Table& table);

}  // namespace tarn::server
