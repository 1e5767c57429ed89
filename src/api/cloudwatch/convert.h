// Between the wire's shapes and observe's. Pure.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "api/cloudwatch/gen/shapes.h"
#include "observe/metric_sink.h"

namespace tarn::api::cloudwatch {

inline observe::MetricDimensions DimensionsOf(const std::optional<std::vector<gen::Dimension>>& in) {
  observe::MetricDimensions out;
  if (!in) return out;
  out.reserve(in->size());
  for (const gen::Dimension& dimension : *in) {
    out.emplace_back(dimension.name.value_or(""), dimension.value.value_or(""));
  }
  std::ranges::sort(out);
  return out;
}

}  // namespace tarn::api::cloudwatch
