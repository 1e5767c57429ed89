// Files that the engine writes below a folder, durable as they are finished (or in memory alone), and read again for
// their footers.
//
// Threads: Create and the files from several engine threads at once; the rest when those have ended.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "engine/table.h"
#include "iceberg/manifest/manifest.h"
#include "iceberg/metadata/table_metadata.h"
#include "object/files.h"
#include "tables/memory_files.h"

namespace tarn::tables {

class StoredFiles : public engine::FileSink, public engine::FileSource {
 public:
  // `folder`: an s3:// URL without a slash at its end; any other one with `memory`, where the files go then.
  StoredFiles(object::Files files, std::string folder, std::shared_ptr<MemoryFiles> memory = nullptr)
      : files_(std::move(files)), folder_(std::move(folder)), memory_(std::move(memory)) {}

  Result<std::unique_ptr<engine::OutputFile>> Create(const std::string& name) override;
  Result<std::unique_ptr<engine::OpenFile>> Open(const engine::File& file) override;

  // What a commit would name: path, size and metrics of a finished file, by the name it was created with.
  Result<iceberg::DataFile> Describe(const std::string& name, const iceberg::Schema& schema,
                                     const iceberg::Properties& properties);
  void RemoveAll();

 protected:
  // Where the file of that name goes.
  virtual Result<std::string> UrlOf(const std::string& name) const { return folder_ + "/" + name; }

 private:
  struct Done {
    std::string url;
    uint64_t bytes = 0;
  };
  class File;
  class InMemory;
  void Note(const std::string& name, const std::string& url, uint64_t bytes);

  const object::Files files_;
  const std::string folder_;
  const std::shared_ptr<MemoryFiles> memory_;
  std::mutex mutex_;
  std::map<std::string, Done> done_;
};

}  // namespace tarn::tables
