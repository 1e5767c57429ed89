// Lake: every module of one running lake, made and taken down in the right order. The composition root.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "http/server.h"
#include "server/options.h"

namespace tarn::server {

class Lake {
 public:
  // Opens (or makes) the lake in `options.data`. `credentials_file` tells where made root credentials lie, "" when they
  // were given. Errors: a sentence for the operator.
  static Result<std::unique_ptr<Lake>> Open(const Options& options, const Clock& clock);
  virtual ~Lake() = default;  // waits for what runs

  virtual http::Handler& api() = 0;
  // Ends the answers that would go on for minutes. Before it is taken down; any thread.
  virtual void EndSubscriptions() const = 0;
  virtual const std::string& credentials_file() const = 0;
};

// Deletes everything in a lake's directory but its credentials and master key.
Status EmptyLake(const Options& options);

}  // namespace tarn::server
