// The levels of classification that every account has from the start: the LF-tag `classification`.
//
// It can be put on databases, tables and columns at once; its record and its default policies (public and internal are
// read by whoever of the account IAM lets in, confidential and restricted by whom they are granted to) are written when
// it is first used, and are tags and grants like others from then on. A client's own CreateLFTag of that key takes its
// place. docs/lakeformation.md
#pragma once

#include "base/scope.h"
#include "base/time.h"
#include "govern/model.h"
#include "kv/kv.h"

namespace tarn::govern {

const Tag& ClassificationTag();
// Writes the tag and its default policies.
void PutClassification(kv::Txn& txn, const Scope& scope, Timestamp now);

}  // namespace tarn::govern
