// How rows of S3's operation table are made. A feature's folder gives its rows by one function named here; its handlers
// are free functions Result<gen::Out>(S3Service&, const Call&, const gen::In&) in its own files.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/s3/access/grants.h"
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

// What else a request that writes an object is asked for.
struct Written {
  AskedAcl acl;
  bool tags = false;
  bool retention = false;
  bool legal_hold = false;
};
// Adds to `checks`, whose first is s3:PutObject on the object, what the request sets with the object.
void AskForWritten(const Written& written, std::vector<identity::Check>& checks);
template <typename In>
Written WrittenOf(const Call& call, const In& in) {
  return {.acl = AskedAclOf(call, in),
          .tags = in.tagging && !in.tagging->empty(),
          .retention = in.object_lock_mode || in.object_lock_retain_until_date,
          .legal_hold = in.object_lock_legal_hold_status.has_value()};
}

// Tells `checks` the tags that a request's body carries, as condition keys.
void TellTags(const std::vector<gen::Tag>& tags, bool of_object, std::vector<identity::Check>& checks);

// The same of a retention or legal hold.
void TellRetention(const Call& call, const gen::ObjectLockRetention& retention, std::vector<identity::Check>& checks);
void TellLegalHold(const gen::ObjectLockLegalHold& hold, std::vector<identity::Check>& checks);

// Makes the resource rules of rows. Actions have static storage.
struct Rules {
  std::function<Result<std::vector<identity::Check>>(const Call& call, std::string_view action,
                                                     const std::optional<std::string>& bucket,
                                                     const std::optional<std::string>& key)>
      checks;

  auto Bucket(std::string_view action) const {
    return [checks = checks, action](const Call& call, const auto& in) {
      auto asked = checks(call, action, in.bucket, {});
      if constexpr (requires { in.tagging->tag_set; }) {
        if (asked.ok() && in.tagging && in.tagging->tag_set) TellTags(*in.tagging->tag_set, false, *asked);
      }
      return asked;
    };
  }
  auto Object(std::string_view action) const {
    return [checks = checks, action](const Call& call, const auto& in) {
      auto asked = checks(call, NamesVersion(in) ? VersionAction(action) : std::string(action), in.bucket, in.key);
      if constexpr (requires { in.tagging->tag_set; }) {
        if (asked.ok() && in.tagging && in.tagging->tag_set) TellTags(*in.tagging->tag_set, true, *asked);
      }
      if constexpr (requires { in.retention->mode; }) {
        if (asked.ok() && in.retention) TellRetention(call, *in.retention, *asked);
      }
      if constexpr (requires { in.legal_hold->status; }) {
        if (asked.ok() && in.legal_hold) TellLegalHold(*in.legal_hold, *asked);
      }
      return asked;
    };
  }
  // Of operations that write an object: what they set with it is asked for too.
  auto NewObject() const {
    return [checks = checks](const Call& call, const auto& in) {
      auto asked = checks(call, "s3:PutObject", in.bucket, in.key);
      if (asked.ok()) AskForWritten(WrittenOf(call, in), *asked);
      return asked;
    };
  }
};

// The rows of features in folders of their own; joined in operations.cc.
Rows AclRows(const Rules& rules);            // access/
Rows AnnotationRows(const Rules& rules);     // annotations/
Rows PolicyRows(const Rules& rules);         // access/
Rows AccessSettingRows(const Rules& rules);  // access/
Rows EncryptionRows(const Rules& rules);     // encryption/
Rows EventRows(const Rules& rules);          // events/
Rows LoggingRows(const Rules& rules);        // logging/
Rows LifecycleRows(const Rules& rules);      // lifecycle/
Rows LockRows(const Rules& rules);           // lock/
Rows DirectoryRows(const Rules& rules);      // directory/
Rows RestoreRows(const Rules& rules);        // lifecycle/
Rows TieringRows(const Rules& rules);        // lifecycle/
Rows WebRows(const Rules& rules);            // web/

}  // namespace tarn::api::s3
