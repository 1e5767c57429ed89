// Access to a table's files handed to clients: temporary credentials that reach the table's location alone, or
// signatures of single requests. Private to api/iceberg.
//
// What is handed out is a session of the caller (identity/sessions.h): never more than the caller may, and writing only
// when the caller may change the table. Of a governed table at a registered location, who sees the whole of it gets a
// session that Lake Formation opens instead, as GetTemporaryGlueTableCredentials gives it: where the data lake settings
// let engines outside have them and IAM lets the caller have lakeformation:GetDataAccess. It needs no rights to S3.
#pragma once

#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/iceberg/exchange.h"
#include "iceberg/metadata/table_metadata.h"
#include "identity/sessions.h"
#include "object/files.h"

namespace tarn::api::iceberg_rest {

// Sessions made lately, so that a table loaded again and again, or asked for signatures, needs no new one each time.
// Threads: any.
class KeptSessions {
 public:
  // The one of that key that lives beyond `until`, else what `make` makes.
  template <typename Make>
  Result<identity::TemporaryCredentials> Get(const std::string& key, Timestamp until, const Make& make) {
    {
      std::lock_guard lock(mutex_);
      const auto found = kept_.find(key);
      if (found != kept_.end() && found->second.expires > until) return found->second;
    }
    TARN_TRY(identity::TemporaryCredentials made, make());
    std::lock_guard lock(mutex_);
    if (kept_.size() >= kMax) kept_.clear();
    kept_[key] = made;
    return made;
  }

 private:
  static constexpr size_t kMax = 1024;
  std::mutex mutex_;
  std::unordered_map<std::string, identity::TemporaryCredentials> kept_;
};

// The places below which a table's files lie, none of them within another: its location and what its properties name
// elsewhere. Empty when they are not in S3.
std::vector<object::Location> PlacesOf(const iceberg::TableMetadata& metadata);
bool IsBelow(const object::Location& place, std::string_view key);

// Credentials for those places of the table's files, valid for 50 minutes at least. Error kForbidden for a caller who
// is a session himself, unless Lake Formation opens them.
Result<identity::TemporaryCredentials> CredentialsFor(const Asked& asked, std::string_view table,
                                                      const std::vector<object::Location>& places, bool may_write);
// Error kInsufficient for one who does not see every byte of the table. The maker of a table not there yet may.
Status MayOpenFiles(const Asked& asked, std::string_view table);
// Whether the caller may change the table.
bool MayWrite(const Asked& asked, std::string_view table);

// The members "config" and, as the request's X-Iceberg-Access-Delegation asks, "storage-credentials" or
// "remote-signing-config" of a table's answer.
Status WriteAccess(json::Writer& out, const Asked& asked, std::string_view table,
                   const iceberg::TableMetadata& metadata);
// The "config" of one who does not see the whole table: no key, but who asked for a way to the files is told where to
// ask for it, as anybody is. The refusal there says why; an engine without keys would only say that it has none.
json::Object RefusedAccessOf(const Asked& asked, std::string_view table);
// The member "storage-credentials" of a completed plan, when they are asked for.
Status WriteStorageCredentials(json::Writer& out, const Asked& asked, std::string_view table,
                               const iceberg::TableMetadata& metadata);

}  // namespace tarn::api::iceberg_rest
