// Records that the Kinesis Producer Library put together into one: four magic bytes, a protobuf message, its MD5.
//
// Pure. Threads: any. https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tarn::delivery {

// The user's records of an aggregated one; the record itself when it is none.
std::vector<std::string> Deaggregated(std::string_view record);

}  // namespace tarn::delivery
