#include "audit/insights/counts.h"

#include <optional>
#include <utility>

#include "audit/keys.h"

namespace tarn::audit {
namespace {

constexpr size_t kNamedMax = 20;  // of principals, of agents, of errors in one row

void AddTo(std::map<std::string, uint64_t>& held, const std::string& name, uint64_t count) {
  if (held.size() >= kNamedMax && !held.contains(name)) return;
  held[name] += count;
}

kv::Key KeyIn(std::string_view space, const Counted& counted) {
  return std::move(ScopeKey(space, counted.scope.account, counted.scope.region)
                       .Text(counted.source)
                       .Text(counted.name)
                       .Text(counted.error));
}

}  // namespace

void Calls::Add(const Event& event) {
  ++count;
  AddTo(principals, event.principal, 1);
  AddTo(agents, event.user_agent, 1);
  AddTo(errors, event.error_code, 1);
}

void Calls::Add(const Calls& more) {
  count += more.count;
  for (const auto& [name, calls] : more.principals) AddTo(principals, name, calls);
  for (const auto& [name, calls] : more.agents) AddTo(agents, name, calls);
  for (const auto& [name, calls] : more.errors) AddTo(errors, name, calls);
}

kv::Key CountsOf(const Counted& counted) { return KeyIn(kInsightCountSpace, counted); }

std::string CountKey(const Counted& counted, uint64_t minute) { return CountsOf(counted).Number(minute).Take(); }

std::string WatchKey(const Counted& counted) { return KeyIn(kInsightWatchSpace, counted).Take(); }

kv::Key WatchSpace() { return kv::Key(kInsightWatchSpace); }

std::optional<Counted> CountedOf(std::string_view watch_key) {
  kv::KeyReader reader(watch_key);
  const auto space = reader.Text();
  auto account = reader.Text();
  auto region = reader.Text();
  auto source = reader.Text();
  auto name = reader.Text();
  auto error = reader.Text();
  if (!space || !account || !region || !source || !name || !error) return std::nullopt;
  return Counted{.scope = {.account = *std::move(account), .region = *std::move(region)},
                 .source = *std::move(source),
                 .name = *std::move(name),
                 .error = *std::move(error)};
}

std::optional<uint64_t> MinuteOf(std::string_view count_key) {
  kv::KeyReader reader(count_key);
  for (int i = 0; i < 6; ++i) {
    if (!reader.Text()) return std::nullopt;
  }
  return reader.Number();
}

}  // namespace tarn::audit
