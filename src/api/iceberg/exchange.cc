#include "api/iceberg/exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "api/iceberg/warehouse.h"
#include "base/log.h"
#include "base/strings.h"
#include "catalog/buckets/table_buckets.h"
#include "catalog/errors.h"
#include "enforce/bucket_checks.h"
#include "enforce/catalog_view.h"
#include "enforce/errors.h"
#include "enforce/table_bucket_check.h"
#include "govern/answer/uri.h"
#include "govern/principal.h"
#include "iceberg/errors.h"
#include "object/errors.h"

namespace tarn::api::iceberg_rest {
namespace {

struct Exception {
  const Reason* reason;
  int status;
  std::string_view type;
};

// By reason; by code (below) for the rest.
constexpr std::array kExceptions{
    Exception{&kBadRequest, 400, "BadRequestException"},
    Exception{&kNotAuthorized, 401, "NotAuthorizedException"},
    Exception{&kForbidden, 403, "ForbiddenException"},
    Exception{&identity::kAccessDenied, 403, "ForbiddenException"},
    Exception{&enforce::kInsufficient, 403, "ForbiddenException"},
    Exception{&kNoSuchRoute, 404, "NoSuchRouteException"},
    Exception{&kNoSuchPlanId, 404, "NoSuchPlanIdException"},
    Exception{&kNoSuchPlanTask, 404, "NoSuchPlanTaskException"},
    Exception{&kUnprocessable, 422, "UnprocessableEntityException"},
    Exception{&kUnsupportedOperation, 406, "UnsupportedOperationException"},
    Exception{&iceberg::kUnsupported, 406, "UnsupportedOperationException"},
    Exception{&kNoSuchView, 404, "NoSuchViewException"},
    Exception{&kNoSuchFunction, 404, "NoSuchFunctionException"},
    Exception{&kNoSuchWarehouse, 404, "NoSuchWarehouseException"},
    Exception{&kIllegalArgument, 400, "IllegalArgumentException"},
    Exception{&kExpired, 419, "AuthenticationTimeoutException"},
    Exception{&iceberg::kInvalid, 400, "ValidationException"},
    Exception{&catalog::kNotEmpty, 409, "NamespaceNotEmptyException"},
    Exception{&catalog::kNoSuchDatabase, 404, "NoSuchNamespaceException"},
    Exception{&catalog::kNoSuchTable, 404, "NoSuchTableException"},
    Exception{&catalog::kNotIceberg, 404, "NoSuchTableException"},
    Exception{&catalog::kAlreadyExists, 409, "AlreadyExistsException"},
    Exception{&catalog::kTableMoved, 409, "CommitFailedException"},
    Exception{&iceberg::kCommitFailed, 409, "CommitFailedException"},
    Exception{&object::kNoSuchKey, 404, "NotFoundException"},
    Exception{&object::kNoSuchBucket, 404, "NotFoundException"},
};

Exception ByCode(Code code) {
  switch (code) {
    case Code::kInvalidArgument:
    case Code::kPreconditionFailed:
      return {nullptr, 400, "BadRequestException"};
    case Code::kNotFound:
      return {nullptr, 404, "NotFoundException"};
    case Code::kPermissionDenied:
      return {nullptr, 403, "ForbiddenException"};
    case Code::kAlreadyExists:
    case Code::kConflict:
      return {nullptr, 409, "CommitFailedException"};
    case Code::kUnimplemented:
      return {nullptr, 406, "UnsupportedOperationException"};
    case Code::kResourceExhausted:
    case Code::kUnavailable:
      return {nullptr, 503, "ServiceUnavailableException"};
    case Code::kOutcomeUnknown:
      return {nullptr, 500, "CommitStateUnknownException"};
    default:
      return {nullptr, 500, "InternalServerError"};
  }
}

Exception ExceptionOf(const Error& error) {
  for (const Exception& exception : kExceptions) {
    if (exception.reason == error.reason) return exception;
  }
  return ByCode(error.reason->code);
}

}  // namespace

std::string_view ExceptionName(const Error& error) { return ExceptionOf(error).type; }

Answer ErrorAnswer(const Error& error) {
  if (error.reason == &kNotModified) return Answer{.status = 304};
  const Exception exception = ExceptionOf(error);
  if (exception.status == 500) log::Fault("iceberg", error.message);
  json::Object model{{"message", error.message}, {"type", exception.type}, {"code", exception.status}};
  return Answer{.status = exception.status, .body = json::Write(json::Object{{"error", std::move(model)}})};
}

Result<json::Value> Asked::Json() const {
  auto value = json::Parse(body);
  if (!value.ok()) return Fail(kBadRequest, "the body is no JSON: " + value.error().message);
  if (!value->is_object()) return Fail(kBadRequest, "the body must be a JSON object");
  return value;
}

// The catalog, the database and the table have to be allowed, as Glue asks for them. Names are lower case in ARNs, as
// in the catalog; a nested namespace's levels are joined by "%1F", which no database's name holds.
Status Asked::May(std::string_view action, std::string_view database, std::string_view table) const {
  if (catalog::TableBucketOf(scope)) {
    const identity::Check check = enforce::TableBucketCheck(*parts->buckets, *parts->catalog, scope,
                                                            enforce::TableBucketAction(action), database, table);
    return parts->authorizer->Authorize(caller, std::span(&check, 1));
  }
  std::string levels;
  for (const char c : AsciiLower(database)) levels += c == catalog::kLevelSeparator ? "%1F" : std::string(1, c);
  std::vector<std::string> resources = {"catalog"};
  if (!database.empty()) resources.push_back(fmt::format("database/{}", levels));
  if (!table.empty()) resources.push_back(fmt::format("table/{}/{}", levels, AsciiLower(table)));
  std::vector<identity::Check> checks(resources.size());
  for (size_t i = 0; i < checks.size(); ++i) {
    checks[i].action = action;
    checks[i].resource = fmt::format("arn:aws:glue:{}:{}:{}", scope.region, scope.account, resources[i]);
  }
  TARN_CHECK(parts->authorizer->Authorize(caller, checks));
  return rights().RequireFor(action, database, table);
}

catalog::Alongside Asked::AlsoMaking(std::string_view space, std::string_view name) const {
  return catalog::MadeBy(scope, space, name, govern::PrincipalOf(caller), also);
}

Status Asked::MayTouch(std::string_view action, std::string_view home, std::string_view url) const {
  const std::string place = govern::PlainUri(url);
  std::string own = govern::PlainUri(home);
  if (!own.empty() && !own.ends_with('/')) own += '/';
  constexpr std::string_view kScheme = "s3://";
  if (!place.starts_with(kScheme) || (!own.empty() && place.starts_with(own))) return Ok();
  TARN_CHECK(rights().RequireLocation(place));
  if (action == "s3:GetObject") TARN_CHECK(rights().RequireOwners(place));
  const enforce::BucketChecks buckets(*parts->objects);
  TARN_TRY(const identity::Check check, buckets.At(action, place));
  return parts->authorizer->Authorize(caller, std::span(&check, 1));
}

Status Asked::MayMakeAt(std::string_view space, std::string_view name, std::string_view location) const {
  const enforce::CatalogView view(*parts->catalog, parts->access, caller, scope);
  TARN_CHECK(view.MayCreateIceberg(scope, space, name, location));
  TARN_TRY(const auto check, enforce::BucketChecks(*parts->objects).ToWriteBelow(rights(), location));
  return check ? parts->authorizer->Authorize(caller, std::span(&*check, 1)) : Ok();
}

Result<catalog::Page<catalog::Table>> SeenTables(const Asked& asked, Result<catalog::Page<catalog::Table>> page) {
  if (!page.ok() || !asked.rights().governed()) return page;
  for (size_t i = page->items.size(); i-- > 0;) {
    TARN_TRY(const auto access, asked.rights().OfTable(page->items[i].database, page->items[i].name));
    if (!enforce::Exists(access)) page->items.erase(page->items.begin() + static_cast<ptrdiff_t>(i));
  }
  return page;
}

Pairs PairsOf(std::string_view text) {
  Pairs pairs;
  for (const std::string_view pair : Split(text, '&')) {
    const size_t equals = std::min(pair.find('='), pair.size());
    auto key = PercentDecode(pair.substr(0, equals), true);
    auto value = PercentDecode(pair.substr(std::min(equals + 1, pair.size())), true);
    if (key && value && !key->empty()) pairs.insert_or_assign(std::move(*key), std::move(*value));
  }
  return pairs;
}

Result<catalog::ListOptions> Asked::PageAsked() const {
  catalog::ListOptions options;
  if (const auto token = query.find("pageToken"); token != query.end()) options.after = token->second;
  if (const auto size = query.find("pageSize"); size != query.end()) {
    const auto limit = ParseU64(size->second);
    if (!limit || *limit == 0) return Fail(kBadRequest, "pageSize must be a positive number");
    options.limit = *limit;
  }
  return options;
}

json::Object FileAccessOf(const Asked& asked) {
  std::string endpoint = asked.parts->advertise;
  if (endpoint.empty()) endpoint = fmt::format("{}://{}", asked.tls ? "https" : "http", asked.headers->Get("host"));
  const std::string region = catalog::PlainScope(asked.scope).region;
  return json::Object{{"s3.endpoint", std::move(endpoint)},
                      {"s3.path-style-access", "true"},
                      {"s3.region", region},
                      {"client.region", region}};
}

Result<std::string> NamespaceOf(const json::Value* levels) {
  if (levels == nullptr || !levels->is_array() || levels->AsArray()->empty()) {
    return Fail(kBadRequest, "a namespace is a list of one name or more");
  }
  std::vector<std::string> names;
  for (const json::Value& level : *levels->AsArray()) {
    if (!level.is_string() || level.AsString()->empty() || catalog::IsNested(*level.AsString())) {
      return Fail(kBadRequest, "a namespace's levels are names");
    }
    names.push_back(*level.AsString());
  }
  return catalog::JoinLevels(names);
}

json::Array ShownNamespace(std::string_view name) {
  json::Array levels;
  for (std::string& level : catalog::LevelsOf(name)) levels.emplace_back(std::move(level));
  return levels;
}

Result<bool> FlagOf(const json::Value& body, std::string_view key) {
  const json::Value* value = body.Find(key);
  if (value == nullptr || value->is_null()) return false;
  if (!value->is_bool()) return Fail(kBadRequest, fmt::format("{} must be a boolean", key));
  return *value->AsBool();
}

Result<std::string> TextOf(const json::Value& body, std::string_view key) {
  const json::Value* value = body.Find(key);
  if (value == nullptr || !value->is_string() || value->AsString()->empty()) {
    return Fail(kBadRequest, fmt::format("{} must be given", key));
  }
  return *value->AsString();
}

Result<Identifier> IdentifierOf(const json::Value& body, std::string_view key) {
  const json::Value* given = body.Find(key);
  if (given == nullptr || !given->is_object()) return Fail(kBadRequest, fmt::format("{} must be given", key));
  Identifier identifier;
  TARN_TRY(identifier.name_space, NamespaceOf(given->Find("namespace")));
  TARN_TRY(identifier.name, TextOf(*given, "name"));
  return identifier;
}

Error WordedFor(const Error& error, std::string_view name_space, std::string_view name) {
  const std::string space = catalog::DottedName(name_space);
  const bool no_space = error.reason == &catalog::kNoSuchDatabase;
  if (no_space && name.empty()) {
    return Fail(catalog::kNoSuchDatabase, fmt::format("Namespace does not exist: {}", space));
  }
  if (no_space || error.reason == &catalog::kNoSuchTable || error.reason == &catalog::kNotIceberg) {
    return Fail(catalog::kNoSuchTable, fmt::format("Table does not exist: {}.{}", space, name));
  }
  if (error.reason == &kNoSuchView) {
    return Fail(kNoSuchView, fmt::format("View does not exist: {}.{}", space, name));
  }
  return error;
}

}  // namespace tarn::api::iceberg_rest
