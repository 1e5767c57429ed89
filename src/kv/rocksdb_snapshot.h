// Reading RocksDB at one commit, values of hot keys from memory. Private to kv.
#pragma once

#include <rocksdb/slice.h>
#include <rocksdb/status.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "kv/hot_keys.h"
#include "kv/optimistic.h"
#include "kv/shared_db.h"

namespace tarn::kv {

inline rocksdb::Slice AsSlice(std::string_view text) { return {text.data(), text.size()}; }
Error FromRocksDb(const rocksdb::Status& status, std::string_view doing);
Error NotOpen();  // for a database that could not be opened again

// The present state; both outlive it.
std::unique_ptr<Snapshot> TakeSnapshot(SharedDb& shared, HotKeys& hot);

// The present value of one key; a hot one costs neither a snapshot nor the database.
Result<std::optional<std::string>> ReadPresent(SharedDb& shared, HotKeys& hot, std::string_view key);

}  // namespace tarn::kv
