// What a caller may see of a table and do with it: the one answer that SQL, Iceberg REST, Glue, S3 and vended
// credentials obey. Made of Lake Formation's grants, tags and data filters.
//
// Invariants: pure in its answer; a column that is not listed does not exist for the caller, in no text, statistic or
// error; several grants are joined as Lake Formation joins them (a row is seen when any filter admits it, a cell when
// any filter that holds its column admits the row). Errors: failures of reading. Threads: any.
// https://docs.aws.amazon.com/lake-formation/latest/dg/data-filters-about.html
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
};

}  // namespace tarn::govern
