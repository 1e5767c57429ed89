// One version of an object as the engine reads it.
//
// Errors: the store's; engine.CannotOpenFile when the bytes end before the range asked for. Threads: as
// engine::OpenFile.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "engine/errors.h"
#include "engine/table.h"
#include "object/files.h"

namespace tarn::tables {

class ObjectFile : public engine::OpenFile {
 public:
  // `files` outlives it.
  ObjectFile(const object::Files& files, object::Version version) : files_(files), version_(std::move(version)) {}

  Status ReadAt(uint64_t offset, std::span<char> out) override {
    while (!out.empty()) {
      TARN_TRY(const size_t got, files_.ReadAt(version_, offset, std::as_writable_bytes(out)));
      if (got == 0) return Fail(engine::kCannotOpenFile, version_.key + " is shorter than what is read of it");
      out = out.subspan(got);
      offset += got;
    }
    return Ok();
  }

 private:
  const object::Files& files_;
  const object::Version version_;
};

// The object at an s3:// URL as it is now.
inline Result<std::unique_ptr<engine::OpenFile>> OpenObject(const object::Files& files, std::string_view url) {
  TARN_TRY(const object::Location place, object::ParseLocation(url));
  TARN_TRY(object::Version version, files.Head(place.bucket, place.key));
  return std::unique_ptr<engine::OpenFile>(std::make_unique<ObjectFile>(files, std::move(version)));
}

}  // namespace tarn::tables
