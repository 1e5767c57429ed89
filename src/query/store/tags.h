// Tags of workgroups and data catalogs, in the order in which their keys were first set.
//
// Errors: kInvalidRequest for tags that AWS refuses, kNoSuchResource. Threads: any.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/scope.h"

namespace tarn::kv {
class Txn;
}

namespace tarn::query {

using TagList = std::vector<std::pair<std::string, std::string>>;

inline constexpr size_t kTagsMax = 50;

// Counts, lengths, doubles and the reserved prefix.
Status CheckTags(const TagList& tags);

// `resource` is the ARN's last part: "workgroup/a". Absent tags are an empty list.
Result<TagList> ReadTags(kv::Txn& txn, const Scope& scope, std::string_view resource);
void WriteTags(kv::Txn& txn, const Scope& scope, std::string_view resource, const TagList& tags);
// Sets or replaces; kInvalidRequest above kTagsMax.
Status MergeTags(TagList& into, const TagList& tags);
void RemoveTags(TagList& from, const std::vector<std::string>& keys);

}  // namespace tarn::query
