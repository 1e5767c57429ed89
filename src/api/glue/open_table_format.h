// CreateTable's OpenTableFormatInput: a table whose Iceberg metadata Glue makes itself.
#pragma once

#include "api/glue/gen/shapes.h"
#include "base/result.h"
#include "catalog/table.h"
#include "iceberg/metadata/builder.h"

namespace tarn::api::glue {

// What is asked for; its schema is null when the table's columns are to be it. `table` loses what the definition takes
// over. Errors: glue.InvalidInput, glue.NotSupported.
Result<iceberg::NewTable> DefinitionOf(const gen::OpenTableFormatInput& in, catalog::Table& table);

}  // namespace tarn::api::glue
