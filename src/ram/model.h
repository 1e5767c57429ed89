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
  std::map<std::string, int64_t> versions;         // of those that are customer managed, by type of resource
};

// What a share lets others do with resources of one type, as an account wrote it.
struct PermissionVersion {
  int64_t number = 1;
  std::string policy;  // a statement without resources
  Timestamp created;
};

struct Permission {
  std::string arn;
  std::string owner;
  std::string name;
  std::string type;                         // of resources
  std::vector<PermissionVersion> versions;  // by number
  int64_t default_version = 1;
  int64_t last_version = 1;
  bool deprecated = false;
  Timestamp created;
  Timestamp updated;
  std::map<std::string, std::string> tags;

  const PermissionVersion* Version(int64_t number) const;  // null when it is not there
};

// One permission was put in another's place in all shares of an account: done when it is written.
struct Replacement {
  std::string id;
  std::string owner;
  std::string from;
  int64_t from_version = 0;  // 0: any
  std::string to;
  int64_t to_version = 1;
  Timestamp made;
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
  std::string_view name;          // "glue:Database"
  std::string_view service;       // of ARNs
  std::string_view kind;          // of ARNs: what stands behind the account
  std::string_view permission;    // its default one's name after "AWSRAMDefaultPermission"
  std::string_view actions = "";  // that AWS's permissions allow, without the service; empty: they are not published
  int64_t version = 1;            // of the default permission
  bool global = false;

  std::string PermissionArn() const;  // of its default permission
};

// When AWS published the permissions that it offers now: 2022-06-30T17:04:25Z.
inline constexpr Timestamp kPublished{1'656'608'665'000'000};

// A permission that AWS RAM itself offers.
struct ManagedPermission {
  std::string name;
  std::string_view type;
  int64_t version = 1;
  bool is_default = false;

  std::string Arn() const;
  // What it lets others do, as a template: of Glue's catalog, all that reads, for no share lets write; of others what
  // their services' guides tell, else every action of the service.
  std::string Template() const;
};
std::span<const ManagedPermission> ManagedPermissions();
// Null: AWS offers none of that ARN.
const ManagedPermission* ManagedNamed(std::string_view arn);
// One that a share keeps for a type of resource, also under a name that the type's default permission had before.
// Null: it is none of AWS's.
const ManagedPermission* ManagedOf(std::string_view arn, std::string_view type);
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
  visit(12, s.versions);
}
template <class V>
void VisitFields(V&& visit, PermissionVersion& v) {
  visit(1, v.number);
  visit(2, v.policy);
  visit(3, v.created);
}
template <class V>
void VisitFields(V&& visit, Permission& p) {
  visit(1, p.arn);
  visit(2, p.owner);
  visit(3, p.name);
  visit(4, p.type);
  visit(5, p.versions);
  visit(6, p.default_version);
  visit(7, p.last_version);
  visit(8, p.deprecated);
  visit(9, p.created);
  visit(10, p.updated);
  visit(11, p.tags);
}
template <class V>
void VisitFields(V&& visit, Replacement& r) {
  visit(1, r.id);
  visit(2, r.owner);
  visit(3, r.from);
  visit(4, r.from_version);
  visit(5, r.to);
  visit(6, r.to_version);
  visit(7, r.made);
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
