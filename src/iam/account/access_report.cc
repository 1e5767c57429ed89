#include "iam/account/access_report.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "base/random.h"
#include "base/strings.h"
#include "iam/policies/managed.h"
#include "iam/records.h"
#include "json/json.h"

namespace tarn::iam {
namespace {

constexpr std::string_view kTable = "j";

struct Service {
  std::string_view prefix;
  std::string_view name;
};
// The services of the lake: what a policy that allows everything opens.
constexpr Service kServices[] = {{"athena", "Amazon Athena"},
                                 {"cloudtrail", "AWS CloudTrail"},
                                 {"cloudwatch", "Amazon CloudWatch"},
                                 {"firehose", "Amazon Data Firehose"},
                                 {"glue", "AWS Glue"},
                                 {"iam", "AWS Identity and Access Management"},
                                 {"kinesis", "Amazon Kinesis Data Streams"},
                                 {"kms", "AWS Key Management Service"},
                                 {"lakeformation", "AWS Lake Formation"},
                                 {"organizations", "AWS Organizations"},
                                 {"ram", "AWS Resource Access Manager (RAM)"},
                                 {"s3", "Amazon S3"},
                                 {"s3tables", "Amazon S3 Tables"},
                                 {"sts", "AWS Security Token Service"}};

std::string NameOf(const std::string& service) {
  const auto* const found = std::ranges::find(kServices, service, &Service::prefix);
  return found == std::end(kServices) ? service : std::string(found->name);
}

std::vector<std::string> Texts(const json::Value* value) {
  std::vector<std::string> texts;
  if (value == nullptr) return texts;
  if (const std::string* one = value->AsString()) texts.push_back(*one);
  if (const json::Array* list = value->AsArray()) {
    for (const json::Value& each : *list) {
      if (const std::string* text = each.AsString()) texts.push_back(*text);
    }
  }
  return texts;
}

// The statements of a document that allow, as lists of actions; NotAction as it stands.
struct Allowed {
  std::vector<std::string> actions;
  bool all_but = false;
};
std::vector<Allowed> AllowedBy(std::string_view document) {
  std::vector<Allowed> allowed;
  const auto parsed = json::Parse(document);
  if (!parsed.ok()) return allowed;
  const json::Value* const statements = parsed->Find("Statement");
  if (statements == nullptr) return allowed;
  const json::Array* const list = statements->AsArray();
  const json::Array alone = list == nullptr ? json::Array{*statements} : json::Array();
  for (const json::Value& statement : list == nullptr ? alone : *list) {
    if (!EqualsIgnoreCase(statement.StringOr("Effect", ""), "Allow")) continue;
    if (auto actions = Texts(statement.Find("Action")); !actions.empty())
      allowed.push_back({std::move(actions), false});
    if (auto others = Texts(statement.Find("NotAction")); !others.empty()) allowed.push_back({std::move(others), true});
  }
  return allowed;
}

std::string_view ServiceIn(std::string_view action) { return action.substr(0, action.find(':')); }

struct Held {
  GrantingPolicy policy;
  std::string document;
};

Status AddManaged(Rows& rows, const Entity* entity, const std::string& arn, std::vector<Held>& held) {
  auto policy = FindManaged(rows, arn);
  if (policy.Is(kNoSuchEntity)) return Ok();
  if (!policy.ok()) return policy.error();
  const PolicyVersion* const version = policy->Version(policy->default_version);
  if (version == nullptr) return Ok();
  GrantingPolicy granting{.name = policy->name, .arn = arn};
  if (entity != nullptr) {
    granting.kind = entity->kind;
    granting.entity = entity->name;
  }
  held.push_back({std::move(granting), version->document});
  return Ok();
}

Status AddEntity(Rows& rows, const Entity& entity, std::vector<Held>& held) {
  for (const auto& [name, document] : entity.inlined) {
    held.push_back({{.name = name, .arn = {}, .kind = entity.kind, .entity = entity.name}, document});
  }
  for (const std::string& arn : entity.attached) TARN_CHECK(AddManaged(rows, &entity, arn, held));
  for (const std::string& group : entity.groups) {
    TARN_TRY(const auto found, rows.FindEntity(Kind::kGroup, group));
    if (found) TARN_CHECK(AddEntity(rows, *found, held));
  }
  return Ok();
}

Error NoSuchArn(const std::string& arn) { return Fail(kNoSuchEntity, "ARN " + arn + " cannot be found."); }

// Nothing for the ARN of a policy. Errors: kNoSuchEntity.
Result<std::optional<Entity>> EntityNamed(Rows& rows, const std::string& arn) {
  const auto ref = ParseArn(arn);
  if (!ref) {
    const auto policy = FindManaged(rows, arn);
    if (policy.ok()) return std::optional<Entity>();
    return policy.Is(kNoSuchEntity) ? NoSuchArn(arn) : policy.error();
  }
  if (ref->account != rows.account()) return NoSuchArn(arn);
  TARN_TRY(auto entity, rows.FindEntity(ref->kind, ref->name));
  if (!entity || entity->Arn() != arn) return NoSuchArn(arn);
  return entity;
}

Result<std::vector<Held>> PoliciesOf(Rows& rows, const std::string& arn) {
  std::vector<Held> held;
  TARN_TRY(const auto entity, EntityNamed(rows, arn));
  if (entity) {
    TARN_CHECK(AddEntity(rows, *entity, held));
  } else {
    TARN_CHECK(AddManaged(rows, nullptr, arn, held));
  }
  return held;
}

// The users and roles that act by the user, group, role or policy.
Result<std::vector<Entity>> ActorsOf(Rows& rows, const std::string& arn) {
  std::vector<Entity> actors;
  std::set<std::string> told;
  const auto add = [&](Entity entity) {
    if (told.insert(entity.Arn()).second) actors.push_back(std::move(entity));
  };
  const auto add_members = [&](const std::string& group) -> Status {
    TARN_TRY(const auto members, rows.MembersOf(group));
    for (const std::string& member : members) {
      TARN_TRY(auto user, rows.FindEntity(Kind::kUser, member));
      if (user) add(*std::move(user));
    }
    return Ok();
  };
  TARN_TRY(auto entity, EntityNamed(rows, arn));
  if (entity && entity->kind != Kind::kGroup) {
    add(*std::move(entity));
    return actors;
  }
  if (entity) {
    TARN_CHECK(add_members(entity->name));
    return actors;
  }
  TARN_TRY(const auto uses, rows.UsesOf(arn));
  for (const PolicyUse& use : uses) {
    if (use.as_boundary) continue;
    if (use.kind == Kind::kGroup) {
      TARN_CHECK(add_members(use.name));
      continue;
    }
    TARN_TRY(auto user, rows.FindEntity(use.kind, use.name));
    if (user) add(*std::move(user));
  }
  return actors;
}

}  // namespace

bool GrantsService(std::string_view document, std::string_view service) {
  const std::string all = std::string(service) + ":*";
  return std::ranges::any_of(AllowedBy(document), [&](const Allowed& each) {
    const auto names_all = [&](const std::string& action) { return action == "*" || EqualsIgnoreCase(action, all); };
    if (each.all_but) return std::ranges::none_of(each.actions, names_all);
    return std::ranges::any_of(each.actions, [&](const std::string& action) {
      return action == "*" || EqualsIgnoreCase(ServiceIn(action), service);
    });
  });
}

Result<std::string> BeginAccessReport(Rows& rows, const std::string& arn, bool of_actions) {
  const auto named = EntityNamed(rows, arn);
  if (!named.ok()) return named.error();
  const AccessReport report{.id = RandomUuid(), .arn = arn, .of_actions = of_actions, .made = rows.now()};
  rows.txn().Put(RowKey(rows.account(), kTable, report.id), EncodeRecord(report));
  return report.id;
}

Result<AccessReport> FindAccessReport(Rows& rows, const std::string& id) {
  TARN_TRY(const auto row, rows.txn().PeekGet(RowKey(rows.account(), kTable, id)));
  if (!row) return Fail(kNoSuchEntity, "The requested job id " + id + " cannot be found.");
  auto report = DecodeRecord<AccessReport>(*row);
  if (!report) return Fail(kDamaged, "access report " + id + " is damaged");
  return std::move(*report);
}

Result<std::vector<ServiceUse>> ServicesOf(Rows& rows, const AccessReport& report) {
  TARN_TRY(const auto held, PoliciesOf(rows, report.arn));
  std::set<std::string> services;
  for (const Held& policy : held) {
    for (const Service& service : kServices) {
      if (GrantsService(policy.document, service.prefix)) services.emplace(service.prefix);
    }
    for (const Allowed& each : AllowedBy(policy.document)) {
      if (each.all_but) continue;
      for (const std::string& action : each.actions) {
        if (action.find(':') != std::string::npos) services.insert(AsciiLower(ServiceIn(action)));
      }
    }
  }
  TARN_TRY(const auto actors, ActorsOf(rows, report.arn));
  std::vector<ServiceUse> uses;
  for (const std::string& service : services) {
    ServiceUse& use = uses.emplace_back();
    use.service = service;
    use.name = NameOf(service);
    for (const Entity& actor : actors) {
      TARN_TRY(const auto last, rows.iam().last_used().Find(rows.txn(), UseOfService(actor.id, service)));
      if (!last) continue;
      ++use.entities;
      if (use.last && use.last->time >= last->time) continue;
      use.last = last;
      use.last_entity = actor.Arn();
    }
  }
  std::ranges::sort(uses, {}, &ServiceUse::name);
  return uses;
}

Result<std::vector<EntityUse>> EntitiesOf(Rows& rows, const AccessReport& report, const std::string& service) {
  TARN_TRY(auto actors, ActorsOf(rows, report.arn));
  std::vector<EntityUse> uses;
  uses.reserve(actors.size());
  for (Entity& actor : actors) {
    TARN_TRY(auto last, rows.iam().last_used().Find(rows.txn(), UseOfService(actor.id, service)));
    uses.push_back({std::move(actor), std::move(last)});
  }
  return uses;
}

Result<std::vector<GrantingPolicy>> PoliciesGranting(Rows& rows, const std::string& arn, const std::string& service) {
  if (!ParseArn(arn)) return NoSuchArn(arn);
  TARN_TRY(auto held, PoliciesOf(rows, arn));
  std::vector<GrantingPolicy> granting;
  for (Held& policy : held) {
    if (GrantsService(policy.document, service)) granting.push_back(std::move(policy.policy));
  }
  return granting;
}

}  // namespace tarn::iam
