// What may become of a schema: promotions, versions, fresh ids, name mappings.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/schema/schema.h"

namespace tarn::iceberg {

inline constexpr int kFormatVersionMax = 3;

// True when a column of `from` may become one of `to` in a table of that format version. Equal types may.
bool CanPromote(const Type& from, const Type& to, int format_version);

// Error Invalid with one line per field when the schema holds types or defaults that the version does not know.
Status CheckVersion(const Schema& schema, int format_version);

// Error Invalid when `next` cannot follow `previous`: a changed type, an optional field made required, a required field
// added without a default, a changed initial default. `sources`: field ids that partition fields read, whose promotion
// from date to timestamp is refused.
Status CheckEvolution(const Schema& previous, const Schema& next, int format_version,
                      const std::vector<int32_t>& sources = {});

// The schema with new ids, breadth first as the reference gives them. Fields of `base` (may be null) with the same full
// name keep the base's id; `next_id` is asked for others.
Result<SchemaPtr> AssignFreshIds(const Schema& schema, const Schema* base, int32_t schema_id,
                                 const std::function<int32_t()>& next_id);

// schema.name-mapping.default: ids for the columns of files that carry none.
struct MappedField {
  std::vector<std::string> names;
  std::optional<int32_t> field_id;
  std::vector<MappedField> fields;
  bool operator==(const MappedField&) const = default;
};
struct NameMapping {
  std::vector<MappedField> fields;

  static NameMapping FromSchema(const Schema& schema);
  static Result<NameMapping> Parse(std::string_view text);
  std::string ToJson() const;
  // The entry of a column's path, e.g. {"location", "latitude"}; null when there is none.
  const MappedField* Find(const std::vector<std::string>& path) const;
};

}  // namespace tarn::iceberg
