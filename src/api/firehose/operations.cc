#include "api/firehose/gen/operations.h"

#include "api/firehose/firehose_service.h"

namespace tarn::api::firehose {
namespace {

constexpr auto OfTheStream = [](const protocol::Call& call, const auto& in) {
  return delivery::ArnOf(call.scope, in.delivery_stream_name.value_or(""));
};

}  // namespace

const protocol::ServiceDesc& FirehoseService::model() const { return gen::kService; }

std::span<const protocol::Operation> FirehoseService::operations() const {
  using protocol::AnyResource;
  using protocol::Bind;
  using Service = FirehoseService;
  // They wait for the disk, as few others do.
  constexpr protocol::OperationOptions kRecords{.work = protocol::WorkClass::kData};
  static const protocol::Operation kOperations[] = {
      Bind<&Service::CreateDeliveryStream>("CreateDeliveryStream", "firehose:CreateDeliveryStream", OfTheStream),
      Bind<&Service::DeleteDeliveryStream>("DeleteDeliveryStream", "firehose:DeleteDeliveryStream", OfTheStream),
      Bind<&Service::DescribeDeliveryStream>("DescribeDeliveryStream", "firehose:DescribeDeliveryStream", OfTheStream),
      Bind<&Service::ListDeliveryStreams>("ListDeliveryStreams", "firehose:ListDeliveryStreams", AnyResource),
      Bind<&Service::ListTagsForDeliveryStream>("ListTagsForDeliveryStream", "firehose:ListTagsForDeliveryStream",
                                                OfTheStream),
      Bind<&Service::PutRecord>("PutRecord", "firehose:PutRecord", OfTheStream, kRecords),
      Bind<&Service::PutRecordBatch>("PutRecordBatch", "firehose:PutRecordBatch", OfTheStream, kRecords),
      Bind<&Service::StartDeliveryStreamEncryption>("StartDeliveryStreamEncryption",
                                                    "firehose:StartDeliveryStreamEncryption", OfTheStream),
      Bind<&Service::StopDeliveryStreamEncryption>("StopDeliveryStreamEncryption",
                                                   "firehose:StopDeliveryStreamEncryption", OfTheStream),
      Bind<&Service::TagDeliveryStream>("TagDeliveryStream", "firehose:TagDeliveryStream", OfTheStream),
      Bind<&Service::UntagDeliveryStream>("UntagDeliveryStream", "firehose:UntagDeliveryStream", OfTheStream),
      Bind<&Service::UpdateDestination>("UpdateDestination", "firehose:UpdateDestination", OfTheStream),
  };
  return kOperations;
}

}  // namespace tarn::api::firehose
