// Resource shares: what an account lets others use. Plain values.
//
// Records' tags are frozen: docs/format/organizations.md. Units: times are UTC microseconds.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/record_fields.h"
#include "base/time.h"

namespace tarn::ram {

// A resource or a principal of a share.
struct Association {
  std::string entity;  // an ARN; of principals also an account's id or a service
  std::string status;  // "ASSOCIATED", "ASSOCIATING" (invited), "DISASSOCIATED"
  bool external = false;
  Timestamp created;
  Timestamp updated;

  bool active() const { return status == "ASSOCIATED"; }
};

struct Share {
  std::string arn;
  std::string owner;
  std::string name;
  bool allows_external = true;
  bool deleted = false;
  Timestamp created;
  Timestamp updated;
  std::map<std::string, std::string> tags;
  std::vector<Association> resources;
  std::vector<Association> principals;
  std::map<std::string, std::string> permissions;  // ARNs by type of resource
};

struct Invitation {
  std::string arn;
  std::string share;
  std::string share_name;
  std::string sender;
  std::string receiver;  // account
  std::string status;    // "PENDING", "ACCEPTED", "REJECTED"
  Timestamp made;
};

// A type of resource that can be shared.
struct ResourceType {
  std::string_view name;     // "glue:Database"
  std::string_view service;  // of ARNs
  std::string_view kind;     // of ARNs: what stands behind the account
  bool global = false;

  std::string PermissionArn() const;  // of its default permission
};
std::span<const ResourceType> ResourceTypes();
// Null when such a thing cannot be shared.
const ResourceType* TypeOf(std::string_view arn);
const ResourceType* TypeNamed(std::string_view name);

template <class V>
void VisitFields(V&& visit, Association& a) {
  visit(1, a.entity);
  visit(2, a.status);
  visit(3, a.external);
  visit(4, a.created);
  visit(5, a.updated);
}
template <class V>
void VisitFields(V&& visit, Share& s) {
  visit(1, s.arn);
  visit(2, s.owner);
  visit(3, s.name);
  visit(4, s.allows_external);
  visit(5, s.deleted);
  visit(6, s.created);
  visit(7, s.updated);
  visit(8, s.tags);
  visit(9, s.resources);
  visit(10, s.principals);
  visit(11, s.permissions);
}
template <class V>
void VisitFields(V&& visit, Invitation& i) {
  visit(1, i.arn);
  visit(2, i.share);
  visit(3, i.share_name);
  visit(4, i.sender);
  visit(5, i.receiver);
  visit(6, i.status);
  visit(7, i.made);
}

}  // namespace tarn::ram
