#include "jobs/crawl/definitions.h"

#include <fmt/core.h>

#include "jobs/crawl/check_definition.h"
#include "jobs/crawl/errors.h"
#include "jobs/crawl/records.h"
#include "kv/key.h"
#include "schedule/timers.h"

namespace tarn::jobs::crawl {
namespace {

kv::Key Prefix(const Scope& scope, std::string_view kind) {
  kv::Key key("w");
  key.Text(scope.account).Text(scope.region).Text(kind);
  return key;
}
std::string DefinitionKey(const Scope& scope, std::string_view name) { return Prefix(scope, "d").Text(name).Take(); }
std::string ClassifierKey(const Scope& scope, std::string_view name) { return Prefix(scope, "k").Text(name).Take(); }

template <class T>
Result<T> Decode(std::string_view bytes) {
  std::optional<T> value = DecodeRecord<T>(bytes);
  if (!value) return Fail(kDamaged, "damaged crawler record");
  return std::move(*value);
}

Result<Definition> Load(kv::Txn& txn, const Scope& scope, std::string_view name) {
  TARN_TRY(auto bytes, txn.Get(DefinitionKey(scope, name)));
  if (!bytes) return Fail(kNoSuchCrawler, fmt::format("Crawler {} not found.", name));
  return Decode<Definition>(*bytes);
}

Result<Classifier> LoadClassifier(kv::Txn& txn, const Scope& scope, std::string_view name) {
  TARN_TRY(auto bytes, txn.Get(ClassifierKey(scope, name)));
  if (!bytes) return Fail(kNoSuchClassifier, fmt::format("Classifier {} not found.", name));
  return Decode<Classifier>(*bytes);
}

// Makes the durable timer what the definition says.
Status SetTimer(kv::Txn& txn, const Scope& scope, const Definition& definition, Timestamp now) {
  const std::string id = TimerId(scope, definition.name);
  if (!definition.schedule || definition.schedule_state != ScheduleState::kScheduled) {
    return schedule::Timers::Clear(txn, kTimerKind, id);
  }
  TARN_TRY(auto schedule, schedule::Schedule::Parse(*definition.schedule));
  return schedule::Timers::Set(txn, kTimerKind, id, schedule, now);
}

Status CheckClassifiers(kv::Txn& txn, const Scope& scope, const Definition& definition) {
  for (const std::string& name : definition.classifiers) TARN_CHECK(LoadClassifier(txn, scope, name));
  return Ok();
}

template <class T>
Result<Listed<T>> ListRecords(kv::Store& store, const kv::Key& prefix, std::string_view after, size_t limit) {
  Listed<T> out;
  TARN_CHECK(kv::Read(store, [&](kv::Txn& txn) -> Status {
    std::string begin = prefix.bytes();
    if (!after.empty()) begin = kv::Key(prefix).Text(after).Take() + '\0';
    TARN_TRY(auto pairs, txn.PeekScan(begin, prefix.End(), limit + 1));
    for (const kv::KeyValue& pair : pairs) {
      if (out.items.size() == limit) {
        out.next = out.items.back().name;
        break;
      }
      TARN_TRY(T item, Decode<T>(pair.value));
      out.items.push_back(std::move(item));
    }
    return Ok();
  }));
  return out;
}

}  // namespace

std::string TimerId(const Scope& scope, std::string_view crawler) {
  return fmt::format("{}/{}/{}", scope.account, scope.region, crawler);
}

std::optional<std::pair<Scope, std::string>> ParseTimerId(std::string_view id) {
  const size_t first = id.find('/');
  const size_t second = first == std::string_view::npos ? first : id.find('/', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  return std::pair(Scope{std::string(id.substr(0, first)), std::string(id.substr(first + 1, second - first - 1))},
                   std::string(id.substr(second + 1)));
}

Status Definitions::Create(const Scope& scope, Definition definition) {
  if (definition.schedule && definition.schedule->empty()) definition.schedule.reset();
  TARN_CHECK(CheckDefinition(definition));
  const Timestamp now = clock_.Now();
  definition.create_time = now;
  definition.update_time = now;
  definition.version = 1;
  definition.schedule_state = definition.schedule ? ScheduleState::kScheduled : ScheduleState::kNotScheduled;
  const std::string key = DefinitionKey(scope, definition.name);
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(auto taken, txn.Get(key));
    if (taken) return Fail(kAlreadyExists, "Crawler already exists.");
    TARN_CHECK(CheckClassifiers(txn, scope, definition));
    txn.Put(key, EncodeRecord(definition));
    return SetTimer(txn, scope, definition, now);
  });
}

Result<Definition> Definitions::Get(const Scope& scope, std::string_view name) const {
  Definition out;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(out, Load(txn, scope, name));
    return Ok();
  }));
  return out;
}

Status Definitions::Update(const Scope& scope, std::string_view name, const std::function<Status(Definition&)>& edit) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Definition present, Load(txn, scope, name));
    Definition next = present;
    TARN_CHECK(edit(next));
    if (next.schedule && next.schedule->empty()) next.schedule.reset();
    TARN_CHECK(CheckDefinition(next));
    TARN_CHECK(CheckClassifiers(txn, scope, next));
    next.name = present.name;
    next.create_time = present.create_time;
    next.tags = present.tags;
    next.version = present.version + 1;
    next.update_time = clock_.Now();
    if (next.schedule != present.schedule) {
      next.schedule_state = next.schedule ? ScheduleState::kScheduled : ScheduleState::kNotScheduled;
    }
    txn.Put(DefinitionKey(scope, name), EncodeRecord(next));
    if (next.schedule == present.schedule && next.schedule_state == present.schedule_state) return Ok();
    return SetTimer(txn, scope, next, next.update_time);
  });
}

Status Definitions::Delete(const Scope& scope, std::string_view name) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_CHECK(Load(txn, scope, name));
    txn.Delete(DefinitionKey(scope, name));
    return schedule::Timers::Clear(txn, kTimerKind, TimerId(scope, name));
  });
}

Result<Listed<Definition>> Definitions::List(const Scope& scope, std::string_view after, size_t limit) const {
  return ListRecords<Definition>(store_, Prefix(scope, "d"), after, limit);
}

Status Definitions::Tag(const Scope& scope, std::string_view name, const std::map<std::string, std::string>& add,
                        const std::vector<std::string>& remove) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Definition definition, Load(txn, scope, name));
    for (const auto& [key, value] : add) definition.tags.insert_or_assign(key, value);
    for (const std::string& key : remove) definition.tags.erase(key);
    txn.Put(DefinitionKey(scope, name), EncodeRecord(definition));
    return Ok();
  });
}

Status Definitions::StartSchedule(const Scope& scope, std::string_view name) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Definition definition, Load(txn, scope, name));
    if (!definition.schedule) return Fail(kNoSchedule, fmt::format("Crawler {} has no schedule.", name));
    if (definition.schedule_state == ScheduleState::kScheduled) {
      return Fail(kScheduleRunning, fmt::format("The schedule of crawler {} is already running.", name));
    }
    definition.schedule_state = ScheduleState::kScheduled;
    txn.Put(DefinitionKey(scope, name), EncodeRecord(definition));
    return SetTimer(txn, scope, definition, clock_.Now());
  });
}

Status Definitions::StopSchedule(const Scope& scope, std::string_view name) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Definition definition, Load(txn, scope, name));
    if (!definition.schedule || definition.schedule_state != ScheduleState::kScheduled) {
      return Fail(kScheduleNotRunning, fmt::format("The schedule of crawler {} is not running.", name));
    }
    definition.schedule_state = ScheduleState::kNotScheduled;
    txn.Put(DefinitionKey(scope, name), EncodeRecord(definition));
    return SetTimer(txn, scope, definition, clock_.Now());
  });
}

Status Definitions::CreateClassifier(const Scope& scope, Classifier classifier) {
  classifier.create_time = clock_.Now();
  classifier.update_time = classifier.create_time;
  classifier.version = 1;
  const std::string key = ClassifierKey(scope, classifier.name);
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(auto taken, txn.Get(key));
    if (taken) return Fail(kAlreadyExists, fmt::format("Classifier {} already exists.", classifier.name));
    txn.Put(key, EncodeRecord(classifier));
    return Ok();
  });
}

Result<Classifier> Definitions::GetClassifier(const Scope& scope, std::string_view name) const {
  Classifier out;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(out, LoadClassifier(txn, scope, name));
    return Ok();
  }));
  return out;
}

Status Definitions::UpdateClassifier(const Scope& scope, const Classifier& changes) {
  auto overlay = [](auto& present, const auto& change) {
    if (change) present = change;
  };
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Classifier next, LoadClassifier(txn, scope, changes.name));
    if (next.kind != changes.kind) return Fail(kInvalidInput, "The type of a classifier cannot be changed.");
    overlay(next.classification, changes.classification);
    overlay(next.grok_pattern, changes.grok_pattern);
    overlay(next.custom_patterns, changes.custom_patterns);
    overlay(next.row_tag, changes.row_tag);
    overlay(next.json_path, changes.json_path);
    overlay(next.delimiter, changes.delimiter);
    overlay(next.quote, changes.quote);
    overlay(next.contains_header, changes.contains_header);
    overlay(next.header, changes.header);
    overlay(next.disable_value_trimming, changes.disable_value_trimming);
    overlay(next.allow_single_column, changes.allow_single_column);
    overlay(next.custom_types_configured, changes.custom_types_configured);
    overlay(next.custom_types, changes.custom_types);
    overlay(next.serde, changes.serde);
    next.version += 1;
    next.update_time = clock_.Now();
    txn.Put(ClassifierKey(scope, next.name), EncodeRecord(next));
    return Ok();
  });
}

Status Definitions::DeleteClassifier(const Scope& scope, std::string_view name) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_CHECK(LoadClassifier(txn, scope, name));
    txn.Delete(ClassifierKey(scope, name));
    return Ok();
  });
}

Result<Listed<Classifier>> Definitions::ListClassifiers(const Scope& scope, std::string_view after,
                                                        size_t limit) const {
  return ListRecords<Classifier>(store_, Prefix(scope, "k"), after, limit);
}

}  // namespace tarn::jobs::crawl
