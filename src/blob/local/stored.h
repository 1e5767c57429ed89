// Stored blobs without their keys: checked by their checksums, copied byte for byte.
//
// Threads: any, one buffer at a time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "blob/file_system.h"
#include "blob/local/location.h"

namespace tarn::blob {

struct Parts;
class Pending;
class Volume;

// Reads from the begin of a stored blob.
using ReadStored = std::function<Result<size_t>(uint64_t offset, std::span<std::byte> into)>;

// Checks the header, the index and every frame's CRC; says what is wrong, or nothing. Errors: the disk's.
Result<std::optional<std::string>> FindFault(const BlobId& id, uint64_t stored_bytes, const ReadStored& read);
// The same of a copy on disk; a missing file and a refused read are faults, too. `from_disk` passes by the page cache.
Result<std::optional<std::string>> FindFaultOf(Parts& parts, const Place& place, bool from_disk);

// The whole stored blob, checked: kDamaged.
Result<std::string> TakeStored(File& file, const Place& place);

// Puts a checked copy of `from` into the volume of the bad copy; durable on return, and as yet unowned.
Result<Placement> CopyStored(Parts& parts, const Place& from, const Placement& bad);
// The same as another blob: its header names `as`, its frames stay those of `from`. It is `pending` until that goes.
Result<Placement> CopyStoredAs(Parts& parts, const Place& from, Volume& volume, const BlobId& as,
                               const std::shared_ptr<Pending>& pending);

}  // namespace tarn::blob
