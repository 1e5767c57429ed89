#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "base/strings.h"
#include "cli/aws_client.h"
#include "cli/commands.h"

namespace tarn::cli {
namespace {

// One PUT takes at most this much; larger files go in parts.
constexpr uint64_t kPartBytes = uint64_t{64} << 20;

struct S3Path {
  std::string bucket;
  std::string key;
  std::string Path() const { return "/" + bucket + "/" + key; }
};

std::optional<S3Path> ParseS3(std::string_view text) {
  if (!text.starts_with("s3://")) return std::nullopt;
  text.remove_prefix(5);
  const size_t slash = text.find('/');
  return S3Path{std::string(text.substr(0, slash)),
                slash == std::string_view::npos ? "" : std::string(text.substr(slash + 1))};
}

class File {
 public:
  File(const std::string& path, int flags) : path_(path) {
    fd_ = path == "-" ? ::dup((flags & O_WRONLY) != 0 ? STDOUT_FILENO : STDIN_FILENO)
                      : ::open(path.c_str(), flags | O_CLOEXEC, 0644);
  }
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  bool ok() const { return fd_ >= 0; }
  Error Failure() const { return Fail(kIoError, fmt::format("{}: {}", path_, std::strerror(errno))); }
  Result<size_t> Read(std::span<char> into) const {
    const ssize_t count = ::read(fd_, into.data(), into.size());
    if (count < 0) return Failure();
    return static_cast<size_t>(count);
  }
  // As much of `max` bytes as there is.
  Result<std::string> ReadUpTo(size_t max) const {
    std::string bytes(max, '\0');
    size_t filled = 0;
    while (filled < max) {
      TARN_TRY(const size_t count, Read(std::span(bytes).subspan(filled)));
      if (count == 0) break;
      filled += count;
    }
    bytes.resize(filled);
    return bytes;
  }
  Status Write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = ::write(fd_, bytes.data(), bytes.size());
      if (count < 0) return Failure();
      bytes.remove_prefix(static_cast<size_t>(count));
    }
    return Ok();
  }

 private:
  std::string path_;
  int fd_;
};

Status UploadParts(const AwsClient& client, const S3Path& to, std::string part, const File& file) {
  TARN_TRY(const auto created,
           client.S3({.method = "POST", .path = to.Path(), .query = {{"uploads", ""}}, .headers = {}, .body = {}}));
  const std::string upload = XmlText(created.body, "UploadId");
  std::string completion = "<CompleteMultipartUpload>";
  for (int number = 1; !part.empty(); ++number) {
    TARN_TRY(const auto put, client.S3({.method = "PUT",
                                        .path = to.Path(),
                                        .query = {{"partNumber", std::to_string(number)}, {"uploadId", upload}},
                                        .headers = {},
                                        .body = std::move(part)}));
    completion +=
        fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag></Part>", number, put.headers.Get("ETag"));
    TARN_TRY(part, file.ReadUpTo(kPartBytes));
  }
  TARN_CHECK(client.S3({.method = "POST",
                        .path = to.Path(),
                        .query = {{"uploadId", upload}},
                        .headers = {},
                        .body = completion + "</CompleteMultipartUpload>"}));
  return Ok();
}

Status Upload(const AwsClient& client, const std::string& from, S3Path to) {
  const File file(from, O_RDONLY);
  if (!file.ok()) return file.Failure();
  if (to.key.empty() || to.key.ends_with('/')) to.key += from.substr(from.rfind('/') + 1);
  TARN_TRY(std::string first, file.ReadUpTo(kPartBytes));
  if (first.size() == kPartBytes) return UploadParts(client, to, std::move(first), file);
  TARN_CHECK(client.S3({.method = "PUT", .path = to.Path(), .query = {}, .headers = {}, .body = std::move(first)}));
  return Ok();
}

Status Download(const AwsClient& client, const S3Path& from, std::string to) {
  struct stat info{};
  if (to != "-" && ::stat(to.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) {
    to += "/" + from.key.substr(from.key.rfind('/') + 1);
  }
  std::unique_ptr<File> file;  // made with the first bytes, so that a refused download leaves nothing
  const auto open = [&]() -> Status {
    if (file) return Ok();
    file = std::make_unique<File>(to, O_WRONLY | O_CREAT | O_TRUNC);
    return file->ok() ? Ok() : Status(file->Failure());
  };
  TARN_CHECK(client.S3({.method = "GET", .path = from.Path(), .query = {}, .headers = {}, .body = {}},
                       [&](std::string_view piece) -> Status {
                         TARN_CHECK(open());
                         return file->Write(piece);
                       }));
  return open();
}

Status Copy(const CommandLine& line) {
  TARN_TRY(Target target, FindTarget(line.flags, line.environment));
  TARN_TRY(const AwsClient client, AwsClient::Make(std::move(target)));
  const auto from = ParseS3(line.words[0]);
  const auto to = ParseS3(line.words[1]);
  if (from && to) {
    TARN_CHECK(client.S3({.method = "PUT",
                          .path = to->Path(),
                          .query = {},
                          .headers = {{"x-amz-copy-source", PercentEncode(from->Path(), true)}},
                          .body = {}}));
    return Ok();
  }
  return to ? Upload(client, line.words[0], *to) : Download(client, *from, line.words[1]);
}

Status List(const CommandLine& line) {
  TARN_TRY(Target target, FindTarget(line.flags, line.environment));
  TARN_TRY(const AwsClient client, AwsClient::Make(std::move(target)));
  if (line.words.empty()) {
    TARN_TRY(const auto response, client.S3({}));
    for (const std::string& bucket : XmlAll(response.body, "Bucket")) {
      fmt::print("{}  s3://{}/\n", XmlText(bucket, "CreationDate").substr(0, 19), XmlText(bucket, "Name"));
    }
    return Ok();
  }
  const auto where = ParseS3(line.words[0]);
  if (!where) return Fail(kCallFailed, fmt::format("'{}' is not s3://BUCKET/PREFIX", line.words[0]));
  std::string token;
  do {
    AwsClient::S3Request request;
    request.path = "/" + where->bucket;
    request.query = {{"list-type", "2"}, {"prefix", where->key}};
    if (!line.flags.contains("recursive")) request.query.emplace_back("delimiter", "/");
    if (!token.empty()) request.query.emplace_back("continuation-token", token);
    TARN_TRY(const auto response, client.S3(request));
    for (const std::string& prefix : XmlAll(response.body, "CommonPrefixes")) {
      fmt::print("{:>19}  {:>14}  {}\n", "", "folder", XmlText(prefix, "Prefix"));
    }
    for (const std::string& object : XmlAll(response.body, "Contents")) {
      fmt::print("{:>19}  {:>14}  {}\n", XmlText(object, "LastModified").substr(0, 19), XmlText(object, "Size"),
                 XmlText(object, "Key"));
    }
    token = XmlText(response.body, "NextContinuationToken");
  } while (!token.empty());
  return Ok();
}

}  // namespace

int RunCopy(const CommandLine& line) {
  const bool fits = line.words.size() == 2 && (ParseS3(line.words[0]) || ParseS3(line.words[1]));
  if (!fits) {
    fmt::print(stderr, "tarn: usage: tarn cp FROM TO, one of them s3://BUCKET/KEY\n");
    return 2;
  }
  const Status done = Copy(line);
  return done.ok() ? 0 : Complain(done.error().message);
}

int RunList(const CommandLine& line) {
  const Status done = List(line);
  return done.ok() ? 0 : Complain(done.error().message);
}

}  // namespace tarn::cli
