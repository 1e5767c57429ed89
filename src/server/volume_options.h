// The tables [[volume]] and [storage_class.NAME] of the TOML file: where blobs lie. docs/durability.md tells the form.
#pragma once

#include <toml++/toml.h>

#include <string>

#include "base/result.h"
#include "server/options.h"

namespace tarn::server {

// Adds what `file` says to `options`. Errors: kBadOption, naming `path`.
Status ReadVolumes(const toml::table& file, const std::string& path, Options& options);

}  // namespace tarn::server
