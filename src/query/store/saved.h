// Saved queries: named queries (found by id) and prepared statements (found by name within their workgroup).
//
// Errors: kInvalidRequest, kNoSuchResource (prepared statements), and kv's. Threads: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "query/store/page.h"

namespace tarn::kv {
class Store;
}

namespace tarn::query {

struct NamedQuery {
  std::string id;
  std::string name;
  std::optional<std::string> description;
  std::string database;
  std::string query;
  std::string workgroup;
  Timestamp created;
};

struct PreparedStatement {
  std::string name;
  std::string workgroup;
  std::string query;
  std::optional<std::string> description;
  Timestamp modified;
};

class SavedQueries {
 public:
  SavedQueries(kv::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  // Returns the id. The same `token` with the same members returns the first call's id; with others it is refused.
  Result<std::string> CreateNamed(const Scope& scope, NamedQuery query, std::string_view token);
  Result<NamedQuery> GetNamed(const Scope& scope, std::string_view id) const;
  Status UpdateNamed(const Scope& scope, std::string_view id, std::string name, std::optional<std::string> description,
                     std::string query);
  Status DeleteNamed(const Scope& scope, std::string_view id);
  // Ids, newest first.
  Result<Page<std::string>> ListNamed(const Scope& scope, std::string_view workgroup, const PageRequest& request) const;

  Status CreatePrepared(const Scope& scope, PreparedStatement statement);
  Result<PreparedStatement> GetPrepared(const Scope& scope, std::string_view workgroup, std::string_view name) const;
  Status UpdatePrepared(const Scope& scope, PreparedStatement statement);
  // Creates or replaces, as the PREPARE statement does.
  Status PutPrepared(const Scope& scope, PreparedStatement statement);
  Status DeletePrepared(const Scope& scope, std::string_view workgroup, std::string_view name);
  // By name.
  Result<Page<PreparedStatement>> ListPrepared(const Scope& scope, std::string_view workgroup,
                                               const PageRequest& request) const;

 private:
  kv::Store& store_;
  const Clock& clock_;
};

}  // namespace tarn::query
