// Connections: kept as Glue's own Connection shape, in canonical JSON, sealed: their properties hold passwords.
#include <fmt/core.h>

#include <algorithm>

#include "api/glue/convert.h"
#include "api/glue/errors.h"
#include "api/glue/gen/tables.h"
#include "api/glue/glue_service.h"
#include "api/protocol/codec.h"

namespace tarn::api::glue {
namespace {

constexpr size_t kConnectionsPerPage = 100;
constexpr std::string_view kSealed = "sealed:";  // before the sealed bytes; no JSON begins so

Error NotFound(const std::string& name) { return Fail(kEntityNotFound, fmt::format("Connection {} not found.", name)); }

// The domain's error with Glue's words.
Error Worded(const Error& error, const std::string& name) {
  if (error.reason->code == Code::kNotFound) return NotFound(name);
  if (error.reason->code == Code::kAlreadyExists) return Fail(kAlreadyExists, "Connection already exists.");
  return error;
}

Status CheckInput(const gen::ConnectionInput& in) {
  if (const auto& authentication = in.authentication_configuration) {
    if (authentication->o_auth2_properties) {
      return Fail(kNotSupported, "OAuth2Properties of a connection are not supported.");
    }
    if (authentication->basic_authentication_credentials || authentication->custom_authentication_credentials) {
      return Fail(kNotSupported, "Credentials in a connection are not supported; name a SecretArn.");
    }
  }
  if (in.validate_credentials.value_or(false)) {
    return Fail(kNotSupported, "ValidateCredentials is not supported: Tarn does not connect to foreign systems.");
  }
  return Ok();
}

gen::Connection FromInput(const gen::ConnectionInput& in, const protocol::Call& call) {
  gen::Connection out;
  out.name = in.name;
  out.description = in.description;
  out.connection_type = in.connection_type;
  out.match_criteria = in.match_criteria;
  out.connection_properties = in.connection_properties;
  out.spark_properties = in.spark_properties;
  out.athena_properties = in.athena_properties;
  out.python_properties = in.python_properties;
  out.physical_connection_requirements = in.physical_connection_requirements;
  out.last_updated_by = call.caller.arn;
  out.status = "READY";
  out.connection_schema_version = 1;
  if (const auto& authentication = in.authentication_configuration) {
    out.authentication_configuration =
        gen::AuthenticationConfiguration{.authentication_type = authentication->authentication_type,
                                         .secret_arn = authentication->secret_arn,
                                         .kms_key_arn = authentication->kms_key_arn};
    out.connection_schema_version = 2;
  }
  return out;
}

// Bound to its place, so that one account's sealed text cannot be moved to another's.
std::string SealedName(const Scope& scope, std::string_view name) {
  return fmt::format("{}/{}/connection/{}", scope.account, scope.region, name);
}

std::string Sealed(const identity::SecretBox& box, const Scope& scope, const gen::Connection& connection) {
  return std::string(kSealed) +
         box.Seal(SealedName(scope, Text(connection.name)), protocol::CanonicalJson(gen::kT_Connection, &connection));
}

Result<gen::Connection> FromDocument(const identity::SecretBox& box, const Scope& scope,
                                     const catalog::Document& document, bool hide_password) {
  gen::Connection out;
  std::string text = document.text;  // as it is of connections from before they were sealed
  if (text.starts_with(kSealed)) {
    TARN_TRY(text, box.Open(SealedName(scope, document.name), std::string_view(text).substr(kSealed.size())));
  }
  TARN_CHECK(protocol::FromCanonicalJson(gen::kT_Connection, text, &out));
  out.creation_time = document.create_time;
  out.last_updated_time = document.update_time;
  if (hide_password && out.connection_properties) {
    out.connection_properties->erase("PASSWORD");
    out.connection_properties->erase("ENCRYPTED_PASSWORD");
  }
  return out;
}

bool Wanted(const gen::Connection& connection, const std::optional<gen::GetConnectionsFilter>& filter) {
  if (!filter) return true;
  if (filter->connection_type && filter->connection_type != connection.connection_type) return false;
  if (filter->connection_schema_version && filter->connection_schema_version != connection.connection_schema_version) {
    return false;
  }
  return std::ranges::all_of(Items(filter->match_criteria), [&](const std::string& criterion) {
    return std::ranges::find(Items(connection.match_criteria), criterion) != Items(connection.match_criteria).end();
  });
}

}  // namespace

Result<gen::CreateConnectionResponse> GlueService::CreateConnection(const protocol::Call& call,
                                                                    const gen::CreateConnectionRequest& in) {
  TARN_CHECK(CheckInput(*in.connection_input));
  const gen::Connection connection = FromInput(*in.connection_input, call);
  auto created = connections_.Create(call.scope, Text(connection.name), Sealed(connection_box_, call.scope, connection),
                                     in.tags.value_or(catalog::Parameters{}));
  if (!created.ok()) return Worded(created.error(), Text(connection.name));
  return gen::CreateConnectionResponse{.create_connection_status = "READY"};
}

Result<gen::UpdateConnectionResponse> GlueService::UpdateConnection(const protocol::Call& call,
                                                                    const gen::UpdateConnectionRequest& in) {
  TARN_CHECK(CheckInput(*in.connection_input));
  gen::Connection connection = FromInput(*in.connection_input, call);
  connection.name = in.name;
  Status updated = connections_.Update(call.scope, Text(in.name), Sealed(connection_box_, call.scope, connection));
  if (!updated.ok()) return Worded(updated.error(), Text(in.name));
  return gen::UpdateConnectionResponse{};
}

Result<gen::DeleteConnectionResponse> GlueService::DeleteConnection(const protocol::Call& call,
                                                                    const gen::DeleteConnectionRequest& in) {
  Status deleted = connections_.Delete(call.scope, Text(in.connection_name));
  if (!deleted.ok()) return Worded(deleted.error(), Text(in.connection_name));
  return gen::DeleteConnectionResponse{};
}

Result<gen::BatchDeleteConnectionResponse> GlueService::BatchDeleteConnection(
    const protocol::Call& call, const gen::BatchDeleteConnectionRequest& in) {
  gen::BatchDeleteConnectionResponse out;
  out.succeeded.emplace();
  out.errors.emplace();
  for (const std::string& name : Items(in.connection_name_list)) {
    Status deleted = connections_.Delete(call.scope, name);
    if (deleted.ok()) {
      out.succeeded->push_back(name);
    } else {
      out.errors->insert_or_assign(name, ToDetail(Worded(deleted.error(), name)));
    }
  }
  return out;
}

Result<gen::GetConnectionResponse> GlueService::GetConnection(const protocol::Call& call,
                                                              const gen::GetConnectionRequest& in) {
  auto document = connections_.Get(call.scope, Text(in.name));
  if (!document.ok()) return Worded(document.error(), Text(in.name));
  TARN_TRY(gen::Connection connection,
           FromDocument(connection_box_, call.scope, *document, in.hide_password.value_or(false)));
  return gen::GetConnectionResponse{.connection = std::move(connection)};
}

Result<gen::GetConnectionsResponse> GlueService::GetConnections(const protocol::Call& call,
                                                                const gen::GetConnectionsRequest& in) {
  const size_t limit = PageSize(in.max_results, kConnectionsPerPage);
  TARN_TRY(std::string after, FromToken(in.next_token));
  gen::GetConnectionsResponse out;
  out.connection_list.emplace();
  do {
    TARN_TRY(auto page, connections_.List(call.scope, {after, limit - out.connection_list->size()}));
    for (const catalog::Document& document : page.items) {
      TARN_TRY(gen::Connection connection,
               FromDocument(connection_box_, call.scope, document, in.hide_password.value_or(false)));
      if (Wanted(connection, in.filter)) out.connection_list->push_back(std::move(connection));
    }
    after = page.next;
  } while (!after.empty() && out.connection_list->size() < limit);
  out.next_token = ToToken(after);
  return out;
}

}  // namespace tarn::api::glue
