#include "server/secrets/root_credentials.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>

#include "base/random.h"
#include "base/strings.h"

namespace tarn::server {
namespace {

Error FileError(const std::string& path, std::string_view what) {
  return Fail(kIoError, fmt::format("{}: {}: {}", path, what, std::strerror(errno)));
}

Status WriteDurably(const std::string& path, std::string_view text) {
  const std::string made = path + ".new";
  const int file = ::open(made.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return FileError(made, "cannot be made");
  const bool written =
      ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
  ::close(file);
  if (!written) return FileError(made, "cannot be written");
  if (::rename(made.c_str(), path.c_str()) != 0) return FileError(path, "cannot be renamed to");
  const int folder = ::open(path.substr(0, path.rfind('/')).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    ::fsync(folder);
    ::close(folder);
  }
  return Ok();
}

Result<RootCredentials> ReadFile(const std::string& path) {
  std::ifstream file(path);
  RootCredentials credentials{.access_key_id = {}, .secret_access_key = {}, .file = path};
  for (std::string line; std::getline(file, line);) {
    const size_t equals = line.find('=');
    if (equals == std::string::npos) continue;
    const std::string_view name = Trim(std::string_view(line).substr(0, equals));
    const std::string value(Trim(std::string_view(line).substr(equals + 1)));
    if (name == "aws_access_key_id") credentials.access_key_id = value;
    if (name == "aws_secret_access_key") credentials.secret_access_key = value;
  }
  if (credentials.access_key_id.empty() || credentials.secret_access_key.empty()) {
    return Fail(kIoError,
                path + ": aws_access_key_id and aws_secret_access_key are expected; remove the file to make new ones");
  }
  return credentials;
}

}  // namespace

Result<RootCredentials> LoadRootCredentials(const std::string& directory) {
  const std::string path = directory + "/root-credentials";
  if (::access(path.c_str(), F_OK) == 0) return ReadFile(path);
  RootCredentials made{.access_key_id = "AKIA" + RandomText(16, kUpperAlphanumeric),
                       .secret_access_key = RandomText(40, kAlphanumeric),
                       .file = path};
  TARN_CHECK(WriteDurably(path, fmt::format("[default]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
                                            made.access_key_id, made.secret_access_key)));
  return made;
}

Result<identity::Caller> RootCallerOf(identity::Directory& directory, const std::string& account) {
  TARN_TRY(const auto accounts, directory.ListAccounts());
  identity::Caller root = identity::RootOf(account);
  for (const identity::AccountInfo& each : accounts) {
    if (each.id == account) root.access_key_id = each.root_access_key_id;
  }
  return root;
}

}  // namespace tarn::server
