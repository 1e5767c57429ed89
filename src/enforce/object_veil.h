// What a listing of a bucket leaves out for its caller: keys that Lake Formation closes to them.
//
// The same keys that ObjectAuthorizer does not let them read. Errors: Access's. Threads: one at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "catalog/places.h"
#include "govern/access.h"
#include "identity/caller.h"
#include "object/veiled_listing.h"

namespace tarn::enforce {

class ObjectVeil : public object::KeyVeil {
 public:
  // All outlive it.
  ObjectVeil(govern::Access& access, std::shared_ptr<const catalog::PlaceMap> places, const identity::Caller& caller,
             std::string bucket)
      : access_(access), places_(std::move(places)), caller_(caller), bucket_(std::move(bucket)) {}

  Result<Word> Of(std::string_view key) override;

 private:
  Result<Word> OfFolder() const;

  govern::Access& access_;
  const std::shared_ptr<const catalog::PlaceMap> places_;
  const identity::Caller& caller_;
  const std::string bucket_;
  // Keys of one folder are all hidden or all seen: the last one's, with its word.
  bool is_known_ = false;
  std::string folder_;
  Word word_;
};

}  // namespace tarn::enforce
