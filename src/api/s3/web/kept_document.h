// A bucket's configuration kept as a document: the generated output of its Get operation, as canonical JSON.
#pragma once

#include <optional>
#include <string_view>

#include "api/protocol/codec.h"
#include "api/protocol/shape.h"
#include "api/s3/gen/operations.h"
#include "api/s3/s3_service.h"

namespace tarn::api::s3 {

// The output's shape of an operation that operations.txt lists.
inline const protocol::TypeShape& OutputShape(std::string_view operation) {
  for (const protocol::OperationDesc& candidate : gen::kService.operations) {
    if (candidate.name == operation) return *candidate.output;
  }
  std::terminate();
}

// Nothing when the bucket has no document of that kind.
template <typename Out>
Result<std::optional<Out>> LoadKept(object::Store& store, const object::Bucket& bucket, std::string_view kind,
                                    std::string_view operation) {
  if (!bucket.Has(kind)) return std::optional<Out>();
  const auto kept = store.GetDocument(bucket, kind);
  if (kept.Is(object::kNoSuchConfiguration)) return std::optional<Out>();
  if (!kept.ok()) return kept.error();
  Out out;
  TARN_CHECK(protocol::FromCanonicalJson(OutputShape(operation), *kept, &out));
  return std::optional<Out>(std::move(out));
}

template <typename Out>
Status Keep(object::Store& store, const object::Bucket& bucket, std::string_view kind, std::string_view operation,
            const Out& value) {
  return store.SetDocument(bucket.name, kind, protocol::CanonicalJson(OutputShape(operation), &value));
}

}  // namespace tarn::api::s3
