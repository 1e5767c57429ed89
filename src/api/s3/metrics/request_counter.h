// Counts requests by the metrics configurations of their buckets, for observe::RequestMetrics.
//
// What each metric counts is CloudWatch's:
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html Threads: any; never blocks.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "api/protocol/dispatch.h"
#include "base/result.h"
#include "object/points/access_points.h"
#include "object/store/store.h"
#include "observe/request_metrics.h"

namespace tarn::api::s3 {

class RequestCounter {
 public:
  // All outlive it.
  RequestCounter(object::Store& store, object::AccessPoints& points, observe::RequestMetrics& metrics)
      : store_(store), points_(points), metrics_(metrics) {}

  // For the dispatcher's audit hook.
  void Note(const protocol::AuditRecord& record);
  // Some bucket's metrics configurations were changed, or a bucket is gone.
  void Forget();

 private:
  struct Filter {
    std::string id;
    std::string prefix;
    object::Tags tags;
    std::string point;  // an access point's ARN
    bool any = true;    // of all requests
  };
  // What a name in a request's path leads to.
  struct Counted {
    object::Bucket bucket;
    std::string point;  // the ARN of the access point in between
    std::vector<Filter> filters;
  };
  // Null when nothing is counted.
  std::shared_ptr<const Counted> Find(std::string_view name);
  Result<std::shared_ptr<const Counted>> Load(const std::string& name);
  bool Meets(const Filter& filter, const Counted& counted, const protocol::AuditRecord& record, const std::string& key,
             std::optional<object::Tags>& tags);

  object::Store& store_;
  object::AccessPoints& points_;
  observe::RequestMetrics& metrics_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const Counted>> known_;
};

}  // namespace tarn::api::s3
