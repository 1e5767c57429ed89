// Invitations between accounts, and the switch to all features.
#include <algorithm>

#include "api/organizations/convert.h"

namespace tarn::api::organizations {

using domain::Book;
using domain::Handshake;
using domain::Who;

namespace {

constexpr size_t kPage = 20;
constexpr int64_t kOpenDays = 15;
constexpr std::string_view kInvite = "INVITE";
constexpr std::string_view kAllFeatures = "ENABLE_ALL_FEATURES";

gen::HandshakeParty PartyOf(std::string id, std::string_view type) {
  gen::HandshakeParty party;
  party.id = std::move(id);
  party.type = std::string(type);
  return party;
}

gen::HandshakeResource ResourceOf(std::string_view type, std::string value) {
  gen::HandshakeResource resource;
  resource.type = std::string(type);
  resource.value = std::move(value);
  return resource;
}

gen::Handshake ToWire(const Handshake& handshake, Timestamp now) {
  gen::Handshake out;
  out.id = handshake.id;
  out.arn = handshake.Arn();
  out.action = handshake.action;
  out.state = handshake.state == "OPEN" && handshake.expires <= now ? "EXPIRED" : handshake.state;
  out.requested_timestamp = handshake.requested;
  out.expiration_timestamp = handshake.expires;
  out.parties = {PartyOf(handshake.organization.substr(2), "ORGANIZATION")};
  gen::HandshakeResource organization = ResourceOf("ORGANIZATION", handshake.organization);
  out.resources.emplace();
  if (handshake.action == kInvite) {
    organization.resources = {ResourceOf("MASTER_EMAIL", "master@example.com"),
                              ResourceOf("MASTER_NAME", handshake.management),
                              ResourceOf("ORGANIZATION_FEATURE_SET", "ALL")};
    const bool by_email = handshake.account.empty();
    const std::string& invited = by_email ? handshake.email : handshake.account;
    out.parties->push_back(PartyOf(invited, by_email ? "EMAIL" : "ACCOUNT"));
    out.resources->push_back(std::move(organization));
    out.resources->push_back(ResourceOf(by_email ? "EMAIL" : "ACCOUNT", invited));
    if (!handshake.notes.empty()) out.resources->push_back(ResourceOf("NOTES", handshake.notes));
  } else {
    out.resources->push_back(std::move(organization));
  }
  return out;
}

Error NoSuchHandshake() {
  return Fail(domain::kNoSuchHandshake, "We can't find a handshake with the HandshakeId that you specified.");
}

bool IsOpen(const Handshake& handshake, Timestamp now) { return handshake.state == "OPEN" && handshake.expires > now; }

// The handshake, still open, of which the asking account is the given party.
Result<Handshake> GetOpen(Book& book, const std::string& id, bool as_invited, const std::string& next) {
  TARN_TRY(auto found, domain::FindHandshake(book.txn(), id));
  const std::string& party = found && as_invited ? found->account : found ? found->management : book.asker();
  if (!found || party != book.asker()) return NoSuchHandshake();
  if (found->state == next) {
    return Fail(domain::kHandshakeInState, "The specified handshake is already in the requested state.");
  }
  if (!IsOpen(*found, book.now())) {
    return Fail(domain::kHandshakeTransition, "You can't perform the operation on the handshake in its current state.");
  }
  return std::move(*found);
}

Error CannotInvite(const protocol::Call& call, std::string reason, std::string message) {
  call.AddErrorField("Reason", std::move(reason));
  return Fail(domain::kHandshakeConstraint, std::move(message));
}

}  // namespace

Result<gen::InviteAccountToOrganizationResponse> OrganizationsService::InviteAccountToOrganization(
    const protocol::Call& call, const gen::InviteAccountToOrganizationRequest& in) {
  gen::InviteAccountToOrganizationResponse out;
  TARN_TRY(const domain::Tags tags, ReadTags(call, in.tags));
  const bool by_email = *in.target->type == "EMAIL";
  if (!by_email && *in.target->type != "ACCOUNT") {
    return InvalidInput(call, "INVALID_PARTY_TYPE_TARGET", "You specified an invalid party type.");
  }
  TARN_TRY(const std::string name, organizations_.NameOf(*in.target->id));
  TARN_CHECK(organizations_.Change(call.caller.account, Who::kManagement, [&](Book& book) -> Status {
    Handshake made;
    made.id = domain::NewId("h-", 10);
    made.action = kInvite;
    made.state = "OPEN";
    made.organization = book.organization().id;
    made.management = book.organization().management;
    (by_email ? made.email : made.account) = *in.target->id;
    made.notes = in.notes.value_or("");
    made.requested = book.now();
    made.expires = book.now().Plus(kOpenDays * kMicrosPerDay);
    made.tags = tags;
    if (!by_email) {
      if (name.empty()) return NoSuchAccount();
      TARN_TRY(const std::string present, book.OrganizationOf(made.account));
      if (!present.empty()) {
        return CannotInvite(call, "ALREADY_IN_AN_ORGANIZATION",
                            "The invited account is already a member of an organization.");
      }
    }
    TARN_TRY(const auto all, domain::AllHandshakes(book.txn()));
    const bool again = std::ranges::any_of(all, [&](const Handshake& each) {
      return IsOpen(each, book.now()) && each.organization == made.organization && each.account == made.account &&
             each.email == made.email && each.action == made.action;
    });
    if (again) {
      return Fail(domain::kDuplicateHandshake,
                  "A handshake with the same action and target already exists and is still open.");
    }
    domain::PutHandshake(book.txn(), made);
    out.handshake = ToWire(made, book.now());
    return Ok();
  }));
  return out;
}

Result<gen::AcceptHandshakeResponse> OrganizationsService::AcceptHandshake(const protocol::Call& call,
                                                                           const gen::AcceptHandshakeRequest& in) {
  gen::AcceptHandshakeResponse out;
  TARN_TRY(const std::string name, organizations_.NameOf(call.caller.account));
  TARN_CHECK(organizations_.Begin(call.caller.account, [&](Book& book) -> Status {
    TARN_TRY(Handshake handshake, GetOpen(book, *in.handshake_id, true, "ACCEPTED"));
    TARN_TRY(const std::string present, book.OrganizationOf(book.asker()));
    if (!present.empty()) {
      return CannotInvite(call, "ALREADY_IN_AN_ORGANIZATION", "The account is already a member of an organization.");
    }
    // As the management account sees it.
    Book theirs(book.txn(), call.now, handshake.management);
    TARN_CHECK(theirs.Open());
    domain::Account account;
    account.id = book.asker();
    account.name = name;
    account.email = "root+" + account.id + "@example.com";
    account.parent = theirs.organization().root_id;
    account.invited = true;
    account.joined = call.now;
    account.tags = handshake.tags;
    theirs.Put(account);
    theirs.AttachDefaults(account.id);
    handshake.state = "ACCEPTED";
    domain::PutHandshake(book.txn(), handshake);
    out.handshake = ToWire(handshake, book.now());
    return Ok();
  }));
  return out;
}

Result<gen::DeclineHandshakeResponse> OrganizationsService::DeclineHandshake(const protocol::Call& call,
                                                                             const gen::DeclineHandshakeRequest& in) {
  gen::DeclineHandshakeResponse out;
  TARN_CHECK(organizations_.Begin(call.caller.account, [&](Book& book) -> Status {
    TARN_TRY(Handshake handshake, GetOpen(book, *in.handshake_id, true, "DECLINED"));
    handshake.state = "DECLINED";
    domain::PutHandshake(book.txn(), handshake);
    out.handshake = ToWire(handshake, book.now());
    return Ok();
  }));
  return out;
}

Result<gen::CancelHandshakeResponse> OrganizationsService::CancelHandshake(const protocol::Call& call,
                                                                           const gen::CancelHandshakeRequest& in) {
  gen::CancelHandshakeResponse out;
  TARN_CHECK(organizations_.Change(call.caller.account, Who::kManagement, [&](Book& book) -> Status {
    TARN_TRY(Handshake handshake, GetOpen(book, *in.handshake_id, false, "CANCELED"));
    handshake.state = "CANCELED";
    domain::PutHandshake(book.txn(), handshake);
    out.handshake = ToWire(handshake, book.now());
    return Ok();
  }));
  return out;
}

Result<gen::DescribeHandshakeResponse> OrganizationsService::DescribeHandshake(
    const protocol::Call& call, const gen::DescribeHandshakeRequest& in) {
  gen::DescribeHandshakeResponse out;
  TARN_CHECK(organizations_.Look(call.caller.account, [&](Book& book) -> Status {
    TARN_TRY(const auto found, domain::FindHandshake(book.txn(), *in.handshake_id));
    if (!found || (found->management != book.asker() && found->account != book.asker())) return NoSuchHandshake();
    out.handshake = ToWire(*found, book.now());
    return Ok();
  }));
  return out;
}

namespace {

std::string IdOf(const gen::Handshake& handshake) { return *handshake.id; }

template <typename In>
bool Asked(const In& in, const Handshake& handshake) {
  return !in.filter || !in.filter->action_type || *in.filter->action_type == handshake.action;
}

}  // namespace

Result<gen::ListHandshakesForAccountResponse> OrganizationsService::ListHandshakesForAccount(
    const protocol::Call& call, const gen::ListHandshakesForAccountRequest& in) {
  gen::ListHandshakesForAccountResponse out;
  TARN_CHECK(organizations_.Look(call.caller.account, [&](Book& book) -> Status {
    TARN_TRY(const auto handshakes, domain::AllHandshakes(book.txn()));
    std::vector<gen::Handshake> all;
    for (const auto& each : handshakes) {
      if (each.account == book.asker() && Asked(in, each)) all.push_back(ToWire(each, book.now()));
    }
    TARN_TRY(out.handshakes, PageOf(call, std::move(all), in, kPage, IdOf, out.next_token));
    return Ok();
  }));
  return out;
}

Result<gen::ListHandshakesForOrganizationResponse> OrganizationsService::ListHandshakesForOrganization(
    const protocol::Call& call, const gen::ListHandshakesForOrganizationRequest& in) {
  gen::ListHandshakesForOrganizationResponse out;
  TARN_CHECK(organizations_.Read(call.caller.account, Who::kAdministrator, [&](Book& book) -> Status {
    TARN_TRY(const auto handshakes, domain::AllHandshakes(book.txn()));
    std::vector<gen::Handshake> all;
    for (const auto& each : handshakes) {
      if (each.organization == book.organization().id && Asked(in, each)) all.push_back(ToWire(each, book.now()));
    }
    TARN_TRY(out.handshakes, PageOf(call, std::move(all), in, kPage, IdOf, out.next_token));
    return Ok();
  }));
  return out;
}

// Accounts made in the organization need not be asked; of those that were invited, none may be left to ask.
Result<gen::EnableAllFeaturesResponse> OrganizationsService::EnableAllFeatures(const protocol::Call& call,
                                                                               const gen::EnableAllFeaturesRequest&) {
  gen::EnableAllFeaturesResponse out;
  TARN_CHECK(organizations_.Change(call.caller.account, Who::kManagement, [&](Book& book) -> Status {
    domain::Organization& organization = book.organization();
    if (organization.all_features) {
      return CannotInvite(call, "ORGANIZATION_ALREADY_HAS_ALL_FEATURES",
                          "The organization already has all features enabled.");
    }
    TARN_TRY(const auto accounts, book.Accounts());
    TARN_TRY(const auto units, book.Units());
    for (const auto& account : accounts) {
      if (account.invited && account.id != organization.management) {
        return CannotInvite(call, "INVITE_DISABLED_DURING_ENABLE_ALL_FEATURES",
                            "Accounts that were invited with consolidated billing must leave the organization first.");
      }
    }
    organization.all_features = true;
    book.PutOrganization();
    book.AttachDefaults(organization.root_id);
    for (const auto& account : accounts) book.AttachDefaults(account.id);
    for (const auto& unit : units) book.AttachDefaults(unit.id);
    Handshake made;
    made.id = domain::NewId("h-", 10);
    made.action = kAllFeatures;
    made.state = "ACCEPTED";
    made.organization = organization.id;
    made.management = organization.management;
    made.requested = book.now();
    made.expires = book.now().Plus(kOpenDays * kMicrosPerDay);
    domain::PutHandshake(book.txn(), made);
    out.handshake = ToWire(made, book.now());
    return Ok();
  }));
  return out;
}

}  // namespace tarn::api::organizations
