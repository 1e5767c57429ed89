// When access keys, roles and passwords were last used: noted at every request, at memory speed, and written down once
// a minute and at the end, so that kill -9 loses at most the last minute's. Readers see both.
//
// Who is busy is noted once a second, and costs a hash otherwise.
//
// Threads: any; Note, NoteService and Find never wait for the disk.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "base/result.h"
#include "base/time.h"
#include "iam/model.h"
#include "kv/kv.h"

namespace tarn::iam {

// A service, as the user or role of that unique id used it.
inline std::string UseOfService(std::string_view id, std::string_view service) {
  return std::string(id) + "/" + std::string(service);
}

class LastUsed {
 public:
  explicit LastUsed(kv::Store& store) : store_(store) {}
  ~LastUsed() { Stop(); }
  LastUsed(const LastUsed&) = delete;
  LastUsed& operator=(const LastUsed&) = delete;

  // `what` is an access key's id, a role's ARN, or a user's ARN for its password.
  void Note(std::string_view what, Timestamp time, std::string_view service, std::string_view region);
  // The user or role of this unique id used the service.
  void NoteService(std::string_view id, Timestamp time, std::string_view service, std::string_view region);
  Result<std::optional<LastUse>> Find(kv::Txn& txn, const std::string& what) const;
  void Forget(kv::Txn& txn, const std::string& what);
  // Every UseOfService of the user or role.
  Status ForgetServices(kv::Txn& txn, const std::string& id);

  Status Flush();
  void Start();
  void Stop();  // writes down the rest; idempotent

 private:
  // Whether no such use was noted in this second, as far as is remembered.
  bool IsNews(std::string_view what, Timestamp time, std::string_view service, std::string_view region);
  void Put(std::string_view what, Timestamp time, std::string_view service, std::string_view region);
  void RunThread();

  kv::Store& store_;
  std::array<std::atomic<size_t>, 256> lately_{};  // hashes of uses and their seconds
  mutable std::mutex mutex_;
  std::map<std::string, LastUse, std::less<>> noted_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tarn::iam
