// One request as its route's function sees it, and what it answers. Private to api/iceberg.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "api/iceberg/rest.h"
#include "base/result.h"
#include "base/scope.h"
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
inline constexpr Reason kNamespaceNotEmpty{"iceberg_rest.NamespaceNotEmpty", Code::kConflict};
inline constexpr Reason kNoSuchPlanId{"iceberg_rest.NoSuchPlanId", Code::kNotFound};
inline constexpr Reason kNoSuchPlanTask{"iceberg_rest.NoSuchPlanTask", Code::kNotFound};
inline constexpr Reason kNotModified{"iceberg_rest.NotModified", Code::kPreconditionFailed};

using Pairs = std::map<std::string, std::string, std::less<>>;
// Of a query string or a form: "a=b&c=d", decoded; what has no name or a broken escape is left out.
Pairs PairsOf(std::string_view text);

struct Asked {
  const Parts* parts = nullptr;
  identity::Caller caller;
  Scope scope;
  std::string name_space;  // of the path, one level, decoded
  std::string table;       // of the path, decoded
  std::string plan_id;     // of the path, decoded
  Pairs query;
  const http::Headers* headers = nullptr;
  bool tls = false;
  std::string body;

  Result<json::Value> Json() const;  // kBadRequest unless the body is one object
  // Succeeds when the caller may do `action` on the catalog, the database or the table ("" names none).
  Status May(std::string_view action, std::string_view database = {}, std::string_view table = {}) const;
  // Where the page asked for begins and how long it is; kBadRequest for a bad pageSize.
  Result<catalog::ListOptions> PageAsked() const;
  // Clients that name neither pageToken nor pageSize get all.
  bool wants_pages() const { return query.contains("pageToken") || query.contains("pageSize"); }
};

struct Answer {
  int status = 200;
  std::string body;  // JSON; empty: none
  http::Headers headers;
};

struct Route {
  std::string_view method;
  std::string_view path;  // "/v1/{prefix}/namespaces/{namespace}", as the specification writes it
  Result<Answer> (*run)(const Asked& asked);
  bool declared = true;  // in config's `endpoints`
};

// What is served; every route but config and tokens needs a caller.
const std::vector<Route>& Routes();
const std::vector<Route>& NamespaceRoutes();
const std::vector<Route>& TableRoutes();
const std::vector<Route>& ScanRoutes();

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

// A namespace of one level: ["a"] and "a". kUnsupportedOperation for more, kBadRequest for none.
Result<std::string> NamespaceOf(const json::Value* levels);

// {"error": {"message", "type", "code"}}.
Answer ErrorAnswer(const Error& error);

}  // namespace tarn::api::iceberg_rest
