// Reads a body of multipart/form-data part by part while it arrives (RFC 7578, as browsers and SDKs write it).
//
// Strict: the body begins with the boundary; every part has a Content-Disposition of form-data with a name. Bytes of a
// part are handed on as they come; memory is one buffer of kFormBufferBytes. Errors: kMalformedPost, those of the
// source. Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/task.h"

namespace tarn::api::s3 {

inline constexpr size_t kFormBufferBytes = 64 << 10;
inline constexpr size_t kPartHeadBytesMax = 8 << 10;

struct FormPart {
  std::string name;
  std::optional<std::string> filename;  // without directories
  size_t head_bytes = 0;
};

class FormReader {
 public:
  // The source outlives the reader. The boundary is not empty.
  FormReader(BodySource& source, std::string boundary);

  // The next part's head, what is left of the present part skipped; nothing after the last part.
  Task<Result<std::optional<FormPart>>> Next();
  // Bytes of the present part; 0 at its end, whose delimiter has been seen then.
  Task<Result<size_t>> Read(std::span<std::byte> into);
  // Bytes of the source that have been handed on or skipped.
  uint64_t consumed() const { return taken_ - (buffer_.size() - begin_); }
  size_t delimiter_bytes() const { return delimiter_.size(); }

 private:
  std::string_view rest() const { return std::string_view(buffer_).substr(begin_); }
  // Gets more bytes; false at the source's end.
  Task<Result<bool>> Fill();
  Task<Status> EnterPart();

  BodySource& source_;
  std::string delimiter_;  // CR LF, two hyphens, the boundary
  std::string buffer_;
  size_t begin_ = 0;
  uint64_t taken_ = 0;  // bytes that the source has given
  bool started_ = false;
  bool in_part_ = false;
  bool ended_ = false;
};

// The boundary of "multipart/form-data; boundary=…"; nothing for other types and boundaries that cannot be one.
std::optional<std::string> FormBoundary(std::string_view content_type);
// A part's head, without the empty line that ends it; nothing when it is none.
std::optional<FormPart> ParsePartHead(std::string_view head);

}  // namespace tarn::api::s3
