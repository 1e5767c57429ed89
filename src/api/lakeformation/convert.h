// Between Lake Formation's generated shapes and governance's.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/lakeformation/errors.h"
#include "api/lakeformation/gen/shapes.h"
#include "api/protocol/call.h"
#include "govern/model.h"

namespace tarn::api::lakeformation {

inline const std::string& Text(const std::optional<std::string>& text) {
  static const std::string kEmpty;
  return text ? *text : kEmpty;
}
template <class T>
const std::vector<T>& Items(const std::optional<std::vector<T>>& items) {
  static const std::vector<T> kNone;
  return items ? *items : kNone;
}

// The catalog that is asked about: the caller's own when none is named. Errors: kNotFound for what is no account.
Result<Scope> ScopeOf(const protocol::Call& call, const std::optional<std::string>& catalog_id);
// The same of a resource, whose parts may name a catalog of their own.
Result<Scope> ScopeOf(const protocol::Call& call, const std::optional<std::string>& catalog_id,
                      const std::optional<gen::Resource>& resource);

// Exactly one kind. Errors: kInvalidInput, kNotSupported for the kinds that are not served.
Result<govern::Resource> FromWire(const gen::Resource& resource);
gen::Resource ToWire(const govern::Resource& resource, const std::string& account);

Result<govern::Permissions> FromWire(const std::optional<std::vector<std::string>>& permissions);

std::vector<govern::TagValues> FromWire(const std::optional<std::vector<gen::LFTag>>& expression);
std::vector<gen::LFTag> ToWire(const std::vector<govern::TagValues>& expression);

gen::DataLakePrincipal Principal(std::string id);

// The AWS code of an error inside an answer.
std::string_view CodeOf(const Error& error);

// A grant as Lake Formation tells it: SELECT on a table as on all of its columns.
void AppendTo(std::vector<gen::PrincipalResourcePermissions>& out, const govern::Grant& grant,
              const std::string& account);

// A page of what was listed whole: items from the token's place on.
template <class T>
struct Cut {
  std::vector<T> items;
  std::optional<std::string> next;
};
Result<size_t> FromToken(const std::optional<std::string>& token);
std::string ToToken(size_t place);
template <class T>
Result<Cut<T>> Page(std::vector<T> all, const std::optional<std::string>& token, const std::optional<int32_t>& most,
                    size_t usual = 1000) {
  TARN_TRY(const size_t from, FromToken(token));
  const size_t begin = std::min(from, all.size());
  const size_t end = std::min(all.size(), begin + (most && *most > 0 ? static_cast<size_t>(*most) : usual));
  Cut<T> cut;
  std::move(all.begin() + static_cast<std::ptrdiff_t>(begin), all.begin() + static_cast<std::ptrdiff_t>(end),
            std::back_inserter(cut.items));
  if (end < all.size()) cut.next = ToToken(end);
  return cut;
}

}  // namespace tarn::api::lakeformation
