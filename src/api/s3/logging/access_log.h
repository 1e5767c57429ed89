// Server access logs: a line for each request to a bucket that asked for them, delivered as objects in its target
// bucket.
//
// Best effort, as AWS documents it: lines wait in memory for at most the flush period (or kLinesBytesMax), so a crash
// may lose the last of them. The format is that of the Amazon S3 User Guide, "Amazon S3 server access log format"; keys
// are <prefix>YYYY-mm-DD-HH-MM-SS-<unique>, or partitioned by account, region, bucket and date when the bucket asks.
// Threads: Note from any thread, never blocking; delivery has a thread of its own.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "api/protocol/dispatch.h"
#include "base/result.h"
#include "object/store/store.h"

namespace tarn::api::s3 {

class AccessLog {
 public:
  // `store` and `clock` outlive it. `period_millis` between deliveries.
  AccessLog(object::Store& store, const Clock& clock, int64_t period_millis);
  ~AccessLog() { Stop(); }
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  // For the dispatcher's audit hook: keeps the line of a request whose bucket wants one.
  void Note(const protocol::AuditRecord& record);
  // The request of that id was allowed by an access list alone: its line will say so. Asked of buckets that log.
  void NoteAcl(const std::string& request_id);
  // The bucket's logging configuration was changed.
  void Forget(const std::string& bucket);
  // Delivers what waits, now. Blocks.
  void Flush();
  void Start();
  void Stop();  // delivers the rest; idempotent

 private:
  // The owner's account of a bucket that logs; empty for the others.
  std::string LoggingOwner(std::string_view bucket);
  void Run();
  void Deliver(const std::string& bucket, const std::string& lines);
  Status Write(const object::Bucket& source, const std::string& lines);

  object::Store& store_;
  const Clock& clock_;
  const int64_t period_millis_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<std::string, std::string> waiting_;           // lines by source bucket
  std::unordered_map<std::string, std::string> owners_;  // what LoggingOwner found, until Forget
  std::unordered_set<std::string> by_acl_;               // requests under way that an access list allowed
  size_t waiting_bytes_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

// The line of one request to a bucket of that owner, with its newline.
std::string AccessLogLine(const protocol::AuditRecord& record, std::string_view bucket, std::string_view owner,
                          bool acl_required);

}  // namespace tarn::api::s3
