// Tags of the root, of units, accounts and policies.
#include "api/organizations/convert.h"

namespace tarn::api::organizations {

using domain::Book;
using domain::Who;

namespace {

constexpr size_t kTagsMax = 50;

// Changes the tags of whatever has the id. Errors: kNoSuchTarget, the body's.
Status WithTags(Book& book, const std::string& id, const std::function<Status(domain::Tags&)>& body) {
  domain::Organization& organization = book.organization();
  if (id == organization.root_id) {
    TARN_CHECK(body(organization.root_tags));
    book.PutOrganization();
    return Ok();
  }
  if (id.starts_with("rp-") && id == organization.resource_policy_id && !organization.resource_policy.empty()) {
    TARN_CHECK(body(organization.resource_policy_tags));
    book.PutOrganization();
    return Ok();
  }
  const auto change = [&](auto found) -> Status {
    if (!found) return Fail(domain::kNoSuchTarget, "You specified a target that doesn't exist.");
    TARN_CHECK(body(found->tags));
    book.Put(*found);
    return Ok();
  };
  if (id.starts_with("ou-")) {
    TARN_TRY(auto unit, book.FindUnit(id));
    return change(std::move(unit));
  }
  if (id.starts_with("p-")) {
    TARN_TRY(auto policy, book.FindPolicy(id));
    if (policy && policy->aws_managed()) policy.reset();
    return change(std::move(policy));
  }
  TARN_TRY(auto account, book.FindAccount(id));
  return change(std::move(account));
}

}  // namespace

Result<gen::TagResourceResponse> OrganizationsService::TagResource(const protocol::Call& call,
                                                                   const gen::TagResourceRequest& in) {
  TARN_CHECK(CheckTargetId(call, *in.resource_id, true));
  TARN_TRY(const domain::Tags added, ReadTags(call, in.tags));
  TARN_CHECK(organizations_.Change(call.caller.account, Who::kManagement, [&](Book& book) -> Status {
    return WithTags(book, *in.resource_id, [&](domain::Tags& tags) -> Status {
      for (const auto& [key, value] : added) tags[key] = value;
      if (tags.size() <= kTagsMax) return Ok();
      return Constraint(call, "MAX_TAG_LIMIT_EXCEEDED",
                        "You have exceeded the number of tags allowed on this resource.");
    });
  }));
  return gen::TagResourceResponse{};
}

Result<gen::UntagResourceResponse> OrganizationsService::UntagResource(const protocol::Call& call,
                                                                       const gen::UntagResourceRequest& in) {
  TARN_CHECK(CheckTargetId(call, *in.resource_id, true));
  TARN_CHECK(organizations_.Change(call.caller.account, Who::kManagement, [&](Book& book) -> Status {
    return WithTags(book, *in.resource_id, [&](domain::Tags& tags) -> Status {
      for (const std::string& key : *in.tag_keys) tags.erase(key);
      return Ok();
    });
  }));
  return gen::UntagResourceResponse{};
}

Result<gen::ListTagsForResourceResponse> OrganizationsService::ListTagsForResource(
    const protocol::Call& call, const gen::ListTagsForResourceRequest& in) {
  TARN_CHECK(CheckTargetId(call, *in.resource_id, true));
  gen::ListTagsForResourceResponse out;
  TARN_CHECK(organizations_.Read(call.caller.account, Who::kAdministrator, [&](Book& book) -> Status {
    return WithTags(book, *in.resource_id, [&](domain::Tags& tags) -> Status {
      out.tags = ToWire(tags);
      return Ok();
    });
  }));
  return out;
}

}  // namespace tarn::api::organizations
