// Closes objects below registered locations to callers who may not read the whole table that they are of.
//
// Stands before another authoriser and only ever adds refusals: what S3 asks of an object, in whatever operation (GET,
// HEAD, a copy's source, versions, attributes, links signed before), is asked here too. A location that is not
// registered, or registered as hybrid, is none of Lake Formation's. Below one:
// - an object of a governed table is read by who sees all of the table, and written by who besides holds INSERT (to
//   delete: DELETE) or DATA_LOCATION_ACCESS; one of several tables, by who may with each of them;
// - any other object is touched by holders of DATA_LOCATION_ACCESS alone.
// What has the lake itself work on all objects of a bucket, or tell of them (lifecycle rules, notifications, access
// logs), is set by who holds DATA_LOCATION_ACCESS on each location in it.
// The account's root and the lake's own actors are not bound, as everywhere. Listings of keys below an unreadable table
// are refused, others leave its keys out (VeilOf). Errors: identity::kAccessDenied, failures of reading. Threads: any.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "catalog/places.h"
#include "govern/access.h"
#include "identity/authorize.h"
#include "kv/kv.h"
#include "object/veiled_listing.h"

namespace tarn::enforce {

class ObjectAuthorizer : public identity::Authorizer {
 public:
  // All outlive it.
  ObjectAuthorizer(const identity::Authorizer& inner, govern::Access& access, kv::Store& store)
      : inner_(inner), access_(access), places_(store) {}

  Status Authorize(const identity::Caller& caller, std::span<const identity::Check> checks) const override;

  // What a listing of the bucket's keys that begin with `prefix` leaves out for the caller, who outlives it; null:
  // nothing.
  Result<std::unique_ptr<object::KeyVeil>> VeilOf(const identity::Caller& caller, const object::Bucket& bucket,
                                                  std::string_view prefix) const;

 private:
  Status CheckObject(const identity::Caller& caller, const identity::Check& check) const;
  Result<bool> May(const identity::Caller& caller, const identity::Check& check, const std::string& uri) const;

  const identity::Authorizer& inner_;
  govern::Access& access_;
  mutable catalog::Places places_;
};

}  // namespace tarn::enforce
