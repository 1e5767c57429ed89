// When the keys of users and the roles were last used, told to IAM by each answered call. Threads: any; memory speed.
#pragma once

#include "api/protocol/dispatch.h"
#include "iam/iam.h"

namespace tarn::server {

void NoteUse(iam::Iam& iam, const api::protocol::AuditRecord& record);

}  // namespace tarn::server
