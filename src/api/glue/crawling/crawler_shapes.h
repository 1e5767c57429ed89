// Between the crawl domain's structs and Glue's generated ones.
#pragma once

#include "api/glue/gen/shapes.h"
#include "jobs/crawl/crawler.h"

namespace tarn::api::glue {

jobs::crawl::Targets FromWire(const gen::CrawlerTargets& in);
gen::CrawlerTargets ToWire(const jobs::crawl::Targets& in);
gen::Crawler ToWire(const jobs::crawl::Definition& in, const jobs::crawl::Progress& progress);
gen::CrawlerHistory ToWire(const jobs::crawl::Crawl& in);

}  // namespace tarn::api::glue
