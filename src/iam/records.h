// Keys and records of IAM in kv: frozen once written, see docs/format/identity.md.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/record_fields.h"
#include "base/strings.h"
#include "iam/errors.h"
#include "iam/model.h"
#include "kv/key.h"

namespace tarn::iam {

template <class V>
void VisitFields(V&& visit, LastUse& u) {
  visit(1, u.time);
  visit(2, u.service);
  visit(3, u.region);
}

template <class V>
void VisitFields(V&& visit, LoginProfile& p) {
  visit(1, p.created);
  visit(2, p.changed);
  visit(3, p.reset_required);
  visit(4, p.salt);
  visit(5, p.hash);
  visit(6, p.earlier);
}

template <class V>
void VisitFields(V&& visit, SshKey& k) {
  visit(1, k.id);
  visit(2, k.body);
  visit(3, k.active);
  visit(4, k.uploaded);
}

template <class V>
void VisitFields(V&& visit, SigningCertificate& c) {
  visit(1, c.id);
  visit(2, c.body);
  visit(3, c.active);
  visit(4, c.uploaded);
}

template <class V>
void VisitFields(V&& visit, ServiceCredential& c) {
  visit(1, c.id);
  visit(2, c.service);
  visit(3, c.login);
  visit(4, c.sealed);
  visit(5, c.active);
  visit(6, c.created);
  visit(7, c.expires);
}

template <class V>
void VisitFields(V&& visit, Entity& e) {
  visit(1, e.kind);
  visit(2, e.account);
  visit(3, e.name);
  visit(4, e.path);
  visit(5, e.id);
  visit(6, e.created);
  visit(7, e.tags);
  visit(8, e.boundary);
  visit(9, e.attached);
  visit(10, e.inlined);
  visit(11, e.groups);
  visit(12, e.access_keys);
  visit(13, e.login);
  visit(15, e.ssh_keys);
  visit(16, e.signing_certificates);
  visit(17, e.service_credentials);
  visit(20, e.trust);
  visit(21, e.description);
  visit(22, e.session_seconds);
  visit(23, e.service);
}

template <class V>
void VisitFields(V&& visit, PolicyVersion& p) {
  visit(1, p.number);
  visit(2, p.document);
  visit(3, p.created);
}

template <class V>
void VisitFields(V&& visit, ManagedPolicy& p) {
  visit(1, p.account);
  visit(2, p.name);
  visit(3, p.path);
  visit(4, p.id);
  visit(5, p.description);
  visit(6, p.created);
  visit(7, p.updated);
  visit(8, p.default_version);
  visit(9, p.last_version);
  visit(10, p.versions);
  visit(11, p.tags);
}

template <class V>
void VisitFields(V&& visit, InstanceProfile& p) {
  visit(1, p.account);
  visit(2, p.name);
  visit(3, p.path);
  visit(4, p.id);
  visit(5, p.role);
  visit(6, p.created);
  visit(7, p.tags);
}

template <class V>
void VisitFields(V&& visit, MfaDevice& d) {
  visit(1, d.account);
  visit(2, d.name);
  visit(3, d.is_virtual);
  visit(4, d.sealed);
  visit(5, d.user);
  visit(6, d.enabled);
  visit(7, d.created);
  visit(8, d.tags);
}

template <class V>
void VisitFields(V&& visit, OidcProvider& p) {
  visit(1, p.account);
  visit(2, p.url);
  visit(3, p.clients);
  visit(4, p.thumbprints);
  visit(5, p.created);
  visit(6, p.tags);
}

template <class V>
void VisitFields(V&& visit, SamlProvider& p) {
  visit(1, p.account);
  visit(2, p.name);
  visit(3, p.metadata);
  visit(4, p.id);
  visit(5, p.created);
  visit(6, p.valid_until);
  visit(7, p.encryption);
  visit(8, p.keys);
  visit(9, p.sealed_keys);
  visit(10, p.tags);
}

template <class V>
void VisitFields(V&& visit, ServerCertificate& c) {
  visit(1, c.account);
  visit(2, c.name);
  visit(3, c.path);
  visit(4, c.id);
  visit(5, c.body);
  visit(6, c.chain);
  visit(7, c.sealed_key);
  visit(8, c.uploaded);
  visit(9, c.expires);
  visit(10, c.tags);
}

template <class V>
void VisitFields(V&& visit, PasswordPolicy& p) {
  visit(1, p.minimum_length);
  visit(2, p.symbols);
  visit(3, p.numbers);
  visit(4, p.upper);
  visit(5, p.lower);
  visit(6, p.users_may_change);
  visit(7, p.hard_expiry);
  visit(8, p.max_age_days);
  visit(9, p.reuse_prevention);
}

template <class V>
void VisitFields(V&& visit, AccessReport& r) {
  visit(1, r.id);
  visit(2, r.arn);
  visit(3, r.of_actions);
  visit(4, r.made);
}

template <class V>
void VisitFields(V&& visit, AccountSettings& s) {
  visit(1, s.alias);
  visit(2, s.password_policy);
  visit(3, s.global_token_version);
  visit(4, s.report);
  visit(5, s.report_made);
  visit(6, s.outbound_issuer);
  visit(7, s.root_credentials_management);
  visit(8, s.root_sessions);
}

// ("I", account, table, name in lower case).
inline kv::Key TableKey(std::string_view account, std::string_view table) {
  return std::move(kv::Key("I").Text(account).Text(table));
}
inline std::string RowKey(std::string_view account, std::string_view table, std::string_view name) {
  return TableKey(account, table).Text(AsciiLower(name)).Take();
}
inline constexpr std::string_view kUsedSpace = "Iu";
inline std::string UsedKey(std::string_view what) { return kv::Key(kUsedSpace).Text(what).Take(); }
// 16 random bytes, replaced by every change of the account's IAM: caches hold while it is the same.
inline std::string VersionKeyOf(std::string_view account) { return kv::Key("Iv").Text(account).Take(); }
inline std::string AliasKey(std::string_view alias) { return kv::Key("Ia").Text(alias).Take(); }

}  // namespace tarn::iam
