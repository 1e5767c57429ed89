// Everything about the objects of a lake checked end to end: records, references, counters, and the bytes themselves.
//
// All metadata is seen as of one moment, so a lake may be written to meanwhile; bytes that are gone by the time of
// their reading are not missed. Bytes under a customer's or a KMS key are checked by their checksums on disk only.
// Errors: those of reading kv; what is wrong with the lake is in the report. Blocks, long. Threads: any.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "blob/blob.h"
#include "kv/kv.h"

namespace tarn::object {

struct VerifyReport {
  uint64_t buckets = 0;
  uint64_t versions = 0;  // delete markers included
  uint64_t parts = 0;     // of uploads in progress
  uint64_t bytes = 0;     // read, decrypted and digested
  uint64_t sealed = 0;    // versions under keys that the lake does not have
  uint64_t copies = 0;    // of blobs, read by their checksums
  uint64_t healed = 0;
  uint64_t problem_count = 0;
  std::vector<std::string> problems;  // a line each; the first thousand
};

Result<VerifyReport> Verify(kv::Store& kv, blob::Store& blobs);

}  // namespace tarn::object
