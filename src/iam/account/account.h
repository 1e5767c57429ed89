// What an account tells of its IAM as a whole: counts, the credential report; and its alias.
//
// Each works within the transaction of `rows`. Errors: iam/errors.h, in IAM's words.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/result.h"
#include "iam/model.h"
#include "iam/rows.h"

namespace tarn::iam {

// GetAccountSummary's counts and quotas by name.
Result<std::map<std::string, int32_t>> Summarize(Rows& rows);
// Makes the credential report of this moment and keeps it; false: one of the last four hours is kept.
Result<bool> MakeReport(Rows& rows);
// Errors: kReportNotPresent.
Result<AccountSettings> ReportOf(Rows& rows);

// Aliases are unique in the lake. Errors: kAlreadyExists, kValidation.
Status SetAlias(Rows& rows, const std::string& alias);
// Errors: kNoSuchEntity.
Status DeleteAlias(Rows& rows, const std::string& alias);

}  // namespace tarn::iam
