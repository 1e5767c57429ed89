#include "api/protocol/auth/request_tags.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"

namespace tarn::api::protocol {
namespace {

struct RequestTags {
  std::map<std::string, std::string> given;  // by key
  std::vector<std::string> keys;             // of those given and of those to be taken away
};

const std::string* TextOf(const TypeShape& type, const void* structure, std::string_view a, std::string_view b) {
  for (const Member& member : type.members) {
    if (member.ref.type->kind != Kind::kString) continue;
    if (!EqualsIgnoreCase(member.name, a) && !EqualsIgnoreCase(member.name, b)) continue;
    return static_cast<const std::string*>(GetMember(member, structure));
  }
  return nullptr;
}

void TakeList(const TypeShape& list, const void* value, RequestTags& tags) {
  const TypeShape& element = *list.element.type;
  for (size_t i = 0; i < list.list->size(value); ++i) {
    const void* item = list.list->at(value, i);
    if (element.kind == Kind::kString) {
      tags.keys.push_back(*static_cast<const std::string*>(item));
    } else if (element.kind == Kind::kStructure) {
      const std::string* key = TextOf(element, item, "Key", "TagKey");
      const std::string* text = TextOf(element, item, "Value", "TagValue");
      if (key == nullptr) continue;
      tags.keys.push_back(*key);
      tags.given[*key] = text != nullptr ? *text : std::string();
    }
  }
}

void TakeMap(const TypeShape& map, const void* value, RequestTags& tags) {
  if (map.value.type->kind != Kind::kString) return;
  map.map->each(value, &tags, [](void* context, const std::string& key, const void* text) {
    auto& found = *static_cast<RequestTags*>(context);
    found.keys.push_back(key);
    found.given[key] = *static_cast<const std::string*>(text);
    return true;
  });
}

bool HoldsTags(const Member& member) {
  constexpr std::string_view kNames[] = {"Tags", "TagList", "TagsList", "TagsToAdd", "TagKeys", "TagsToRemove"};
  const Kind kind = member.ref.type->kind;
  return (kind == Kind::kList || kind == Kind::kMap) &&
         std::ranges::any_of(kNames, [&](std::string_view name) { return EqualsIgnoreCase(name, member.name); });
}

}  // namespace

void AddRequestTags(const OperationDesc& operation, const void* input, std::span<identity::Check> checks) {
  if (operation.service->name == "s3") return;
  RequestTags tags;
  for (const Member& member : operation.input->members) {
    if (!HoldsTags(member)) continue;
    const void* value = GetMember(member, input);
    if (value == nullptr) continue;
    if (member.ref.type->kind == Kind::kList) TakeList(*member.ref.type, value, tags);
    if (member.ref.type->kind == Kind::kMap) TakeMap(*member.ref.type, value, tags);
  }
  if (tags.keys.empty()) return;
  for (identity::Check& check : checks) {
    for (const auto& [key, value] : tags.given) check.context["aws:RequestTag/" + key] = value;
    check.sets["aws:TagKeys"] = tags.keys;
  }
}

}  // namespace tarn::api::protocol
