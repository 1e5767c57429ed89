// Policies and what they are attached to.
#include <algorithm>

#include "api/organizations/convert.h"
#include "json/json.h"
#include "policy/policy.h"

namespace tarn::api::organizations {

using domain::Book;
using domain::Who;

namespace {

constexpr size_t kPage = 20;
constexpr size_t kControlBytesMax = 5120;
constexpr size_t kOptOutBytesMax = 2500;
constexpr size_t kOtherBytesMax = 10'000;
constexpr size_t kControlsMax = 5;  // of a type, attached to one target
constexpr size_t kOthersMax = 10;
constexpr std::string_view kOptOut = "AISERVICES_OPT_OUT_POLICY";
constexpr std::string_view kChatbot = "CHATBOT_POLICY";

Error NoSuchPolicy() { return Fail(domain::kNoSuchPolicy, "You specified a policy that doesn't exist."); }
Error CannotFindPolicy() {
  return Fail(domain::kNoSuchPolicy, "We can't find a policy with the PolicyId that you specified.");
}
Error NoSuchTarget() { return Fail(domain::kNoSuchTarget, "You specified a target that doesn't exist."); }

Status CheckContent(const protocol::Call& call, const std::string& type, const std::string& content) {
  const Error malformed = Fail(domain::kMalformedPolicy,
                               "The provided policy document does not meet the requirements of the specified policy "
                               "type.");
  const bool service = type == domain::kServiceControl;
  const bool control = service || type == domain::kResourceControl;
  const size_t others = type == kOptOut ? kOptOutBytesMax : kOtherBytesMax;
  if (content.size() > (control ? kControlBytesMax : others)) {
    return Constraint(call, "POLICY_CONTENT_LIMIT_EXCEEDED",
                      "The policy content exceeds the maximum number of characters allowed.");
  }
  if (!control) {
    const auto parsed = json::Parse(content);
    return parsed.ok() && parsed->is_object() ? Status(Ok()) : Status(malformed);
  }
  policy::ParseOptions options;
  options.kind = service ? policy::ParseOptions::Kind::kIdentity : policy::ParseOptions::Kind::kResource;
  return policy::Document::Parse(content, options).ok() ? Status(Ok()) : Status(malformed);
}

Result<bool> NameTaken(Book& book, const domain::Policy& policy) {
  if (domain::ManagedPolicy(domain::FullAccessOf(policy.type)).name == policy.name) return true;
  TARN_TRY(const auto policies, book.Policies());
  return std::ranges::any_of(policies, [&](const auto& each) {
    return each.id != policy.id && each.type == policy.type && each.name == policy.name;
  });
}

Error DuplicatePolicy() { return Fail(domain::kDuplicatePolicy, "A policy with the same name already exists."); }

// A root, unit or account of the organization.
Status CheckTarget(Book& book, const std::string& id) {
  if (id == book.organization().root_id) return Ok();
  TARN_TRY(const auto path, book.PathTo(id));
  return path.empty() ? Status(NoSuchTarget()) : Status(Ok());
}

struct Attachment {
  domain::Policy policy;
  bool present = false;
};

// Errors: kNoSuchPolicy, kNoSuchTarget, kTypeNotEnabled.
Result<Attachment> FindAttachment(Book& book, const std::string& policy_id, const std::string& target) {
  TARN_TRY(auto policy, book.FindPolicy(policy_id));
  if (!policy) return NoSuchPolicy();
  TARN_CHECK(CheckTarget(book, target));
  if (!book.Enabled(policy->type)) {
    return Fail(domain::kTypeNotEnabled, "This operation can be performed only for enabled policy types.");
  }
  TARN_TRY(const auto attached, book.AttachedTo(target));
  return Attachment{std::move(*policy), std::ranges::find(attached, policy_id) != attached.end()};
}

// Policies of a type that are attached to the target. Errors: of reading.
Result<size_t> CountAttached(Book& book, const std::string& target, const std::string& type) {
  TARN_TRY(const auto attached, book.AttachedTo(target));
  size_t count = 0;
  for (const std::string& id : attached) {
    TARN_TRY(const auto policy, book.FindPolicy(id));
    if (policy && policy->type == type) ++count;
  }
  return count;
}

size_t AttachedMax(const std::string& type) {
  const bool few =
      type == domain::kServiceControl || type == domain::kResourceControl || type == kOptOut || type == kChatbot;
  return few ? kControlsMax : kOthersMax;
}

std::string IdOf(const gen::PolicySummary& summary) { return *summary.id; }

}  // namespace

Result<gen::CreatePolicyResponse> OrganizationsService::CreatePolicy(const protocol::Call& call,
                                                                     const gen::CreatePolicyRequest& in) {
  TARN_CHECK(CheckPolicyType(call, *in.type));
  gen::CreatePolicyResponse out;
  TARN_TRY(const domain::Tags tags, ReadTags(call, in.tags));
  TARN_CHECK(organizations_.Change(call.caller.account, Who::kManagement, [&](Book& book) -> Status {
    if (!book.organization().all_features) {
      return Fail(
          domain::kTypeNotAvailable,
          "You can't use the specified policy type with the feature set currently enabled for this organization.");
    }
    domain::Policy policy;
    policy.id = domain::NewId("p-", 8);
    policy.name = *in.name;
    policy.description = *in.description;
    policy.type = *in.type;
    policy.content = *in.content;
    policy.created = call.now;
    policy.tags = tags;
    TARN_CHECK(CheckContent(call, policy.type, policy.content));
    TARN_TRY(const bool taken, NameTaken(book, policy));
    if (taken) return DuplicatePolicy();
    book.Put(policy);
    out.policy = ToWire(book.organization(), policy);
    return Ok();
  }));
  return out;
}

Result<gen::DescribePolicyResponse> OrganizationsService::DescribePolicy(const protocol::Call& call,
                                                                         const gen::DescribePolicyRequest& in) {
  TARN_CHECK(CheckPolicyId(call, *in.policy_id));
  gen::DescribePolicyResponse out;
  TARN_CHECK(organizations_.Read(call.caller.account, Who::kAdministrator, [&](Book& book) -> Status {
    TARN_TRY(const auto policy, book.FindPolicy(*in.policy_id));
    if (!policy) return NoSuchPolicy();
    out.policy = ToWire(book.organization(), *policy);
    return Ok();
  }));
  return out;
}

Result<gen::UpdatePolicyResponse> OrganizationsService::UpdatePolicy(const protocol::Call& call,
                                                                     const gen::UpdatePolicyRequest& in) {
  TARN_CHECK(CheckPolicyId(call, *in.policy_id));
  gen::UpdatePolicyResponse out;
  TARN_CHECK(organizations_.Change(call.caller.account, Who::kManagement, [&](Book& book) -> Status {
    TARN_TRY(auto policy, book.FindPolicy(*in.policy_id));
    if (!policy) return CannotFindPolicy();
    if (policy->aws_managed()) {
      return InvalidInput(call, "IMMUTABLE_POLICY",
                          "You specified a policy that is managed by AWS and can't be modified.");
    }
    if (in.name) policy->name = *in.name;
    if (in.description) policy->description = *in.description;
    if (in.content) {
      TARN_CHECK(CheckContent(call, policy->type, *in.content));
      policy->content = *in.content;
    }
    TARN_TRY(const bool taken, NameTaken(book, *policy));
    if (taken) return DuplicatePolicy();
    policy->updated = call.now;
    book.Put(*policy);
    out.policy = ToWire(book.organization(), *policy);
    return Ok();
  }));
  return out;
}

Result<gen::DeletePolicyResponse> OrganizationsService::DeletePolicy(const protocol::Call& call,
                                                                     const gen::DeletePolicyRequest& in) {
  TARN_CHECK(CheckPolicyId(call, *in.policy_id));
  TARN_CHECK(organizations_.Change(call.caller.account, Who::kManagement, [&](Book& book) -> Status {
    TARN_TRY(const auto policy, book.FindPolicy(*in.policy_id));
    if (!policy) return CannotFindPolicy();
    if (policy->aws_managed()) {
      return InvalidInput(call, "IMMUTABLE_POLICY",
                          "You specified a policy that is managed by AWS and can't be modified.");
    }
    TARN_TRY(const auto targets, book.TargetsOf(policy->id));
    if (!targets.empty()) {
      return Fail(
          domain::kPolicyInUse,
          "The policy is attached to one or more entities. You must detach it from all roots, OUs, and accounts "
          "before performing this operation.");
    }
    book.Erase(*policy);
    return Ok();
  }));
  return gen::DeletePolicyResponse{};
}

Result<gen::AttachPolicyResponse> OrganizationsService::AttachPolicy(const protocol::Call& call,
                                                                     const gen::AttachPolicyRequest& in) {
  TARN_CHECK(CheckPolicyId(call, *in.policy_id));
  TARN_CHECK(CheckTargetId(call, *in.target_id, false));
  TARN_CHECK(organizations_.Change(call.caller.account, Who::kManagement, [&](Book& book) -> Status {
    TARN_TRY(const Attachment found, FindAttachment(book, *in.policy_id, *in.target_id));
    if (found.present) {
      return Fail(domain::kDuplicateAttachment, "The selected policy is already attached to the specified target.");
    }
    TARN_TRY(const size_t held, CountAttached(book, *in.target_id, found.policy.type));
    if (held >= AttachedMax(found.policy.type)) {
      return Constraint(call, "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
                        "You have attached the maximum number of policies to the specified target.");
    }
    book.Attach(*in.target_id, *in.policy_id);
    return Ok();
  }));
  return gen::AttachPolicyResponse{};
}

Result<gen::DetachPolicyResponse> OrganizationsService::DetachPolicy(const protocol::Call& call,
                                                                     const gen::DetachPolicyRequest& in) {
  TARN_CHECK(CheckPolicyId(call, *in.policy_id));
  TARN_CHECK(CheckTargetId(call, *in.target_id, false));
  TARN_CHECK(organizations_.Change(call.caller.account, Who::kManagement, [&](Book& book) -> Status {
    TARN_TRY(const Attachment found, FindAttachment(book, *in.policy_id, *in.target_id));
    if (!found.present) {
      return Fail(domain::kNotAttached, "The policy isn't attached to the specified target in the specified root.");
    }
    if (found.policy.id == domain::kFullResourceAccess) {
      return Constraint(call, "CANNOT_DETACH_MANAGED_POLICY", "You cannot detach the RCPFullAWSAccess policy.");
    }
    if (found.policy.type == domain::kServiceControl) {
      TARN_TRY(const size_t held, CountAttached(book, *in.target_id, found.policy.type));
      if (held <= 1) {
        return Constraint(call, "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
                          "You cannot remove the last policy attached to the specified target. You must have at least "
                          "one attached at all times.");
      }
    }
    book.Detach(*in.target_id, *in.policy_id);
    return Ok();
  }));
  return gen::DetachPolicyResponse{};
}

Result<gen::ListPoliciesResponse> OrganizationsService::ListPolicies(const protocol::Call& call,
                                                                     const gen::ListPoliciesRequest& in) {
  TARN_CHECK(CheckPolicyType(call, *in.filter));
  gen::ListPoliciesResponse out;
  TARN_CHECK(organizations_.Read(call.caller.account, Who::kAdministrator, [&](Book& book) -> Status {
    std::vector<gen::PolicySummary> all;
    if (const auto full = domain::FullAccessOf(*in.filter); !full.empty()) {
      all.push_back(SummaryOf(book.organization(), domain::ManagedPolicy(full)));
    }
    TARN_TRY(const auto policies, book.Policies());
    for (const auto& policy : policies) {
      if (policy.type == *in.filter) all.push_back(SummaryOf(book.organization(), policy));
    }
    TARN_TRY(out.policies, PageOf(call, std::move(all), in, kPage, IdOf, out.next_token));
    return Ok();
  }));
  return out;
}

Result<gen::ListPoliciesForTargetResponse> OrganizationsService::ListPoliciesForTarget(
    const protocol::Call& call, const gen::ListPoliciesForTargetRequest& in) {
  TARN_CHECK(CheckPolicyType(call, *in.filter));
  TARN_CHECK(CheckTargetId(call, *in.target_id, false));
  gen::ListPoliciesForTargetResponse out;
  TARN_CHECK(organizations_.Read(call.caller.account, Who::kAdministrator, [&](Book& book) -> Status {
    TARN_CHECK(CheckTarget(book, *in.target_id));
    TARN_TRY(const auto attached, book.AttachedTo(*in.target_id));
    std::vector<domain::Policy> policies;
    for (const std::string& id : attached) {
      TARN_TRY(auto policy, book.FindPolicy(id));
      if (policy && policy->type == *in.filter) policies.push_back(std::move(*policy));
    }
    std::ranges::stable_sort(policies, {}, [](const domain::Policy& each) { return each.created; });
    std::vector<gen::PolicySummary> all;
    all.reserve(policies.size());
    for (const auto& policy : policies) all.push_back(SummaryOf(book.organization(), policy));
    TARN_TRY(out.policies, PageOf(call, std::move(all), in, kPage, IdOf, out.next_token));
    return Ok();
  }));
  return out;
}

Result<gen::ListTargetsForPolicyResponse> OrganizationsService::ListTargetsForPolicy(
    const protocol::Call& call, const gen::ListTargetsForPolicyRequest& in) {
  TARN_CHECK(CheckPolicyId(call, *in.policy_id));
  gen::ListTargetsForPolicyResponse out;
  TARN_CHECK(organizations_.Read(call.caller.account, Who::kAdministrator, [&](Book& book) -> Status {
    TARN_TRY(const auto policy, book.FindPolicy(*in.policy_id));
    if (!policy) return NoSuchPolicy();
    TARN_TRY(const auto targets, book.TargetsOf(policy->id));
    std::vector<gen::PolicyTargetSummary> all;
    const domain::Organization& organization = book.organization();
    for (const std::string& id : targets) {
      gen::PolicyTargetSummary target;
      target.target_id = id;
      if (id == organization.root_id) {
        target.arn = organization.RootArn();
        target.name = "Root";
        target.type = "ROOT";
      } else if (id.starts_with("ou-")) {
        TARN_TRY(const auto unit, GetUnit(book, id));
        target.arn = unit.Arn(organization);
        target.name = unit.name;
        target.type = "ORGANIZATIONAL_UNIT";
      } else {
        TARN_TRY(const auto account, GetAccount(book, id));
        target.arn = domain::AccountArn(organization, id);
        target.name = account.name;
        target.type = "ACCOUNT";
      }
      all.push_back(std::move(target));
    }
    const auto name = [](const gen::PolicyTargetSummary& each) { return *each.target_id; };
    TARN_TRY(out.targets, PageOf(call, std::move(all), in, kPage, name, out.next_token));
    return Ok();
  }));
  return out;
}

}  // namespace tarn::api::organizations
