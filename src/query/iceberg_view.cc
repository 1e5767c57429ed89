#include "query/iceberg_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "iceberg/metadata/table_metadata.h"
#include "iceberg/metadata/view_metadata.h"
#include "sql/errors.h"

namespace tarn::query {
namespace {

constexpr uint64_t kMetadataBytesMax = uint64_t{64} << 20;
constexpr std::array<std::string_view, 4> kDialects = {"athena", "trino", "presto", "spark"};

// Spark quotes names by backticks. In a text that has double quotes too, those may be strings: it is left as it is.
std::string QuotedAsHere(std::string sql) {
  if (sql.find('"') == std::string::npos) std::ranges::replace(sql, '`', '"');
  return sql;
}

}  // namespace

Result<ViewDefinition> ReadIcebergView(const object::Files& files, const catalog::Table& view) {
  const std::string* location = catalog::Find(view.parameters, "metadata_location");
  if (location == nullptr) return ViewDefinition{};
  TARN_TRY(const object::Location place, object::ParseLocation(*location));
  TARN_TRY(std::string text, files.ReadAll(place.bucket, place.key, kMetadataBytesMax));
  if (text.starts_with("\x1f\x8b")) {
    TARN_TRY(text, iceberg::Gunzip(text, kMetadataBytesMax));
  }
  TARN_TRY(const iceberg::ViewMetadata metadata, iceberg::ViewMetadata::Parse(text));
  const iceberg::ViewVersion* present = metadata.current_version();
  if (present == nullptr) {
    return Fail(sql::kNotSupported,
                fmt::format("INVALID_VIEW: view {}.{} has no present version", view.database, view.name));
  }
  const iceberg::ViewVersion& version = *present;
  for (const std::string_view dialect : kDialects) {
    for (const iceberg::ViewRepresentation& each : version.representations) {
      if (each.type != "sql" || !EqualsIgnoreCase(each.dialect, dialect)) continue;
      ViewDefinition found;
      found.sql = dialect == "spark" ? QuotedAsHere(each.sql) : each.sql;
      found.catalog = kCatalogName;
      found.database = AsciiLower(fmt::format("{}", fmt::join(version.default_namespace, ".")));
      if (found.database.empty()) found.database = view.database;
      return found;
    }
  }
  std::vector<std::string> given;
  given.reserve(version.representations.size());
  for (const iceberg::ViewRepresentation& each : version.representations) given.push_back(each.dialect);
  return Fail(sql::kNotSupported,
              fmt::format("NOT_SUPPORTED: view {}.{} is written in {}; athena, trino, presto and spark can be read",
                          view.database, view.name, fmt::join(given, ", ")));
}

}  // namespace tarn::query
