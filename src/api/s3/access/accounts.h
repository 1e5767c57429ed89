// The accounts that S3 can name: canonical ids and display names.
//
// Invariant: an account once known stays known; unknown ones are looked for again each time. Threads: any.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "api/s3/gen/shapes.h"
#include "base/result.h"
#include "identity/directory.h"

namespace tarn::api::s3 {

class Accounts {
 public:
  using Source = std::function<Result<std::vector<identity::AccountInfo>>()>;
  // `source` lists all accounts; memory speed. `display_names`: owners and grantees are shown with their account's
  // name, as S3 did until 2025.
  Accounts(Source source, bool display_names) : source_(std::move(source)), display_names_(display_names) {}

  // The account whose canonical id that is; nothing when the lake has none.
  Result<std::optional<std::string>> Find(std::string_view canonical_id);
  // "anonymous" is an owner too.
  gen::Owner Owner(std::string_view account);
  // The same with a display name always: who began an upload is still told with one.
  gen::Owner Named(std::string_view account);

 private:
  struct Known {
    std::string canonical_id;
    std::string name;
  };
  Status Refresh();
  std::optional<std::string> FindKnown(std::string_view canonical_id);

  const Source source_;
  const bool display_names_;
  std::mutex mutex_;
  std::map<std::string, Known, std::less<>> known_;  // by account
};

}  // namespace tarn::api::s3
