// Insights: calls that are made, or fail, far more often than they used to be.
//
// The calls that change something are counted by the minute, those that fail by their error besides. A minute is
// unusual when it has at least ten calls and more than six standard deviations (of a Poisson process) above the
// average of the seven days before it. The first unusual minute opens an insight, five usual ones in a row close it;
// both are events of their own (CloudTrail's record of type AwsCloudTrailInsight), kept and delivered like others.
// Nothing is found before a trail has watched for 36 hours. CloudTrail User Guide, "Working with CloudTrail Insights".
//
// Errors: kDamaged, kv's. Blocking. Threads: one at a time (the deliverer's).
#pragma once

#include <map>

#include "audit/insights/counts.h"
#include "audit/trails.h"
#include "base/result.h"
#include "base/time.h"
#include "kv/kv.h"

namespace tarn::audit {

class Insights {
 public:
  using Tally = std::map<std::pair<Counted, uint64_t>, Calls>;  // by the minute

  explicit Insights(kv::Store& store) : store_(store) {}

  // Whether any trail that logs asks for insights.
  static bool Wanted(const Trails::List& trails);
  // Adds what trails watch of the event.
  static void Count(const Trails::List& trails, const Event& event, Tally& tally);
  // Keeps the counts, in the transaction that took the events from the queue.
  static Status Keep(kv::Txn& txn, const Tally& tally);

  // Looks at every minute that has ended, and records the insights that began or ended in them.
  Status Look(const Trails::List& trails, Timestamp now);

 private:
  Status LookAt(const Counted& counted, Watch watch, uint64_t learned_from, uint64_t until);

  kv::Store& store_;
};

}  // namespace tarn::audit
