#include "identity/denials.h"

#include <utility>

namespace tarn::identity {
namespace {

constexpr size_t kKept = 4096;  // many more than calls that are answered at a time

}  // namespace

void Denials::Note(const std::string& request_id, std::string decider) {
  std::lock_guard lock(mutex_);
  const auto [found, added] = deciders_.insert_or_assign(request_id, std::move(decider));
  if (!added) return;
  order_.push_back(request_id);
  if (order_.size() <= kKept) return;
  deciders_.erase(order_.front());
  order_.pop_front();
}

std::string Denials::Find(std::string_view request_id) const {
  std::lock_guard lock(mutex_);
  const auto found = deciders_.find(request_id);
  return found == deciders_.end() ? std::string() : found->second;
}

}  // namespace tarn::identity
