// SignInLimit: how many failed sign-ins one source and one access key may make before they are answered as throttled.
//
// Only failures count, and only failures are refused: a right signature passes whatever others try with its key. So
// nobody can lock a key's owner out, while guessing and flooding of the audit log are bounded. Each source (an IP
// address) and each key has a bucket of failures that refills steadily; when there are too many sources at once, those
// that have refilled are forgotten. Threads: any; memory speed.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "base/time.h"

namespace tarn::api::protocol {

// Answered as AWS answers a throttled call: SlowDown, Throttling, ThrottlingException.
inline constexpr Reason kTooManyFailures{"protocol.TooManyFailures", Code::kResourceExhausted};

class SignInLimit {
 public:
  struct Bucket {
    double at_once;     // failures
    double per_second;  // that become possible again
  };
  static constexpr Bucket kOfSource{200, 20};
  static constexpr Bucket kOfKey{50, 5};

  // Notes a failure; false when it is one too many. `key`: empty when none was named.
  bool Note(std::string_view source, std::string_view key, Timestamp now);

 private:
  struct Level {
    double left;
    Timestamp at;
  };
  using Levels = std::unordered_map<std::string, Level>;

  static bool Take(Levels& levels, std::string_view name, const Bucket& bucket, Timestamp now);

  std::mutex mutex_;
  Levels sources_;
  Levels keys_;
};

// Whether an error of authentication says that somebody claimed to be who they could not prove to be.
bool IsFailedSignIn(const Error& error);

}  // namespace tarn::api::protocol
