#include "api/protocol/auth/sign_in_limit.h"

#include <algorithm>

#include "api/protocol/errors.h"
#include "identity/errors.h"

namespace tarn::api::protocol {
namespace {

constexpr size_t kNamesMax = 10'000;

double Refilled(double left, const SignInLimit::Bucket& bucket, int64_t micros) {
  const double more = bucket.per_second * static_cast<double>(std::max<int64_t>(0, micros)) / kMicrosPerSecond;
  return std::min(bucket.at_once, left + more);
}

}  // namespace

bool SignInLimit::Take(Levels& levels, std::string_view name, const Bucket& bucket, Timestamp now) {
  if (levels.size() >= kNamesMax) {
    std::erase_if(levels, [&](const auto& level) {
      return Refilled(level.second.left, bucket, now.micros - level.second.at.micros) >= bucket.at_once;
    });
    // All of them fail right now: the oldest knowledge is given up rather than memory.
    if (levels.size() >= kNamesMax) levels.clear();
  }
  auto [found, fresh] = levels.try_emplace(std::string(name), Level{bucket.at_once, now});
  Level& level = found->second;
  level.left = Refilled(level.left, bucket, now.micros - level.at.micros);
  level.at = now;
  if (level.left < 1) return false;
  level.left -= 1;
  return true;
}

bool SignInLimit::Note(std::string_view source, std::string_view key, Timestamp now) {
  const std::lock_guard lock(mutex_);
  const bool of_source = Take(sources_, source, kOfSource, now);
  const bool of_key = key.empty() || Take(keys_, key, kOfKey, now);
  return of_source && of_key;
}

bool IsFailedSignIn(const Error& error) {
  return error.reason == &kSignatureMismatch || error.reason == &kUnknownAccessKey || error.reason == &kInvalidToken ||
         error.reason == &identity::kExpiredToken;
}

}  // namespace tarn::api::protocol
