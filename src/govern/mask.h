// How a data cells filter says that a column is masked: by a function around its name where the name stands.
//
//   "mask_null(ssn)"             the cell is NULL
//   "mask_hash(email)"           its digest
//   "mask_partial(phone, 0, 4)"  its first 0 and last 4 characters; the others hidden
// A filter's ColumnNames show such a column masked; in ExcludedColumnNames it is not left out, but masked. The clients
// of AWS send and read it as any column's name. docs/lakeformation.md
#pragma once

#include <string_view>

#include "base/result.h"
#include "govern/model.h"

namespace tarn::govern {

// The column in lower case, with its mask if the text is one's. Errors: kInvalidInput for a mask that is none.
Result<MaskedColumn> ParseMask(std::string_view text);

}  // namespace tarn::govern
