// Governor: grants to other accounts.
#include "govern/cross_account.h"

#include <map>
#include <utility>

#include "govern/errors.h"
#include "govern/governor.h"
#include "govern/keys.h"
#include "govern/records.h"
#include "kv/pages.h"

namespace tarn::govern {
namespace {

constexpr size_t kPage = 4096;
constexpr const char* kVersionParameter = "CROSS_ACCOUNT_VERSION";
constexpr const char* kNewestVersion = "4";

// Whether the grant is for somebody outside of the account. IAM_ALLOWED_PRINCIPALS stands for the owner's own.
bool IsCrossAccount(const Scope& scope, const std::string& principal) {
  if (principal == kIamAllowed) return false;
  return AccountOf(principal) != scope.account;
}

// The Glue resource that is shared by a grant; "" for what no share holds.
std::string SharedArn(const Scope& scope, const Resource& resource) {
  const std::string prefix = "arn:aws:glue:" + scope.region + ":" + scope.account + ":";
  switch (resource.kind) {
    case Kind::kCatalog:
    case Kind::kTagPolicy:
      return prefix + "catalog";
    case Kind::kDatabase:
      return prefix + "database/" + resource.database;
    case Kind::kTable:
    case Kind::kColumns:
    case Kind::kFilter:
      return prefix + "table/" + resource.database + "/" + (resource.table.empty() ? "*" : resource.table);
    default:
      return "";
  }
}

}  // namespace

Result<std::vector<CrossAccountGrant>> Governor::CrossAccountGrants() {
  std::vector<CrossAccountGrant> found;
  std::map<std::string, std::string> versions;  // by account and region
  const auto txn = store_.Begin();
  const kv::Key all("lf");
  for (kv::Pages pages(all, kPage); !pages.done();) {
    TARN_TRY(const auto pairs, pages.Next(*txn));
    for (const kv::KeyValue& pair : pairs) {
      kv::KeyReader key(pair.key);
      key.Text();
      Scope scope{.account = key.Text().value_or(""), .region = key.Text().value_or("")};
      if (key.Text().value_or("") != kGrantKind) continue;
      const auto grant = DecodeRecord<Grant>(pair.value);
      if (!grant) return Fail(kDamaged, "a grant is damaged");
      std::string arn = SharedArn(scope, grant->resource);
      if (arn.empty() || grant->permissions == 0 || !IsCrossAccount(scope, grant->principal)) continue;
      // What was dropped is shared no more, whatever bears its name now.
      const auto place = Find(*txn, scope, grant->resource);
      if (place.Is(kNotFound)) continue;
      if (!place.ok()) return place.error();
      if (place->database.uid != grant->database_uid || place->table.uid != grant->table_uid) continue;
      std::string& version = versions[scope.account + "/" + scope.region];
      if (version.empty()) {
        TARN_TRY(const Settings settings, GetSettings(scope));
        version = kNewestVersion;
        if (settings.parameters) {
          const auto set = settings.parameters->find(kVersionParameter);
          if (set != settings.parameters->end()) version = set->second;
        }
      }
      found.push_back({.owner = std::move(scope),
                       .principal = grant->principal,
                       .resource = std::move(arn),
                       .kind = grant->resource.kind,
                       .version = version,
                       .updated = grant->updated});
    }
  }
  return found;
}

}  // namespace tarn::govern
