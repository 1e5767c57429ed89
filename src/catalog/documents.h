// Named documents of an account and region beside its tables: connections, security configurations.
//
// A document's text belongs to who writes it; names are case-sensitive and unique per kind. A change is durable when
// the call returns. Errors: catalog.NoSuchEntity, catalog.AlreadyExists, with an empty message (the caller knows the
// words). Threads: any; calls block.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "catalog/table.h"

namespace tarn::catalog {

struct Document {
  std::string name;
  std::string text;
  Timestamp create_time;
  Timestamp update_time;
  Parameters tags;
};

// Adds, then removes: a key in both is gone.
void EditTags(Parameters& tags, const Parameters& add, const std::vector<std::string>& remove);

class Documents {
 public:
  // `kind` is part of the key: "connection". Frozen once used.
  Documents(kv::Store& store, const Clock& clock, std::string kind);

  Result<Document> Create(const Scope& scope, std::string_view name, std::string_view text,
                          const Parameters& tags = {});
  Result<Document> Get(const Scope& scope, std::string_view name) const;
  Status Update(const Scope& scope, std::string_view name, std::string_view text);
  Status Tag(const Scope& scope, std::string_view name, const Parameters& add, const std::vector<std::string>& remove);
  Status Delete(const Scope& scope, std::string_view name);
  Result<Page<Document>> List(const Scope& scope, const ListOptions& options) const;

 private:
  std::string KeyOf(const Scope& scope, std::string_view name) const;

  kv::Store& store_;
  const Clock& clock_;
  std::string kind_;
};

}  // namespace tarn::catalog
