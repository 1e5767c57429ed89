// Grants to other accounts, as those see them who list what accounts share.
#pragma once

#include <string>

#include "base/scope.h"
#include "base/time.h"
#include "govern/model.h"

namespace tarn::govern {

struct CrossAccountGrant {
  Scope owner;
  std::string principal;  // an account, an ARN of one, an organization or a unit
  std::string resource;   // "arn:aws:glue:REGION:ACCOUNT:table/db/t"; of tag policies the catalog
  Kind kind = Kind::kCatalog;
  std::string version;  // the owner's setting CROSS_ACCOUNT_VERSION
  Timestamp updated;
};

}  // namespace tarn::govern
