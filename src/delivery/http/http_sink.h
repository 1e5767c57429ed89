// HttpSink: how deliveries reach HTTP endpoints. Implemented over http/client.h by server/.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace tarn::delivery {

struct HttpPost {
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};
struct HttpAnswer {
  int status = 0;
  std::string content_type;
  std::string body;
};

class HttpSink {
 public:
  virtual ~HttpSink() = default;
  // Errors: kRefused when nothing answers. Blocks.
  virtual Result<HttpAnswer> Post(const HttpPost& post) = 0;
};

}  // namespace tarn::delivery
