#include "cli/copy/source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "base/hash.h"
#include "base/strings.h"

namespace tarn::cli {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMemoryBytesMax = 8 << 20;
constexpr uint64_t kLocalPartBytes = uint64_t{64} << 20;
constexpr size_t kMd5Digits = 32;

class MemorySpool : public Spool {
 public:
  Status Append(std::string_view bytes) override {
    bytes_ += bytes;
    size_ = bytes_.size();
    return Ok();
  }
  Status Rewind() override {
    if (md5_.empty()) md5_ = Md5(bytes_);
    at_ = 0;
    return Ok();
  }
  Result<size_t> Read(std::span<char> into) override {
    const size_t count = std::min(into.size(), bytes_.size() - at_);
    std::memcpy(into.data(), bytes_.data() + at_, count);
    at_ += count;
    return count;
  }

 private:
  std::string bytes_;
  size_t at_ = 0;
};

class FileSpool : public Spool {
 public:
  explicit FileSpool(std::FILE* file) : file_(file) {}
  ~FileSpool() override { std::fclose(file_); }
  FileSpool(const FileSpool&) = delete;
  FileSpool& operator=(const FileSpool&) = delete;

  Status Append(std::string_view bytes) override {
    if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) return Failure();
    hasher_.Update(bytes);
    size_ += bytes.size();
    return Ok();
  }
  Status Rewind() override {
    if (md5_.empty()) md5_ = hasher_.Finish();
    if (std::fflush(file_) != 0 || std::fseek(file_, 0, SEEK_SET) != 0) return Failure();
    return Ok();
  }
  Result<size_t> Read(std::span<char> into) override {
    const size_t count = std::fread(into.data(), 1, into.size(), file_);
    if (count == 0 && std::ferror(file_) != 0) return Failure();
    return count;
  }

 private:
  static Error Failure() { return Fail(kIoError, fmt::format("a temporary file: {}", std::strerror(errno))); }
  std::FILE* file_;
  Hasher hasher_{Digest::kMd5};
};

// "<32 digits>" is an MD5, "<32 digits>-7" the MD5 of seven parts' MD5s; others tell nothing of the bytes.
bool IsMd5(std::string_view tag) { return tag.size() == kMd5Digits && Unhex(tag).has_value(); }
size_t PartsOf(std::string_view tag) {
  constexpr uint64_t kPartsMax = 10'000;
  if (tag.size() < kMd5Digits + 2 || tag[kMd5Digits] != '-') return 0;
  const auto parts = ParseU64(tag.substr(kMd5Digits + 1));
  return parts && *parts <= kPartsMax ? static_cast<size_t>(*parts) : 0;
}

class S3Source : public CopySource {
 public:
  S3Source(const AwsClient& client, std::string bucket, std::string prefix)
      : client_(client), bucket_(std::move(bucket)), prefix_(std::move(prefix)) {}

  Status List(const std::function<Status(Item)>& take) const override {
    return ListObjects(client_, bucket_, prefix_, [&](Item item) {
      item.parts = PartsOf(item.tag);
      return take(std::move(item));
    });
  }

  Result<std::unique_ptr<Spool>> Read(const Item& item, size_t number, ItemHead& head) const override {
    AwsClient::S3Request request;
    request.path = "/" + bucket_ + "/" + prefix_ + item.key;
    // The very version that was listed.
    request.headers = {{"If-Match", fmt::format("\"{}\"", item.tag)}};
    if (number > 0) request.query = {{"partNumber", std::to_string(number)}};
    TARN_TRY(auto spool, Spool::Make(number > 0 ? kMemoryBytesMax + 1 : item.size));
    TARN_TRY(const auto response, client_.S3(request, [&](std::string_view bytes) { return spool->Append(bytes); }));
    TARN_CHECK(spool->Rewind());
    if (number == 0 && spool->size() != item.size) {
      return Fail(kCallFailed, fmt::format("{}: {} bytes came, {} were listed", item.key, spool->size(), item.size));
    }
    const bool is_encrypted = response.headers.Get("x-amz-server-side-encryption").starts_with("aws:kms");
    if (number == 0 && IsMd5(item.tag) && !is_encrypted && Hex(spool->md5()) != item.tag) {
      return Fail(kCallFailed, fmt::format("{}: what came has another MD5 than its ETag", item.key));
    }
    if (number <= 1) head = HeadOf(response);
    return spool;
  }

 private:
  static ItemHead HeadOf(const http::ClientResponse& response) {
    ItemHead head;
    for (const auto& [name, value] : response.headers) {
      const std::string lower = AsciiLower(name);
      const bool kept = lower == "content-type" || lower == "content-encoding" || lower == "content-language" ||
                        lower == "content-disposition" || lower == "cache-control" || lower == "expires" ||
                        lower.starts_with("x-amz-meta-");
      if (kept) head.fields.emplace_back(name, value);
    }
    return head;
  }

  const AwsClient& client_;
  const std::string bucket_;
  const std::string prefix_;
};

class FolderSource : public CopySource {
 public:
  explicit FolderSource(std::string folder) : folder_(std::move(folder)) {}

  // Links to files are followed, links to folders are not.
  Status List(const std::function<Status(Item)>& take) const override {
    std::error_code failed;
    fs::recursive_directory_iterator files(folder_, failed);
    for (; !failed && files != fs::recursive_directory_iterator(); files.increment(failed)) {
      if (!files->is_regular_file()) continue;
      TARN_TRY(Item item, Look(fs::relative(files->path(), folder_).generic_string()));
      TARN_CHECK(take(std::move(item)));
    }
    if (failed) return Fail(kIoError, fmt::format("{}: {}", folder_, failed.message()));
    return Ok();
  }

  Result<std::unique_ptr<Spool>> Read(const Item& item, size_t number, ItemHead&) const override {
    const uint64_t begin = number > 0 ? (number - 1) * kLocalPartBytes : 0;
    uint64_t left = number > 0 ? std::min(kLocalPartBytes, item.size - begin) : item.size;
    TARN_TRY(auto spool, Spool::Make(left));
    const std::string path = folder_ + "/" + item.key;
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return Fail(kIoError, fmt::format("{}: {}", path, std::strerror(errno)));
    std::string piece(size_t{1} << 20, '\0');
    uint64_t at = begin;
    Status read = Ok();
    while (read.ok() && left > 0) {
      const ssize_t count = ::pread(file, piece.data(), std::min<uint64_t>(piece.size(), left), static_cast<off_t>(at));
      if (count <= 0) {
        read = Fail(kIoError, fmt::format("{}: {}", path, count < 0 ? std::strerror(errno) : "became shorter"));
      } else {
        read = spool->Append(std::string_view(piece.data(), static_cast<size_t>(count)));
        at += static_cast<uint64_t>(count);
        left -= static_cast<uint64_t>(count);
      }
    }
    ::close(file);
    if (!read.ok()) return read.error();
    TARN_TRY(const Item now, Look(item.key));
    if (now.tag != item.tag) return Fail(kIoError, fmt::format("{}: changed while it was read", path));
    TARN_CHECK(spool->Rewind());
    return spool;
  }

 private:
  Result<Item> Look(const std::string& key) const {
    struct stat info{};
    const std::string path = folder_ + "/" + key;
    if (::stat(path.c_str(), &info) != 0) return Fail(kIoError, fmt::format("{}: {}", path, std::strerror(errno)));
    Item item{.key = key, .size = static_cast<uint64_t>(info.st_size)};
    item.tag = fmt::format("{}-{}.{:09}", item.size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
    if (item.size > kLocalPartBytes) item.parts = (item.size + kLocalPartBytes - 1) / kLocalPartBytes;
    return item;
  }

  const std::string folder_;
};

}  // namespace

Result<std::unique_ptr<Spool>> Spool::Make(uint64_t expected_bytes) {
  if (expected_bytes <= kMemoryBytesMax) return std::unique_ptr<Spool>(std::make_unique<MemorySpool>());
  std::FILE* file = std::tmpfile();
  if (file == nullptr) return Fail(kIoError, fmt::format("a temporary file: {}", std::strerror(errno)));
  return std::unique_ptr<Spool>(std::make_unique<FileSpool>(file));
}

std::unique_ptr<CopySource> FromS3(const AwsClient& client, std::string bucket, std::string prefix) {
  return std::make_unique<S3Source>(client, std::move(bucket), std::move(prefix));
}
std::unique_ptr<CopySource> FromFolder(std::string folder) { return std::make_unique<FolderSource>(std::move(folder)); }

Status ListObjects(const AwsClient& client, const std::string& bucket, const std::string& prefix,
                   const std::function<Status(Item)>& take) {
  std::string token;
  do {
    AwsClient::S3Request request;
    request.path = "/" + bucket;
    request.query = {{"list-type", "2"}, {"prefix", prefix}, {"encoding-type", "url"}};
    if (!token.empty()) request.query.emplace_back("continuation-token", token);
    TARN_TRY(const auto response, client.S3(request));
    for (const std::string& object : XmlAll(response.body, "Contents")) {
      const auto key = PercentDecode(XmlText(object, "Key"), true);
      const auto size = ParseU64(XmlText(object, "Size"));
      if (!key || !size || !key->starts_with(prefix)) return Fail(kCallFailed, "a listing cannot be read");
      std::string tag = XmlText(object, "ETag");
      for (const std::string_view quote : {"\"", "&#34;"}) {
        while (tag.find(quote) != std::string::npos) tag.erase(tag.find(quote), quote.size());
      }
      if (key->size() == prefix.size()) continue;  // the folder itself
      TARN_CHECK(take({.key = key->substr(prefix.size()), .size = *size, .tag = std::move(tag)}));
    }
    token = XmlText(response.body, "NextContinuationToken");
  } while (!token.empty());
  return Ok();
}

}  // namespace tarn::cli
