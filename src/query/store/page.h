// One page of a listing, and the opaque token that goes on after it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "query/errors.h"

namespace tarn::query {

template <typename T>
struct Page {
  std::vector<T> items;
  std::string next;  // empty: the last page; else the next page's `token`
};

struct PageRequest {
  std::string token;  // empty: the first page
  size_t limit = 50;
};

inline std::string MakeToken(std::string_view position) { return Base64("1" + std::string(position)); }

// The position that MakeToken was given; kInvalidRequest for text that it never made.
inline Result<std::string> ReadToken(std::string_view token) {
  std::optional<std::string> raw = Unbase64(token);
  if (!raw || raw->empty() || raw->front() != '1') return Fail(kInvalidRequest, "NextToken is malformed.");
  return raw->substr(1);
}

}  // namespace tarn::query
