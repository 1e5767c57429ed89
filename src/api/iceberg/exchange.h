// One request as its route's function sees it, and what it answers. Private to api/iceberg.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/iceberg/rest.h"
#include "base/result.h"
#include "base/scope.h"
#include "catalog/errors.h"
#include "catalog/namespaces.h"
#include "enforce/rights.h"
#include "http/message.h"
#include "identity/caller.h"
#include "json/json.h"

namespace tarn::api::iceberg_rest {

// What the ErrorModel calls by an exception's name. The message says what the client did.
inline constexpr Reason kBadRequest{"iceberg_rest.BadRequest", Code::kInvalidArgument};
inline constexpr Reason kNotAuthorized{"iceberg_rest.NotAuthorized", Code::kPermissionDenied};  // 401: say who you are
inline constexpr Reason kForbidden{"iceberg_rest.Forbidden", Code::kPermissionDenied};
inline constexpr Reason kNoSuchRoute{"iceberg_rest.NoSuchRoute", Code::kNotFound};
inline constexpr Reason kUnprocessable{"iceberg_rest.Unprocessable", Code::kInvalidArgument};
inline constexpr Reason kUnsupportedOperation{"iceberg_rest.UnsupportedOperation", Code::kUnimplemented};
inline constexpr Reason kNoSuchPlanId{"iceberg_rest.NoSuchPlanId", Code::kNotFound};
inline constexpr Reason kNoSuchPlanTask{"iceberg_rest.NoSuchPlanTask", Code::kNotFound};
inline constexpr Reason kNoSuchView{"iceberg_rest.NoSuchView", Code::kNotFound};
inline constexpr Reason kNoSuchFunction{"iceberg_rest.NoSuchFunction", Code::kNotFound};
inline constexpr Reason kNoSuchWarehouse{"iceberg_rest.NoSuchWarehouse", Code::kNotFound};
inline constexpr Reason kIllegalArgument{"iceberg_rest.IllegalArgument", Code::kInvalidArgument};
inline constexpr Reason kExpired{"iceberg_rest.Expired", Code::kPermissionDenied};  // 419: get a new token
inline constexpr Reason kNotModified{"iceberg_rest.NotModified", Code::kPreconditionFailed};

using Pairs = std::map<std::string, std::string, std::less<>>;
// Of a query string or a form: "a=b&c=d", decoded; what has no name or a broken escape is left out.
Pairs PairsOf(std::string_view text);

struct Answer {
  int status = 200;
  std::string body;  // JSON; empty: none
  http::Headers headers;
};

struct Asked {
  const Parts* parts = nullptr;
  std::string method;
  std::string target;  // path and query as sent
  identity::Caller caller;
  Scope scope;             // of the catalog meant: warehouse.h
  std::string name_space;  // of the path, decoded, as the catalog names it (catalog/namespaces.h)
  std::string table;       // of the path, decoded: {table}, {view} or {function}
  std::string plan_id;     // of the path, decoded
  std::string prefix;      // of the path, decoded
  std::string link;        // the path of the resource link that led to the table, "v1/…/tables/t"; empty: none did
  Pairs query;
  const http::Headers* headers = nullptr;
  bool tls = false;
  std::string body;
  // What a mutation hands to the catalog with its change, so that the request's Idempotency-Key is kept with it.
  catalog::Alongside also;
  // The answer that the change will have, where it is known before: then it is kept with the change as well.
  mutable std::optional<Answer> promised;

  Result<json::Value> Json() const;  // kBadRequest unless the body is one object
  // Succeeds when the caller may do `action`, by IAM and by Lake Formation, on the catalog, the database or the table
  // ("" names none).
  Status May(std::string_view action, std::string_view database = {}, std::string_view table = {}) const;
  // Succeeds when the caller may do the S3 `action` ("s3:PutObject") at "s3://…", a file or, with a slash at its end, a
  // folder, by IAM and Lake Formation; below `home`, the location of the table that is asked about, nothing is asked. A
  // table's metadata and properties can name any place.
  Status MayTouch(std::string_view action, std::string_view home, std::string_view url) const;
  // Succeeds when the caller may make that table or view at `location` ("" for the default place) and have the lake
  // write its metadata there: by Lake Formation, and where that has no say by IAM (s3:PutObject).
  Status MayMakeAt(std::string_view space, std::string_view name, std::string_view location) const;
  // `also`, and that the caller holds all on the table or view that the change may make.
  catalog::Alongside AlsoMaking(std::string_view space, std::string_view name) const;
  // What Lake Formation says of the caller.
  enforce::Rights rights() const { return {parts->access, caller, scope}; }
  // Where the page asked for begins and how long it is; kBadRequest for a bad pageSize.
  Result<catalog::ListOptions> PageAsked() const;
  // Clients that name neither pageToken nor pageSize get all.
  bool wants_pages() const { return query.contains("pageToken") || query.contains("pageSize"); }
  // "accounting.tax.paid" and "accounting.tax", for messages.
  std::string Named() const { return catalog::DottedName(name_space) + "." + table; }
  std::string Namespace() const { return catalog::DottedName(name_space); }
};

// May the caller commit that to the table, and place its files where the updates say. A commit that asserts that it
// makes the table, and does, is judged as glue:CreateTable, any other as glue:UpdateTable.
Status MayCommit(const Asked& asked, std::string_view name_space, std::string_view table,
                 const json::Value& requirements, const json::Value& updates);

using Run = Result<Answer> (*)(const Asked& asked);

struct Route {
  std::string_view operation;  // "LoadTable", for metrics and the audit trail
  std::string_view method;
  std::string_view path;  // "/v1/{prefix}/namespaces/{namespace}", as the specification writes it
  Run run = nullptr;
  // Whether an Idempotency-Key is heeded. `again` then gives the answer of a request whose change is known to have been
  // made and whose answer was not kept; null: 204.
  bool mutates = false;
  Run again = nullptr;
  bool declared = true;  // in config's `endpoints`
  bool reads = false;    // the table's data or metadata, by whatever name: resource links are followed
};

// What is served; every route but config and tokens needs a caller. One function a family, in a file of its own.
const std::vector<Route>& Routes();
std::vector<Route> NamespaceRoutes();
std::vector<Route> TableRoutes();
std::vector<Route> TableNameRoutes();
std::vector<Route> ViewRoutes();
std::vector<Route> FunctionRoutes();
std::vector<Route> MetricsRoutes();
std::vector<Route> ScanRoutes();
std::vector<Route> TransactionRoutes();
std::vector<Route> CredentialRoutes();
std::vector<Route> SignRoutes();

// Where clients find the files that metadata names: for config's defaults and a loaded table's.
json::Object FileAccessOf(const Asked& asked);

Result<Answer> GetConfig(const Asked& asked);
Result<Answer> PostToken(const Asked& asked);
// The caller of a bearer token; kNotAuthorized when it is not ours or too old.
Result<identity::Caller> CallerOfToken(identity::CredentialSource& credentials, std::string_view token, Timestamp now);

// What `list` gives for the page asked, or for all pages, each item as `show` has it, under `key`, with the token of
// the next page when there is one.
template <typename List, typename Show>
Result<json::Object> ListedAs(const Asked& asked, std::string_view key, List list, Show show) {
  TARN_TRY(catalog::ListOptions options, asked.PageAsked());
  json::Array found;
  do {
    TARN_TRY(auto page, list(options));
    for (const auto& item : page.items) found.emplace_back(show(item));
    options.after = page.next;
  } while (!options.after.empty() && !asked.wants_pages());
  json::Object answer;
  if (!options.after.empty()) answer.emplace_back("next-page-token", options.after);
  answer.emplace_back(key, std::move(found));
  return answer;
}

// Those that the caller may know of.
Result<catalog::Page<catalog::Table>> SeenTables(const Asked& asked, Result<catalog::Page<catalog::Table>> page);

// ["a", "b"] as the catalog names it; kBadRequest for none and for levels that are no names.
Result<std::string> NamespaceOf(const json::Value* levels);
// The catalog's name as clients see it: ["a", "b"].
json::Array ShownNamespace(std::string_view name);

// A member of a request's body; kBadRequest when it is of another type. An absent flag is false, an absent text an
// error.
Result<bool> FlagOf(const json::Value& body, std::string_view key);
Result<std::string> TextOf(const json::Value& body, std::string_view key);

// {"namespace": [...], "name": "..."} under `key`.
struct Identifier {
  std::string name_space;
  std::string name;
};
Result<Identifier> IdentifierOf(const json::Value& body, std::string_view key);

// The catalog's refusals in the words of the specification's clients. With the `name` of a table, a namespace that is
// not there is a table that is not there: clients look for "db.table.files" in the namespace db.table first.
Error WordedFor(const Error& error, std::string_view name_space, std::string_view name);
template <typename T>
Result<T> Worded(Result<T> result, std::string_view name_space, std::string_view name = {}) {
  if (result.ok()) return result;
  return WordedFor(result.error(), name_space, name);
}

// kBadRequest for names that the scope's catalog cannot hold (warehouse.h).
Status CheckNames(const Scope& scope, std::string_view name_space, std::string_view table = {});

// Renames what the body's "source" names to its "destination", in `names` (tables or views); `worded` gives a refusal
// about the source.
template <typename Names, typename Word>
Result<Answer> Renamed(const Asked& asked, Names& names, Word worded) {
  TARN_TRY(const json::Value body, asked.Json());
  TARN_TRY(const Identifier from, IdentifierOf(body, "source"));
  TARN_TRY(const Identifier to, IdentifierOf(body, "destination"));
  TARN_CHECK(asked.May("glue:UpdateTable", from.name_space, from.name));
  TARN_CHECK(asked.May("glue:CreateTable", to.name_space, to.name));
  TARN_CHECK(CheckNames(asked.scope, to.name_space, to.name));
  Status renamed = names.Rename(asked.scope, from.name_space, from.name, to.name_space, to.name, asked.also);
  if (renamed.Is(catalog::kNoSuchDatabase) && asked.parts->catalog->GetDatabase(asked.scope, from.name_space).ok()) {
    return WordedFor(renamed.error(), to.name_space, {});
  }
  TARN_CHECK(worded(from, std::move(renamed)));
  return Answer{.status = 204};
}

// {"error": {"message", "type", "code"}}.
Answer ErrorAnswer(const Error& error);
// "NoSuchTableException": how clients know the error.
std::string_view ExceptionName(const Error& error);

}  // namespace tarn::api::iceberg_rest
