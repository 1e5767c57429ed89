// How rows of S3's operation table are made. A feature's folder gives its rows by one function named here; its handlers
// are free functions Result<gen::Out>(S3Service&, const Call&, const gen::In&) in its own files.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/s3/s3_service.h"

namespace tarn::api::s3 {

using Rows = std::vector<protocol::Operation>;

inline constexpr protocol::OperationOptions kData{.work = protocol::WorkClass::kData};

// Whether a request names a version: those have actions of their own.
template <typename In>
bool NamesVersion(const In& in) {
  if constexpr (requires { in.version_id; }) {
    return in.version_id.has_value() && !in.version_id->empty();
  } else {
    return false;
  }
}

// "s3:GetObjectTagging" → "s3:GetObjectVersionTagging".
std::string VersionAction(std::string_view action);

// Makes the resource rules of rows. Actions have static storage.
struct Rules {
  std::function<Result<std::vector<identity::Check>>(const Call& call, std::string_view action,
                                                     const std::optional<std::string>& bucket,
                                                     const std::optional<std::string>& key)>
      checks;

  auto Bucket(std::string_view action) const {
    return [checks = checks, action](const Call& call, const auto& in) { return checks(call, action, in.bucket, {}); };
  }
  auto Object(std::string_view action) const {
    return [checks = checks, action](const Call& call, const auto& in) {
      return checks(call, NamesVersion(in) ? VersionAction(action) : std::string(action), in.bucket, in.key);
    };
  }
};

// The rows of features in folders of their own; joined in operations.cc.
Rows EncryptionRows(const Rules& rules);  // encryption/
Rows EventRows(const Rules& rules);       // events/
Rows LockRows(const Rules& rules);        // lock/
Rows RestoreRows(const Rules& rules);     // lifecycle/
Rows WebRows(const Rules& rules);         // web/

}  // namespace tarn::api::s3
