// Governor: LF-tags on databases, tables and columns.
#include <fmt/core.h>

#include <algorithm>

#include "base/strings.h"
#include "govern/answer/seen_columns.h"
#include "govern/errors.h"
#include "govern/governor.h"
#include "govern/keys.h"
#include "govern/records.h"
#include "govern/tags/classification.h"

namespace tarn::govern {
namespace {

constexpr size_t kTagsMax = 50;
constexpr std::string_view kNoAlter = "Insufficient Lake Formation permission(s): Required Alter on the resource.";
constexpr std::string_view kNoDescribe =
    "Insufficient Lake Formation permission(s): Required Describe on the resource.";

// Where the resource's tags lie: the uid, and each column ("" for the whole).
struct Target {
  std::string uid;
  std::vector<std::string> columns;
};

Result<Target> TargetOf(const Resource& resource, const catalog::Database& database, const catalog::Table& table) {
  switch (resource.kind) {
    case Kind::kDatabase:
      return Target{database.uid, {""}};
    case Kind::kTable:
      if (table.uid.empty()) return Fail(kInvalidInput, "A table wildcard cannot be tagged.");
      return Target{table.uid, {""}};
    case Kind::kColumns:
      if (resource.all_columns) return Fail(kInvalidInput, "A column wildcard cannot be tagged.");
      return Target{table.uid, resource.columns};
    default:
      return Fail(kInvalidInput, "Only databases, tables and columns can be tagged.");
  }
}

Status CheckColumns(const catalog::Table& table, const Resource& resource) {
  for (const std::string& column : resource.columns) {
    const auto is_it = [&](const catalog::Column& each) { return EqualsIgnoreCase(each.name, column); };
    if (std::ranges::none_of(table.columns(), is_it) && std::ranges::none_of(table.partition_keys, is_it)) {
      return Fail(kNotFound, fmt::format("Column {} does not exist.", column));
    }
  }
  return Ok();
}

Result<Assigned> Load(kv::Txn& txn, const Scope& scope, const std::string& uid, const std::string& column) {
  TARN_TRY(const auto record, txn.Get(AssignedKey(scope, uid, column)));
  if (!record) return Assigned{.uid = uid, .column = column, .tags = {}};
  auto assigned = DecodeRecord<Assigned>(*record);
  if (!assigned) return Fail(kDamaged, "the LF-tags of a resource are damaged");
  return std::move(*assigned);
}

Status PutTag(kv::Txn& txn, const Scope& scope, const Target& target, const TagValues& tag, bool adds) {
  for (const std::string& column : target.columns) {
    TARN_TRY(Assigned assigned, Load(txn, scope, target.uid, column));
    if (adds) {
      assigned.tags[tag.key] = tag.values.front();
      if (assigned.tags.size() > kTagsMax) return Fail(kInvalidInput, "A resource can have at most 50 LF-Tags.");
    } else {
      const auto found = assigned.tags.find(tag.key);
      if (found == assigned.tags.end() || std::ranges::find(tag.values, found->second) == tag.values.end()) {
        return Fail(kNotFound, "Tag or tag value does not exist.");
      }
      assigned.tags.erase(found);
    }
    if (assigned.tags.empty()) {
      txn.Delete(AssignedKey(scope, target.uid, column));
    } else {
      txn.Put(AssignedKey(scope, target.uid, column), EncodeRecord(assigned));
    }
  }
  return Ok();
}

Status CheckTag(const Snapshot& snapshot, const TagValues& tag, bool adds) {
  if (adds && tag.values.size() != 1) return Fail(kInvalidInput, "Only one value of an LF-Tag can be assigned.");
  const auto found = snapshot.tags.find(tag.key);
  const std::vector<std::string>* known = found != snapshot.tags.end()         ? &found->second.values
                                          : tag.key == ClassificationTag().key ? &ClassificationTag().values
                                                                               : nullptr;
  const bool is_known = known != nullptr && std::ranges::all_of(tag.values, [&](const std::string& value) {
                          return std::ranges::find(*known, value) != known->end();
                        });
  return is_known ? Ok() : Status(Fail(kNotFound, "Tag or tag value does not exist."));
}

}  // namespace

// Who may change a resource may tag it, with the tags that he may associate; of columns those that he sees, which are
// all that is left of `place`.
Status Governor::RequireTagging(const Who& who, const Scope& scope, const Snapshot& snapshot, const Resource& resource,
                                Place& place) {
  if (who.account == scope.account && (who.acts_for_account || snapshot.IsAdmin(who))) return Ok();
  TableAccess access;
  if (resource.kind == Kind::kDatabase) {
    access = JudgeDatabase(who, scope, snapshot, place.database);
  } else {
    TARN_TRY(access, JudgeTable(who, scope, snapshot, place.database, place.table));
  }
  if (!access.governed || !access.Has(Permission::kAlter)) return Fail(kAccessDenied, std::string(kNoAlter));
  DropUnseen(access, place.table);
  return Ok();
}

Result<std::vector<TagFailure>> Governor::ChangeTags(const identity::Caller& caller, const Scope& scope,
                                                     const Resource& resource, const std::vector<TagValues>& tags,
                                                     bool adds) {
  TARN_TRY(const Who who, Known(caller, scope));
  std::vector<TagFailure> failures;
  TARN_CHECK(Change(scope, [&](kv::Txn& txn) -> Status {
    failures.clear();
    TARN_TRY(Place place, FindFor(txn, who, scope, resource, kNoAlter));
    TARN_TRY(const Target target, TargetOf(resource, place.database, place.table));
    TARN_TRY(const auto snapshot, Snapshot::Load(txn, scope));
    TARN_CHECK(RequireTagging(who, scope, *snapshot, resource, place));
    TARN_CHECK(CheckColumns(place.table, resource));
    for (const TagValues& tag : tags) {
      TARN_TRY(const bool may, MayUseTag(who, scope, *snapshot, Kind::kTag, tag.key, Bit(Permission::kAssociate)));
      Status done = may ? CheckTag(*snapshot, tag, adds)
                        : Status(Fail(kAccessDenied, "Insufficient Lake Formation permission(s) on the LF-Tag."));
      if (done.ok()) {
        const bool is_first_use = tag.key == ClassificationTag().key && !snapshot->tags.contains(tag.key);
        if (is_first_use) PutClassification(txn, scope, clock_.Now());
        done = PutTag(txn, scope, target, tag, adds);
      }
      if (done.ok()) continue;
      const bool is_told = done.Is(kNotFound) || done.Is(kAccessDenied) || done.Is(kInvalidInput);
      if (!is_told) return done;
      failures.push_back({tag, done.error()});
    }
    return Ok();
  }));
  return failures;
}

Result<std::vector<TagFailure>> Governor::TagResource(const identity::Caller& caller, const Scope& scope,
                                                      const Resource& resource, const std::vector<TagValues>& tags) {
  return ChangeTags(caller, scope, resource, tags, true);
}

Result<std::vector<TagFailure>> Governor::UntagResource(const identity::Caller& caller, const Scope& scope,
                                                        const Resource& resource, const std::vector<TagValues>& tags) {
  return ChangeTags(caller, scope, resource, tags, false);
}

namespace {

std::map<std::string, std::string> Own(const Snapshot& snapshot, const std::string& uid, const std::string& column) {
  const auto found = snapshot.assigned.find(uid);
  if (found == snapshot.assigned.end()) return {};
  const auto own = found->second.find(column);
  return own == found->second.end() ? std::map<std::string, std::string>() : own->second;
}

}  // namespace

TagsOfResource TagsOn(const Snapshot& snapshot, const catalog::Database& database, const catalog::Table* table,
                      const std::vector<std::string>* columns, bool is_own) {
  TagsOfResource out;
  if (!is_own || table == nullptr) out.database = snapshot.TagsOf(database);
  if (table == nullptr) return out;
  const bool is_of_columns = columns != nullptr;
  if (!is_own || !is_of_columns) out.table = is_own ? Own(snapshot, table->uid, "") : snapshot.TagsOf(database, *table);
  const auto add = [&](const std::string& column) {
    auto tags =
        is_own || !is_of_columns ? Own(snapshot, table->uid, column) : snapshot.TagsOf(database, *table, column);
    if (tags.empty()) return;
    if (!is_own) tags = snapshot.TagsOf(database, *table, column);
    out.columns.emplace_back(column, std::move(tags));
  };
  if (is_of_columns) {
    for (const std::string& column : *columns) add(column);
    return out;
  }
  for (const auto* each : {&table->columns(), &table->partition_keys}) {
    for (const catalog::Column& column : *each) add(AsciiLower(column.name));
  }
  return out;
}

Result<TagsOfResource> Governor::GetTags(const identity::Caller& caller, const Scope& scope, const Resource& resource,
                                         bool is_own) {
  TARN_TRY(const Who who, Known(caller, scope));
  TARN_TRY(const auto snapshot, SnapshotOf(scope));
  const auto txn = store_.Begin();
  TARN_TRY(Place place, FindFor(*txn, who, scope, resource, kNoDescribe));
  const bool is_table = !place.table.uid.empty();
  const bool sees_all = SeesAll(who, scope, *snapshot);
  if (!sees_all) {
    TableAccess access = JudgeDatabase(who, scope, *snapshot, place.database);
    if (is_table) {
      TARN_TRY(access, JudgeTable(who, scope, *snapshot, place.database, place.table));
    }
    if (!access.Has(Permission::kDescribe)) {
      return Fail(kAccessDenied, std::string(kNoDescribe));
    }
    if (is_table) DropUnseen(access, place.table);
  }
  if (resource.kind == Kind::kColumns && !resource.all_columns) {
    TARN_CHECK(CheckColumns(place.table, resource));
    return TagsOn(*snapshot, place.database, &place.table, &resource.columns, is_own);
  }
  if (resource.kind != Kind::kDatabase && !is_table) return Fail(kInvalidInput, "Invalid resource.");
  return TagsOn(*snapshot, place.database, is_table ? &place.table : nullptr, nullptr, is_own);
}

}  // namespace tarn::govern
