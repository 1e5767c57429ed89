// What decided recent refusals, by request: the authorizer notes it, the audit trail asks for it before the answer.
//
// Invariant: bounded; the oldest are forgotten first. Of several refusals of one request the last counts, which is the
// one that failed it. Threads: any.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace tarn::identity {

class Denials {
 public:
  void Note(const std::string& request_id, std::string decider);
  // Empty: nothing is known of the request.
  std::string Find(std::string_view request_id) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> deciders_;  // by request
  std::deque<std::string> order_;                             // requests, the oldest first
};

}  // namespace tarn::identity
