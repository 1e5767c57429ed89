// A zip archive in memory, as spreadsheets are: stored and deflated entries, found by the central directory.
//
// Every offset and size is checked against the bytes, every entry against its CRC; an entry that unpacks to more than
// is asked for is refused while it unpacks. Encrypted entries, Zip64 and split archives are refused by name. Errors:
// kUnreadable, kTooLarge. Pure. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tarn::sheets {

class Zip {
 public:
  // `bytes` outlive it.
  static Result<Zip> Open(std::string_view bytes);

  bool Has(std::string_view name) const { return entries_.contains(name); }
  Result<std::string> Read(std::string_view name, size_t bytes_max) const;

 private:
  struct Entry {
    uint16_t flags = 0;
    uint16_t method = 0;
    uint32_t crc = 0;
    uint32_t packed = 0;
    uint32_t unpacked = 0;
    uint32_t offset = 0;
  };

  explicit Zip(std::string_view bytes) : bytes_(bytes) {}
  Status ReadDirectory();
  Result<std::string_view> PackedBytes(std::string_view name, const Entry& entry) const;

  std::string_view bytes_;
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace tarn::sheets
