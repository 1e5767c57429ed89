#include "server/firehose.h"

#include <fmt/format.h>

#include <utility>

#include "api/firehose/firehose_service.h"
#include "delivery/errors.h"
#include "http/client.h"
#include "iam/errors.h"

namespace tarn::server {
namespace {

constexpr int kEndpointSeconds = 180;

class EndpointClient : public delivery::HttpSink {
 public:
  Result<delivery::HttpAnswer> Post(const delivery::HttpPost& post) override {
    const auto to = http::Location::Parse(post.url);
    if (!to.ok()) return Fail(delivery::kRefused, to.error().message);
    http::ClientRequest request;
    request.method = "POST";
    request.target = to->target;
    for (const auto& [name, value] : post.headers) request.headers.Add(name, value);
    request.body = post.body;
    request.timeout_seconds = kEndpointSeconds;
    auto response = http::Fetch(to->url, request);
    if (!response.ok()) return Fail(delivery::kRefused, response.error().message);
    return delivery::HttpAnswer{.status = response->status, .content_type = {}, .body = std::move(response->body)};
  }
};

// A role's session; where there is no such role, whoever made the stream.
Result<identity::Caller> PrincipalOf(iam::Iam& iam, const Scope& scope, const std::string& role,
                                     const delivery::DeliveryStream& stream) {
  const std::string root = fmt::format("arn:aws:iam::{}:root", scope.account);
  for (const std::string& arn : {role, stream.creator}) {
    if (arn == root) return identity::RootOf(scope.account);
    auto caller = iam.CallerOf(arn);
    if (caller.ok() && caller->account == scope.account) return caller;
  }
  return Fail(delivery::kRefused,
              fmt::format("Firehose is unable to assume role {}. Please check the role provided.", role));
}

}  // namespace

Firehose::Firehose(const FirehoseParts& parts)
    : parts_(parts),
      streams_(parts.kv, parts.clock),
      intake_(parts.kv, parts.clock),
      converter_(parts.catalog, parts.engine),
      tables_({.store = parts.kv,
               .catalog = parts.catalog,
               .tables = parts.tables,
               .snapshots = parts.snapshots,
               .objects = parts.objects,
               .engine = parts.engine,
               .authorizer = parts.authorizer}),
      http_(std::make_unique<EndpointClient>()) {
  const KinesisSource::Principal principal = [&iam = parts.iam](const Scope& scope, const std::string& role,
                                                                const delivery::DeliveryStream& stream) {
    return PrincipalOf(iam, scope, role, stream);
  };
  source_ = std::make_unique<KinesisSource>(parts.streams, parts.authorizer, principal);
  sinks_ = std::make_unique<delivery::Sinks>(delivery::SinkParts{.store = parts.kv,
                                                                 .blobs = parts.blobs,
                                                                 .objects = parts.objects,
                                                                 .intake = intake_,
                                                                 .authorizer = parts.authorizer,
                                                                 .principal = principal,
                                                                 .converter = &converter_,
                                                                 .tables = &tables_,
                                                                 .http = http_.get()});
  deliverer_ = std::make_unique<delivery::Deliverer>(delivery::DelivererParts{.store = parts.kv,
                                                                              .streams = streams_,
                                                                              .intake = intake_,
                                                                              .sinks = *sinks_,
                                                                              .clock = parts.clock,
                                                                              .source = source_.get(),
                                                                              .seconds_max = parts.seconds_max});
}

Firehose::~Firehose() { Stop(); }

std::shared_ptr<api::protocol::Service> Firehose::MakeService() {
  return std::make_shared<api::firehose::FirehoseService>(streams_, *deliverer_, parts_.keys);
}

}  // namespace tarn::server
