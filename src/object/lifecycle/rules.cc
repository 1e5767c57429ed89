#include "object/lifecycle/rules.h"

#include <algorithm>

namespace tarn::object {
namespace {

constexpr uint64_t kSmall = 128 << 10;

bool HasTag(const Tags& tags, const std::pair<std::string, std::string>& wanted) {
  return std::ranges::find(tags, wanted) != tags.end();
}

bool Matches(const LifecycleFilter& filter, const LifecycleSubject& subject) {
  if (!subject.key.starts_with(filter.prefix)) return false;
  if (subject.is_delete_marker) return filter.tags.empty() && !filter.size_above && !filter.size_below;
  if (filter.size_above && subject.size <= *filter.size_above) return false;
  if (filter.size_below && subject.size >= *filter.size_below) return false;
  return subject.tags == nullptr ||
         std::ranges::all_of(filter.tags, [&](const auto& tag) { return HasTag(*subject.tags, tag); });
}

Timestamp DueOf(const LifecycleTime& when, Timestamp from, const StorageTimes& times) {
  return when.date ? *when.date : times.Midnight(from, when.days.value_or(0));
}

// Whether the sizes that AWS leaves alone by default let the version move.
bool MayMove(const LifecycleRules& rules, const LifecycleRule& rule, const LifecycleMove& move,
             const LifecycleSubject& subject) {
  if (TransitionRank(move.storage_class) <= TransitionRank(subject.storage_class)) return false;
  if (subject.size >= kSmall || rule.filter.size_above || rule.filter.size_below) return true;
  return rules.small_to_archives && IsArchive(move.storage_class);
}

// Collects what the rules say and keeps the strongest.
class Judgement {
 public:
  Judgement(const LifecycleRules& rules, const LifecycleSubject& subject, Timestamp now, const StorageTimes& times)
      : rules_(rules), subject_(subject), now_(now), times_(times) {}

  LifecycleVerdict Run() {
    for (const LifecycleRule& rule : rules_.rules) {
      if (!Matches(rule.filter, subject_)) continue;
      if (!subject_.is_latest) {
        Noncurrent(rule);
      } else if (subject_.is_delete_marker) {
        Marker(rule);
      } else {
        Current(rule);
      }
    }
    return std::move(verdict_);
  }

 private:
  bool IsDue(const LifecycleTime& when, Timestamp from) const { return DueOf(when, from, times_) <= now_; }

  void Take(LifecycleAction action, const LifecycleRule& rule, const std::string& storage_class = {}) {
    const bool lower = action == LifecycleAction::kMove && verdict_.action == LifecycleAction::kMove &&
                       TransitionRank(storage_class) > TransitionRank(verdict_.storage_class);
    if (action < verdict_.action || (action == verdict_.action && !lower)) return;
    verdict_ = {.action = action, .storage_class = storage_class, .by_tags = !rule.filter.tags.empty()};
  }

  void Current(const LifecycleRule& rule) {
    if (rule.expire && IsDue(*rule.expire, subject_.modified)) Take(LifecycleAction::kExpire, rule);
    for (const LifecycleMove& move : rule.moves) {
      if (MayMove(rules_, rule, move, subject_) && IsDue(move.when, subject_.modified)) {
        Take(LifecycleAction::kMove, rule, move.storage_class);
      }
    }
  }

  void Noncurrent(const LifecycleRule& rule) {
    if (rule.noncurrent_days && subject_.newer >= rule.noncurrent_keep &&
        times_.Midnight(subject_.noncurrent, *rule.noncurrent_days) <= now_) {
      Take(LifecycleAction::kRemove, rule);
    }
    if (subject_.is_delete_marker) return;
    for (const LifecycleMove& move : rule.noncurrent_moves) {
      if (subject_.newer >= move.keep_newer && MayMove(rules_, rule, move, subject_) &&
          IsDue(move.when, subject_.noncurrent)) {
        Take(LifecycleAction::kMove, rule, move.storage_class);
      }
    }
  }

  // A marker that hides nothing goes at once where the rule says so, else when it is as old as objects that expire.
  void Marker(const LifecycleRule& rule) {
    if (!subject_.is_alone) return;
    if (rule.remove_lone_markers || (rule.expire && IsDue(*rule.expire, subject_.modified))) {
      Take(LifecycleAction::kRemove, rule);
    }
  }

  const LifecycleRules& rules_;
  const LifecycleSubject& subject_;
  const Timestamp now_;
  const StorageTimes& times_;
  LifecycleVerdict verdict_;
};

void Earlier(std::optional<LifecycleExpiry>& first, Timestamp at, const std::string& rule) {
  if (!first || at < first->at) first = LifecycleExpiry{.at = at, .rule = rule};
}

bool MatchesUpload(const LifecycleRule& rule, std::string_view key) {
  return rule.abort_days && key.starts_with(rule.filter.prefix);
}

}  // namespace

std::vector<std::string> LifecycleRules::Prefixes() const {
  std::vector<std::string> sorted;
  for (const LifecycleRule& rule : rules) sorted.push_back(rule.filter.prefix);
  std::ranges::sort(sorted);
  std::vector<std::string> covering;
  for (std::string& prefix : sorted) {
    if (covering.empty() || !prefix.starts_with(covering.back())) covering.push_back(std::move(prefix));
  }
  return covering;
}

LifecycleVerdict Judge(const LifecycleRules& rules, const LifecycleSubject& subject, Timestamp now,
                       const StorageTimes& times) {
  return Judgement(rules, subject, now, times).Run();
}

bool IsUploadDue(const LifecycleRules& rules, std::string_view key, Timestamp initiated, Timestamp now,
                 const StorageTimes& times) {
  const auto abort = AbortOf(rules, key, initiated, times);
  return abort && abort->at <= now;
}

std::optional<LifecycleExpiry> ExpiryOf(const LifecycleRules& rules, const LifecycleSubject& subject,
                                        const StorageTimes& times) {
  std::optional<LifecycleExpiry> first;
  for (const LifecycleRule& rule : rules.rules) {
    if (!rule.expire || !Matches(rule.filter, subject)) continue;
    Earlier(first, DueOf(*rule.expire, subject.modified, times), rule.id);
  }
  return first;
}

std::optional<LifecycleExpiry> AbortOf(const LifecycleRules& rules, std::string_view key, Timestamp initiated,
                                       const StorageTimes& times) {
  std::optional<LifecycleExpiry> first;
  for (const LifecycleRule& rule : rules.rules) {
    if (MatchesUpload(rule, key)) Earlier(first, times.Midnight(initiated, *rule.abort_days), rule.id);
  }
  return first;
}

}  // namespace tarn::object
