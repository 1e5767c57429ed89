// Wraps the keys of blobs under a master key.
//
// A wrapped key is RFC 3394's AES-256 key wrap: 40 bytes for 32, integrity-checked, deterministic (the keys are
// random). Threads: any.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tarn::blob {

class FileSystem;

class KeyWrapper {
 public:
  virtual ~KeyWrapper() = default;
  virtual Result<std::string> Wrap(std::string_view key) const = 0;
  virtual Result<std::string> Unwrap(std::string_view wrapped) const = 0;  // kWrongKey
};

// A wrapper under 32 bytes of key held in memory.
std::unique_ptr<KeyWrapper> MakeKeyWrapper(std::string_view master_key);

// The lake's master key from the file at `path` (64 hex digits, mode 0600); made durably when the file is absent and
// `may_create`. Losing this file loses every byte in the lake.
Result<std::unique_ptr<KeyWrapper>> OpenMasterKey(const std::string& path, bool may_create);

}  // namespace tarn::blob
