// Converter: JSON records into one Parquet file by a Glue table's columns.
//
// Errors: kRefused when the schema cannot be had; the engine's. Blocking. Threads: any.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "catalog/catalog.h"
#include "delivery/plan/plan.h"
#include "delivery/records/processors.h"
#include "engine/engine.h"

namespace tarn::delivery {

struct Converted {
  std::string file;  // empty: no record could be converted
  struct Refused {
    size_t index = 0;  // of the records that were given
    std::string code;  // "DataFormatConversion.ParseError"
    std::string message;
  };
  std::vector<Refused> refused;
};

class Converter {
 public:
  // Both outlive it.
  Converter(catalog::Catalog& catalog, engine::Pool& engine) : catalog_(catalog), engine_(engine) {}

  Result<Converted> Convert(const Scope& scope, const Conversion& conversion,
                            const std::vector<const Prepared*>& records);

 private:
  catalog::Catalog& catalog_;
  engine::Pool& engine_;
};

}  // namespace tarn::delivery
