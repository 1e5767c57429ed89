// Between the generated shapes and an organization's records.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/organizations/gen/shapes.h"
#include "api/organizations/organizations_service.h"
#include "base/hash.h"
#include "organizations/errors.h"

namespace tarn::api::organizations {

gen::Organization ToWire(const domain::Organization& organization);
gen::Root RootToWire(const domain::Organization& organization);
gen::Account ToWire(const domain::Organization& organization, const domain::Account& account);
gen::OrganizationalUnit ToWire(const domain::Organization& organization, const domain::Unit& unit);
gen::PolicySummary SummaryOf(const domain::Organization& organization, const domain::Policy& policy);
gen::Policy ToWire(const domain::Organization& organization, const domain::Policy& policy);
gen::CreateAccountStatus ToWire(const domain::Creation& creation);
std::vector<gen::Tag> ToWire(const domain::Tags& tags);

// Errors: kInvalidInput for a key that comes twice, kConstraint for too many.
Result<domain::Tags> ReadTags(const protocol::Call& call, const std::optional<std::vector<gen::Tag>>& tags);

// InvalidInputException and ConstraintViolationException tell their reason in a member of their own.
Error InvalidInput(const protocol::Call& call, std::string reason, std::string message);
Error Constraint(const protocol::Call& call, std::string reason, std::string message);

// Errors: kInvalidInput for what is none of the type's values, or of no form that an id has.
Status CheckPolicyType(const protocol::Call& call, const std::string& type);
Status CheckPolicyId(const protocol::Call& call, const std::string& id);
// Of a root, unit or account; `taggable`: of a policy or resource policy too.
Status CheckTargetId(const protocol::Call& call, const std::string& id, bool taggable);

Error NoSuchAccount();
Error NoSuchUnit();
Error NoSuchParent();
// Errors: kNoSuchAccount, kNoSuchUnit.
Result<domain::Account> GetAccount(domain::Book& book, const std::string& id);
Result<domain::Unit> GetUnit(domain::Book& book, const std::string& id);
// Whether the root or a unit has that id.
Result<bool> IsParent(domain::Book& book, const std::string& id);

// The page of `all` that is asked for. A token is the Base64 of what the page comes after, as `name` tells items apart.
template <typename T, typename In, typename Name>
Result<std::vector<T>> PageOf(const protocol::Call& call, std::vector<T> all, const In& in, size_t usual, Name name,
                              std::optional<std::string>& next) {
  auto begin = all.begin();
  if (in.next_token) {
    const auto after = Unbase64(*in.next_token);
    const auto last =
        after ? std::ranges::find_if(all, [&](const T& each) { return name(each) == *after; }) : all.end();
    if (last == all.end()) return InvalidInput(call, "INVALID_NEXT_TOKEN", "You specified an invalid NextToken.");
    begin = last + 1;
  }
  const size_t most = in.max_results ? static_cast<size_t>(*in.max_results) : usual;
  const auto left = static_cast<size_t>(all.end() - begin);
  std::vector<T> page(std::make_move_iterator(begin),
                      std::make_move_iterator(begin + static_cast<ptrdiff_t>(std::min(most, left))));
  if (left > most && !page.empty()) next = Base64(name(page.back()));
  return page;
}

}  // namespace tarn::api::organizations
