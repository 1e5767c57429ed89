// Governor: LF-tags, and the levels of classification that are there from the start.
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "govern/errors.h"
#include "govern/governor.h"
#include "govern/keys.h"
#include "govern/records.h"
#include "govern/tags/classification.h"

namespace tarn::govern {
namespace {

constexpr size_t kValuesMax = 1000;

Error NoSuchTag(std::string_view key) { return Fail(kNotFound, fmt::format("Tag key does not exist: {}", key)); }
Error Denied() {
  return Fail(kAccessDenied, "Insufficient Lake Formation permission(s): the caller may not manage LF-Tags.");
}

Result<std::optional<Tag>> Load(kv::Txn& txn, const Scope& scope, const std::string& key) {
  TARN_TRY(const auto record, txn.Get(NamedKey(scope, kTagKind, key)));
  if (!record) return std::optional<Tag>();
  auto tag = DecodeRecord<Tag>(*record);
  if (!tag) return Fail(kDamaged, "an LF-tag is damaged");
  return tag;
}

bool Has(const std::vector<std::string>& items, const std::string& item) {
  return std::ranges::find(items, item) != items.end();
}

// Takes a value of a tag (or all of them) off everything that carries it.
void TakeOff(kv::Txn& txn, const Scope& scope, const Snapshot& snapshot, const std::string& key,
             const std::vector<std::string>* values) {
  for (const auto& [uid, columns] : snapshot.assigned) {
    for (const auto& [column, tags] : columns) {
      const auto found = tags.find(key);
      if (found == tags.end() || (values != nullptr && !Has(*values, found->second))) continue;
      Assigned left{.uid = uid, .column = column, .tags = tags};
      left.tags.erase(key);
      if (left.tags.empty()) {
        txn.Delete(AssignedKey(scope, uid, column));
      } else {
        txn.Put(AssignedKey(scope, uid, column), EncodeRecord(left));
      }
    }
  }
}

}  // namespace

const Tag& ClassificationTag() {
  static const Tag kTag{.key = "classification", .values = {"public", "internal", "confidential", "restricted"}};
  return kTag;
}

// The levels that whoever IAM lets in may read; the others are read by whom they are granted to.
void PutClassification(kv::Txn& txn, const Scope& scope, Timestamp now) {
  txn.Put(NamedKey(scope, kTagKind, ClassificationTag().key), EncodeRecord(ClassificationTag()));
  for (const bool of_tables : {false, true}) {
    Grant grant;
    grant.resource.kind = Kind::kTagPolicy;
    grant.resource.of_tables = of_tables;
    grant.resource.expression = {{ClassificationTag().key, {"internal", "public"}}};
    grant.principal = scope.account + std::string(kEveryoneSuffix);
    grant.permissions = Bit(Permission::kDescribe);
    if (of_tables) grant.permissions |= Bit(Permission::kSelect);
    grant.updated = now;
    txn.Put(GrantKey(scope, grant), EncodeRecord(grant));
  }
}

Result<bool> Governor::MayUseTag(const Who& who, const Scope& scope, const Snapshot& snapshot, Kind kind,
                                 const std::string& name, Permissions permissions) const {
  if (who.account == scope.account && (who.acts_for_account || snapshot.IsAdmin(who))) return true;
  return std::ranges::any_of(snapshot.elsewhere, [&](const Grant* grant) {
    return grant->resource.kind == kind && grant->resource.name == name && who.Is(grant->principal) &&
           (grant->permissions & (permissions | Bit(Permission::kAll))) != 0;
  });
}

Status Governor::CreateTag(const identity::Caller& caller, const Scope& scope, Tag tag) {
  TARN_TRY(const Who who, Known(caller, scope));
  TARN_TRY(const auto snapshot, SnapshotOf(scope));
  const bool may = (who.account == scope.account && (who.acts_for_account || snapshot->IsAdmin(who))) ||
                   std::ranges::any_of(snapshot->elsewhere, [&](const Grant* grant) {
                     return grant->resource.kind == Kind::kCatalog && who.Is(grant->principal) &&
                            (grant->permissions & Bit(Permission::kCreateTag)) != 0;
                   });
  if (!may) return Denied();
  tag.key = AsciiLower(tag.key);
  for (std::string& value : tag.values) value = AsciiLower(value);
  if (tag.values.empty()) return Fail(kInvalidInput, "An LF-Tag must have at least one value.");
  if (tag.values.size() > kValuesMax) return Fail(kLimitExceeded, "An LF-Tag can have at most 1000 values.");
  std::vector<std::string> sorted = tag.values;
  std::ranges::sort(sorted);
  if (std::ranges::adjacent_find(sorted) != sorted.end()) {
    return Fail(kInvalidInput, "Tag values cannot be given twice.");
  }
  return Change(scope, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const auto present, Load(txn, scope, tag.key));
    if (present) return Fail(kInvalidInput, fmt::format("Tag key already exists: {}", tag.key));
    txn.Put(NamedKey(scope, kTagKind, tag.key), EncodeRecord(tag));
    // Its maker manages it.
    if (!who.acts_for_account && !snapshot->IsAdmin(who)) {
      Grant grant;
      grant.resource.kind = Kind::kTag;
      grant.resource.name = tag.key;
      grant.resource.values = {"*"};
      grant.principal = who.arn;
      grant.permissions = GrantableOn(grant.resource) & ~Bit(Permission::kAll);
      grant.grantable = grant.permissions;
      grant.updated = clock_.Now();
      grant.updated_by = who.arn;
      txn.Put(GrantKey(scope, grant), EncodeRecord(grant));
    }
    return Ok();
  });
}

Status Governor::UpdateTag(const identity::Caller& caller, const Scope& scope, const std::string& key,
                           const std::vector<std::string>& remove, const std::vector<std::string>& add) {
  TARN_TRY(const Who who, Known(caller, scope));
  TARN_TRY(const auto now, SnapshotOf(scope));
  TARN_TRY(const bool may, MayUseTag(who, scope, *now, Kind::kTag, key, Bit(Permission::kAlter)));
  if (!may) return Denied();
  if (remove.empty() && add.empty())
    return Fail(kInvalidInput, "Tag values to add and to delete cannot both be empty.");
  return Change(scope, [&](kv::Txn& txn) -> Status {
    TARN_TRY(auto tag, Load(txn, scope, key));
    if (!tag && key == ClassificationTag().key) {
      PutClassification(txn, scope, clock_.Now());
      tag = ClassificationTag();
    }
    if (!tag) return NoSuchTag(key);
    for (const std::string& value : remove) {
      if (!Has(tag->values, value)) return Fail(kInvalidInput, fmt::format("Tag value does not exist: {}", value));
      if (Has(add, value)) return Fail(kInvalidInput, "A tag value cannot be both added and deleted.");
      std::erase(tag->values, value);
    }
    for (const std::string& value : add) {
      if (!Has(tag->values, value)) tag->values.push_back(value);
    }
    if (tag->values.empty()) return Fail(kInvalidInput, "An LF-Tag must have at least one value.");
    if (tag->values.size() > kValuesMax) return Fail(kLimitExceeded, "An LF-Tag can have at most 1000 values.");
    txn.Put(NamedKey(scope, kTagKind, key), EncodeRecord(*tag));
    if (!remove.empty()) {
      TARN_TRY(const auto snapshot, Snapshot::Load(txn, scope));
      TakeOff(txn, scope, *snapshot, key, &remove);
    }
    return Ok();
  });
}

Status Governor::DeleteTag(const identity::Caller& caller, const Scope& scope, const std::string& key) {
  TARN_TRY(const Who who, Known(caller, scope));
  TARN_TRY(const auto now, SnapshotOf(scope));
  TARN_TRY(const bool may, MayUseTag(who, scope, *now, Kind::kTag, key, Bit(Permission::kDrop)));
  if (!may) return Denied();
  return Change(scope, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const auto tag, Load(txn, scope, key));
    if (!tag) return NoSuchTag(key);
    txn.Delete(NamedKey(scope, kTagKind, key));
    TARN_TRY(const auto snapshot, Snapshot::Load(txn, scope));
    TakeOff(txn, scope, *snapshot, key, nullptr);
    // A policy that asked for it can match nothing any more.
    for (const Grant* grant : snapshot->elsewhere) {
      const bool is_of_it =
          (grant->resource.kind == Kind::kTag && grant->resource.name == key) ||
          (grant->resource.kind == Kind::kTagPolicy &&
           std::ranges::any_of(grant->resource.expression, [&](const TagValues& each) { return each.key == key; }));
      if (is_of_it) txn.Delete(GrantKey(scope, *grant));
    }
    return Ok();
  });
}

Result<Tag> Governor::GetTag(const identity::Caller& caller, const Scope& scope, const std::string& key) {
  TARN_TRY(const Who who, Known(caller, scope));
  TARN_TRY(const auto snapshot, SnapshotOf(scope));
  constexpr Permissions kSeeing = Bit(Permission::kDescribe) | Bit(Permission::kAssociate) | Bit(Permission::kAlter) |
                                  Bit(Permission::kDrop) | Bit(Permission::kGrantWithTagExpression);
  TARN_TRY(const bool may, MayUseTag(who, scope, *snapshot, Kind::kTag, key, kSeeing));
  if (!may && !(who.account == scope.account && snapshot->IsReadOnlyAdmin(who))) return Denied();
  if (const auto found = snapshot->tags.find(key); found != snapshot->tags.end()) return found->second;
  if (key == ClassificationTag().key) return ClassificationTag();
  return NoSuchTag(key);
}

// The tag of classification is listed once it was used, so that a fresh lake lists none.
Result<std::vector<Tag>> Governor::ListTags(const identity::Caller& caller, const Scope& scope) {
  TARN_TRY(const auto snapshot, SnapshotOf(scope));
  std::vector<Tag> tags;
  for (const auto& [key, tag] : snapshot->tags) {
    if (GetTag(caller, scope, key).ok()) tags.push_back(tag);
  }
  return tags;
}

}  // namespace tarn::govern
