// AssumeRoot: what a management account does with the root of a member account, one task at a time.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html
#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "api/sts/errors.h"
#include "api/sts/sts_service.h"
#include "base/strings.h"
#include "organizations/errors.h"

namespace tarn::api::sts {
namespace {

constexpr int64_t kSecondsMax = 900;
constexpr std::string_view kTasks = "arn:aws:iam::aws:policy/root-task/";
constexpr std::string_view kIam = "iam.amazonaws.com";

struct Task {
  std::string_view name;
  // Of IAM's features for an organization: credentials are managed by one, what resources are locked by another.
  std::string_view feature;
  std::string_view actions;  // JSON
};

constexpr std::array<Task, 5> kAll{
    Task{
        "IAMAuditRootUserCredentials", "RootCredentialsManagement",
        R"("iam:GetAccessKeyLastUsed","iam:GetAccountSummary","iam:GetLoginProfile","iam:GetUser","iam:ListAccessKeys",)"
        R"("iam:ListMFADevices","iam:ListSigningCertificates")"},
    Task{"IAMCreateRootUserPassword", "RootCredentialsManagement", R"("iam:CreateLoginProfile","iam:GetLoginProfile")"},
    Task{"IAMDeleteRootUserCredentials", "RootCredentialsManagement",
         R"("iam:DeactivateMFADevice","iam:DeleteAccessKey","iam:DeleteLoginProfile","iam:DeleteSigningCertificate",)"
         R"("iam:GetLoginProfile","iam:ListAccessKeys","iam:ListMFADevices","iam:ListSigningCertificates")"},
    Task{"S3UnlockBucketPolicy", "RootSessions",
         R"("s3:DeleteBucketPolicy","s3:GetBucketPolicy","s3:ListAllMyBuckets","s3:PutBucketPolicy")"},
    Task{"SQSUnlockQueuePolicy", "RootSessions",
         R"("sqs:GetQueueAttributes","sqs:GetQueueUrl","sqs:ListQueues","sqs:SetQueueAttributes")"},
};

// "123456789012" or "arn:aws:iam::123456789012:root". Errors: kValidation.
Result<std::string> TargetOf(std::string_view principal) {
  std::string_view account = principal;
  constexpr std::string_view kArn = "arn:aws:iam::";
  constexpr std::string_view kRoot = ":root";
  if (account.starts_with(kArn) && account.ends_with(kRoot)) {
    account.remove_prefix(kArn.size());
    account.remove_suffix(kRoot.size());
  }
  constexpr size_t kDigits = 12;
  const bool is_account =
      account.size() == kDigits && std::ranges::all_of(account, [](char c) { return c >= '0' && c <= '9'; });
  if (is_account) return std::string(account);
  return Fail(kValidation, "Invalid target principal: " + std::string(principal));
}

}  // namespace

// Whether the caller's account may take that task up in the member account: by its place in the organization and by
// what is switched on there.
Result<bool> StsService::MayAssumeRoot(const identity::Caller& caller, const std::string& target,
                                       std::string_view feature) const {
  bool may = false;
  Status read =
      parts_.organizations->Read(caller.account, organizations::Who::kMember, [&](organizations::Book& book) -> Status {
        TARN_TRY(const auto asker, book.FindAccount(caller.account));
        TARN_TRY(const auto member, book.FindAccount(target));
        const organizations::Organization& organization = book.organization();
        const bool manages = book.AskerManages() || (asker && asker->delegated.contains(std::string(kIam)));
        may = manages && member && !member->closed && target != organization.management &&
              organization.services.contains(std::string(kIam)) &&
              std::ranges::find(organization.root_access, feature) != organization.root_access.end();
        return Ok();
      });
  if (read.Is(organizations::kNotInUse)) return false;
  TARN_CHECK(std::move(read));
  return may;
}

Result<gen::AssumeRootResponse> StsService::AssumeRoot(const protocol::Call& call, const gen::AssumeRootRequest& in) {
  TARN_TRY(const std::string target, TargetOf(*in.target_principal));
  const std::string policy = in.task_policy_arn->arn.value_or("");
  const auto* const task = std::ranges::find_if(
      kAll, [&](const Task& each) { return policy == std::string(kTasks) + std::string(each.name); });
  if (task == kAll.end()) return Fail(kValidation, "Invalid task policy ARN: " + policy);
  if (in.duration_seconds && *in.duration_seconds > kSecondsMax) {
    return Fail(kValidation, "The requested DurationSeconds exceeds the MaxSessionDuration set for this session.");
  }
  const identity::Caller root = identity::RootOf(target);
  const Error refused =
      Fail(kAccessDenied,
           "User: " + call.caller.arn + " is not authorized to perform: sts:AssumeRoot on resource: " + root.arn);
  if (call.caller.is_root() && (call.caller.facts || !parts_.root_assumes_roles)) return refused;
  identity::Check check{
      .action = "sts:AssumeRoot", .resource = root.arn, .owner = target, .context = {{"sts:TaskPolicyArn", policy}}};
  // The member account has no say: its place in the organization is its consent.
  check.guard =
      GuardOf({.effect = policy::Effect::kAllow, .match = policy::Match::kAccount, .sid = {}, .statement = -1});
  Status allowed = call.Allow(std::span(&check, 1));
  if (allowed.Is(identity::kAccessDenied)) return refused;
  TARN_CHECK(std::move(allowed));
  if (parts_.organizations == nullptr) return refused;
  TARN_TRY(const bool may, MayAssumeRoot(call.caller, target, task->feature));
  if (!may) return refused;
  identity::SessionGrant grant;
  grant.principal = root;
  grant.policies.push_back(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":[)" +
                           std::string(task->actions) + R"(],"Resource":"*"}]})");
  grant.conditions[std::string(identity::kAssumedRoot)] = "true";
  if (call.caller.facts) grant.source_identity = call.caller.facts->source_identity;
  grant.seconds = std::max<int64_t>(in.duration_seconds ? *in.duration_seconds : kSecondsMax, 1);
  TARN_TRY(const auto made, parts_.sessions.Issue(grant));
  gen::AssumeRootResponse out;
  out.credentials = ToWire(made);
  if (!grant.source_identity.empty()) out.source_identity = grant.source_identity;
  return out;
}

}  // namespace tarn::api::sts
