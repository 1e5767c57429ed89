// Members of JSON objects as the format's parsers want them: required or optional, of one type, with the reference's
// messages.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/json.h"

namespace tarn::iceberg {

using Properties = std::map<std::string, std::string, std::less<>>;

Result<int64_t> GetLong(const json::Value& object, std::string_view key);
Result<int32_t> GetInt(const json::Value& object, std::string_view key);
Result<bool> GetBool(const json::Value& object, std::string_view key);
Result<std::string> GetString(const json::Value& object, std::string_view key);
// An absent member and null are nothing; another type is an error.
Result<std::optional<int64_t>> FindLong(const json::Value& object, std::string_view key);
Result<std::optional<int32_t>> FindInt(const json::Value& object, std::string_view key);
Result<std::optional<std::string>> FindString(const json::Value& object, std::string_view key);
// Missing: an error.
Result<const json::Array*> GetArray(const json::Value& object, std::string_view key);
Result<std::vector<int32_t>> GetInts(const json::Value& object, std::string_view key);
Result<std::vector<int64_t>> GetLongs(const json::Value& object, std::string_view key);
Result<std::vector<std::string>> GetStrings(const json::Value& object, std::string_view key);
// Every member must be a string. Missing: empty.
Result<Properties> FindStringMap(const json::Value& object, std::string_view key);

void WriteStringMap(json::Writer& out, std::string_view key, const Properties& map);
void WriteInts(json::Writer& out, std::string_view key, const std::vector<int32_t>& values);

}  // namespace tarn::iceberg
