#include "api/protocol/dispatch.h"

#include "api/protocol/errors.h"
#include "api/protocol/exchange.h"

namespace tarn::api::protocol {

Dispatcher::Dispatcher(DispatcherOptions options, DispatcherParts parts) : impl_(std::make_unique<Impl>()) {
  impl_->options = std::move(options);
  impl_->parts = parts;
}

Dispatcher::~Dispatcher() = default;

Status Dispatcher::AddService(std::shared_ptr<Service> service) {
  auto served = std::make_unique<ServedService>();
  served->model = &service->model();
  served->rest = std::make_unique<OperationMeter>(served->model->name, "unknown");
  for (const Operation& row : service->operations()) {
    const OperationDesc* desc = nullptr;
    for (const OperationDesc& candidate : served->model->operations) {
      if (candidate.name == row.name) desc = &candidate;
    }
    if (desc == nullptr) {
      return Fail(kUnknownOperation, std::string(served->model->name) + " has a row for " + std::string(row.name) +
                                         ", which its operations.txt does not list");
    }
    ServedOperation operation{.row = &row, .desc = desc, .meter = {}};
    operation.meter = std::make_unique<OperationMeter>(served->model->name, row.name);
    served->operations.emplace(desc, std::move(operation));
  }
  served->service = std::move(service);
  impl_->models.push_back(served->model);
  impl_->services.push_back(std::move(served));
  return Ok();
}

void Dispatcher::AddRoute(std::string prefix, http::Handler handler) {
  impl_->routes.emplace_back(std::move(prefix), std::move(handler));
}

void Dispatcher::SetAuditHook(std::function<void(const AuditRecord&)> hook) { impl_->audit = std::move(hook); }

Task<Done> Dispatcher::Handle(http::Request& request, http::ResponseWriter& response) {
  std::string_view path = request.path();
  for (const auto& [prefix, handler] : impl_->routes) {
    if (!path.starts_with(prefix)) continue;
    if (!prefix.ends_with('/') && path.size() > prefix.size() && path[prefix.size()] != '/') continue;
    co_return co_await handler(request, response);
  }
  Exchange exchange(*impl_, request, response);
  co_return co_await exchange.Run();
}

Result<identity::Caller> AuthenticateHead(const http::Request& request, identity::CredentialSource& credentials,
                                          Timestamp now) {
  std::vector<Field> headers;
  for (const auto& [name, value] : request.headers) headers.push_back({name, value});
  SignedHead head{.method = request.method, .path = request.path(), .query = request.query(), .headers = &headers};
  ErrorFields fields;
  bool s3 = ClaimedService(head) == "s3";
  TARN_TRY(auto who, Authenticate(head, nullptr, s3, credentials, now, fields));
  return who.caller;
}

}  // namespace tarn::api::protocol
