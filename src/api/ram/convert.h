// Between the generated shapes and shares.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/ram/gen/shapes.h"
#include "base/hash.h"
#include "ram/errors.h"
#include "ram/model.h"
#include "ram/ram.h"

namespace tarn::api::ram {

gen::ResourceShare ToWire(const ::tarn::ram::Share& share);
gen::ResourceShareInvitation ToWire(const ::tarn::ram::Invitation& invitation);
gen::ResourceShareAssociation ToWire(const ::tarn::ram::Share& share, const ::tarn::ram::Association& association,
                                     std::string_view type);
gen::Resource ResourceOf(const ::tarn::ram::Share& share, const ::tarn::ram::Association& resource);
gen::ResourceSharePermissionSummary ToWire(const ::tarn::ram::ManagedPermission& permission);
gen::ResourceSharePermissionSummary ToWire(const ::tarn::ram::Permission& permission,
                                           const ::tarn::ram::PermissionVersion& version);
std::optional<std::vector<gen::Tag>> ToWire(const std::map<std::string, std::string>& tags);  // nothing for none

// Whether the account sees the share as its owner (SELF) or as one who is reached.
Result<bool> Sees(const ::tarn::ram::Ram& ram, const ::tarn::ram::Share& share, const std::string& account,
                  bool as_owner);

// Errors: kInvalidParameter.
Status CheckOwner(const std::string& owner);

inline bool Among(const std::optional<std::vector<std::string>>& asked, const std::string& item) {
  return !asked || asked->empty() || std::ranges::find(*asked, item) != asked->end();
}

// The page of `all` that is asked for; a token is the Base64 of the place where the page begins.
template <typename T, typename In>
Result<std::vector<T>> PageOf(std::vector<T> all, const In& in, std::optional<std::string>& next) {
  constexpr size_t kMost = 500;
  size_t begin = 0;
  if (in.next_token) {
    const auto place = Unbase64(*in.next_token);
    const bool sound = place && !place->empty() && place->size() < 10 &&
                       std::ranges::all_of(*place, [](char c) { return c >= '0' && c <= '9'; });
    if (!sound || std::stoul(*place) > all.size()) {
      return Fail(::tarn::ram::kInvalidNextToken, "The specified value for NextToken isn't valid.");
    }
    begin = std::stoul(*place);
  }
  const size_t count = std::min(in.max_results ? static_cast<size_t>(*in.max_results) : kMost, all.size() - begin);
  if (begin + count < all.size()) next = Base64(std::to_string(begin + count));
  const auto from = all.begin() + static_cast<ptrdiff_t>(begin);
  return std::vector<T>(std::make_move_iterator(from), std::make_move_iterator(from + static_cast<ptrdiff_t>(count)));
}

}  // namespace tarn::api::ram
