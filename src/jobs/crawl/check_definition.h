// Whether a crawler's definition is sound, before it is kept.
#pragma once

#include "base/result.h"
#include "jobs/crawl/crawler.h"

namespace tarn::jobs::crawl {

// Targets, schedule, policies that exclude each other, and the configuration's JSON. Errors: crawl.InvalidInput.
Status CheckDefinition(const Definition& definition);

}  // namespace tarn::jobs::crawl
