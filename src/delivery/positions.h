// How far streams are delivered, as kv keeps it: by log and lane, of a stream and of each table that it writes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "delivery/records/source.h"
#include "kv/kv.h"

namespace tarn::delivery {

Result<Positions> LoadPositions(kv::Store& store, uint64_t log);
// `table`: "database.table" in lower case.
Result<Positions> LoadTablePositions(kv::Store& store, uint64_t log, std::string_view table);

std::string EncodePosition(uint64_t position);
// 0 where nothing is kept. Errors: kDamaged.
Result<uint64_t> DecodePosition(const std::optional<std::string>& kept);

}  // namespace tarn::delivery
