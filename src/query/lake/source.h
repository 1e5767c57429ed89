// The engine's view of objects: sources of bytes and lists of files. For lake.cc and files.cc only.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "engine/table.h"
#include "object/files.h"

namespace tarn::query {

class ObjectSource : public engine::FileSource {
 public:
  explicit ObjectSource(object::Files files) : files_(std::move(files)) {}
  Result<std::unique_ptr<engine::OpenFile>> Open(const engine::File& file) override;

 private:
  object::Files files_;
};

// Partition i of the binding is folder i.
class FolderLister : public engine::FileLister {
 public:
  // `read_restored`: restored copies of archived objects count as files.
  FolderLister(object::Files files, std::vector<object::Location> folders, bool read_restored)
      : files_(std::move(files)), folders_(std::move(folders)), read_restored_(read_restored) {}
  Result<std::vector<std::vector<engine::File>>> List(std::span<const size_t> partitions) override;

 private:
  object::Files files_;
  std::vector<object::Location> folders_;
  const bool read_restored_;
};

}  // namespace tarn::query
