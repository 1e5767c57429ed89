#include "server/parts/firehose.h"

#include <fmt/format.h>

#include <utility>

#include "api/firehose/firehose_service.h"
#include "base/log.h"
#include "delivery/errors.h"
#include "http/client.h"
#include "iam/errors.h"
#include "policy/policy.h"

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

constexpr std::string_view kFirehose = "firehose.amazonaws.com";

// What Firehose tells of itself when it takes a role on.
class OfStream : public policy::Context {
 public:
  OfStream(const Scope& scope, const delivery::DeliveryStream& stream)
      : account_(scope.account), arn_(delivery::ArnOf(scope, stream.name)) {}
  bool Find(std::string_view key, std::vector<std::string>& values) const override {
    if (key == "aws:sourceaccount" || key == "sts:externalid") {
      values.push_back(account_);
    } else if (key == "aws:sourcearn") {
      values.push_back(arn_);
    } else {
      return false;
    }
    return true;
  }

 private:
  const std::string account_;
  const std::string arn_;
};

bool Trusts(const iam::Entity& role, const policy::Context& context) {
  policy::ParseOptions options;
  options.kind = policy::ParseOptions::Kind::kTrust;
  const auto trust = policy::Document::Parse(role.trust, options);
  if (!trust.ok()) return false;
  policy::Principal firehose;
  firehose.kind = policy::PrincipalKind::kService;
  firehose.service = kFirehose;
  const std::string arn = role.Arn();
  const policy::Decision decision =
      (*trust)->Evaluate({.principal = firehose, .action = "sts:AssumeRole", .resource = arn, .context = context});
  return decision.effect == policy::Effect::kAllow;
}

// The session of a role of the stream's account that trusts Firehose: nobody else's rights deliver. Errors: kRefused.
Result<identity::Caller> SessionOf(iam::Iam& iam, const Scope& scope, const std::string& role,
                                   const delivery::DeliveryStream& stream) {
  const auto ref = iam::ParseArn(role);
  if (ref && ref->kind == iam::Kind::kRole && ref->account == scope.account) {
    const auto entity = iam.Find(*ref);
    if (entity.ok() && entity->Arn() == role && Trusts(*entity, OfStream(scope, stream))) return iam.CallerOf(role);
    if (!entity.ok() && !entity.Is(iam::kNoSuchEntity)) return entity.error();
  }
  return Fail(delivery::kRefused,
              fmt::format("Firehose is unable to assume role {}. Please check the role provided.", role));
}

}  // namespace

Result<std::unique_ptr<Firehose>> Firehose::Open(const FirehoseParts& parts) {
  delivery::IntakeOptions options;
  options.backlog_bytes_max = parts.backlog_bytes_max;
  options.reclaim = [&streams = parts.streams] {
    if (const Status done = streams.Reclaim(); !done.ok()) log::Warn("delivery", done.error().message);
  };
  TARN_TRY(auto intake, delivery::Intake::Open(parts.kv, parts.streams.log(), std::move(options)));
  auto firehose = std::unique_ptr<Firehose>(new Firehose(parts, std::move(intake)));
  parts.streams.SetOtherOwner([made = firehose.get()] { return made->LookAtLogs(); });
  return firehose;
}

Result<stream::Log::KeepOf> Firehose::LookAtLogs() const {
  TARN_TRY(const auto all, streams_.All());
  std::vector<uint64_t> logs;
  logs.reserve(all.size());
  for (const auto& [scope, stream] : all) logs.push_back(stream.log);
  return intake_->MakeKeeper(logs);
}

Firehose::Firehose(const FirehoseParts& parts, std::unique_ptr<delivery::Intake> intake)
    : parts_(parts),
      streams_(parts.kv, parts.clock),
      intake_(std::move(intake)),
      converter_(parts.catalog, parts.engine),
      rows_(parts.objects, parts.engine),
      tables_({.store = parts.kv,
               .catalog = parts.catalog,
               .tables = parts.tables,
               .snapshots = parts.snapshots,
               .objects = parts.objects,
               .rows = rows_,
               .authorizer = parts.authorizer,
               .access = parts.access}),
      http_(std::make_unique<EndpointClient>()) {
  const KinesisSource::Principal principal = [&iam = parts.iam](const Scope& scope, const std::string& role,
                                                                const delivery::DeliveryStream& stream) {
    return SessionOf(iam, scope, role, stream);
  };
  source_ = std::make_unique<KinesisSource>(parts.streams.streams(), parts.authorizer, principal);
  sinks_ = std::make_unique<delivery::Sinks>(delivery::SinkParts{.store = parts.kv,
                                                                 .blobs = parts.blobs,
                                                                 .objects = parts.objects,
                                                                 .intake = *intake_,
                                                                 .authorizer = parts.authorizer,
                                                                 .principal = principal,
                                                                 .converter = &converter_,
                                                                 .tables = &tables_,
                                                                 .http = http_.get(),
                                                                 .registry = &parts.schemas});
  const auto delivered = [this](uint64_t log, const delivery::Positions* positions) {
    if (tails_ != nullptr) tails_->Delivered(log, positions);
  };
  deliverer_ = std::make_unique<delivery::Deliverer>(delivery::DelivererParts{.store = parts.kv,
                                                                              .streams = streams_,
                                                                              .intake = *intake_,
                                                                              .sinks = *sinks_,
                                                                              .clock = parts.clock,
                                                                              .metrics = &parts.metrics,
                                                                              .source = source_.get(),
                                                                              .seconds_max = parts.seconds_max,
                                                                              .delivered = delivered});
  const auto in_memory = [&parts = parts_](std::shared_ptr<tables::MemoryFiles> memory) {
    return std::make_unique<delivery::EngineRows>(parts.objects, parts.engine, std::move(memory));
  };
  tails_ = std::make_unique<delivery::Tails>(delivery::TailParts{.store = parts.kv,
                                                                 .streams = streams_,
                                                                 .intake = *intake_,
                                                                 .source = source_.get(),
                                                                 .sinks = *sinks_,
                                                                 .tables = tables_,
                                                                 .catalog = parts.tables,
                                                                 .rows = in_memory,
                                                                 .principal = principal,
                                                                 .clock = parts.clock});
}

Firehose::~Firehose() {
  Stop();
  parts_.streams.SetOtherOwner(nullptr);
}

std::shared_ptr<api::protocol::Service> Firehose::MakeService() {
  return std::make_shared<api::firehose::FirehoseService>(streams_, *deliverer_, parts_.keys);
}

}  // namespace tarn::server
