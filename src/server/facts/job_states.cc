#include "server/facts/job_states.h"

#include "jobs/maintain/states.h"

namespace tarn::server {

Result<api::s3tables::JobStates> JobStatesOf(const jobs::maintain::Maintainer& maintainer, const Scope& scope,
                                             const catalog::Table& table) {
  namespace maintain = jobs::maintain;
  TARN_TRY(const maintain::TableState state, maintainer.StateOf(scope, table));
  api::s3tables::JobStates states;
  const auto tell = [&](const char* kind, const char* as) {
    const auto found = state.kinds.find(kind);
    if (found == state.kinds.end() || !found->second.last_run) return;
    api::s3tables::JobState& told = states[as];
    told.status = found->second.failed ? "Failed" : "Successful";
    told.last_run = found->second.last_run;
    if (found->second.failed) told.failure = found->second.failure;
  };
  tell(maintain::kCompaction, "icebergCompaction");
  tell(maintain::kExpiry, "icebergSnapshotManagement");
  tell(maintain::kOrphans, "icebergUnreferencedFileRemoval");
  return states;
}

}  // namespace tarn::server
