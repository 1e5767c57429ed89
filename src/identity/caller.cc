#include "identity/caller.h"

namespace tarn::identity {

Caller RootOf(const std::string& account) {
  Caller caller;
  caller.type = PrincipalType::kRoot;
  caller.account = account;
  caller.arn = "arn:aws:iam::" + account + ":root";
  caller.user_id = account;
  return caller;
}

Caller ServiceCaller(const std::string& account, const std::string& service) {
  Caller caller;
  caller.type = PrincipalType::kService;
  caller.account = account;
  caller.arn = "arn:aws:iam::" + account + ":service/" + service;
  caller.user_id = service;
  return caller;
}

}  // namespace tarn::identity
