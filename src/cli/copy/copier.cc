#include "cli/copy/copier.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <string_view>
#include <thread>
#include <utility>

#include "base/hash.h"

namespace tarn::cli {
namespace {

constexpr std::string_view kSourceField = "x-amz-meta-tarn-source";
constexpr int kTriesMax = 5;

bool IsPassing(const Error& error) {
  if (error.reason == &http::kConnect || error.reason == &http::kBadResponse) return true;
  for (const std::string_view code : {"SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout"}) {
    if (error.message.starts_with(code)) return true;
  }
  return false;
}

// Again while it is the network or an overloaded store.
template <typename F>
auto Tried(F work) -> decltype(work()) {
  std::chrono::milliseconds pause(200);
  for (int tried = 1;; ++tried, pause *= 2) {
    auto outcome = work();
    if (outcome.ok() || tried == kTriesMax || !IsPassing(outcome.error())) return outcome;
    std::this_thread::sleep_for(pause);
  }
}

Result<http::ClientResponse> Send(const AwsClient& client, AwsClient::S3Request request, Spool& bytes) {
  TARN_CHECK(bytes.Rewind());
  request.headers.emplace_back("Content-MD5", Base64(bytes.md5()));
  request.length = bytes.size();
  request.source = [&bytes](std::span<char> into) { return bytes.Read(into); };
  return client.S3(request);
}

}  // namespace

Status Copier::Look() {
  return ListObjects(to_, bucket_, prefix_, [&](const Item& item) -> Status {
    there_[item.key] = {item.size, item.tag};
    return Ok();
  });
}

AwsClient::S3Request Copier::To(const Item& item, std::string method) const {
  AwsClient::S3Request request;
  request.method = std::move(method);
  request.path = "/" + bucket_ + "/" + prefix_ + item.key;
  return request;
}

Fields Copier::FieldsOf(const Item& item, const ItemHead& head) const {
  Fields fields = head.fields;
  std::erase_if(fields, [](const auto& field) { return field.first == kSourceField; });
  fields.emplace_back(kSourceField, item.tag);
  return fields;
}

Result<bool> Copier::IsThere(const Item& item) const {
  const auto found = there_.find(item.key);
  if (found == there_.end() || found->second.size != item.size) return false;
  if (found->second.tag == item.tag) return true;
  TARN_TRY(const auto head, Tried([&] { return to_.S3(To(item, "HEAD")); }));
  return head.headers.Get(kSourceField) == item.tag;
}

Result<bool> Copier::Copy(const Item& item) const {
  TARN_TRY(const bool there, IsThere(item));
  if (there) return false;
  if (item.parts > 0) {
    TARN_CHECK(PutParts(item));
    return true;
  }
  ItemHead head;
  TARN_TRY(const auto bytes, Tried([&] { return from_.Read(item, 0, head); }));
  TARN_CHECK(PutWhole(item, head, *bytes));
  return true;
}

Status Copier::PutWhole(const Item& item, const ItemHead& head, Spool& bytes) const {
  AwsClient::S3Request request = To(item, "PUT");
  request.headers = FieldsOf(item, head);
  TARN_CHECK(Tried([&] { return Send(to_, request, bytes); }));
  return Ok();
}

Status Copier::PutParts(const Item& item) const {
  ItemHead head;
  TARN_TRY(const auto first, Tried([&] { return from_.Read(item, 1, head); }));
  // A store that knows no part numbers answers all of it.
  if (first->size() == item.size) return PutWhole(item, head, *first);
  AwsClient::S3Request create = To(item, "POST");
  create.query = {{"uploads", ""}};
  create.headers = FieldsOf(item, head);
  TARN_TRY(const auto created, Tried([&] { return to_.S3(create); }));
  const std::string upload = XmlText(created.body, "UploadId");
  const Status done = PutRest(item, upload, *first);
  if (!done.ok()) {
    AwsClient::S3Request abort = To(item, "DELETE");
    abort.query = {{"uploadId", upload}};
    (void)to_.S3(abort);
  }
  return done;
}

Status Copier::PutRest(const Item& item, const std::string& upload, Spool& first) const {
  std::string completion = "<CompleteMultipartUpload>";
  std::string digests;
  uint64_t size = 0;
  std::unique_ptr<Spool> next;
  for (size_t number = 1; number <= item.parts; ++number) {
    if (number > 1) {
      ItemHead ignored;
      TARN_TRY(next, Tried([&] { return from_.Read(item, number, ignored); }));
    }
    Spool& bytes = number > 1 ? *next : first;
    AwsClient::S3Request put = To(item, "PUT");
    put.query = {{"partNumber", std::to_string(number)}, {"uploadId", upload}};
    TARN_TRY(const auto answer, Tried([&] { return Send(to_, put, bytes); }));
    completion +=
        fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag></Part>", number, answer.headers.Get("ETag"));
    digests += bytes.md5();
    size += bytes.size();
  }
  if (size != item.size) {
    return Fail(kCallFailed, fmt::format("{}: {} bytes came in parts, {} were listed", item.key, size, item.size));
  }
  // A local file's tag is none; that of an encrypted object is none of its bytes.
  const std::string tag = fmt::format("{}-{}", Hex(Md5(digests)), item.parts);
  if (item.tag.size() == tag.size() && item.tag.ends_with(fmt::format("-{}", item.parts)) && item.tag != tag) {
    return Fail(kCallFailed, fmt::format("{}: what came has another MD5 than its ETag", item.key));
  }
  AwsClient::S3Request complete = To(item, "POST");
  complete.query = {{"uploadId", upload}};
  complete.body = completion + "</CompleteMultipartUpload>";
  TARN_TRY(const auto completed, to_.S3(complete));
  // The status is sent before the work: an error may be in the body.
  if (XmlText(completed.body, "ETag").empty()) {
    return Fail(kCallFailed, fmt::format("{}: {}", item.key, XmlText(completed.body, "Message")));
  }
  return Ok();
}

}  // namespace tarn::cli
