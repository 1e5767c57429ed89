#include "catalog/scopes.h"

#include "catalog/keys.h"

namespace tarn::catalog {

Result<std::vector<Scope>> ListScopes(kv::Store& store) {
  std::vector<Scope> scopes;
  TARN_CHECK(kv::Read(store, [&](kv::Txn& txn) -> Status {
    const kv::Key space("c");
    std::string from = space.bytes();
    while (true) {
      TARN_TRY(const auto pairs, txn.PeekScan(from, space.End(), 1));
      if (pairs.empty()) return Ok();
      kv::KeyReader reader(std::string_view(pairs[0].key).substr(space.bytes().size()));
      const auto account = reader.Text();
      const auto region = reader.Text();
      const auto catalog = reader.Text();
      if (!account || !region || !catalog) return Fail(kDamaged, "a damaged key of the catalog");
      scopes.push_back({*account, catalog->empty() ? *region : *region + "/" + *catalog});
      from = kv::Key("c").Text(*account).Text(*region).Text(*catalog).End();
    }
  }));
  return scopes;
}

}  // namespace tarn::catalog
