// Files of a statement that writes: they get their names together, after all rows were written and checked.
//
// Threads: Create and the files from several engine threads at once; the rest when those have ended.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "engine/table.h"
#include "object/files.h"

namespace tarn::query {

// Keeps finished files without a name until Commit.
class DeferredFiles : public engine::FileSink {
 public:
  DeferredFiles(object::Files files, object::Location folder) : files_(std::move(files)), folder_(std::move(folder)) {}

  Result<std::unique_ptr<engine::OutputFile>> Create(const std::string& name) override {
    TARN_TRY(auto writer, files_.Create(folder_.bucket, folder_.key + name));
    return std::unique_ptr<engine::OutputFile>(std::make_unique<File>(*this, name, std::move(writer)));
  }

  // Gives all files their names, in order of creation.
  Status Commit() {
    for (auto& [name, writer] : finished_) {
      TARN_TRY(object::Version version, writer->Finish());
      urls_.push_back(object::Location{folder_.bucket, folder_.key + name}.Url());
    }
    return Ok();
  }
  // Takes back what Commit named, when the catalog refused.
  void Remove() {
    for (const std::string& url : urls_) {
      Result<object::Location> location = object::ParseLocation(url);
      if (location.ok()) (void)files_.Delete(location->bucket, location->key).ok();
    }
  }
  const std::vector<std::string>& urls() const { return urls_; }

 private:
  class File : public engine::OutputFile {
   public:
    File(DeferredFiles& owner, std::string name, std::unique_ptr<object::FileWriter> writer)
        : owner_(owner), name_(std::move(name)), writer_(std::move(writer)) {}
    Status Append(std::string_view bytes) override { return writer_->Write(AsBytes(bytes)); }
    Status Finish() override {
      std::scoped_lock lock(owner_.mutex_);
      owner_.finished_.emplace_back(name_, std::move(writer_));
      return Ok();
    }

   private:
    DeferredFiles& owner_;
    std::string name_;
    std::unique_ptr<object::FileWriter> writer_;
  };

  object::Files files_;
  object::Location folder_;
  std::mutex mutex_;
  std::vector<std::pair<std::string, std::unique_ptr<object::FileWriter>>> finished_;
  std::vector<std::string> urls_;
};

}  // namespace tarn::query
