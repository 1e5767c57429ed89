// A bucket's logging configuration: what is valid, how it is kept, and the names of the log objects.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/s3/gen/shapes.h"
#include "base/result.h"
#include "base/time.h"
#include "object/store/store.h"

namespace tarn::api::s3 {

inline constexpr std::string_view kLoggingDocument = "logging";

// Nothing when the bucket logs nothing.
Result<std::optional<gen::LoggingEnabled>> LoadLogging(object::Store& store, const object::Bucket& bucket);

// The key of a log object written at `now`.
std::string LogKey(const gen::LoggingEnabled& logging, const object::Bucket& source, Timestamp now,
                   std::string_view unique);

}  // namespace tarn::api::s3
