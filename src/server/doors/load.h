// Pieces of files for tables, over the lake's own requests, for whoever may write to the table (load/loader.h):
//
//   GET  /_tarn/load?table=D.T&source=SHA256                                     what the table has of the file
//   POST /_tarn/load?table=D.T&source=SHA256&file=NAME&first=N[&last=1][&location=S3URL]   one piece: Parquet
// Each with [&region=R]. Both answer {"exists", "rows", "complete", "columns": [{"name", "type", "required"}]}.
#pragma once

#include <string>

#include "base/result.h"
#include "load/loader.h"
#include "server/care/zone_route.h"

namespace tarn::server {

inline constexpr uint64_t kPieceBytesMax = 64 << 20;

struct LoadRequest {
  identity::Caller caller;
  std::string method;
  std::string body;
  catalog::Alongside also;  // goes with the change: the call's record
};

// `query` finds a value of the request's query.
Result<std::string> RunLoad(const load::LoaderParts& parts, const std::string& default_region,
                            const LoadRequest& request, const QueryOf& query);

}  // namespace tarn::server
