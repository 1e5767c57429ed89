// Files in memory, by URL: written by the engine and read again, never stored. Whole or absent. Threads: any.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"
#include "engine/table.h"

namespace tarn::tables {

class MemoryFiles {
 public:
  void Put(const std::string& url, std::string bytes);
  void Remove(const std::string& url);
  // Has the other one's files too: their bytes are there once.
  void Share(const MemoryFiles& other);
  bool Has(const std::string& url) const { return Find(url) != nullptr; }
  // Errors: engine.CannotOpenFile for what is not there.
  Result<std::unique_ptr<engine::OpenFile>> Open(const std::string& url) const;

 private:
  std::shared_ptr<const std::string> Find(const std::string& url) const;

  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const std::string>> files_;
};

}  // namespace tarn::tables
