// The store of crawler definitions and classifiers.
//
// Invariants: a crawler that is SCHEDULED has exactly one durable timer of kind kTimerKind, set in the transaction that
// made it so; deleting the crawler clears it. Every change counts `version` up.
// Errors: crawl.* of jobs/crawl/errors.h, and kv's.
// Threads: any; calls block.
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
#include "base/time.h"
#include "jobs/crawl/crawler.h"
#include "kv/kv.h"

namespace tarn::jobs::crawl {

// The timers' kind; a timer's id is TimerId(scope, name). Whoever wires the lake hands this kind to a Runner.
inline constexpr std::string_view kTimerKind = "crawler";
std::string TimerId(const Scope& scope, std::string_view crawler);
std::optional<std::pair<Scope, std::string>> ParseTimerId(std::string_view id);

template <typename T>
struct Listed {
  std::vector<T> items;  // by name
  std::string next;      // the name to go on after; empty at the end
};

class Definitions {
 public:
  Definitions(kv::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  // Checks targets, schedule and configuration; a schedule given starts as SCHEDULED.
  Status Create(const Scope& scope, Definition definition);
  Result<Definition> Get(const Scope& scope, std::string_view name) const;
  // `edit` changes a copy of the present definition; name, times, version and tags stay the store's.
  Status Update(const Scope& scope, std::string_view name, const std::function<Status(Definition&)>& edit);
  Status Delete(const Scope& scope, std::string_view name);
  Result<Listed<Definition>> List(const Scope& scope, std::string_view after, size_t limit) const;
  Status Tag(const Scope& scope, std::string_view name, const std::map<std::string, std::string>& add,
             const std::vector<std::string>& remove);

  // Errors: crawl.NoSchedule, crawl.ScheduleRunning / crawl.ScheduleNotRunning.
  Status StartSchedule(const Scope& scope, std::string_view name);
  Status StopSchedule(const Scope& scope, std::string_view name);

  Status CreateClassifier(const Scope& scope, Classifier classifier);
  Result<Classifier> GetClassifier(const Scope& scope, std::string_view name) const;
  // The kind cannot change; absent members keep their value.
  Status UpdateClassifier(const Scope& scope, const Classifier& changes);
  Status DeleteClassifier(const Scope& scope, std::string_view name);
  Result<Listed<Classifier>> ListClassifiers(const Scope& scope, std::string_view after, size_t limit) const;

 private:
  kv::Store& store_;
  const Clock& clock_;
};

}  // namespace tarn::jobs::crawl
