// Names of delivered files, and where what waits for delivery lies in kv. Frozen: docs/format/audit.md.
#pragma once

#include <string>
#include <string_view>

#include "audit/event.h"
#include "audit/trails.h"
#include "base/record_fields.h"
#include "base/time.h"
#include "kv/key.h"

namespace tarn::audit {

// A file that the next digest names.
struct DeliveredFile {
  std::string key;
  std::string hash;  // hex of the SHA-256 of the unpacked bytes
  Timestamp oldest;
  Timestamp newest;
};

template <class V>
void VisitFields(V&& visit, DeliveredFile& file) {
  visit(1, file.key);
  visit(2, file.hash);
  visit(3, file.oldest);
  visit(4, file.newest);
}

// "AWSLogs/<account>/CloudTrail/<region>/2026/11/21/<account>_CloudTrail_<region>_20261121T0540Z_<16>.json.gz"; the
// sixteen characters follow from `seed`, so that a delivery that is repeated writes the same file.
// Insights have files of their own: CloudTrail-Insight in the place of CloudTrail.
std::string LogFileKey(const Trail& trail, Category category, std::string_view region, Timestamp time,
                       std::string_view seed);
// "AWSLogs/<account>/CloudTrail-Digest/<region>/2026/11/21/<account>_CloudTrail-Digest_<region>_<trail>_<home>_
// 20261121T054000Z.json.gz"
std::string DigestKey(const Trail& trail, std::string_view region, Timestamp end);

// What is kept of a trail in `space`; another trail of the same name, made later, shares none of it.
kv::Key SpaceOfTrail(std::string_view space, const Trail& trail);
kv::Key PendingSpaceOf(const Trail& trail);
std::string PendingKey(const Trail& trail, const Event& event);
kv::Key TableSpace();
std::string TablePendingKey(const Event& event);
kv::Key DigestSpaceOf(const Trail& trail, std::string_view region);
std::string DigestFileKey(const Trail& trail, std::string_view region, Timestamp delivered, std::string_view key);
// Of the chain of digests of a trail in a region.
std::string ChainKey(const Trail& trail, std::string_view region);

}  // namespace tarn::audit
