#include "engine/duck/file_system.h"

#include <cstring>
#include <string>
#include <utility>

#include "engine/text/row_writer.h"

namespace tarn::engine {

using duckdb::FileHandle;
using duckdb::FileOpener;
using duckdb::FileOpenFlags;
using duckdb::idx_t;
using duckdb::optional_ptr;
using std::string;

void ThrowFailure(QueryState& query, Error error) {
  const string message = error.message;
  query.SetFailure(std::move(error));
  throw duckdb::IOException(message);
}

namespace {

bool IsOutput(const string& path) { return path.starts_with(kOutputRoot); }

struct InputHandle : FileHandle {
  InputHandle(duckdb::FileSystem& fs, const string& path, FileOpenFlags flags, std::shared_ptr<QueryState> query,
              uint64_t size, std::unique_ptr<OpenFile> file)
      : FileHandle(fs, path, flags), query(std::move(query)), size(size), file(std::move(file)) {}
  ~InputHandle() override { Close(); }
  void Close() override { file.reset(); }

  std::shared_ptr<QueryState> query;
  uint64_t size;
  uint64_t at = 0;
  std::unique_ptr<OpenFile> file;
};

// Bytes go to the sink as they come; Close finishes the file. Destroyed without Close: the file is given up.
struct OutputHandle : FileHandle {
  OutputHandle(duckdb::FileSystem& fs, const string& path, FileOpenFlags flags, std::shared_ptr<QueryState> query,
               std::unique_ptr<OutputFile> file)
      : FileHandle(fs, path, flags), query(std::move(query)), file(std::move(file)) {}
  void Close() override {
    if (!file) return;
    auto finishing = std::move(file);
    OrThrow(*query, finishing->Finish());
  }

  std::shared_ptr<QueryState> query;
  uint64_t size = 0;
  std::unique_ptr<OutputFile> file;
};

class GuardedFileSystem : public duckdb::FileSystem {
 public:
  explicit GuardedFileSystem(std::shared_ptr<SlotContext> slot)
      : slot_(std::move(slot)), local_(duckdb::FileSystem::CreateLocal()) {}

  string GetName() const override { return "tarn"; }
  bool CanHandleFile(const string&) override { return true; }
  string PathSeparator(const string&) override { return "/"; }
  bool IsPathAbsolute(const string&) override { return true; }
  bool SupportsOpenFileExtended() const override { return true; }

  duckdb::unique_ptr<FileHandle> OpenFileExtended(const duckdb::OpenFileInfo& info, FileOpenFlags flags,
                                                  optional_ptr<FileOpener> opener) override {
    return OpenFile(info.path, flags, opener);
  }

  duckdb::unique_ptr<FileHandle> OpenFile(const string& path, FileOpenFlags flags,
                                          optional_ptr<FileOpener> opener) override {
    if (IsSpill(path)) return local_->OpenFile(path, flags, opener);
    if (IsOutput(path)) return OpenOutput(path, flags);
    if (!slot_->idle() && !flags.OpenForWriting()) {
      auto query = slot_->query();
      if (const auto allowed = query->FindFile(path)) {
        auto file = OrThrow(*query, QueryState::Open(query, *allowed));
        return duckdb::make_uniq<InputHandle>(*this, path, flags, query, allowed->file.size_bytes, std::move(file));
      }
    }
    if (flags.ReturnNullIfNotExists()) return nullptr;
    throw duckdb::PermissionException("this file is not part of the query");
  }

  void Read(FileHandle& handle, void* buffer, int64_t bytes, idx_t offset) override {
    auto& input = handle.Cast<InputHandle>();
    if (offset > input.size || static_cast<uint64_t>(bytes) > input.size - offset) {
      ThrowFailure(*input.query, Fail(kBadData, "Malformed file (it ends early): " + input.path));
    }
    OrThrow(*input.query, input.file->ReadAt(offset, {static_cast<char*>(buffer), static_cast<size_t>(bytes)}));
  }
  int64_t Read(FileHandle& handle, void* buffer, int64_t bytes) override {
    auto& input = handle.Cast<InputHandle>();
    const int64_t take = std::min<int64_t>(bytes, static_cast<int64_t>(input.size - input.at));
    if (take > 0) Read(handle, buffer, take, input.at);
    input.at += static_cast<uint64_t>(take);
    return take;
  }
  int64_t Write(FileHandle& handle, void* buffer, int64_t bytes) override {
    auto& output = handle.Cast<OutputHandle>();
    if (output.query->cancelled()) ThrowFailure(*output.query, Fail(kCancelled, "Query cancelled"));
    OrThrow(*output.query, output.file->Append({static_cast<char*>(buffer), static_cast<size_t>(bytes)}));
    output.size += static_cast<uint64_t>(bytes);
    return bytes;
  }
  void Write(FileHandle& handle, void* buffer, int64_t bytes, idx_t offset) override {
    if (offset != handle.Cast<OutputHandle>().size) throw duckdb::IOException("output files only grow");
    Write(handle, buffer, bytes);
  }
  void FileSync(FileHandle&) override {}  // Finish makes it durable

  int64_t GetFileSize(FileHandle& handle) override {
    if (auto* output = dynamic_cast<OutputHandle*>(&handle)) return static_cast<int64_t>(output->size);
    return static_cast<int64_t>(handle.Cast<InputHandle>().size);
  }
  duckdb::timestamp_t GetLastModifiedTime(FileHandle&) override { return duckdb::timestamp_t(1); }
  string GetVersionTag(FileHandle&) override { return ""; }
  duckdb::FileType GetFileType(FileHandle&) override { return duckdb::FileType::FILE_TYPE_REGULAR; }
  duckdb::FileMetadata Stats(FileHandle& handle) override {
    duckdb::FileMetadata stats;
    stats.file_size = GetFileSize(handle);
    stats.last_modification_time = duckdb::timestamp_t(1);
    stats.file_type = duckdb::FileType::FILE_TYPE_REGULAR;
    return stats;
  }
  void Seek(FileHandle& handle, idx_t offset) override { handle.Cast<InputHandle>().at = offset; }
  idx_t SeekPosition(FileHandle& handle) override {
    if (auto* output = dynamic_cast<OutputHandle*>(&handle)) return output->size;
    return handle.Cast<InputHandle>().at;
  }
  bool CanSeek() override { return true; }
  bool OnDiskFile(FileHandle&) override { return false; }  // so that the Parquet reader merges its reads

  bool FileExists(const string& path, optional_ptr<FileOpener> opener) override {
    if (IsSpill(path)) return local_->FileExists(path, opener);
    return !IsOutput(path) && !slot_->idle() && slot_->query()->FindFile(path).has_value();
  }
  bool DirectoryExists(const string& path, optional_ptr<FileOpener> opener) override {
    if (IsSpill(path)) return local_->DirectoryExists(path, opener);
    return IsOutput(path);
  }
  void CreateDirectory(const string& path, optional_ptr<FileOpener> opener) override {
    if (IsSpill(path)) return local_->CreateDirectory(path, opener);
    if (!IsOutput(path)) throw duckdb::PermissionException("directories cannot be made here");
  }
  void CreateDirectoriesRecursive(const string& path, optional_ptr<FileOpener> opener) override {
    CreateDirectory(path, opener);
  }
  void RemoveDirectory(const string& path, optional_ptr<FileOpener> opener) override {
    if (IsSpill(path)) local_->RemoveDirectory(path, opener);
  }
  void RemoveFile(const string& path, optional_ptr<FileOpener> opener) override {
    if (IsSpill(path)) local_->RemoveFile(path, opener);
  }
  bool TryRemoveFile(const string& path, optional_ptr<FileOpener> opener) override {
    return IsSpill(path) && local_->TryRemoveFile(path, opener);
  }
  bool ListFilesExtended(const string& path, const std::function<void(duckdb::OpenFileInfo&)>& callback,
                         optional_ptr<FileOpener> opener) override {
    return IsSpill(path) && local_->ListFiles(path, callback, opener);
  }
  bool SupportsListFilesExtended() const override { return true; }
  duckdb::vector<duckdb::OpenFileInfo> Glob(const string&, FileOpener*) override { return {}; }
  bool IsPipe(const string&, optional_ptr<FileOpener>) override { return false; }

 private:
  // The spill directory and what is in it; no "..".
  bool IsSpill(const string& path) const {
    return path.starts_with(slot_->spill_directory) && path.find("..") == string::npos;
  }
  duckdb::unique_ptr<FileHandle> OpenOutput(const string& path, FileOpenFlags flags) {
    auto query = slot_->query();
    if (!flags.OpenForWriting() || !query->query.write) {
      if (flags.ReturnNullIfNotExists()) return nullptr;
      throw duckdb::PermissionException("output files cannot be read");
    }
    const string name = AsHivePath(path.substr(std::strlen(kOutputRoot) + 1));
    auto file = OrThrow(*query, query->query.write->sink->Create(name));
    return duckdb::make_uniq<OutputHandle>(*this, path, flags, query, std::move(file));
  }

  std::shared_ptr<SlotContext> slot_;
  duckdb::unique_ptr<duckdb::FileSystem> local_;
};

}  // namespace

duckdb::unique_ptr<duckdb::FileSystem> MakeGuardedFileSystem(std::shared_ptr<SlotContext> slot) {
  return duckdb::make_uniq<GuardedFileSystem>(std::move(slot));
}

}  // namespace tarn::engine
