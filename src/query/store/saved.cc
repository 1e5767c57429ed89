#include "query/store/saved.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "base/random.h"
#include "base/record.h"
#include "kv/kv.h"
#include "query/errors.h"
#include "query/store/keys.h"
#include "query/store/token.h"
#include "query/store/workgroup.h"

namespace tarn::query {
namespace {

// Frozen: see docs/format/query.md.
enum NamedTag : uint32_t { kName = 1, kDescription = 2, kDatabase = 3, kQuery = 4, kGroup = 5, kCreated = 6 };
enum PreparedTag : uint32_t { kText = 1, kAbout = 2, kModified = 3 };

std::string Encode(const NamedQuery& query) {
  RecordWriter out;
  out.Str(kName, query.name);
  if (query.description) out.Str(kDescription, *query.description);
  out.Str(kDatabase, query.database).Str(kQuery, query.query).Str(kGroup, query.workgroup);
  out.I64(kCreated, query.created.micros);
  return out.Take();
}

Result<NamedQuery> DecodeNamed(std::string_view id, std::string_view record) {
  NamedQuery query;
  query.id = id;
  RecordReader in(record);
  while (in.Next()) {
    switch (in.tag()) {
      case kName:
        query.name = in.str();
        break;
      case kDescription:
        query.description = in.str();
        break;
      case kDatabase:
        query.database = in.str();
        break;
      case kQuery:
        query.query = in.str();
        break;
      case kGroup:
        query.workgroup = in.str();
        break;
      case kCreated:
        query.created.micros = in.i64();
        break;
      default:
        break;
    }
  }
  if (in.corrupt()) return Fail(kDamaged, "the stored named query is damaged");
  return query;
}

std::string Encode(const PreparedStatement& statement) {
  RecordWriter out;
  out.Str(kText, statement.query);
  if (statement.description) out.Str(kAbout, *statement.description);
  out.I64(kModified, statement.modified.micros);
  return out.Take();
}

Result<PreparedStatement> DecodePrepared(std::string_view workgroup, std::string_view name, std::string_view record) {
  PreparedStatement statement;
  statement.workgroup = workgroup;
  statement.name = name;
  RecordReader in(record);
  while (in.Next()) {
    switch (in.tag()) {
      case kText:
        statement.query = in.str();
        break;
      case kAbout:
        statement.description = in.str();
        break;
      case kModified:
        statement.modified.micros = in.i64();
        break;
      default:
        break;
    }
  }
  if (in.corrupt()) return Fail(kDamaged, "the stored prepared statement is damaged");
  return statement;
}

std::string NamedKey(const Scope& scope, std::string_view id) {
  return ScopedKey(kNamedQueryKind, scope).Text(id).Take();
}

std::string NamedIndexKey(const Scope& scope, const NamedQuery& query) {
  return ScopedKey(kNamedQueryIndexKind, scope)
      .Text(query.workgroup)
      .Descending(static_cast<uint64_t>(query.created.micros))
      .Text(query.id)
      .Take();
}

std::string PreparedKey(const Scope& scope, std::string_view workgroup, std::string_view name) {
  return ScopedKey(kPreparedKind, scope).Text(workgroup).Text(name).Take();
}

Result<NamedQuery> FindNamed(kv::Txn& txn, const Scope& scope, std::string_view id) {
  TARN_TRY(auto value, txn.Get(NamedKey(scope, id)));
  if (!value) return Fail(kInvalidRequest, fmt::format("NamedQuery {} was not found", id));
  return DecodeNamed(id, *value);
}

Error NoSuchPrepared(std::string_view workgroup, std::string_view name) {
  return Fail(kNoSuchResource, fmt::format("Prepared statement {} was not found in workgroup {}", name, workgroup));
}

}  // namespace

Result<std::string> SavedQueries::CreateNamed(const Scope& scope, NamedQuery query, std::string_view token) {
  query.id = RandomUuid();
  query.created = clock_.Now();
  const std::string print = Sha256(fmt::format("{}\x1f{}\x1f{}\x1f{}\x1f{}", query.name, query.description.value_or(""),
                                               query.database, query.query, query.workgroup));
  std::string id = query.id;
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    id = query.id;
    TARN_TRY(WorkGroup group, WorkGroups::Find(txn, scope, query.workgroup));
    TARN_TRY(std::string earlier, ClaimToken(txn, scope, "CreateNamedQuery", token, print, query.id, query.created));
    if (!earlier.empty()) {
      id = earlier;
      return Ok();
    }
    txn.Put(NamedKey(scope, query.id), Encode(query));
    txn.Put(NamedIndexKey(scope, query), "");
    return Ok();
  }));
  return id;
}

Result<NamedQuery> SavedQueries::GetNamed(const Scope& scope, std::string_view id) const {
  auto txn = store_.Begin();
  return FindNamed(*txn, scope, id);
}

Status SavedQueries::UpdateNamed(const Scope& scope, std::string_view id, std::string name,
                                 std::optional<std::string> description, std::string text) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(NamedQuery query, FindNamed(txn, scope, id));
    query.name = name;
    if (description) query.description = description;
    query.query = text;
    txn.Put(NamedKey(scope, id), Encode(query));
    return Ok();
  });
}

Status SavedQueries::DeleteNamed(const Scope& scope, std::string_view id) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(NamedQuery query, FindNamed(txn, scope, id));
    txn.Delete(NamedKey(scope, id));
    txn.Delete(NamedIndexKey(scope, query));
    return Ok();
  });
}

Result<Page<std::string>> SavedQueries::ListNamed(const Scope& scope, std::string_view workgroup,
                                                  const PageRequest& request) const {
  auto txn = store_.Begin();
  TARN_TRY(WorkGroup group, WorkGroups::Find(*txn, scope, workgroup));
  const kv::Key prefix = ScopedKey(kNamedQueryIndexKind, scope).Text(workgroup);
  std::string begin = prefix.bytes();
  if (!request.token.empty()) {
    TARN_TRY(std::string position, ReadToken(request.token));
    begin += position + '\0';
  }
  TARN_TRY(auto found, txn->PeekScan(begin, prefix.End(), request.limit + 1));
  Page<std::string> page;
  for (size_t i = 0; i < found.size() && i < request.limit; i++) {
    kv::KeyReader reader(std::string_view(found[i].key).substr(prefix.bytes().size()));
    reader.Number();
    page.items.push_back(reader.Text().value_or(""));
  }
  if (found.size() > request.limit && request.limit > 0) {
    page.next = MakeToken(std::string_view(found[request.limit - 1].key).substr(prefix.bytes().size()));
  }
  return page;
}

Status SavedQueries::CreatePrepared(const Scope& scope, PreparedStatement statement) {
  statement.modified = clock_.Now();
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(WorkGroup group, WorkGroups::Find(txn, scope, statement.workgroup));
    const std::string key = PreparedKey(scope, statement.workgroup, statement.name);
    TARN_TRY(auto found, txn.Get(key));
    if (found) {
      return Fail(kInvalidRequest, fmt::format("Prepared statement {} already exists in workgroup {}", statement.name,
                                               statement.workgroup));
    }
    txn.Put(key, Encode(statement));
    return Ok();
  });
}

Result<PreparedStatement> SavedQueries::GetPrepared(const Scope& scope, std::string_view workgroup,
                                                    std::string_view name) const {
  auto txn = store_.Begin();
  TARN_TRY(WorkGroup group, WorkGroups::Find(*txn, scope, workgroup));
  TARN_TRY(auto found, txn->Get(PreparedKey(scope, workgroup, name)));
  if (!found) return NoSuchPrepared(workgroup, name);
  return DecodePrepared(workgroup, name, *found);
}

Status SavedQueries::UpdatePrepared(const Scope& scope, PreparedStatement statement) {
  statement.modified = clock_.Now();
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(WorkGroup group, WorkGroups::Find(txn, scope, statement.workgroup));
    const std::string key = PreparedKey(scope, statement.workgroup, statement.name);
    TARN_TRY(auto found, txn.Get(key));
    if (!found) return NoSuchPrepared(statement.workgroup, statement.name);
    TARN_TRY(PreparedStatement old, DecodePrepared(statement.workgroup, statement.name, *found));
    PreparedStatement next = statement;
    if (!next.description) next.description = old.description;
    txn.Put(key, Encode(next));
    return Ok();
  });
}

Status SavedQueries::PutPrepared(const Scope& scope, PreparedStatement statement) {
  statement.modified = clock_.Now();
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    txn.Put(PreparedKey(scope, statement.workgroup, statement.name), Encode(statement));
    return Ok();
  });
}

Status SavedQueries::DeletePrepared(const Scope& scope, std::string_view workgroup, std::string_view name) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(WorkGroup group, WorkGroups::Find(txn, scope, workgroup));
    const std::string key = PreparedKey(scope, workgroup, name);
    TARN_TRY(auto found, txn.Get(key));
    if (!found) return NoSuchPrepared(workgroup, name);
    txn.Delete(key);
    return Ok();
  });
}

Result<Page<PreparedStatement>> SavedQueries::ListPrepared(const Scope& scope, std::string_view workgroup,
                                                           const PageRequest& request) const {
  auto txn = store_.Begin();
  TARN_TRY(WorkGroup group, WorkGroups::Find(*txn, scope, workgroup));
  const kv::Key prefix = ScopedKey(kPreparedKind, scope).Text(workgroup);
  std::string begin = prefix.bytes();
  if (!request.token.empty()) {
    TARN_TRY(std::string position, ReadToken(request.token));
    begin = PreparedKey(scope, workgroup, position) + '\0';
  }
  TARN_TRY(auto found, txn->PeekScan(begin, prefix.End(), request.limit + 1));
  Page<PreparedStatement> page;
  for (size_t i = 0; i < found.size() && i < request.limit; i++) {
    kv::KeyReader reader(std::string_view(found[i].key).substr(prefix.bytes().size()));
    TARN_TRY(PreparedStatement statement, DecodePrepared(workgroup, reader.Text().value_or(""), found[i].value));
    page.items.push_back(std::move(statement));
  }
  if (found.size() > request.limit && !page.items.empty()) page.next = MakeToken(page.items.back().name);
  return page;
}

}  // namespace tarn::query
