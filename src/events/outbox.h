// Outbox: what happened, written in the same kv transaction as the change, delivered at least once afterwards.
//
// Invariants: an entry exists if and only if the change that it tells of committed. Entries of one stream are taken in
// the order of `order` (about the microsecond of the change); a writer makes `order` grow with each entry about the
// same thing, inside the transaction that changes that thing, so its entries never overtake each other. No counter is
// shared by all writers. An entry stays until Remove, so what was not delivered before a crash is delivered after it. A
// stream holds at most `entries_max` entries: Trim removes the oldest above it and tells how many.
// docs/format/events.md. Errors: kv's; kDamagedEntry. Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kv/kv.h"

namespace tarn::events {

struct Entry {
  std::string id;  // names the entry for Remove
  std::string body;
};

// Adds an entry, in the caller's transaction.
void Append(kv::Txn& txn, std::string_view stream, uint64_t order, std::string_view body);

// The oldest entries, at most `limit`; they stay. Depends on nothing that it read.
Result<std::vector<Entry>> Oldest(kv::Txn& txn, std::string_view stream, size_t limit);

void Remove(kv::Txn& txn, const Entry& entry);

// Moves an entry to other streams, one transaction: it is then in each of them (none: it is gone).
void Move(kv::Txn& txn, const Entry& entry, const std::vector<std::string>& streams);

// Removes the oldest entries above `entries_max`; returns how many.
Result<size_t> Trim(kv::Store& store, std::string_view stream, size_t entries_max);

}  // namespace tarn::events
