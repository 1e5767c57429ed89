#include "govern/answer/snapshot.h"

#include <algorithm>

#include "govern/errors.h"
#include "govern/keys.h"
#include "govern/records.h"
#include "kv/pages.h"

namespace tarn::govern {
namespace {

constexpr size_t kScanStep = 4096;

template <class T>
Result<T> Decode(std::string_view bytes) {
  std::optional<T> value = DecodeRecord<T>(bytes);
  if (!value) return Fail(kDamaged, "a governance record is damaged");
  return std::move(*value);
}

Status Take(Snapshot& out, std::string_view kind, std::string_view value) {
  if (kind == kSettingsKind) {
    TARN_TRY(out.settings, Decode<Settings>(value));
  } else if (kind == kGrantKind) {
    TARN_TRY(Grant grant, Decode<Grant>(value));
    out.grants.push_back(std::move(grant));
  } else if (kind == kFilterKind) {
    TARN_TRY(Filter filter, Decode<Filter>(value));
    auto& filters = out.filters[filter.table_uid];
    filters[filter.name] = std::move(filter);
  } else if (kind == kTagKind) {
    TARN_TRY(Tag tag, Decode<Tag>(value));
    out.tags[tag.key] = std::move(tag);
  } else if (kind == kAssignedKind) {
    TARN_TRY(Assigned assigned, Decode<Assigned>(value));
    out.assigned[assigned.uid][assigned.column] = std::move(assigned.tags);
  } else if (kind == kExpressionKind) {
    TARN_TRY(TagExpression expression, Decode<TagExpression>(value));
    out.expressions[expression.name] = std::move(expression);
  } else if (kind == kLocationKind) {
    TARN_TRY(DataLocation location, Decode<DataLocation>(value));
    out.locations[location.arn] = std::move(location);
  } else if (kind == kOptInKind) {
    TARN_TRY(OptIn opt_in, Decode<OptIn>(value));
    out.opt_ins.push_back(std::move(opt_in));
  }
  return Ok();
}

void Index(Snapshot& out) {
  for (const Grant& grant : out.grants) {
    if (!grant.table_uid.empty()) out.of_table[grant.table_uid].push_back(&grant);
    if (!grant.database_uid.empty()) {
      out.of_database[grant.database_uid].push_back(&grant);
    } else {
      out.elsewhere.push_back(&grant);
    }
  }
}

// What databases and tables made at `time` are born with.
std::vector<PrincipalGrant> BornWith(const Settings& settings, Timestamp time, bool is_table) {
  std::vector<PrincipalGrant> found{{std::string(kIamAllowed), Bit(Permission::kAll)}};
  for (const Defaults& defaults : settings.history) {
    if (defaults.since.micros > time.micros) break;
    found = is_table ? defaults.table : defaults.database;
  }
  return found;
}

// Adds what holds by birth, where no record says otherwise, and leaves out what was taken away.
std::vector<Grant> Complete(std::vector<Grant> stored, const std::vector<PrincipalGrant>& born,
                            const std::optional<std::string>& creator, Permissions creator_permissions,
                            const Grant& like) {
  const auto add = [&](const std::string& principal, Permissions permissions, Permissions grantable) {
    if (std::ranges::any_of(stored, [&](const Grant& each) { return each.principal == principal; })) return;
    Grant grant = like;
    grant.principal = principal;
    grant.permissions = permissions;
    grant.grantable = grantable;
    stored.push_back(std::move(grant));
  };
  if (creator && !creator->empty() && !creator->ends_with(":root")) {
    add(*creator, creator_permissions, creator_permissions);
  }
  for (const PrincipalGrant& each : born) add(each.principal, each.permissions, 0);
  std::erase_if(stored, [](const Grant& each) { return each.permissions == 0 && each.grantable == 0; });
  return stored;
}

bool IsAmong(const std::optional<std::vector<std::string>>& principals, const Who& who) {
  return principals && std::ranges::any_of(*principals, [&](const std::string& each) { return who.Is(each); });
}

}  // namespace

Result<std::shared_ptr<const Snapshot>> Snapshot::Load(kv::Txn& txn, const Scope& scope) {
  auto out = std::make_shared<Snapshot>();
  const kv::Key prefix = ScopeKey(scope);
  for (kv::Pages pages(prefix, kScanStep); !pages.done();) {
    TARN_TRY(const auto pairs, pages.Next(txn));
    for (const kv::KeyValue& pair : pairs) {
      kv::KeyReader key(std::string_view(pair.key).substr(prefix.bytes().size()));
      TARN_CHECK(Take(*out, key.Text().value_or(""), pair.value));
    }
  }
  Index(*out);
  return std::shared_ptr<const Snapshot>(std::move(out));
}

bool Snapshot::IsAdmin(const Who& who) const { return IsAmong(settings.admins, who); }
bool Snapshot::IsReadOnlyAdmin(const Who& who) const { return IsAmong(settings.read_only_admins, who); }

std::vector<Grant> Snapshot::On(const catalog::Database& database) const {
  std::vector<Grant> stored;
  if (const auto found = of_database.find(database.uid); found != of_database.end()) {
    for (const Grant* grant : found->second) {
      if (grant->resource.kind == Kind::kDatabase) stored.push_back(*grant);
    }
  }
  Grant like;
  like.resource.kind = Kind::kDatabase;
  like.resource.database = database.name;
  like.database_uid = database.uid;
  like.updated = database.create_time;
  return Complete(std::move(stored), BornWith(settings, database.create_time, false), database.creator,
                  kCreatorOfDatabase, like);
}

std::vector<Grant> Snapshot::On(const catalog::Table& table) const {
  std::vector<Grant> stored;
  if (const auto found = of_table.find(table.uid); found != of_table.end()) {
    for (const Grant* grant : found->second) {
      if (grant->resource.kind == Kind::kTable) stored.push_back(*grant);
    }
  }
  Grant like;
  like.resource.kind = Kind::kTable;
  like.resource.database = table.database;
  like.resource.table = table.name;
  like.table_uid = table.uid;
  like.updated = table.create_time;
  std::vector<PrincipalGrant> born = BornWith(settings, table.create_time, true);
  // The database's word is more special than the settings'.
  if (table.default_permissions) {
    born.clear();
    for (const catalog::PrincipalPermissions& each : *table.default_permissions) {
      PrincipalGrant grant{each.principal.value_or(""), 0};
      for (const std::string& name : each.permissions.value_or(std::vector<std::string>())) {
        if (const auto permission = PermissionOf(name)) grant.permissions |= Bit(*permission);
      }
      born.push_back(std::move(grant));
    }
  }
  return Complete(std::move(stored), born, table.creator, kCreatorOfTable, like);
}

std::vector<Grant> Snapshot::OnCatalog() const {
  std::vector<Grant> stored;
  for (const Grant* grant : elsewhere) {
    if (grant->resource.kind == Kind::kCatalog) stored.push_back(*grant);
  }
  const std::vector<PrincipalGrant> born{{std::string(kIamAllowed), Bit(Permission::kCreateDatabase)}};
  return Complete(std::move(stored), born, std::nullopt, 0, Grant{});
}

std::map<std::string, std::string> Snapshot::TagsOf(const catalog::Database& database) const {
  const auto found = assigned.find(database.uid);
  if (found == assigned.end()) return {};
  const auto own = found->second.find("");
  return own == found->second.end() ? std::map<std::string, std::string>() : own->second;
}

std::map<std::string, std::string> Snapshot::TagsOf(const catalog::Database& database, const catalog::Table& table,
                                                    std::string_view column) const {
  std::map<std::string, std::string> tags = TagsOf(database);
  const auto found = assigned.find(table.uid);
  if (found == assigned.end()) return tags;
  const auto lay = [&](const std::string& on) {
    const auto own = found->second.find(on);
    if (own == found->second.end()) return;
    for (const auto& [key, value] : own->second) tags[key] = value;
  };
  lay("");
  if (!column.empty()) lay(std::string(column));
  return tags;
}

const std::vector<TagValues>* Snapshot::ExpressionOf(const Resource& policy) const {
  if (policy.name.empty()) return &policy.expression;
  const auto found = expressions.find(policy.name);
  return found == expressions.end() ? nullptr : &found->second.expression;
}

bool Snapshot::IsOptedIn(const Who& who, const catalog::Database& database, const catalog::Table* table) const {
  return std::ranges::any_of(opt_ins, [&](const OptIn& each) {
    if (!who.Is(each.principal)) return false;
    switch (each.resource.kind) {
      case Kind::kCatalog:
        return true;
      case Kind::kDatabase:
        return each.database_uid == database.uid;
      case Kind::kTable:
      case Kind::kColumns:
        if (each.table_uid.empty()) return each.database_uid == database.uid;
        return table != nullptr && each.table_uid == table->uid;
      case Kind::kTagPolicy: {
        const auto* expression = ExpressionOf(each.resource);
        if (expression == nullptr) return false;
        return Matches(*expression, table == nullptr ? TagsOf(database) : TagsOf(database, *table));
      }
      default:
        return false;
    }
  });
}

bool Matches(const std::vector<TagValues>& expression, const std::map<std::string, std::string>& tags) {
  return !expression.empty() && std::ranges::all_of(expression, [&](const TagValues& each) {
    const auto found = tags.find(each.key);
    if (found == tags.end()) return false;
    return std::ranges::any_of(each.values,
                               [&](const std::string& value) { return value == "*" || value == found->second; });
  });
}

}  // namespace tarn::govern
