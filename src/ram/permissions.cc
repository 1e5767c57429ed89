#include "ram/permissions.h"

#include <algorithm>
#include <utility>

#include "base/random.h"
#include "base/strings.h"
#include "json/json.h"
#include "ram/errors.h"

namespace tarn::ram {
namespace {

constexpr size_t kPerType = 10;
constexpr size_t kVersions = 5;
constexpr std::string_view kAwsPrefix = "arn:aws:ram::aws:permission/";

Error Malformed(std::string_view why) {
  return Fail(kMalformedTemplate, "The policy template is malformed: " + std::string(why));
}

Error Unknown(const std::string& arn) { return Fail(kUnknownResource, "Permission " + arn + " could not be found."); }

Error NoVersion(const std::string& arn, int64_t number) {
  return Fail(kInvalidParameter, "Permission " + arn + " does not have a version " + std::to_string(number) + ".");
}

const ResourceType* TypeInAnyCase(std::string_view name) {
  const auto types = ResourceTypes();
  const auto found =
      std::ranges::find_if(types, [&](const ResourceType& type) { return EqualsIgnoreCase(type.name, name); });
  return found == types.end() ? nullptr : &*found;
}

bool NamesPermission(std::string_view arn) {
  const auto parts = Split(arn, ':');
  return parts.size() == 6 && parts[0] == "arn" && parts[2] == "ram" && parts[5].starts_with("permission/");
}

bool Uses(const Share& share, const Permission& permission, std::optional<int64_t> version) {
  if (share.deleted) return false;
  const auto used = share.permissions.find(permission.type);
  if (used == share.permissions.end() || used->second != permission.arn) return false;
  const auto number = share.versions.find(permission.type);
  return !version || (number != share.versions.end() && number->second == *version);
}

Result<bool> IsUsed(Rows& rows, const Permission& permission, std::optional<int64_t> version) {
  TARN_TRY(const auto shares, rows.Shares());
  return std::ranges::any_of(shares, [&](const Share& share) { return Uses(share, permission, version); });
}

// Whether the actions are the service's alone.
bool AreOf(const json::Value& actions, std::string_view service) {
  const auto is_its = [&](const json::Value& value) {
    const std::string* const text = value.AsString();
    return text != nullptr && text->size() > service.size() + 1 && text->starts_with(service) &&
           (*text)[service.size()] == ':';
  };
  if (const json::Array* many = actions.AsArray()) return !many->empty() && std::ranges::all_of(*many, is_its);
  return is_its(actions);
}

}  // namespace

Result<std::shared_ptr<const policy::Document>> ParseTemplate(std::string_view text, std::string_view service) {
  const auto read = json::Parse(text);
  const json::Object* const members = read.ok() ? read->AsObject() : nullptr;
  if (members == nullptr) return Malformed("it must be a JSON object.");
  for (const auto& [name, value] : *members) {
    if (name != "Effect" && name != "Action" && name != "Condition") {
      return Malformed("the element " + name + " is not supported.");
    }
  }
  if (read->StringOr("Effect", "") != "Allow") return Malformed("the element Effect must be Allow.");
  const json::Value* const actions = read->Find("Action");
  if (actions == nullptr || !AreOf(*actions, service)) {
    return Malformed("the element Action must name actions of " + std::string(service) + ".");
  }
  const size_t end = text.rfind('}');
  const std::string document =
      R"({"Version":"2012-10-17","Statement":[)" + std::string(text.substr(0, end)) + R"(,"Resource":"*"}]})";
  policy::ParseOptions options;
  options.kind = policy::ParseOptions::Kind::kIdentity;
  auto parsed = policy::Document::Parse(document, options);
  if (!parsed.ok()) return Malformed(parsed.error().message);
  return parsed;
}

Result<Permission> CreatePermission(Rows& rows, NewPermission made) {
  const ResourceType* const type = TypeInAnyCase(made.type);
  if (type == nullptr) return Fail(kInvalidParameter, "Invalid resource type: " + made.type);
  TARN_CHECK(ParseTemplate(made.policy, type->service));
  Permission permission;
  permission.arn = "arn:aws:ram:" + made.region + ":" + made.owner + ":permission/" + made.name;
  TARN_TRY(const auto present, rows.FindPermission(permission.arn));
  if (present) return Fail(kPermissionExists, "Permission " + made.name + " already exists.");
  TARN_TRY(const auto all, rows.Permissions());
  const auto same = std::ranges::count_if(
      all, [&](const Permission& each) { return each.owner == made.owner && each.type == type->name; });
  if (static_cast<size_t>(same) >= kPerType) {
    return Fail(kTooManyPermissions, "The limit of 10 customer managed permissions for the resource type is reached.");
  }
  permission.owner = std::move(made.owner);
  permission.name = std::move(made.name);
  permission.type = type->name;
  permission.versions.push_back({.number = 1, .policy = std::move(made.policy), .created = rows.now()});
  permission.created = rows.now();
  permission.updated = rows.now();
  permission.tags = std::move(made.tags);
  rows.Put(permission);
  return permission;
}

Result<Permission> GetOwnPermission(Rows& rows, const std::string& account, const std::string& arn) {
  if (!NamesPermission(arn)) return Fail(kMalformedArn, "The specified permission ARN " + arn + " is not valid.");
  if (arn.starts_with(kAwsPrefix)) {
    return Fail(kNotPermitted, "You cannot change AWS managed permissions.");
  }
  TARN_TRY(auto found, rows.FindPermission(arn));
  if (!found || found->owner != account) return Unknown(arn);
  return *std::move(found);
}

Status AddVersion(Rows& rows, Permission& permission, const std::string& policy) {
  const ResourceType* const type = TypeNamed(permission.type);
  TARN_CHECK(ParseTemplate(policy, type != nullptr ? type->service : std::string_view()));
  if (permission.versions.size() >= kVersions) {
    return Fail(kTooManyVersions, "The limit of 5 versions of a customer managed permission is reached.");
  }
  permission.versions.push_back({.number = ++permission.last_version, .policy = policy, .created = rows.now()});
  permission.default_version = permission.last_version;
  permission.updated = rows.now();
  rows.Put(permission);
  return Ok();
}

Status DeleteVersion(Rows& rows, Permission& permission, int64_t number) {
  if (permission.Version(number) == nullptr) return NoVersion(permission.arn, number);
  if (number == permission.default_version) {
    return Fail(kNotPermitted, "You cannot delete the default version of a permission.");
  }
  TARN_TRY(const bool used, IsUsed(rows, permission, number));
  if (used)
    return Fail(kNotPermitted, "You cannot delete a permission version that is associated with a resource share.");
  std::erase_if(permission.versions, [&](const PermissionVersion& each) { return each.number == number; });
  permission.updated = rows.now();
  rows.Put(permission);
  return Ok();
}

Status SetDefaultVersion(Rows& rows, Permission& permission, int64_t number) {
  if (permission.Version(number) == nullptr) return NoVersion(permission.arn, number);
  permission.default_version = number;
  permission.updated = rows.now();
  rows.Put(permission);
  return Ok();
}

Status DeletePermission(Rows& rows, const Permission& permission) {
  TARN_TRY(const bool used, IsUsed(rows, permission, std::nullopt));
  if (used) return Fail(kNotPermitted, "You cannot delete a permission that is associated with a resource share.");
  rows.Erase(permission);
  return Ok();
}

Result<Choice> Choose(Rows& rows, const std::string& account, const std::string& arn) {
  if (arn.starts_with(kAwsPrefix)) {
    for (const ManagedPermission& each : ManagedPermissions()) {
      if (each.Arn() == arn) return Choice{.arn = arn, .type = std::string(each.type), .version = std::nullopt};
    }
    return Unknown(arn);
  }
  TARN_TRY(const Permission permission, GetOwnPermission(rows, account, arn));
  if (permission.deprecated) return Fail(kInvalidParameter, "Permission " + arn + " is deprecated.");
  return Choice{.arn = arn, .type = permission.type, .version = permission.default_version};
}

void Use(Share& share, const Choice& choice) {
  share.permissions[choice.type] = choice.arn;
  if (choice.version) {
    share.versions[choice.type] = *choice.version;
  } else {
    share.versions.erase(choice.type);
  }
}

Result<Replacement> Replace(Rows& rows, const std::string& account, const std::string& from, int64_t from_version,
                            const std::string& to) {
  TARN_TRY(const Choice chosen, Choose(rows, account, to));
  auto replaced = Choose(rows, account, from);
  if (replaced.Is(kInvalidParameter)) {  // a deprecated one may be replaced
    TARN_TRY(const Permission old, GetOwnPermission(rows, account, from));
    replaced = Choice{.arn = old.arn, .type = old.type, .version = old.default_version};
  }
  if (!replaced.ok()) return replaced.error();
  if (replaced->type != chosen.type) {
    return Fail(kInvalidParameter, "The permissions must be of the same resource type.");
  }
  TARN_TRY(auto shares, rows.Shares());
  for (Share& share : shares) {
    const auto used = share.permissions.find(chosen.type);
    if (share.owner != account || share.deleted || used == share.permissions.end() || used->second != from) continue;
    const auto version = share.versions.find(chosen.type);
    if (from_version != 0 && (version == share.versions.end() || version->second != from_version)) continue;
    Use(share, chosen);
    share.updated = rows.now();
    rows.Put(share);
  }
  Replacement done{.id = RandomUuid(),
                   .owner = account,
                   .from = from,
                   .from_version = from_version,
                   .to = to,
                   .to_version = chosen.version.value_or(1),
                   .made = rows.now()};
  rows.Put(done);
  return done;
}

}  // namespace tarn::ram
