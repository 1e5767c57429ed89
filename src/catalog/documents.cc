#include "catalog/documents.h"

#include <utility>

#include "catalog/keys.h"
#include "catalog/records.h"

namespace tarn::catalog {
namespace {

constexpr std::string_view kDocuments = "o";

Result<Document> Load(kv::Txn& txn, const std::string& key) {
  TARN_TRY(auto bytes, txn.Get(key));
  if (!bytes) return Fail(kNoSuchEntity, "");
  return Decode<Document>(*bytes, "document");
}

}  // namespace

void EditTags(Parameters& tags, const Parameters& add, const std::vector<std::string>& remove) {
  for (const auto& [key, value] : add) tags.insert_or_assign(key, value);
  for (const std::string& key : remove) tags.erase(key);
}

Documents::Documents(kv::Store& store, const Clock& clock, std::string kind)
    : store_(store), clock_(clock), kind_(std::move(kind)) {}

std::string Documents::KeyOf(const Scope& scope, std::string_view name) const {
  return UnderUid(scope, kDocuments, kind_).Text(name).Take();
}

Result<Document> Documents::Create(const Scope& scope, std::string_view name, std::string_view text,
                                   const Parameters& tags) {
  const Timestamp now = clock_.Now();
  Document document{
      .name = std::string(name), .text = std::string(text), .create_time = now, .update_time = now, .tags = tags};
  const std::string key = KeyOf(scope, name);
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(auto taken, txn.Get(key));
    if (taken) return Fail(kAlreadyExists, "");
    txn.Put(key, EncodeRecord(document));
    return Ok();
  }));
  return document;
}

Result<Document> Documents::Get(const Scope& scope, std::string_view name) const {
  Document out;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(out, Load(txn, KeyOf(scope, name)));
    return Ok();
  }));
  return out;
}

Status Documents::Update(const Scope& scope, std::string_view name, std::string_view text) {
  const std::string key = KeyOf(scope, name);
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Document document, Load(txn, key));
    document.text = text;
    document.update_time = clock_.Now();
    txn.Put(key, EncodeRecord(document));
    return Ok();
  });
}

Status Documents::Tag(const Scope& scope, std::string_view name, const Parameters& add,
                      const std::vector<std::string>& remove) {
  const std::string key = KeyOf(scope, name);
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Document document, Load(txn, key));
    EditTags(document.tags, add, remove);
    txn.Put(key, EncodeRecord(document));
    return Ok();
  });
}

Status Documents::Delete(const Scope& scope, std::string_view name) {
  const std::string key = KeyOf(scope, name);
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_CHECK(Load(txn, key));
    txn.Delete(key);
    return Ok();
  });
}

Result<Page<Document>> Documents::List(const Scope& scope, const ListOptions& options) const {
  Page<Document> page;
  const kv::Key prefix = UnderUid(scope, kDocuments, kind_);
  std::string last;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) {
    return ScanFrom(txn, prefix, options.after, [&](const kv::KeyValue& pair) -> Result<bool> {
      if (page.items.size() == options.limit) {
        page.next = last;
        return false;
      }
      TARN_TRY(Document document, Decode<Document>(pair.value, "document"));
      page.items.push_back(std::move(document));
      last = pair.key.substr(prefix.bytes().size());
      return true;
    });
  }));
  return page;
}

}  // namespace tarn::catalog
