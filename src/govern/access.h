// What a caller may see of a table and do with it: the one answer that SQL, Iceberg REST, Glue, S3 and vended
// credentials obey. Made of Lake Formation's grants, tags and data filters.
//
// Invariants: pure in its answer; a column that is not listed does not exist for the caller, in no text, statistic or
// error; several grants are joined as Lake Formation joins them (a row is seen when any filter admits it, a cell when
// any filter that holds its column admits the row). Errors: failures of reading. Threads: any.
// https://docs.aws.amazon.com/lake-formation/latest/dg/data-filters-about.html
//
// Whose the bytes are. What lies below a table's location is the table's, and a file can be several tables'. Data below
// a location that is registered (and not hybrid) is Lake Formation's, over whatever table it is reached:
// - A table is placed there, in whole or by a partition, a metadata file or a folder that its properties name, by who
//   holds DATA_LOCATION_ACCESS on the location. Below its database's location CREATE_TABLE is enough, as on AWS, for a
//   folder in which nothing lies and which touches no other table's folder: there is nothing to see in it.
// - Rights on a table open its own folder as far as that is not another governed table's as well. Where it is, rows are
//   read by who sees the whole of the other table too, and written by who besides holds INSERT (DELETE) on it.
// - A table around a registered location, itself in none, opens what lies in it to holders of DATA_LOCATION_ACCESS.
// The second and third are part of OfTable's answer, so that they hold on every path.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "identity/caller.h"

namespace tarn::govern {

enum class Permission : uint32_t {  // bits
  kSelect = 1,
  kInsert = 2,
  kDelete = 4,
  kDescribe = 8,
  kAlter = 16,
  kDrop = 32,
  kCreateTable = 64,
  kCreateDatabase = 128,
  kDataLocation = 256,
  // What only Lake Formation itself asks for.
  kCreateTag = 512,
  kAssociate = 1024,
  kGrantWithTagExpression = 2048,
  kCreateTagExpression = 4096,
  kCreateCatalog = 8192,
  kSuperUser = 16384,
  kExecute = 32768,
  kAll = 65536,  // everything that the resource knows
};
using Permissions = uint32_t;

enum class MaskKind : uint8_t { kNone, kNull, kHash, kPartial };

struct Mask {
  MaskKind kind = MaskKind::kNone;
  int keep_first = 0;  // characters left as they are, of kPartial
  int keep_last = 0;
};

struct ColumnAccess {
  std::string name;         // lower case; "address.city" for a field of a struct
  std::string cell_filter;  // the cell is NULL where this is not true; empty: seen in each row that is seen
  Mask mask;
};

// Filters are expressions in the Athena dialect over the table's own columns, hidden ones too.
struct TableAccess {
  bool governed = false;        // false: Lake Formation leaves the table to IAM; nothing below binds
  Permissions permissions = 0;  // all that hold for this table
  bool all_columns = false;     // else only `columns`; those with masks or cell filters are listed in either case
  std::vector<ColumnAccess> columns;
  std::string row_filter;  // empty: every row
  // The table lies over data that is not the caller's: what reads or changes rows was taken out of `permissions`.
  bool encroaches = false;

  bool Has(Permission permission) const { return !governed || (permissions & static_cast<uint32_t>(permission)) != 0; }
  // May read every byte of it: what plain S3 reads and unfiltered credentials need.
  bool whole() const {
    return !governed || (Has(Permission::kSelect) && all_columns && columns.empty() && row_filter.empty());
  }
};

class Access {
 public:
  virtual ~Access() = default;
  // `scope` is the catalog's. A table that does not exist is judged as its database is.
  virtual Result<TableAccess> OfTable(const identity::Caller& caller, const Scope& scope, std::string_view database,
                                      std::string_view table) = 0;
  virtual Result<TableAccess> OfDatabase(const identity::Caller& caller, const Scope& scope,
                                         std::string_view database) = 0;
  // kCreateDatabase and kDescribe on the catalog itself.
  virtual Result<TableAccess> OfCatalog(const identity::Caller& caller, const Scope& scope) = 0;

  // The registered location that covers "s3://bucket/key", if one does and it is in Lake Formation's hands.
  struct Location {
    std::string uri;      // "s3://bucket/prefix/"
    std::string account;  // that registered it
    bool hybrid = false;
    bool data_access = false;  // the caller holds DATA_LOCATION_ACCESS on it
  };
  virtual Result<std::optional<Location>> OfLocation(const identity::Caller& caller, std::string_view uri) = 0;

  struct TableName {
    Scope scope;
    std::string database;
    std::string table;
  };
  // Who has a say in a folder, "s3://bucket/prefix/", or in a file.
  struct Claims {
    bool registered =
        false;  // it lies in a location in Lake Formation's hands, or one lies in it; hybrid ones are none
    bool data_access = false;  // the caller holds DATA_LOCATION_ACCESS on every one of these
    bool administers = false;  // or is a data lake administrator of those who registered them: may place tables there
    bool empty = false;        // nothing is stored there; told only where the caller lacks data_access
    std::vector<TableName> tables;  // in whose folders it lies, or whose folders lie in it
  };
  // An Access that keeps no account of tables' folders knows of none.
  virtual Result<Claims> OfPlace(const identity::Caller& caller, std::string_view uri) {
    TARN_TRY(const auto location, OfLocation(caller, uri));
    const bool registered = location && !location->hybrid;
    return Claims{.registered = registered, .data_access = !registered || location->data_access, .tables = {}};
  }
};

}  // namespace tarn::govern
