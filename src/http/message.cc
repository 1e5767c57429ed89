#include "http/message.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace tarn::http {

void Headers::Set(std::string_view name, std::string value) {
  Remove(name);
  Add(std::string(name), std::move(value));
}

void Headers::Remove(std::string_view name) {
  std::erase_if(fields_, [&](const Field& field) { return EqualsIgnoreCase(field.name, name); });
}

const std::string* Headers::Find(std::string_view name) const {
  for (const Field& field : fields_) {
    if (EqualsIgnoreCase(field.name, name)) return &field.value;
  }
  return nullptr;
}

std::string_view Headers::Get(std::string_view name) const {
  const std::string* value = Find(name);
  return value != nullptr ? std::string_view(*value) : std::string_view();
}

std::optional<std::string> Headers::Joined(std::string_view name) const {
  std::optional<std::string> joined;
  for (const Field& field : fields_) {
    if (!EqualsIgnoreCase(field.name, name)) continue;
    if (joined) {
      *joined += ", " + field.value;
    } else {
      joined = field.value;
    }
  }
  return joined;
}

bool IsServersOwn(std::string_view name) {
  constexpr std::array<std::string_view, 6> kOwn = {"content-length", "transfer-encoding", "connection",
                                                    "keep-alive",     "proxy-connection",  "upgrade"};
  return std::ranges::any_of(kOwn, [&](std::string_view own) { return EqualsIgnoreCase(name, own); });
}

void AppendFieldText(std::string& out, std::string_view value) {
  const size_t from = out.size();
  out += value;
  for (size_t i = from; i < out.size(); ++i) {
    const char c = out[i];
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f) out[i] = ' ';
  }
}

std::string_view ReasonPhrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Requested Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Status";
  }
}

}  // namespace tarn::http
