// What the records of one delivery may come to once they are unpacked, so that its memory does not depend on what they
// hold. Threads: pure.
#pragma once

#include <cstdint>
#include <vector>

#include "delivery/records/processors.h"
#include "delivery/records/source.h"

namespace tarn::delivery {

inline constexpr size_t kRecordUnpackedMax = 64 << 20;  // of one record; one that holds more goes to the error output
inline constexpr size_t kDeliveryUnpackedMax = 256 << 20;  // of all records of a delivery

// Leaves the first of `records` whose gzip texts hold no more than `bytes_max` together, at least those of one
// position, and sets `positions` back to what is left out. Whether anything is.
bool CutToUnpacked(std::vector<Arrived>& records, Positions& positions, size_t bytes_max = kDeliveryUnpackedMax);

}  // namespace tarn::delivery
