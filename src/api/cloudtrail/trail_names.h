// How callers name trails: by name in their region, or by ARN.
#pragma once

#include <optional>
#include <string>

#include "api/protocol/call.h"
#include "audit/trails.h"
#include "base/result.h"

namespace tarn::api::cloudtrail {

// Which trail is meant; `arn` as CloudTrail's messages name it. Errors: kInvalidTrailName with the rule that it breaks,
// kInvalidArn.
struct NamedTrail {
  Scope home;
  std::string name;
  std::string arn;
};
Result<NamedTrail> NameTrail(const protocol::Call& call, const std::optional<std::string>& given);

Status CheckTrailName(std::string_view name);

// The trail of that name or ARN. Errors: as above, kTrailNotFound; for a trail that is to be changed also
// kInvalidHomeRegion and, for another account's, kTrailNotFound.
Result<audit::Trail> FindTrail(const audit::Trails& trails, const protocol::Call& call,
                               const std::optional<std::string>& given);
Result<audit::Trail> FindOwnTrail(const audit::Trails& trails, const protocol::Call& call,
                                  const std::optional<std::string>& given);

// The ARN that policies see; for a name that is none, of the trail that it would be. Errors: kInvalidArn.
Result<std::string> TrailArnOf(const protocol::Call& call, const std::optional<std::string>& given);

}  // namespace tarn::api::cloudtrail
