#include <algorithm>

#include "api/glue/convert.h"
#include "api/glue/errors.h"
#include "api/glue/glue_service.h"
#include "api/glue/name_pattern.h"
#include "base/strings.h"

namespace tarn::api::glue {
namespace {

constexpr size_t kFunctionsPerPage = 100;

Result<catalog::Function> FromWire(const gen::UserDefinedFunctionInput& in, const std::string& database) {
  if (in.artifact_location) return Fail(kNotSupported, "ArtifactLocation is not supported.");
  catalog::Function out{.name = Text(in.function_name),
                        .database = database,
                        .class_name = in.class_name,
                        .owner_name = in.owner_name,
                        .owner_type = in.owner_type,
                        .function_type = in.function_type};
  if (in.resource_uris) {
    out.resource_uris.emplace();
    for (const gen::ResourceUri& uri : *in.resource_uris) out.resource_uris->push_back({uri.resource_type, uri.uri});
  }
  return out;
}

gen::UserDefinedFunction ToWire(const catalog::Function& in, const std::string& account) {
  gen::UserDefinedFunction out{.function_name = in.name,
                               .database_name = in.database,
                               .class_name = in.class_name,
                               .owner_name = in.owner_name,
                               .function_type = in.function_type,
                               .owner_type = in.owner_type,
                               .create_time = in.create_time,
                               .catalog_id = account};
  if (in.resource_uris) {
    out.resource_uris.emplace();
    for (const catalog::ResourceUri& uri : *in.resource_uris) {
      out.resource_uris->push_back({.resource_type = uri.type, .uri = uri.uri});
    }
  }
  return out;
}

}  // namespace

Result<gen::CreateUserDefinedFunctionResponse> GlueService::CreateUserDefinedFunction(
    const protocol::Call& call, const gen::CreateUserDefinedFunctionRequest& in) {
  TARN_CHECK(Seen(call).rights().RequireDatabase(Text(in.database_name), govern::Permission::kDescribe));
  TARN_TRY(catalog::Function function, FromWire(*in.function_input, Text(in.database_name)));
  if (function.name.empty()) return Fail(kInvalidInput, "FunctionName cannot be null or empty.");
  TARN_CHECK(catalog_.CreateFunction(call.scope, std::move(function)));
  return gen::CreateUserDefinedFunctionResponse{};
}

Result<gen::UpdateUserDefinedFunctionResponse> GlueService::UpdateUserDefinedFunction(
    const protocol::Call& call, const gen::UpdateUserDefinedFunctionRequest& in) {
  TARN_CHECK(Seen(call).rights().RequireDatabase(Text(in.database_name), govern::Permission::kDescribe));
  TARN_TRY(catalog::Function function, FromWire(*in.function_input, Text(in.database_name)));
  if (function.name.empty()) function.name = Text(in.function_name);
  TARN_CHECK(catalog_.UpdateFunction(call.scope, Text(in.function_name), std::move(function)));
  return gen::UpdateUserDefinedFunctionResponse{};
}

Result<gen::DeleteUserDefinedFunctionResponse> GlueService::DeleteUserDefinedFunction(
    const protocol::Call& call, const gen::DeleteUserDefinedFunctionRequest& in) {
  TARN_CHECK(Seen(call).rights().RequireDatabase(Text(in.database_name), govern::Permission::kDescribe));
  TARN_CHECK(catalog_.DeleteFunction(call.scope, Text(in.database_name), Text(in.function_name)));
  return gen::DeleteUserDefinedFunctionResponse{};
}

Result<gen::GetUserDefinedFunctionResponse> GlueService::GetUserDefinedFunction(
    const protocol::Call& call, const gen::GetUserDefinedFunctionRequest& in) {
  TARN_CHECK(Seen(call).rights().RequireDatabase(Text(in.database_name), govern::Permission::kDescribe));
  TARN_TRY(catalog::Function function,
           catalog_.GetFunction(call.scope, Text(in.database_name), Text(in.function_name)));
  return gen::GetUserDefinedFunctionResponse{.user_defined_function = ToWire(function, call.scope.account)};
}

// Of one database, or of all when none is named. The result is made anew for each page; the token counts what was
// given.
Result<gen::GetUserDefinedFunctionsResponse> GlueService::GetUserDefinedFunctions(
    const protocol::Call& call, const gen::GetUserDefinedFunctionsRequest& in) {
  TARN_TRY(NamePattern pattern, NamePattern::Compile(Text(in.pattern)));
  TARN_TRY(std::string token, FromToken(in.next_token));
  const std::optional<uint64_t> skip = token.empty() ? uint64_t{0} : ParseU64(token);
  if (!skip) return Fail(kInvalidInput, "Invalid pagination token provided");
  std::vector<std::string> databases;
  if (in.database_name) {
    TARN_CHECK(Seen(call).rights().RequireDatabase(*in.database_name, govern::Permission::kDescribe));
    databases.push_back(*in.database_name);
  } else {
    TARN_TRY(auto all, Seen(call).ListDatabases(call.scope, {"", SIZE_MAX}));
    for (const catalog::Database& database : all.items) databases.push_back(database.name);
  }
  std::vector<catalog::Function> found;
  for (const std::string& database : databases) {
    TARN_TRY(auto page, catalog_.ListFunctions(call.scope, database, {"", SIZE_MAX}));
    for (catalog::Function& function : page.items) {
      if (!pattern.Matches(function.name)) continue;
      if (in.function_type && function.function_type != in.function_type) continue;
      found.push_back(std::move(function));
    }
  }
  gen::GetUserDefinedFunctionsResponse out;
  out.user_defined_functions.emplace();
  const size_t end = std::min(found.size(), *skip + PageSize(in.max_results, kFunctionsPerPage));
  for (size_t i = *skip; i < end; ++i) out.user_defined_functions->push_back(ToWire(found[i], call.scope.account));
  if (end < found.size()) out.next_token = ToToken(std::to_string(end));
  return out;
}

}  // namespace tarn::api::glue
