// Issuers of web identity tokens that every account of the lake knows. [[oidc]] tables of the TOML file name them:
// url = "https://id.example.org/realms/lake", audiences = ["lake"]. docs/sts.md tells more.
#pragma once

#include <toml++/toml.h>

#include <string>

#include "base/result.h"
#include "server/options.h"

namespace tarn::server {

// Adds what `file` says to `options`. Errors: kBadOption, naming `path`.
Status ReadOidc(const toml::table& file, const std::string& path, Options& options);

}  // namespace tarn::server
