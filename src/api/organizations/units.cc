// Units, and who is whose parent.
#include <algorithm>

#include "api/organizations/convert.h"

namespace tarn::api::organizations {

using domain::Book;
using domain::Who;

namespace {

constexpr size_t kPage = 20;
constexpr size_t kDepthMax = 6;  // the root and five levels of units
constexpr std::string_view kAccount = "ACCOUNT";
constexpr std::string_view kUnit = "ORGANIZATIONAL_UNIT";

Error DuplicateUnit() { return Fail(domain::kDuplicateUnit, "An OU with the same name already exists."); }

Result<bool> NameTaken(Book& book, const std::string& parent, const std::string& name) {
  TARN_TRY(const auto units, book.Units());
  return std::ranges::any_of(units, [&](const auto& each) { return each.parent == parent && each.name == name; });
}

}  // namespace

Result<gen::CreateOrganizationalUnitResponse> OrganizationsService::CreateOrganizationalUnit(
    const protocol::Call& call, const gen::CreateOrganizationalUnitRequest& in) {
  gen::CreateOrganizationalUnitResponse out;
  TARN_TRY(const domain::Tags tags, ReadTags(call, in.tags));
  TARN_CHECK(organizations_.Change(call.caller.account, Who::kManagement, [&](Book& book) -> Status {
    TARN_TRY(const auto path, book.PathTo(*in.parent_id));
    if (path.empty() || !(in.parent_id->starts_with("r-") || in.parent_id->starts_with("ou-"))) return NoSuchParent();
    if (path.size() >= kDepthMax) {
      return Constraint(call, "OU_DEPTH_LIMIT_EXCEEDED",
                        "You attempted to create an OU tree that is too many levels deep.");
    }
    TARN_TRY(const bool taken, NameTaken(book, *in.parent_id, *in.name));
    if (taken) return DuplicateUnit();
    domain::Unit unit;
    unit.id = domain::NewId("ou-" + book.organization().root_id.substr(2) + "-", 8);
    unit.name = *in.name;
    unit.parent = *in.parent_id;
    unit.created = call.now;
    unit.tags = tags;
    book.Put(unit);
    book.AttachDefaults(unit.id);
    out.organizational_unit = ToWire(book.organization(), unit);
    return Ok();
  }));
  return out;
}

Result<gen::DescribeOrganizationalUnitResponse> OrganizationsService::DescribeOrganizationalUnit(
    const protocol::Call& call, const gen::DescribeOrganizationalUnitRequest& in) {
  gen::DescribeOrganizationalUnitResponse out;
  TARN_CHECK(organizations_.Read(call.caller.account, Who::kAdministrator, [&](Book& book) -> Status {
    TARN_TRY(const auto unit, GetUnit(book, *in.organizational_unit_id));
    out.organizational_unit = ToWire(book.organization(), unit);
    return Ok();
  }));
  return out;
}

Result<gen::UpdateOrganizationalUnitResponse> OrganizationsService::UpdateOrganizationalUnit(
    const protocol::Call& call, const gen::UpdateOrganizationalUnitRequest& in) {
  gen::UpdateOrganizationalUnitResponse out;
  TARN_CHECK(organizations_.Change(call.caller.account, Who::kManagement, [&](Book& book) -> Status {
    TARN_TRY(auto unit, GetUnit(book, *in.organizational_unit_id));
    if (in.name) {
      TARN_TRY(const bool taken, NameTaken(book, unit.parent, *in.name));
      if (taken) return DuplicateUnit();
      unit.name = *in.name;
      book.Put(unit);
    }
    out.organizational_unit = ToWire(book.organization(), unit);
    return Ok();
  }));
  return out;
}

Result<gen::DeleteOrganizationalUnitResponse> OrganizationsService::DeleteOrganizationalUnit(
    const protocol::Call& call, const gen::DeleteOrganizationalUnitRequest& in) {
  TARN_CHECK(organizations_.Change(call.caller.account, Who::kManagement, [&](Book& book) -> Status {
    TARN_TRY(const auto unit, GetUnit(book, *in.organizational_unit_id));
    TARN_TRY(const auto accounts, book.Accounts());
    TARN_TRY(const auto units, book.Units());
    const auto inside = [&](const auto& each) { return each.parent == unit.id; };
    if (std::ranges::any_of(accounts, inside) || std::ranges::any_of(units, inside)) {
      return Fail(domain::kUnitNotEmpty,
                  "The specified OU is not empty. Move all accounts to another root or to other "
                  "OUs, remove all child OUs, and try the operation again.");
    }
    book.Erase(unit);
    return Ok();
  }));
  return gen::DeleteOrganizationalUnitResponse{};
}

Result<gen::ListOrganizationalUnitsForParentResponse> OrganizationsService::ListOrganizationalUnitsForParent(
    const protocol::Call& call, const gen::ListOrganizationalUnitsForParentRequest& in) {
  gen::ListOrganizationalUnitsForParentResponse out;
  TARN_CHECK(organizations_.Read(call.caller.account, Who::kAdministrator, [&](Book& book) -> Status {
    TARN_TRY(const bool known, IsParent(book, *in.parent_id));
    if (!known) return NoSuchParent();
    TARN_TRY(const auto units, book.Units());
    std::vector<gen::OrganizationalUnit> all;
    for (const auto& unit : units) {
      if (unit.parent == *in.parent_id) all.push_back(ToWire(book.organization(), unit));
    }
    const auto name = [](const gen::OrganizationalUnit& each) { return *each.id; };
    TARN_TRY(out.organizational_units, PageOf(call, std::move(all), in, kPage, name, out.next_token));
    return Ok();
  }));
  return out;
}

Result<gen::ListChildrenResponse> OrganizationsService::ListChildren(const protocol::Call& call,
                                                                     const gen::ListChildrenRequest& in) {
  if (*in.child_type != kAccount && *in.child_type != kUnit) {
    return InvalidInput(call, "INVALID_ENUM", "You specified an invalid value.");
  }
  gen::ListChildrenResponse out;
  TARN_CHECK(organizations_.Read(call.caller.account, Who::kAdministrator, [&](Book& book) -> Status {
    TARN_TRY(const bool known, IsParent(book, *in.parent_id));
    if (!known) return NoSuchParent();
    std::vector<gen::Child> all;
    const auto add = [&](const auto& rows) {
      for (const auto& row : rows) {
        if (row.parent != *in.parent_id) continue;
        gen::Child child;
        child.id = row.id;
        child.type = *in.child_type;
        all.push_back(std::move(child));
      }
    };
    if (*in.child_type == kAccount) {
      TARN_TRY(const auto accounts, book.Accounts());
      add(accounts);
    } else {
      TARN_TRY(const auto units, book.Units());
      add(units);
    }
    const auto name = [](const gen::Child& each) { return *each.id; };
    TARN_TRY(out.children, PageOf(call, std::move(all), in, kPage, name, out.next_token));
    return Ok();
  }));
  return out;
}

Result<gen::ListParentsResponse> OrganizationsService::ListParents(const protocol::Call& call,
                                                                   const gen::ListParentsRequest& in) {
  gen::ListParentsResponse out;
  TARN_CHECK(organizations_.Read(call.caller.account, Who::kAdministrator, [&](Book& book) -> Status {
    TARN_TRY(const auto path, book.PathTo(*in.child_id));
    if (path.size() < 2) {
      return Fail(domain::kNoSuchChild,
                  "We can't find an organizational unit (OU) or AWS account with the ChildId that you specified.");
    }
    gen::Parent parent;
    parent.id = path[path.size() - 2];
    parent.type = parent.id->starts_with("r-") ? "ROOT" : std::string(kUnit);
    out.parents = {std::move(parent)};
    return Ok();
  }));
  return out;
}

}  // namespace tarn::api::organizations
