// A bucket's configuration kept as a document: the generated output of its Get operation, as canonical JSON.
#pragma once

#include <optional>
#include <string_view>

#include "api/protocol/codec.h"
#include "api/protocol/shape.h"
#include "api/s3/s3_service.h"

namespace tarn::api::s3 {

// Nothing when the bucket has no document of that kind. `shape` is Out's, from gen/tables.h.
template <typename Out>
Result<std::optional<Out>> LoadKept(object::Store& store, const object::Bucket& bucket, std::string_view kind,
                                    const protocol::TypeShape& shape) {
  if (!bucket.Has(kind)) return std::optional<Out>();
  const auto kept = store.GetDocument(bucket, kind);
  if (kept.Is(object::kNoSuchConfiguration)) return std::optional<Out>();
  if (!kept.ok()) return kept.error();
  Out out;
  TARN_CHECK(protocol::FromCanonicalJson(shape, *kept, &out));
  return std::optional<Out>(std::move(out));
}

template <typename Out>
Status Keep(object::Store& store, const object::Bucket& bucket, std::string_view kind, const protocol::TypeShape& shape,
            const Out& value) {
  return store.SetDocument(bucket.name, kind, protocol::CanonicalJson(shape, &value));
}

}  // namespace tarn::api::s3
