#include "api/protocol/body/checked_body.h"

#include <algorithm>
#include <cstring>

#include "api/protocol/errors.h"
#include "base/strings.h"

namespace tarn::api::protocol {
namespace {

constexpr size_t kBufferBytes = 64 << 10;
constexpr uint64_t kFirstRoom = 1 << 20;  // for a body that says to be as long

std::string_view Header(const std::vector<Field>& headers, std::string_view name) {
  for (const Field& field : headers) {
    if (EqualsIgnoreCase(field.name, name)) return field.value;
  }
  return {};
}

bool IsSha256(std::string_view text) {
  return text.size() == 64 && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
         });
}

}  // namespace

Status CheckPayloadHash(std::string_view payload_hash, ErrorFields& fields) {
  if (payload_hash.empty() || payload_hash == kUnsignedPayload || payload_hash == kStreamingSigned ||
      payload_hash == kStreamingSignedTrailer || payload_hash == kStreamingUnsignedTrailer || IsSha256(payload_hash)) {
    return Ok();
  }
  fields.emplace_back("ArgumentName", "x-amz-content-sha256");
  fields.emplace_back("ArgumentValue", payload_hash);
  return Fail(kInvalidContentSha256,
              "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
              "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, "
              "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid "
              "sha256 value.");
}

Result<BodyPlan> PlanBody(const std::vector<Field>& headers, std::string_view payload_hash, const Verified* verified,
                          ErrorFields& fields) {
  BodyPlan plan;
  plan.fields = &fields;
  ErrorFields wrong;
  const Status known = CheckPayloadHash(payload_hash, wrong);
  if (payload_hash.empty() || payload_hash == kUnsignedPayload) return plan;
  // Without a signature whatever else stands there is a digest that does not match.
  if (IsSha256(payload_hash) || (!known.ok() && verified == nullptr)) {
    plan.sha256_hex = AsciiLower(payload_hash);
    return plan;
  }
  if (!known.ok()) {
    fields.insert(fields.end(), wrong.begin(), wrong.end());
    return known.error();
  }
  const bool is_signed = payload_hash != kStreamingUnsignedTrailer;
  AwsChunkedOptions chunked;
  chunked.trailer = payload_hash != kStreamingSigned;
  if (is_signed) {
    if (verified == nullptr) {
      return Fail(kMissingSecurityHeader,
                  "Anonymous requests don't support this x-amz-content-sha256 value. Please use UNSIGNED-PAYLOAD or "
                  "STREAMING-UNSIGNED-PAYLOAD-TRAILER.");
    }
    chunked.chain = *verified;
  }
  auto length = ParseU64(Trim(Header(headers, "x-amz-decoded-content-length")));
  if (!length) {
    return Fail(kMissingContentLength, "You must provide the Content-Length HTTP header.");
  }
  chunked.decoded_length = *length;
  if (chunked.trailer) {
    for (std::string_view name : Split(Header(headers, "x-amz-trailer"), ',')) {
      if (!Trim(name).empty()) chunked.announced_trailers.push_back(AsciiLower(Trim(name)));
    }
  }
  plan.chunked = std::move(chunked);
  return plan;
}

CheckedBody::CheckedBody(BodySource& inner, BodyPlan plan) : inner_(inner), plan_(std::move(plan)) {
  if (plan_.chunked) reader_.emplace(*plan_.chunked);
}

std::optional<uint64_t> CheckedBody::length() const {
  return plan_.chunked ? std::optional(plan_.chunked->decoded_length) : inner_.length();
}

const std::vector<std::pair<std::string, std::string>>& CheckedBody::trailers() const {
  static const std::vector<std::pair<std::string, std::string>> kNone;
  return reader_ ? reader_->trailers() : kNone;
}

const std::vector<std::string>& CheckedBody::announced_trailers() const {
  static const std::vector<std::string> kNone;
  return plan_.chunked ? plan_.chunked->announced_trailers : kNone;
}

Task<Result<size_t>> CheckedBody::Read(std::span<std::byte> into) {
  if (failure_) co_return Error(*failure_);
  if (done_ || into.empty()) co_return size_t{0};
  Result<size_t> bytes = size_t{0};
  if (reader_) {
    bytes = co_await ReadChunked(into);
  } else {
    bytes = co_await ReadPlain(into);
  }
  if (!bytes.ok()) failure_ = bytes.error();
  if (bytes.ok() && *bytes == 0) done_ = true;
  co_return bytes;
}

Task<Result<size_t>> CheckedBody::ReadPlain(std::span<std::byte> into) {
  TARN_CO_TRY(size_t bytes, co_await inner_.Read(into));
  if (!plan_.sha256_hex) co_return bytes;
  if (bytes > 0) {
    hasher_.Update(into.first(bytes));
    co_return bytes;
  }
  const std::string computed = Hex(hasher_.Finish());
  if (!ConstantTimeEqual(computed, *plan_.sha256_hex)) {
    if (plan_.fields != nullptr) {
      plan_.fields->emplace_back("ClientComputedContentSHA256", *plan_.sha256_hex);
      plan_.fields->emplace_back("S3ComputedContentSHA256", computed);
    }
    co_return Fail(kContentSha256Mismatch,
                   "The provided 'x-amz-content-sha256' header does not match what was computed.");
  }
  co_return size_t{0};
}

Task<Result<size_t>> CheckedBody::ReadChunked(std::span<std::byte> into) {
  if (buffer_.empty()) buffer_.resize(kBufferBytes);
  while (!reader_->done()) {
    std::string_view input(buffer_.data() + begin_, end_ - begin_);
    TARN_CO_TRY(auto step, reader_->Next(input, into.size(), inner_done_));
    if (!step.data.empty()) std::memcpy(into.data(), step.data.data(), step.data.size());
    begin_ += step.consumed;
    if (!step.data.empty()) co_return step.data.size();
    if (step.consumed > 0 || reader_->done() || inner_done_) continue;
    if (begin_ > 0) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    auto room = std::as_writable_bytes(std::span(buffer_).subspan(end_));
    TARN_CO_TRY(size_t bytes, co_await inner_.Read(room));
    end_ += bytes;
    inner_done_ = bytes == 0;
  }
  // The transport must end where the framing does.
  std::array<std::byte, 1> rest{};
  if (begin_ != end_) co_return Fail(kMalformedChunk, "The aws-chunked body goes on after its end");
  if (!inner_done_) {
    TARN_CO_TRY(size_t more, co_await inner_.Read(rest));
    inner_done_ = true;
    if (more > 0) co_return Fail(kMalformedChunk, "The aws-chunked body goes on after its end");
  }
  co_return size_t{0};
}

Task<Result<std::string>> ReadWhole(BodySource& body, uint64_t bytes_max) {
  auto too_large = [&] { return Fail(kRequestTooLarge, "Your request was too big."); };
  if (body.length() && *body.length() > bytes_max) co_return too_large();
  std::string whole;
  const auto make_room = [&whole](uint64_t bytes) {
    whole.resize_and_overwrite(static_cast<size_t>(bytes), [](char*, size_t size) { return size; });
  };
  make_room(std::min<uint64_t>(body.length().value_or(kBufferBytes) + 1, kFirstRoom));
  size_t end = 0;
  while (true) {
    if (end == whole.size()) make_room(2 * uint64_t{end});
    const auto into = std::as_writable_bytes(std::span(whole)).subspan(end);
    TARN_CO_TRY(size_t bytes, co_await body.Read(into));
    if (bytes == 0) break;
    end += bytes;
    if (end > bytes_max) co_return too_large();
  }
  whole.resize(end);
  co_return std::move(whole);
}

}  // namespace tarn::api::protocol
