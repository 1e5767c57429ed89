// Governor: named LF-tag expressions.
#include <algorithm>

#include "govern/errors.h"
#include "govern/governor.h"
#include "govern/keys.h"
#include "govern/records.h"
#include "govern/tags/classification.h"

namespace tarn::govern {
namespace {

Error NoSuchExpression() { return Fail(kNotFound, "LF-Tag expression not found."); }
Error Denied() {
  return Fail(kAccessDenied,
              "Insufficient Lake Formation permission(s): the caller may not manage LF-Tag expressions.");
}

Status Check(const Snapshot& snapshot, const TagExpression& expression) {
  if (expression.expression.empty()) return Fail(kInvalidInput, "Expression cannot be empty.");
  for (const TagValues& each : expression.expression) {
    const auto tag = snapshot.tags.find(each.key);
    const Tag* known = tag != snapshot.tags.end()            ? &tag->second
                       : each.key == ClassificationTag().key ? &ClassificationTag()
                                                             : nullptr;
    const bool is_known = known != nullptr && std::ranges::all_of(each.values, [&](const std::string& value) {
                            return value == "*" || std::ranges::find(known->values, value) != known->values.end();
                          });
    if (!is_known) return Fail(kNotFound, "Tag or tag value does not exist.");
  }
  return Ok();
}

}  // namespace

Status Governor::CreateExpression(const identity::Caller& caller, const Scope& scope, const TagExpression& expression) {
  TARN_TRY(const Who who, Known(caller, scope));
  return Change(scope, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const auto snapshot, Snapshot::Load(txn, scope));
    const bool may = (who.account == scope.account && (who.acts_for_account || snapshot->IsAdmin(who))) ||
                     std::ranges::any_of(snapshot->elsewhere, [&](const Grant* grant) {
                       return grant->resource.kind == Kind::kCatalog && who.Is(grant->principal) &&
                              (grant->permissions & Bit(Permission::kCreateTagExpression)) != 0;
                     });
    if (!may) return Denied();
    TARN_CHECK(Check(*snapshot, expression));
    const std::string key = NamedKey(scope, kExpressionKind, expression.name);
    TARN_TRY(const auto present, txn.Get(key));
    if (present) return Fail(kInvalidInput, "LF-Tag expression already exists.");
    txn.Put(key, EncodeRecord(expression));
    return Ok();
  });
}

Status Governor::UpdateExpression(const identity::Caller& caller, const Scope& scope, const TagExpression& expression) {
  TARN_TRY(const Who who, Known(caller, scope));
  return Change(scope, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const auto snapshot, Snapshot::Load(txn, scope));
    TARN_TRY(const bool may,
             MayUseTag(who, scope, *snapshot, Kind::kTagExpression, expression.name, Bit(Permission::kAlter)));
    if (!may) return Denied();
    if (!snapshot->expressions.contains(expression.name)) return NoSuchExpression();
    TARN_CHECK(Check(*snapshot, expression));
    txn.Put(NamedKey(scope, kExpressionKind, expression.name), EncodeRecord(expression));
    return Ok();
  });
}

Status Governor::DeleteExpression(const identity::Caller& caller, const Scope& scope, const std::string& name) {
  TARN_TRY(const Who who, Known(caller, scope));
  return Change(scope, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const auto snapshot, Snapshot::Load(txn, scope));
    TARN_TRY(const bool may, MayUseTag(who, scope, *snapshot, Kind::kTagExpression, name, Bit(Permission::kDrop)));
    if (!may) return Denied();
    if (!snapshot->expressions.contains(name)) return NoSuchExpression();
    const bool is_used = std::ranges::any_of(snapshot->elsewhere, [&](const Grant* grant) {
      return grant->resource.kind == Kind::kTagPolicy && grant->resource.name == name;
    });
    if (is_used) return Fail(kInvalidInput, "The LF-Tag expression has permissions granted on it.");
    txn.Delete(NamedKey(scope, kExpressionKind, name));
    return Ok();
  });
}

Result<TagExpression> Governor::GetExpression(const identity::Caller& caller, const Scope& scope,
                                              const std::string& name) {
  TARN_TRY(const Who who, Known(caller, scope));
  TARN_TRY(const auto snapshot, SnapshotOf(scope));
  constexpr Permissions kSeeing = Bit(Permission::kDescribe) | Bit(Permission::kAlter) | Bit(Permission::kDrop) |
                                  Bit(Permission::kGrantWithTagExpression);
  TARN_TRY(const bool may, MayUseTag(who, scope, *snapshot, Kind::kTagExpression, name, kSeeing));
  if (!may && !(who.account == scope.account && snapshot->IsReadOnlyAdmin(who))) return Denied();
  const auto found = snapshot->expressions.find(name);
  if (found == snapshot->expressions.end()) return NoSuchExpression();
  return found->second;
}

Result<std::vector<TagExpression>> Governor::ListExpressions(const identity::Caller& caller, const Scope& scope) {
  TARN_TRY(const auto snapshot, SnapshotOf(scope));
  std::vector<TagExpression> found;
  for (const auto& [name, expression] : snapshot->expressions) {
    if (GetExpression(caller, scope, name).ok()) found.push_back(expression);
  }
  return found;
}

}  // namespace tarn::govern
