// What is kept of keys in memory: decoded records, parsed policies, opened material. Internal to keys.
//
// Invariant: an entry is used only while the key's stored record is byte for byte the one it was made from; every
// change of a key, its policy or its grants changes the record. Threads: any.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>

#include "keys/crypto/key_pair.h"
#include "keys/key.h"
#include "policy/policy.h"

namespace tarn::keys {

// One version of a key's material, opened: 32 bytes or the like, or a key pair.
struct Secret {
  std::string id;  // the material's: 64 hex digits
  std::string bytes;
  std::unique_ptr<KeyPair> pair;  // of asymmetric keys

  Secret() = default;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();
};

struct Entry {
  std::string record;
  Key key;
  std::shared_ptr<const policy::Document> policy;

  mutable std::mutex mutex;
  mutable std::map<int64_t, std::shared_ptr<const Secret>> secrets;  // by version
};

class Cache {
 public:
  // Null when there is none for that record.
  std::shared_ptr<const Entry> Find(const std::string& key_row, const std::string& record) const;
  void Put(const std::string& key_row, std::shared_ptr<const Entry> entry);
  void Drop(const std::string& key_row);

 private:
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const Entry>> entries_;
};

}  // namespace tarn::keys
