// Why a crawler's definition or run is refused. Messages are Glue's where clients read them.
#pragma once

#include "base/result.h"

namespace tarn::jobs::crawl {

inline constexpr Reason kNoSuchCrawler{"crawl.NoSuchCrawler", Code::kNotFound};
inline constexpr Reason kNoSuchClassifier{"crawl.NoSuchClassifier", Code::kNotFound};
inline constexpr Reason kAlreadyExists{"crawl.AlreadyExists", Code::kAlreadyExists};
inline constexpr Reason kInvalidInput{"crawl.InvalidInput", Code::kInvalidArgument};
inline constexpr Reason kCrawlerRunning{"crawl.CrawlerRunning", Code::kPreconditionFailed};
inline constexpr Reason kCrawlerNotRunning{"crawl.CrawlerNotRunning", Code::kPreconditionFailed};
inline constexpr Reason kCrawlerStopping{"crawl.CrawlerStopping", Code::kPreconditionFailed};
inline constexpr Reason kNoSchedule{"crawl.NoSchedule", Code::kPreconditionFailed};
inline constexpr Reason kScheduleRunning{"crawl.ScheduleRunning", Code::kPreconditionFailed};
inline constexpr Reason kScheduleNotRunning{"crawl.ScheduleNotRunning", Code::kPreconditionFailed};
inline constexpr Reason kDamaged{"crawl.Damaged", Code::kDataLoss};

}  // namespace tarn::jobs::crawl
