#include <fmt/core.h>

#include "base/strings.h"
#include "catalog/catalog.h"
#include "catalog/keys.h"
#include "catalog/records.h"

namespace tarn::catalog {
namespace {

std::string FunctionKey(const Scope& scope, const Database& parent, std::string_view name) {
  return UnderUid(scope, kFunctions, parent.uid).Text(AsciiLower(name)).Take();
}

Error FunctionNotFound() { return Fail(kNoSuchEntity, "UserDefinedFunction not found."); }

Result<Function> LoadFunction(kv::Txn& txn, const Scope& scope, const Database& parent, std::string_view name) {
  TARN_TRY(auto bytes, txn.Get(FunctionKey(scope, parent, name)));
  if (!bytes) return FunctionNotFound();
  return Decode<Function>(*bytes, "function");
}

}  // namespace

Status Catalog::CreateFunction(const Scope& scope, Function function) {
  function.create_time = clock_.Now();
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Database parent, LoadDatabase(txn, scope, function.database));
    function.database = parent.name;
    const std::string key = FunctionKey(scope, parent, function.name);
    TARN_TRY(auto taken, txn.Get(key));
    if (taken) return Fail(kAlreadyExists, "UserDefinedFunction already exists.");
    txn.Put(key, EncodeRecord(function));
    return Ok();
  });
}

Result<Function> Catalog::GetFunction(const Scope& scope, std::string_view database, std::string_view name) const {
  Function out;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Database parent, LoadDatabase(txn, scope, database));
    TARN_TRY(out, LoadFunction(txn, scope, parent, name));
    return Ok();
  }));
  return out;
}

Status Catalog::UpdateFunction(const Scope& scope, std::string_view name, Function function) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Database parent, LoadDatabase(txn, scope, function.database));
    TARN_TRY(Function present, LoadFunction(txn, scope, parent, name));
    function.database = parent.name;
    function.create_time = present.create_time;
    if (!EqualsIgnoreCase(name, function.name)) {
      TARN_TRY(auto taken, txn.Get(FunctionKey(scope, parent, function.name)));
      if (taken) return Fail(kAlreadyExists, "UserDefinedFunction already exists.");
      txn.Delete(FunctionKey(scope, parent, name));
    }
    txn.Put(FunctionKey(scope, parent, function.name), EncodeRecord(function));
    return Ok();
  });
}

Status Catalog::DeleteFunction(const Scope& scope, std::string_view database, std::string_view name) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Database parent, LoadDatabase(txn, scope, database));
    TARN_TRY(Function present, LoadFunction(txn, scope, parent, name));
    txn.Delete(FunctionKey(scope, parent, present.name));
    return Ok();
  });
}

Result<Page<Function>> Catalog::ListFunctions(const Scope& scope, std::string_view database,
                                              const ListOptions& options) const {
  Page<Function> page;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Database parent, LoadDatabase(txn, scope, database));
    const kv::Key prefix = UnderUid(scope, kFunctions, parent.uid);
    std::string last;
    return ScanFrom(txn, prefix, options.after, [&](const kv::KeyValue& pair) -> Result<bool> {
      if (page.items.size() == options.limit) {
        page.next = last;
        return false;
      }
      TARN_TRY(Function function, Decode<Function>(pair.value, "function"));
      page.items.push_back(std::move(function));
      last = pair.key.substr(prefix.bytes().size());
      return true;
    });
  }));
  return page;
}

}  // namespace tarn::catalog
