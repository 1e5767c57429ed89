// What Lake Formation adds to IAM's word, in words: for `tarn explain-access`. Errors: failures of reading. Threads:
// any.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "govern/governor.h"
#include "identity/authorize.h"

namespace tarn::server {

struct FormationWord {
  bool refuses = false;
  std::string text;                // empty: it has nothing to say of such a resource
  std::vector<std::string> lines;  // of a table: the principal's names, the grants that count, its tags
};

// Of a table ("arn:aws:glue:…:table/db/t") what the caller may do and see; of an object whether it is closed to them.
// `objects` asks Lake Formation of objects, too; IAM has allowed the check.
Result<FormationWord> AskFormation(govern::Governor& governor, const identity::Authorizer& objects,
                                   const identity::Caller& caller, const identity::Check& check);

}  // namespace tarn::server
