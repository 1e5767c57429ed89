// What Iceberg REST asks before Lake Formation's credentials for whole tables go to query engines outside the lake.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "base/scope.h"
#include "govern/governor.h"
#include "identity/caller.h"
#include "identity/directory.h"
#include "server/secrets/root_credentials.h"

namespace tarn::server {

// Whether the data lake settings let all engines have them (AllowFullTableExternalDataAccess), or trust the caller's.
// The governor outlives it.
inline std::function<Result<bool>(const identity::Caller&, const Scope&)> OutsideEngines(govern::Governor& governor) {
  return [&governor](const identity::Caller& caller, const Scope& scope) -> Result<bool> {
    TARN_TRY(const auto settings, governor.GetSettings(scope));
    if (settings.full_table_external_access.value_or(false)) return true;
    return governor.IsTrustedEngine(caller, scope);
  };
}

// In whose name the data of an account's registered locations is opened. The directory outlives it.
inline std::function<Result<identity::Caller>(const std::string&)> DataOpener(identity::Directory& directory) {
  return [&directory](const std::string& account) { return RootCallerOf(directory, account); };
}

}  // namespace tarn::server
