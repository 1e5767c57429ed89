// HTTP messages as values: header fields, request heads, response heads. No sockets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/task.h"

namespace tarn::http {

// Header fields in the order they came; names compare without case, a name may occur several times.
class Headers {
 public:
  struct Field {
    std::string name;
    std::string value;
  };

  void Add(std::string name, std::string value) { fields_.push_back({std::move(name), std::move(value)}); }
  // Replaces every field of that name by one.
  void Set(std::string_view name, std::string value);
  void Remove(std::string_view name);
  bool Has(std::string_view name) const { return Find(name) != nullptr; }
  // The first field's value, or null.
  const std::string* Find(std::string_view name) const;
  // The first field's value, or "".
  std::string_view Get(std::string_view name) const;
  // All values of the name joined by ", "; nothing when it is absent.
  std::optional<std::string> Joined(std::string_view name) const;

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  size_t size() const { return fields_.size(); }
  // To be moved from.
  std::vector<Field>& fields() { return fields_; }

 private:
  std::vector<Field> fields_;
};

// A request as it arrived; `target` is never decoded or normalised.
struct Request {
  std::string method;
  std::string target;  // "/bucket/a%2Fb//c?x=y", exactly as sent (an absolute form is reduced to this)
  size_t path_bytes = 0;
  int major_version = 1;
  int minor_version = 1;
  Headers headers;
  std::string remote_address;  // without port
  bool tls = false;
  // Never null during a handler; at its end at once when the request has no body. Read it on the I/O thread only. Its
  // first Read sends the "100 Continue" that the peer waits for.
  BodySource* body = nullptr;

  std::string_view path() const { return std::string_view(target).substr(0, path_bytes); }
  // Without the question mark; "" when there is none.
  std::string_view query() const {
    return path_bytes < target.size() ? std::string_view(target).substr(path_bytes + 1) : std::string_view();
  }
};

// What is sent before a body. Content-Length, Transfer-Encoding and Connection are the server's own business.
struct ResponseHead {
  int status = 200;
  Headers headers;
};

// The server's own business, as are HTTP/1.1's other fields of a connection.
bool IsServersOwn(std::string_view name);
// Appends a field's value; one that would end its line early does not.
void AppendFieldText(std::string& out, std::string_view value);

// "Not Found" for 404; "Status" for numbers without a name.
std::string_view ReasonPhrase(int status);

}  // namespace tarn::http
