#include "api/s3/web/form/post_object.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/protocol/errors.h"
#include "api/protocol/wire/xml_codec.h"
#include "api/s3/errors.h"
#include "api/s3/web/form/form_fields.h"
#include "api/s3/web/form/form_reader.h"
#include "api/s3/web/form/post_policy.h"
#include "api/s3/web/inner_call.h"
#include "api/s3/web/resource_path.h"
#include "base/strings.h"

namespace tarn::api::s3 {
namespace {

using protocol::OwnAnswer;

constexpr size_t kFieldsBytesMax = 20 << 10;

struct Form {
  FormFields fields;
  std::optional<std::string> filename;  // of the file, whose part has been entered
};

Error FieldsTooLarge(const Call& call) {
  call.AddErrorField("MaxPostPreDataLengthBytes", std::to_string(kFieldsBytesMax));
  return Fail(kPostFieldsTooLarge, "Your POST request fields preceding the upload file were too large.");
}

// Everything before the file's bytes.
Task<Result<Form>> ReadFields(const Call& call, FormReader& reader) {
  Form form;
  size_t bytes = 0;
  while (true) {
    TARN_CO_TRY(const auto part, co_await reader.Next());
    if (!part) break;
    std::string name = AsciiLower(part->name);
    if (name == "file") {
      form.filename = part->filename;
      co_return std::move(form);
    }
    bytes += part->head_bytes;
    std::string value;
    std::byte piece[2048];
    while (true) {
      TARN_CO_TRY(const size_t count, co_await reader.Read(piece));
      if (count == 0) break;
      value.append(reinterpret_cast<const char*>(piece), count);
      if (bytes + value.size() > kFieldsBytesMax) co_return FieldsTooLarge(call);
    }
    bytes += value.size();
    form.fields.emplace_back(std::move(name), std::move(value));
  }
  call.AddErrorField("ArgumentName", "file");
  call.AddErrorField("ArgumentValue", "0");
  co_return Fail(object::kInvalidArgument, "POST requires exactly one file upload per request.");
}

// The file as the body of a PutObject; refuses sizes that the policy does not allow before its end is told.
class FileBody : public NoBody {
 public:
  // `proposed`: the file's size as the request's length tells it, when nothing follows the file.
  FileBody(FormReader& reader, const Call& call, SizeRange range, uint64_t proposed)
      : reader_(reader), call_(call), range_(range), proposed_(proposed) {}

  Task<Result<size_t>> Read(std::span<std::byte> into) override {
    TARN_CO_TRY(const size_t count, co_await reader_.Read(into));
    received_ += static_cast<int64_t>(count);
    if (received_ > range_.max) {
      NoteSize(std::max<uint64_t>(proposed_, static_cast<uint64_t>(received_)));
      call_.AddErrorField("MaxSizeAllowed", std::to_string(range_.max));
      co_return Fail(object::kEntityTooLarge, "Your proposed upload exceeds the maximum allowed size");
    }
    if (count == 0 && received_ < range_.min) {
      NoteSize(static_cast<uint64_t>(received_));
      call_.AddErrorField("MinSizeAllowed", std::to_string(range_.min));
      co_return Fail(object::kPartTooSmall, "Your proposed upload is smaller than the minimum allowed size");
    }
    co_return count;
  }
  std::optional<uint64_t> length() const override { return std::nullopt; }

 private:
  void NoteSize(uint64_t size) const { call_.AddErrorField("ProposedSize", std::to_string(size)); }

  FormReader& reader_;
  const Call& call_;
  const SizeRange range_;
  const uint64_t proposed_;
  int64_t received_ = 0;
};

// Who the form's policy speaks for, and what it leaves to check; anonymous and anything for a form without one.
Result<SizeRange> Authenticate(protocol::OwnRequest& request, const std::string& bucket, FormFields fields) {
  Call& call = request.call;
  TARN_TRY(const auto claim, FormClaimOf(call, fields));
  const std::string* policy = FindField(fields, "policy");
  if (!claim) {
    if (policy != nullptr) return Fail(kPostDenied, "Access Denied");
    return SizeRange{};
  }
  TARN_TRY(call.caller, protocol::VerifyForm(*claim, *policy, request.credentials, call.extras.error_fields));
  call.scope.account = call.caller.account;
  if (!claim->region.empty()) call.scope.region = claim->region;
  protocol::TellRequest(call);
  TARN_TRY(const PostPolicy parsed, ParsePostPolicy(*policy));
  std::erase_if(fields, [](const auto& field) { return field.first == "bucket"; });
  fields.emplace_back("bucket", bucket);
  return CheckPostPolicy(parsed, fields, call.now);
}

std::string ObjectUrl(const Call& call, const std::string& bucket, const std::string& key) {
  const std::string* host = call.request->Header("host");
  const bool virtual_host = host != nullptr && host->starts_with(bucket + ".");
  return virtual_host ? fmt::format("{}/{}", call.endpoint, PercentEncode(key))
                      : fmt::format("{}/{}/{}", call.endpoint, bucket, PercentEncode(key));
}

std::string PostResponse(const std::string& url, const std::string& bucket, const std::string& key,
                         const std::string& etag) {
  protocol::XmlWriter xml;
  xml.Declaration().Open("PostResponse").Element("Location", url).Element("Bucket", bucket).Element("Key", key);
  return xml.Element("ETag", etag).Close("PostResponse").Take();
}

// The answer that the form asks for; `headers` are those of the PutObject.
OwnAnswer AnswerOf(const Call& call, const FormFields& fields, const std::string& bucket, const std::string& key,
                   const gen::PutObjectOutput& put, std::vector<std::pair<std::string, std::string>> headers) {
  OwnAnswer answer;
  answer.headers = std::move(headers);
  std::erase_if(answer.headers, [](const auto& header) { return EqualsIgnoreCase(header.first, "content-type"); });
  const std::string etag = put.e_tag.value_or("");
  if (const auto redirect = RedirectOf(fields)) {
    answer.status = 303;
    answer.headers.emplace_back(
        "Location",
        fmt::format("{}{}bucket={}&key={}&etag={}", *redirect, redirect->find('?') == redirect->npos ? '?' : '&',
                    PercentEncode(bucket), PercentEncode(key, /*keep_slash=*/true), PercentEncode(etag)));
    return answer;
  }
  const std::string url = ObjectUrl(call, bucket, key);
  answer.headers.emplace_back("Location", url);
  const std::string* status = FindField(fields, "success_action_status");
  answer.status = status == nullptr ? 204 : *status == "200" ? 200 : *status == "201" ? 201 : 204;
  if (answer.status == 201) {
    answer.body = PostResponse(url, bucket, key, etag);
    answer.headers.emplace_back("Content-Type", "application/xml");
  }
  return answer;
}

// The key with the file's name put in.
Result<std::string> KeyOf(const Call& call, const Form& form) {
  const std::string* field = FindField(form.fields, "key");
  if (field == nullptr) return MissingField(call, "key");
  std::string key = *field;
  constexpr std::string_view kName = "${filename}";
  if (form.filename) {
    for (size_t at = key.find(kName); at != key.npos; at = key.find(kName, at + form.filename->size())) {
      key.replace(at, kName.size(), *form.filename);
    }
  }
  if (key.empty()) {
    call.AddErrorField("ArgumentName", "key");
    call.AddErrorField("ArgumentValue", "");
    return Fail(object::kInvalidArgument, "User key must have a length greater than 0.");
  }
  return key;
}

}  // namespace

Task<Result<OwnAnswer>> PostObject(S3Service& service, protocol::OwnRequest request) {
  Call& call = request.call;
  const std::string bucket = ResourceOf(call).bucket;
  const std::string type = call.Header("content-type").value_or("");
  const auto boundary = FormBoundary(type);
  if (!boundary && EqualsIgnoreCase(Trim(type.substr(0, type.find(';'))), "multipart/form-data")) {
    co_return Fail(kMalformedPost, "The body of your POST request is not well-formed multipart/form-data.");
  }
  if (!boundary) {
    call.AddErrorField("Condition", "Bucket POST must be of the enclosure-type multipart/form-data");
    co_return Fail(kPostNotForm, "the body is no form");
  }
  if (!request.body.length()) co_return Fail(kMissingContentLength, "You must provide the Content-Length HTTP header.");
  FormReader reader(request.body, *boundary);
  TARN_CO_TRY(Form form, co_await ReadFields(call, reader));
  TARN_CO_TRY(const std::string key, KeyOf(call, form));
  for (auto& [name, value] : form.fields) {
    if (name == "key") value = key;
  }
  TARN_CO_TRY(const SizeRange range, Authenticate(request, bucket, form.fields));
  TARN_CO_TRY(std::vector<protocol::Field> headers, PutHeadersOf(form.fields));
  for (const std::string_view name : {"host", "user-agent"}) {
    if (auto value = call.Header(name)) headers.push_back({std::string(name), *std::move(value)});
  }

  InnerCall put(service, call, "PutObject", "POST", bucket, key, std::move(headers));
  if (const auto begun = put.Begin(); !begun.ok()) {
    call.extras = put.TakeExtras();
    co_return begun.error();
  }
  // What is left of the request: the file, a delimiter with "--" and CR LF.
  const uint64_t closing = reader.delimiter_bytes() + 4;
  const uint64_t left = *request.body.length() - std::min(*request.body.length(), reader.consumed());
  FileBody body(reader, put.call(), range, left > closing ? left - closing : 0);
  const auto done = co_await put.Run(body);
  call.extras = put.TakeExtras();
  if (!done.ok()) co_return done.error();
  co_return AnswerOf(call, form.fields, bucket, key, *static_cast<const gen::PutObjectOutput*>(done->output.get()),
                     put.HeadersOf(*done));
}

}  // namespace tarn::api::s3
