#include "tables/stored_files.h"

#include <span>
#include <utility>

#include "base/hash.h"
#include "engine/inspect.h"
#include "iceberg/errors.h"
#include "tables/metrics.h"
#include "tables/object_file.h"

namespace tarn::tables {

class StoredFiles::File : public engine::OutputFile {
 public:
  File(StoredFiles& owner, std::string name, std::string url, std::unique_ptr<object::FileWriter> writer)
      : owner_(owner), name_(std::move(name)), url_(std::move(url)), writer_(std::move(writer)) {}
  Status Append(std::string_view bytes) override { return writer_->Write(AsBytes(bytes)); }
  Status Finish() override {
    const uint64_t bytes = writer_->written();
    TARN_CHECK(writer_->Finish());
    owner_.Note(name_, url_, bytes);
    return Ok();
  }

 private:
  StoredFiles& owner_;
  std::string name_, url_;
  std::unique_ptr<object::FileWriter> writer_;
};

class StoredFiles::InMemory : public engine::OutputFile {
 public:
  InMemory(StoredFiles& owner, std::string name, std::string url)
      : owner_(owner), name_(std::move(name)), url_(std::move(url)) {}
  Status Append(std::string_view bytes) override {
    bytes_ += bytes;
    return Ok();
  }
  Status Finish() override {
    const uint64_t bytes = bytes_.size();
    owner_.memory_->Put(url_, std::move(bytes_));
    owner_.Note(name_, url_, bytes);
    return Ok();
  }

 private:
  StoredFiles& owner_;
  std::string name_, url_, bytes_;
};

void StoredFiles::Note(const std::string& name, const std::string& url, uint64_t bytes) {
  std::scoped_lock lock(mutex_);
  done_[name] = {url, bytes};
}

Result<std::unique_ptr<engine::OutputFile>> StoredFiles::Create(const std::string& name) {
  TARN_TRY(const std::string url, UrlOf(name));
  if (memory_ != nullptr) {
    return std::unique_ptr<engine::OutputFile>(std::make_unique<InMemory>(*this, name, url));
  }
  TARN_TRY(const object::Location place, object::ParseLocation(url));
  TARN_TRY(auto writer, files_.Create(place.bucket, place.key));
  return std::unique_ptr<engine::OutputFile>(std::make_unique<File>(*this, name, url, std::move(writer)));
}

Result<std::unique_ptr<engine::OpenFile>> StoredFiles::Open(const engine::File& file) {
  const auto found = done_.find(file.id);
  if (found == done_.end()) return Fail(iceberg::kInvalid, "no such written file");
  return memory_ != nullptr ? memory_->Open(found->second.url) : OpenObject(files_, found->second.url);
}

Result<iceberg::DataFile> StoredFiles::Describe(const std::string& name, const iceberg::Schema& schema,
                                                const iceberg::Properties& properties) {
  const auto found = done_.find(name);
  if (found == done_.end()) return Fail(iceberg::kInvalid, "the engine tells a file that it did not write");
  iceberg::DataFile file;
  file.path = found->second.url;
  file.file_bytes = static_cast<int64_t>(found->second.bytes);
  const engine::File footer{
      .id = name, .path = file.path, .size_bytes = found->second.bytes, .rows = {}, .modified = {}};
  TARN_TRY(const auto details, engine::InspectParquetDetails(*this, footer));
  TARN_CHECK(FillMetrics(details, schema, properties, file));
  return file;
}

void StoredFiles::RemoveAll() {
  for (const auto& [name, done] : done_) {
    if (memory_ != nullptr) {
      memory_->Remove(done.url);
      continue;
    }
    const auto place = object::ParseLocation(done.url);
    if (place.ok()) (void)files_.Delete(place->bucket, place->key).ok();
  }
}

}  // namespace tarn::tables
