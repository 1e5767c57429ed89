// The keys of everything that query keeps: space "q", then the kind, the account and the region. See
// docs/format/query.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/scope.h"
#include "kv/key.h"

namespace tarn::query {

inline kv::Key ScopedKey(std::string_view kind, const Scope& scope) {
  return kv::Key("q").Text(kind).Text(scope.account).Text(scope.region);
}

inline constexpr std::string_view kWorkGroupKind = "wg";
inline constexpr std::string_view kNamedQueryKind = "nq";       // id
inline constexpr std::string_view kNamedQueryIndexKind = "ni";  // workgroup, time descending, id
inline constexpr std::string_view kPreparedKind = "ps";         // workgroup, name
inline constexpr std::string_view kDataCatalogKind = "dc";      // name in lower case
inline constexpr std::string_view kTagKind = "tg";              // "workgroup/<name>" or "datacatalog/<name>"
inline constexpr std::string_view kExecutionKind = "ex";        // id
inline constexpr std::string_view kHistoryKind = "hi";          // workgroup, time descending, id
inline constexpr std::string_view kTokenKind = "ct";            // operation, client token
inline constexpr std::string_view kReuseKind = "ru";            // digest of what makes results equal
inline constexpr std::string_view kActiveKind = "ac";           // id, of an execution without a final state
inline constexpr std::string_view kMetricsKind = "me";          // reserved

}  // namespace tarn::query
