// What governance holds: settings, registered locations, grants, LF-tags, data cells filters, opt-ins.
//
// Names of databases, tables and columns are lower case. A grant on a database or table hangs on its uid: what is
// dropped and made again under the same name inherits nothing. Times are UTC microseconds.
// https://docs.aws.amazon.com/lake-formation/latest/dg/lf-permissions-reference.html
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "govern/access.h"

namespace tarn::govern {

constexpr Permissions Bit(Permission permission) { return static_cast<Permissions>(permission); }

// "SELECT" and so on; nothing for a name that is none.
std::optional<Permission> PermissionOf(std::string_view name);
// In Lake Formation's order.
std::vector<std::string> NamesOf(Permissions permissions);

enum class Kind : uint8_t {  // on disk: frozen
  kCatalog = 1,
  kDatabase = 2,
  kTable = 3,    // `table` empty: every table of the database
  kColumns = 4,  // of a table
  kLocation = 5,
  kFilter = 6,
  kTag = 7,
  kTagPolicy = 8,
  kTagExpression = 9,
};

struct TagValues {
  std::string key;
  std::vector<std::string> values;  // sorted
  bool operator==(const TagValues&) const = default;
  auto operator<=>(const TagValues&) const = default;
};

// What a grant is about. Members that its kind does not use are empty.
struct Resource {
  Kind kind = Kind::kCatalog;
  std::string database;
  std::string table;
  bool all_columns = false;          // kColumns: all but `columns`
  std::vector<std::string> columns;  // sorted
  std::string name;                  // of the filter, the tag's key, the expression; a policy's named expression
  std::string location;              // "arn:aws:s3:::bucket/prefix"
  std::vector<std::string> values;   // of a tag, sorted; "*": all
  bool of_tables = false;            // a tag policy's resource type is TABLE, else DATABASE
  std::vector<TagValues> expression;
  bool operator==(const Resource&) const = default;
};

// What may be granted on a resource.
Permissions GrantableOn(const Resource& resource);

struct Grant {
  Resource resource;
  std::string database_uid;  // of what lies in a database
  std::string table_uid;     // of what is, or lies in, one table
  std::string principal;
  Permissions permissions = 0;
  Permissions grantable = 0;
  Timestamp updated;
  std::string updated_by;
};

struct PrincipalGrant {
  std::string principal;
  Permissions permissions = 0;
  bool operator==(const PrincipalGrant&) const = default;
};

// What databases and tables made from `since` on are born with.
struct Defaults {
  Timestamp since;
  std::vector<PrincipalGrant> database;
  std::vector<PrincipalGrant> table;
};

struct Settings {
  std::optional<std::vector<std::string>> admins;
  std::optional<std::vector<std::string>> read_only_admins;
  std::optional<std::vector<PrincipalGrant>> database_defaults;
  std::optional<std::vector<PrincipalGrant>> table_defaults;
  std::optional<std::map<std::string, std::string>> parameters;
  std::optional<std::vector<std::string>> trusted_owners;
  std::optional<bool> external_filtering;
  std::optional<bool> full_table_external_access;
  std::optional<std::vector<std::string>> external_filtering_allow_list;
  std::optional<std::vector<std::string>> authorized_session_tags;
  std::vector<Defaults> history;  // oldest first; before the first of them IAM_ALLOWED_PRINCIPALS got ALL
};

struct DataLocation {
  std::string arn;       // as registered
  std::string role_arn;  // empty: the service-linked role
  std::optional<bool> with_federation;
  std::optional<bool> hybrid;
  std::optional<bool> privileged;
  std::optional<std::string> expected_owner;
  Timestamp modified;
};

struct MaskedColumn {
  std::string column;
  MaskKind kind = MaskKind::kNone;
  int32_t keep_first = 0;
  int32_t keep_last = 0;
  bool operator==(const MaskedColumn&) const = default;
};

// A data cells filter. The names are as given; its columns compare in lower case.
struct Filter {
  std::string table_uid;
  std::string database;
  std::string table;
  std::string name;
  std::string row_filter;            // empty: every row
  bool all_rows_wildcard = false;    // as the client said it
  bool all_columns = false;          // all but `columns`
  std::vector<std::string> columns;  // as given; some masked: mask.h
  std::string version;
};

struct Tag {
  std::string key;
  std::vector<std::string> values;  // in the order given
};

// The LF-tags put on a database (column and table empty), a table or a column.
struct Assigned {
  std::string uid;     // of the database or table
  std::string column;  // lower case; empty: the whole
  std::map<std::string, std::string> tags;
};

struct TagExpression {
  std::string name;
  std::optional<std::string> description;
  std::vector<TagValues> expression;
};

struct OptIn {
  Resource resource;
  std::string database_uid;
  std::string table_uid;
  std::string principal;
  Timestamp modified;
  std::string updated_by;
};

}  // namespace tarn::govern
