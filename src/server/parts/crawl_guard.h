// What a crawler may list and read below locations that are registered with Lake Formation: what its role may, by
// DATA_LOCATION_ACCESS or by the whole of every table that lies there. Schemas and partitions are columns and values.
// Elsewhere, and where a location is hybrid, a crawler reads for whoever IAM lets define it. Threads: any.
#pragma once

#include "govern/access.h"
#include "iam/iam.h"
#include "jobs/crawl/crawl_runner.h"

namespace tarn::server {

// Both outlive it.
jobs::crawl::MayCrawl CrawlGuard(const iam::Iam& iam, govern::Access& access);

}  // namespace tarn::server
