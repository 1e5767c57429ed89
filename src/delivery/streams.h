// The delivery streams of all accounts: made, shown, changed, tagged, deleted.
//
// Invariants: a change of the destination names the version that it replaces, and makes the next one. What is asked for
// is checked as a whole before anything is kept (plan.h).
// Errors: kNotFound, kInUse, kInvalid, kLimit, kMoved; kv's. Blocking. Threads: any.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "delivery/stream.h"
#include "kv/kv.h"

namespace tarn::delivery {

inline constexpr size_t kStreamsMax = 5000;  // of one account and region
inline constexpr size_t kTagsMax = 50;

struct Page {
  std::vector<std::string> names;
  bool more = false;
};

class Streams {
 public:
  // Both outlive it.
  Streams(kv::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  // Answers it as kept: version, times and log are chosen here.
  Result<DeliveryStream> Create(const Scope& scope, DeliveryStream stream);
  Result<DeliveryStream> Find(const Scope& scope, std::string_view name) const;
  Result<Page> List(const Scope& scope, std::string_view type, const std::optional<std::string>& after,
                    size_t limit) const;
  // Answers what was deleted.
  Result<DeliveryStream> Delete(const Scope& scope, std::string_view name);
  // Lets `change` edit it in one transaction; it may run several times, its error leaves all as it was.
  Result<DeliveryStream> Change(const Scope& scope, std::string_view name,
                                const std::function<Status(DeliveryStream&)>& change);
  // `destination`: makes the new one of the present one.
  Result<DeliveryStream> ReplaceDestination(
      const Scope& scope, std::string_view name, const std::string& version, const std::string& destination_id,
      const std::function<Result<std::string>(const DeliveryStream&)>& destination);
  // All of a scope, by name.
  Result<std::vector<DeliveryStream>> Of(const Scope& scope) const;
  // Every one of the lake.
  Result<std::vector<std::pair<Scope, DeliveryStream>>> All() const;

 private:
  kv::Store& store_;
  const Clock& clock_;
};

Error NoSuchStream(const Scope& scope, std::string_view name);
// Adds or replaces. Errors: kLimit.
Status AddTags(const std::vector<Tag>& added, std::vector<Tag>& tags);

}  // namespace tarn::delivery
