// What samples of one metric add up to. Pure.
#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

namespace tarn::observe {

struct Statistic {
  double count = 0;
  double sum = 0;
  double min = 0;
  double max = 0;

  void Add(double value) { Merge({.count = 1, .sum = value, .min = value, .max = value}); }
  void Merge(const Statistic& other) {
    if (other.count == 0) return;
    min = count == 0 ? other.min : std::min(min, other.min);
    max = count == 0 ? other.max : std::max(max, other.max);
    count += other.count;
    sum += other.sum;
  }
};

// As it is stored: four numbers. Of other bytes: no sample.
inline std::string PackStatistic(const Statistic& statistic) {
  const double values[] = {statistic.count, statistic.sum, statistic.min, statistic.max};
  std::string bytes(sizeof(values), '\0');
  std::memcpy(bytes.data(), values, sizeof(values));
  return bytes;
}
inline Statistic UnpackStatistic(std::string_view bytes) {
  double values[4] = {};
  if (bytes.size() == sizeof(values)) std::memcpy(values, bytes.data(), sizeof(values));
  return {.count = values[0], .sum = values[1], .min = values[2], .max = values[3]};
}

}  // namespace tarn::observe
