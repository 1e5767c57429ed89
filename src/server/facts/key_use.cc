#include "server/facts/key_use.h"

namespace tarn::server {

void NoteUse(iam::Iam& iam, const api::protocol::AuditRecord& record) {
  if (record.call == nullptr || record.call->caller.anonymous() || record.call->caller.acts_for_account()) return;
  const identity::Caller& caller = record.call->caller;
  const auto note = [&](const std::string& what) {
    iam.last_used().Note(what, record.call->now, record.service, record.call->scope.region);
  };
  if (!caller.role_arn.empty()) {
    note(caller.role_arn);
  } else if (!caller.access_key_id.empty()) {
    note(caller.access_key_id);
  }
  if (caller.type != identity::PrincipalType::kUser && caller.type != identity::PrincipalType::kAssumedRole) return;
  const std::string_view id = std::string_view(caller.user_id).substr(0, caller.user_id.find(':'));
  const std::string_view service = record.service == "monitoring" ? "cloudwatch" : std::string_view(record.service);
  iam.last_used().NoteService(id, record.call->now, service, record.call->scope.region);
}

}  // namespace tarn::server
