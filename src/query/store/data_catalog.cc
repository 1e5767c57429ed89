#include "query/store/data_catalog.h"

#include <fmt/format.h>

#include "base/record.h"
#include "base/strings.h"
#include "kv/kv.h"
#include "query/errors.h"
#include "query/store/keys.h"

namespace tarn::query {
namespace {

// Frozen: see docs/format/query.md.
enum Tag : uint32_t { kName = 1, kType = 2, kDescription = 3, kHasParameters = 4, kKey = 5, kValue = 6 };

std::string Encode(const DataCatalog& catalog) {
  RecordWriter out;
  out.Str(kName, catalog.name).Str(kType, catalog.type);
  if (catalog.description) out.Str(kDescription, *catalog.description);
  if (catalog.parameters) {
    out.Bool(kHasParameters, true);
    for (const auto& [key, value] : *catalog.parameters) out.Str(kKey, key).Str(kValue, value);
  }
  return out.Take();
}

Result<DataCatalog> Decode(std::string_view record) {
  DataCatalog catalog;
  std::string key;
  RecordReader in(record);
  while (in.Next()) {
    switch (in.tag()) {
      case kName:
        catalog.name = in.str();
        break;
      case kType:
        catalog.type = in.str();
        break;
      case kDescription:
        catalog.description = in.str();
        break;
      case kHasParameters:
        catalog.parameters.emplace();
        break;
      case kKey:
        key = in.str();
        break;
      case kValue:
        if (catalog.parameters) (*catalog.parameters)[key] = in.str();
        break;
      default:
        break;
    }
  }
  if (in.corrupt()) return Fail(kDamaged, "the stored data catalog is damaged");
  return catalog;
}

std::string CatalogKey(const Scope& scope, std::string_view name) {
  return ScopedKey(kDataCatalogKind, scope).Text(AsciiLower(name)).Take();
}

std::string TagResource(std::string_view name) { return "datacatalog/" + std::string(name); }

bool IsBuiltIn(std::string_view name) { return EqualsIgnoreCase(name, kAwsDataCatalog); }

DataCatalog BuiltIn(const Scope& scope) {
  DataCatalog catalog;
  catalog.name = kAwsDataCatalog;
  catalog.type = "GLUE";
  catalog.parameters = std::map<std::string, std::string>{{"catalog-id", scope.account}};
  return catalog;
}

Error NotFound(std::string_view name) {
  return Fail(kInvalidRequest, fmt::format("DataCatalog {} was not found", name));
}

// What the type cannot do without.
Status CheckParameters(const DataCatalog& catalog) {
  auto has = [&](std::string_view key) {
    if (!catalog.parameters) return false;
    auto found = catalog.parameters->find(std::string(key));
    return found != catalog.parameters->end() && !found->second.empty();
  };
  if (catalog.type == "LAMBDA") {
    const bool both = has("metadata-function") && has("record-function");
    if (!both && !has("function")) {
      return Fail(kInvalidRequest,
                  "Parameters for a LAMBDA data catalog must have either function or both metadata-function and "
                  "record-function.");
    }
  }
  if (catalog.type == "HIVE" && !has("metadata-function")) {
    return Fail(kInvalidRequest, "Parameters for a HIVE data catalog must have metadata-function.");
  }
  if (catalog.type == "FEDERATED" && !has("connection-arn") && !has("connection-type")) {
    return Fail(kInvalidRequest,
                "Parameters for a FEDERATED data catalog must have connection-arn or connection-type.");
  }
  return Ok();
}

}  // namespace

Status DataCatalogs::Create(const Scope& scope, const DataCatalog& catalog, const TagList& tags) {
  if (IsBuiltIn(catalog.name)) return Fail(kInvalidRequest, "DataCatalog already exists");
  TARN_CHECK(CheckParameters(catalog));
  TARN_CHECK(CheckTags(tags));
  const std::string key = CatalogKey(scope, catalog.name);
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(auto found, txn.Get(key));
    if (found) return Fail(kInvalidRequest, "DataCatalog already exists");
    txn.Put(key, Encode(catalog));
    WriteTags(txn, scope, TagResource(catalog.name), tags);
    return Ok();
  });
}

Result<DataCatalog> DataCatalogs::Get(const Scope& scope, std::string_view name) const {
  if (IsBuiltIn(name)) return BuiltIn(scope);
  auto txn = store_.Begin();
  TARN_TRY(auto found, txn->Get(CatalogKey(scope, name)));
  if (!found) return NotFound(name);
  return Decode(*found);
}

Status DataCatalogs::Update(const Scope& scope, const DataCatalog& catalog) {
  if (IsBuiltIn(catalog.name)) return Fail(kInvalidRequest, "AwsDataCatalog could not be updated");
  TARN_CHECK(CheckParameters(catalog));
  const std::string key = CatalogKey(scope, catalog.name);
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(auto found, txn.Get(key));
    if (!found) return NotFound(catalog.name);
    TARN_TRY(DataCatalog next, Decode(*found));
    next.type = catalog.type;
    next.description = catalog.description;
    next.parameters = catalog.parameters;
    txn.Put(key, Encode(next));
    return Ok();
  });
}

Result<DataCatalog> DataCatalogs::Delete(const Scope& scope, std::string_view name) {
  if (IsBuiltIn(name)) return Fail(kInvalidRequest, "AwsDataCatalog could not be deleted");
  const std::string key = CatalogKey(scope, name);
  DataCatalog deleted;
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(auto found, txn.Get(key));
    if (!found) return NotFound(name);
    TARN_TRY(deleted, Decode(*found));
    WriteTags(txn, scope, TagResource(deleted.name), {});
    txn.Delete(key);
    return Ok();
  }));
  return deleted;
}

Result<Page<DataCatalog>> DataCatalogs::List(const Scope& scope, const PageRequest& request) const {
  std::string after;
  if (!request.token.empty()) {
    TARN_TRY(after, ReadToken(request.token));
  }
  auto txn = store_.Begin();
  const kv::Key prefix = ScopedKey(kDataCatalogKind, scope);
  Page<DataCatalog> page;
  if (after.empty()) page.items.push_back(BuiltIn(scope));  // first, as Athena lists it
  const bool from_start = after.empty() || IsBuiltIn(after);
  const std::string begin = from_start ? prefix.bytes() : CatalogKey(scope, after) + '\0';
  TARN_TRY(auto found, txn->PeekScan(begin, prefix.End(), request.limit + 1));
  for (const kv::KeyValue& pair : found) {
    TARN_TRY(DataCatalog catalog, Decode(pair.value));
    page.items.push_back(std::move(catalog));
  }
  if (page.items.size() > request.limit) {
    page.items.resize(request.limit);
    page.next = MakeToken(page.items.back().name);
  }
  return page;
}

Status DataCatalogs::CheckServed(const Scope& scope, std::string_view name) const {
  TARN_TRY(DataCatalog catalog, Get(scope, name));
  if (catalog.type != "GLUE") {
    return Fail(kInvalidRequest,
                fmt::format("Data catalogs of type {} are not served here; {} can be kept but not read.", catalog.type,
                            catalog.name));
  }
  if (!catalog.parameters || !catalog.parameters->contains("catalog-id")) return Ok();
  const std::string& id = catalog.parameters->at("catalog-id");
  if (id == scope.account) return Ok();
  return Fail(kInvalidRequest,
              fmt::format("DataCatalog {} names the catalog {}, which is not this account's; catalogs of "
                          "other accounts are not served here.",
                          catalog.name, id));
}

}  // namespace tarn::query
