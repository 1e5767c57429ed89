// Every operation of operations.txt with its IAM action and resource: the stream or consumer with its own policy.
#include "api/kinesis/gen/operations.h"

#include <fmt/format.h>

#include "api/kinesis/convert.h"
#include "api/kinesis/kinesis_service.h"
#include "identity/policy_guard.h"
#include "policy/policy.h"

namespace tarn::api::kinesis {

using identity::Check;
using protocol::AnyResource;
using protocol::Bind;
using protocol::Call;
using protocol::WorkClass;

namespace {

Check MakeCheck(const KinesisService& service, std::string_view action, const Target& target, std::string arn) {
  Check check;
  check.action = action;
  check.resource = std::move(arn);
  check.owner = target.scope.account;
  std::string text;
  const auto stream = service.streams().Find(target.scope, target.stream);
  if (stream.ok() && target.consumer.empty()) {
    text = (*stream)->policy;
    for (const auto& [key, value] : (*stream)->tags) check.context["aws:ResourceTag/" + key] = value;
  } else if (stream.ok()) {
    const auto consumer = service.streams().FindConsumer(target.scope, target.stream, target.consumer);
    if (consumer.ok()) text = consumer->policy;
  }
  if (text.empty()) return check;
  auto guard = std::make_shared<identity::PolicyGuard>();
  auto document = policy::Document::Parse(text, policy::ParseOptions());
  if (document.ok()) guard->Add(std::move(document).value());
  check.guard = std::move(guard);
  return check;
}

// What the request names cannot be found: the handler refuses it in its own words.
template <typename In>
Result<std::vector<Check>> Checks(KinesisService& service, const Call& call, const In& in, std::string_view action) {
  const auto target = TargetOf(call, in);
  if (!target.ok()) return target.error();
  std::string arn = target->stream_arn();
  if (!target->consumer.empty()) {
    arn = target->consumer_arn();
  }
  return std::vector<Check>{MakeCheck(service, action, *target, std::move(arn))};
}

// Operations whose token or iterator names the stream.
Result<std::vector<Check>> ByIterator(KinesisService& service, const Call& call, const gen::GetRecordsInput& in) {
  if (in.stream_arn) return Checks(service, call, in, "kinesis:GetRecords");
  TARN_TRY(const stream::Cursor cursor, service.streams().OpenIterator(in.shard_iterator.value_or("")));
  const Target target{{cursor.scope, cursor.stream, {}, {}}};
  return std::vector<Check>{MakeCheck(service, "kinesis:GetRecords", target, target.stream_arn())};
}

template <auto Method>
struct InputOf {
  using Type = typename protocol::internal::HandlerTraits<decltype(Method)>::Input;
};

}  // namespace

const protocol::ServiceDesc& KinesisService::model() const { return gen::kService; }

namespace {

template <auto Method>
protocol::Operation StreamBind(std::string_view name, std::string_view action,
                               protocol::OperationOptions options = {}) {
  using In = typename InputOf<Method>::Type;
  protocol::Operation row = Bind<Method>(name, action, AnyResource, options);
  row.rule = [action](protocol::Service& service, const Call& call, const void* input) {
    return Checks(static_cast<KinesisService&>(service), call, *static_cast<const In*>(input), action);
  };
  return row;
}

}  // namespace

std::span<const protocol::Operation> KinesisService::operations() const {
  // Records as text take a third more than the 10 MiB that they may have.
  constexpr protocol::OperationOptions kRecords{.work = WorkClass::kData, .body_bytes_max = 16 << 20};
  static const std::vector<protocol::Operation> kOperations = [&] {
    using S = KinesisService;
    std::vector<protocol::Operation> rows = {
        StreamBind<&S::CreateStream>("CreateStream", "kinesis:CreateStream"),
        StreamBind<&S::DeleteStream>("DeleteStream", "kinesis:DeleteStream"),
        StreamBind<&S::DescribeStream>("DescribeStream", "kinesis:DescribeStream"),
        StreamBind<&S::DescribeStreamSummary>("DescribeStreamSummary", "kinesis:DescribeStreamSummary"),
        Bind<&S::ListStreams>("ListStreams", "kinesis:ListStreams", AnyResource),
        Bind<&S::DescribeLimits>("DescribeLimits", "kinesis:DescribeLimits", AnyResource),
        Bind<&S::DescribeAccountSettings>("DescribeAccountSettings", "kinesis:DescribeAccountSettings", AnyResource),
        Bind<&S::UpdateAccountSettings>("UpdateAccountSettings", "kinesis:UpdateAccountSettings", AnyResource),
        StreamBind<&S::UpdateStreamRecordDistributionStrategy>("UpdateStreamRecordDistributionStrategy",
                                                               "kinesis:UpdateStreamRecordDistributionStrategy"),
        StreamBind<&S::UpdateStreamMode>("UpdateStreamMode", "kinesis:UpdateStreamMode"),
        StreamBind<&S::UpdateMaxRecordSize>("UpdateMaxRecordSize", "kinesis:UpdateMaxRecordSize"),
        StreamBind<&S::UpdateStreamWarmThroughput>("UpdateStreamWarmThroughput", "kinesis:UpdateStreamWarmThroughput"),
        StreamBind<&S::IncreaseStreamRetentionPeriod>("IncreaseStreamRetentionPeriod",
                                                      "kinesis:IncreaseStreamRetentionPeriod"),
        StreamBind<&S::DecreaseStreamRetentionPeriod>("DecreaseStreamRetentionPeriod",
                                                      "kinesis:DecreaseStreamRetentionPeriod"),
        StreamBind<&S::StartStreamEncryption>("StartStreamEncryption", "kinesis:StartStreamEncryption"),
        StreamBind<&S::StopStreamEncryption>("StopStreamEncryption", "kinesis:StopStreamEncryption"),
        StreamBind<&S::EnableEnhancedMonitoring>("EnableEnhancedMonitoring", "kinesis:EnableEnhancedMonitoring"),
        StreamBind<&S::DisableEnhancedMonitoring>("DisableEnhancedMonitoring", "kinesis:DisableEnhancedMonitoring"),
        StreamBind<&S::PutRecord>("PutRecord", "kinesis:PutRecord", kRecords),
        StreamBind<&S::PutRecords>("PutRecords", "kinesis:PutRecords", kRecords),
        StreamBind<&S::GetShardIterator>("GetShardIterator", "kinesis:GetShardIterator"),
        StreamBind<&S::SplitShard>("SplitShard", "kinesis:SplitShard"),
        StreamBind<&S::MergeShards>("MergeShards", "kinesis:MergeShards"),
        StreamBind<&S::UpdateShardCount>("UpdateShardCount", "kinesis:UpdateShardCount"),
        StreamBind<&S::AddTagsToStream>("AddTagsToStream", "kinesis:AddTagsToStream"),
        StreamBind<&S::ListTagsForStream>("ListTagsForStream", "kinesis:ListTagsForStream"),
        StreamBind<&S::RemoveTagsFromStream>("RemoveTagsFromStream", "kinesis:RemoveTagsFromStream"),
        StreamBind<&S::TagResource>("TagResource", "kinesis:TagResource"),
        StreamBind<&S::UntagResource>("UntagResource", "kinesis:UntagResource"),
        StreamBind<&S::ListTagsForResource>("ListTagsForResource", "kinesis:ListTagsForResource"),
        StreamBind<&S::PutResourcePolicy>("PutResourcePolicy", "kinesis:PutResourcePolicy"),
        StreamBind<&S::GetResourcePolicy>("GetResourcePolicy", "kinesis:GetResourcePolicy"),
        StreamBind<&S::DeleteResourcePolicy>("DeleteResourcePolicy", "kinesis:DeleteResourcePolicy"),
        StreamBind<&S::RegisterStreamConsumer>("RegisterStreamConsumer", "kinesis:RegisterStreamConsumer"),
        StreamBind<&S::DescribeStreamConsumer>("DescribeStreamConsumer", "kinesis:DescribeStreamConsumer"),
        StreamBind<&S::ListStreamConsumers>("ListStreamConsumers", "kinesis:ListStreamConsumers"),
        StreamBind<&S::DeregisterStreamConsumer>("DeregisterStreamConsumer", "kinesis:DeregisterStreamConsumer"),
        StreamBind<&S::SubscribeToShard>("SubscribeToShard", "kinesis:SubscribeToShard"),
    };
    protocol::Operation get = Bind<&S::GetRecords>("GetRecords", "kinesis:GetRecords", AnyResource, kRecords);
    get.rule = [](protocol::Service& service, const Call& call, const void* input) {
      return ByIterator(static_cast<S&>(service), call, *static_cast<const gen::GetRecordsInput*>(input));
    };
    rows.push_back(std::move(get));
    // A token names the stream as well.
    protocol::Operation list = Bind<&S::ListShards>("ListShards", "kinesis:ListShards", AnyResource);
    list.rule = [](protocol::Service& service, const Call& call, const void* input) -> Result<std::vector<Check>> {
      const auto& in = *static_cast<const gen::ListShardsInput*>(input);
      auto& self = static_cast<S&>(service);
      if (in.stream_name || in.stream_arn) return Checks(self, call, in, "kinesis:ListShards");
      if (!in.next_token) return protocol::internal::ToChecks("kinesis:ListShards", std::string("*"));
      TARN_TRY(const Target target, TargetOfToken(*in.next_token, call.now));
      return std::vector<Check>{MakeCheck(self, "kinesis:ListShards", target, target.stream_arn())};
    };
    rows.push_back(std::move(list));
    return rows;
  }();
  return kOperations;
}

}  // namespace tarn::api::kinesis
