#include "iam/account/outbound.h"

#include <optional>

#include "base/random.h"
#include "iam/errors.h"
#include "iam/records.h"

namespace tarn::iam {

template <class V>
void VisitFields(V&& visit, OutboundIssuer& issuer) {
  visit(1, issuer.account);
  visit(2, issuer.id);
  visit(3, issuer.url);
  visit(4, issuer.enabled);
  visit(5, issuer.sealed_keys);
}

namespace {

std::string KeyOf(const std::string& account) { return RowKey(account, "w", "outbound"); }
// Which account an issuer is of.
std::string IdKey(std::string_view id) { return kv::Key("Iw").Text(id).Take(); }
std::string SealName(const OutboundIssuer& issuer, const std::string& algorithm) {
  return "outbound " + issuer.id + " " + algorithm;
}

Result<std::optional<OutboundIssuer>> Load(Rows& rows, bool to_change) {
  const std::string key = KeyOf(rows.account());
  TARN_TRY(const auto bytes, to_change ? rows.txn().Get(key) : rows.txn().PeekGet(key));
  if (!bytes) return std::optional<OutboundIssuer>();
  auto read = DecodeRecord<OutboundIssuer>(*bytes);
  if (!read) return Fail(kDamaged, "the issuer of an account's outbound tokens is damaged");
  return read;
}

void Save(Rows& rows, const OutboundIssuer& issuer) { rows.txn().Put(KeyOf(rows.account()), EncodeRecord(issuer)); }

}  // namespace

Result<OutboundIssuer> EnableOutbound(Rows& rows, const std::string& base_url,
                                      const std::map<std::string, std::string>& keys) {
  TARN_TRY(auto found, Load(rows, true));
  if (found && found->enabled) {
    return Fail(kFeatureEnabled, "Outbound web identity federation is already enabled for the account");
  }
  if (!found) {
    OutboundIssuer& made = found.emplace();
    made.account = rows.account();
    made.id = RandomUuid();
    made.url = base_url + made.id;
    for (const auto& [algorithm, pem] : keys) {
      made.sealed_keys[algorithm] = rows.iam().box().Seal(SealName(made, algorithm), pem);
    }
    rows.txn().Put(IdKey(made.id), made.account);
  }
  found->enabled = true;
  Save(rows, *found);
  return *std::move(found);
}

Status DisableOutbound(Rows& rows) {
  TARN_TRY(auto found, Load(rows, true));
  if (!found || !found->enabled) {
    return Fail(kFeatureDisabled, "Outbound web identity federation is not enabled for the account");
  }
  found->enabled = false;
  Save(rows, *found);
  return Ok();
}

Result<OutboundIssuer> FindOutbound(Rows& rows) {
  TARN_TRY(auto found, Load(rows, false));
  if (!found) return Fail(kFeatureDisabled, "Outbound web identity federation is not enabled for the account");
  return *std::move(found);
}

Result<OutboundIssuer> FindOutboundById(const Iam& iam, const std::string& id) {
  std::optional<std::string> account;
  TARN_CHECK(iam.Read("", [&](Rows& rows) -> Status {
    TARN_TRY(account, rows.txn().PeekGet(IdKey(id)));
    return Ok();
  }));
  if (!account) return Fail(kNoSuchEntity, "There is no issuer " + id + ".");
  OutboundIssuer issuer;
  TARN_CHECK(iam.Read(*account, [&](Rows& rows) -> Status {
    TARN_TRY(issuer, FindOutbound(rows));
    return Ok();
  }));
  return issuer;
}

Result<std::string> OutboundKey(const Iam& iam, const OutboundIssuer& issuer, const std::string& algorithm) {
  const auto found = issuer.sealed_keys.find(algorithm);
  if (found == issuer.sealed_keys.end()) return Fail(kNoSuchEntity, "There is no key for " + algorithm + ".");
  return iam.box().Open(SealName(issuer, algorithm), found->second);
}

}  // namespace tarn::iam
