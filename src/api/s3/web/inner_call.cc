#include "api/s3/web/inner_call.h"

#include <fmt/format.h>

#include <cassert>

#include "api/s3/gen/operations.h"
#include "base/strings.h"

namespace tarn::api::s3 {

InnerCall::InnerCall(S3Service& service, const Call& outer, std::string_view operation, std::string_view method,
                     const std::string& bucket, const std::string& key, std::vector<protocol::Field> headers)
    : service_(service),
      path_(fmt::format("/{}/{}", bucket, PercentEncode(key, /*keep_slash=*/true))),
      headers_(std::move(headers)),
      parts_{.method = method, .path = path_, .query = &query_, .headers = &headers_, .body = {}},
      call_(outer) {
  for (const protocol::Operation& row : service.operations()) {
    if (row.name == operation) row_ = &row;
  }
  for (const protocol::OperationDesc& desc : gen::kService.operations) {
    if (desc.name == operation) call_.operation = &desc;
  }
  assert(row_ != nullptr && row_->stream_handler != nullptr && call_.operation != nullptr);
  call_.request = &parts_;
  call_.extras = {};
}

Status InnerCall::Begin() {
  input_ = row_->new_input();
  TARN_CHECK(protocol::DecodeRequest(*call_.operation, protocol::WireProtocol::kRestXml, parts_, input_.get()));
  TARN_TRY(const auto checks, row_->rule(service_, call_, input_.get()));
  return call_.Allow(checks);
}

Task<Result<protocol::ErasedStream>> InnerCall::Run(RequestBody& body) {
  co_return co_await row_->stream_handler(service_, call_, input_.get(), body);
}

std::vector<std::pair<std::string, std::string>> InnerCall::HeadersOf(const protocol::ErasedStream& answer) const {
  auto parts = protocol::EncodeResponse(*call_.operation, protocol::WireProtocol::kRestXml, answer.output.get(),
                                        call_.request_id);
  std::vector<std::pair<std::string, std::string>> headers;
  for (protocol::Field& header : parts.headers) {
    const std::string name = AsciiLower(header.name);
    if (name == "content-length" || name == "x-amz-request-id" || name == "x-amz-id-2") continue;
    headers.emplace_back(std::move(header.name), std::move(header.value));
  }
  return headers;
}

}  // namespace tarn::api::s3
