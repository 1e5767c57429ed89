// Files copied, read and replaced durably: what backups need of a file system.
//
// Errors: kIoError, naming the path. Threads: any.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace tarn::server {

// Copies a file, or its first `bytes_max`, with its mode under another name first; what lies at `to` is replaced in one
// step. The bytes are durable on return, the name after SyncFolder. Answers how many there are.
Result<uint64_t> CopyFile(const std::string& from, const std::string& to, uint64_t bytes_max = UINT64_MAX);
// Writes a small file in the same way, name included.
Status ReplaceFile(const std::string& path, const std::string& text);
Result<std::string> ReadSmallFile(const std::string& path);
Status MakeFolders(const std::string& path);
Status SyncFolder(const std::string& path);

}  // namespace tarn::server
