// What an organization is made of: its root, units, accounts, policies and handshakes. Plain values.
//
// Records' tags are frozen: docs/format/organizations.md. Units: times are UTC microseconds.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/record_fields.h"
#include "base/time.h"

namespace tarn::organizations {

using Tags = std::map<std::string, std::string>;

inline constexpr std::string_view kServiceControl = "SERVICE_CONTROL_POLICY";
inline constexpr std::string_view kResourceControl = "RESOURCE_CONTROL_POLICY";
inline constexpr std::string_view kFullAccess = "p-FullAWSAccess";
inline constexpr std::string_view kFullResourceAccess = "p-RCPFullAWSAccess";

struct Organization {
  std::string id;       // "o-…"
  std::string root_id;  // "r-…"
  std::string management;
  std::string email;
  bool all_features = true;
  Timestamp created;
  std::vector<std::string> types;             // enabled policy types
  bool service_control_at_birth = false;      // SCPs hold from the first day, until they are enabled or disabled
  std::map<std::string, Timestamp> services;  // trusted service principals, since when
  Tags root_tags;
  std::string resource_policy;  // JSON; empty: none
  std::string resource_policy_id;
  Tags resource_policy_tags;
  std::vector<std::string> root_access;  // IAM's features: "RootCredentialsManagement", "RootSessions"

  std::string Arn() const;
  std::string RootArn() const;
  std::string ResourcePolicyArn() const;
};

struct Account {
  std::string id;
  std::string name;
  std::string email;
  std::string parent;  // root or unit
  bool invited = false;
  bool closed = false;
  Timestamp joined;
  std::map<std::string, Timestamp> delegated;  // services whose administrator it is, since when
  Tags tags;
};
std::string AccountArn(const Organization& organization, std::string_view account);

struct Unit {
  std::string id;  // "ou-…"
  std::string name;
  std::string parent;
  Timestamp created;
  Tags tags;
  std::string Arn(const Organization& organization) const;
};

struct Policy {
  std::string id;  // "p-…"
  std::string name;
  std::string description;
  std::string type;
  std::string content;
  Timestamp created;
  Timestamp updated;  // nothing until the first change
  Tags tags;
  bool aws_managed() const { return id == kFullAccess || id == kFullResourceAccess; }
  std::string Arn(const Organization& organization) const;
};

// A request to create an account, and how it went.
struct Creation {
  std::string id;  // "car-…"
  std::string name;
  std::string account;  // empty: it failed
  std::string failure;  // "EMAIL_ALREADY_EXISTS"
  Timestamp requested;
  Timestamp completed;
};

// An offer from one account to another, or to all of an organization.
struct Handshake {
  std::string id;      // "h-…"
  std::string action;  // "INVITE", "ENABLE_ALL_FEATURES"
  std::string state;   // "OPEN", "ACCEPTED", "DECLINED", "CANCELED", "EXPIRED"
  std::string organization;
  std::string management;
  std::string account;  // the invited one; empty: by e-mail
  std::string email;    // the invited one's, when it was invited by that
  std::string notes;
  Timestamp requested;
  Timestamp expires;
  Tags tags;  // for the account that accepts
  std::string Arn() const;
};

// The policies that AWS manages; empty content for other ids.
Policy ManagedPolicy(std::string_view id);
// The policy of a type that allows everything; empty: the type has none.
std::string_view FullAccessOf(std::string_view type);

template <class V>
void VisitFields(V&& visit, Organization& o) {
  visit(1, o.id);
  visit(2, o.root_id);
  visit(3, o.management);
  visit(4, o.email);
  visit(5, o.all_features);
  visit(6, o.created);
  visit(7, o.types);
  visit(8, o.services);
  visit(9, o.root_tags);
  visit(10, o.resource_policy);
  visit(11, o.resource_policy_id);
  visit(12, o.resource_policy_tags);
  visit(13, o.service_control_at_birth);
  visit(14, o.root_access);
}
template <class V>
void VisitFields(V&& visit, Account& a) {
  visit(1, a.id);
  visit(2, a.name);
  visit(3, a.email);
  visit(4, a.parent);
  visit(5, a.invited);
  visit(6, a.closed);
  visit(7, a.joined);
  visit(8, a.delegated);
  visit(9, a.tags);
}
template <class V>
void VisitFields(V&& visit, Unit& u) {
  visit(1, u.id);
  visit(2, u.name);
  visit(3, u.parent);
  visit(4, u.created);
  visit(5, u.tags);
}
template <class V>
void VisitFields(V&& visit, Policy& p) {
  visit(1, p.id);
  visit(2, p.name);
  visit(3, p.description);
  visit(4, p.type);
  visit(5, p.content);
  visit(6, p.created);
  visit(7, p.tags);
  visit(8, p.updated);
}
template <class V>
void VisitFields(V&& visit, Creation& c) {
  visit(1, c.id);
  visit(2, c.name);
  visit(3, c.account);
  visit(4, c.failure);
  visit(5, c.requested);
  visit(6, c.completed);
}
template <class V>
void VisitFields(V&& visit, Handshake& h) {
  visit(1, h.id);
  visit(2, h.action);
  visit(3, h.state);
  visit(4, h.organization);
  visit(5, h.management);
  visit(6, h.account);
  visit(7, h.email);
  visit(8, h.notes);
  visit(9, h.requested);
  visit(10, h.expires);
  visit(11, h.tags);
}

}  // namespace tarn::organizations
