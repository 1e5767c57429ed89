#include "api/organizations/effective_policy.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace tarn::api::organizations {
namespace {

constexpr std::string_view kAssign = "@@assign";
constexpr std::string_view kAppend = "@@append";
constexpr std::string_view kRemove = "@@remove";
constexpr std::string_view kAllowed = "@@operators_allowed_for_child_policies";
constexpr std::string_view kAllOperators = "@@all";

using Operators = std::set<std::string, std::less<>>;

struct Node {
  std::vector<std::pair<std::string, std::unique_ptr<Node>>> children;  // in the order of coming
  std::optional<json::Value> value;
  std::optional<Operators> allowed;  // by the levels above
  std::optional<Operators> said;     // by the level at hand, for those below

  Node& Child(const std::string& key) {
    const auto found = std::ranges::find_if(children, [&](const auto& each) { return each.first == key; });
    if (found != children.end()) return *found->second;
    return *children.emplace_back(key, std::make_unique<Node>()).second;
  }
};

Operators Named(const json::Value& value) {
  Operators named;
  if (const std::string* one = value.AsString()) named.insert(*one);
  if (const json::Array* list = value.AsArray()) {
    for (const json::Value& each : *list) {
      if (const std::string* name = each.AsString()) named.insert(*name);
    }
  }
  return named;
}

// The values of a list, or the one.
json::Array ListOf(const json::Value& value) {
  const json::Array* list = value.AsArray();
  return list != nullptr ? *list : json::Array{value};
}

void Append(const json::Value& added, std::optional<json::Value>& value) {
  json::Array list = value ? ListOf(*value) : json::Array();
  for (const json::Value& each : ListOf(added)) {
    if (std::ranges::find(list, each) == list.end()) list.push_back(each);
  }
  value = json::Value(std::move(list));
}

void Remove(const json::Value& removed, std::optional<json::Value>& value) {
  if (!value) return;
  json::Array list = ListOf(*value);
  for (const json::Value& each : ListOf(removed)) std::erase(list, each);
  value = json::Value(std::move(list));
}

void Apply(const json::Value& document, const Operators* inherited, Node& node) {
  const Operators* const allowed = node.allowed ? &*node.allowed : inherited;
  const auto may = [&](std::string_view name) {
    return allowed == nullptr || allowed->contains(kAllOperators) || allowed->contains(name);
  };
  const json::Object* const object = document.AsObject();
  if (object == nullptr) {
    if (may(kAssign)) node.value = document;
    return;
  }
  for (const auto& [key, value] : *object) {
    if (key == kAssign) {
      if (may(kAssign)) node.value = value;
    } else if (key == kAppend) {
      if (may(kAppend)) Append(value, node.value);
    } else if (key == kRemove) {
      if (may(kRemove)) Remove(value, node.value);
    } else if (key == kAllowed) {
      node.said = Named(value);
    } else {
      Apply(value, allowed, node.Child(key));
    }
  }
}

// What this level said binds the next; it cannot give back what a level above took.
void EndLevel(const Operators* inherited, Node& node) {
  const Operators* const bound = node.allowed ? &*node.allowed : inherited;
  if (node.said) {
    if (bound == nullptr || bound->contains(kAllOperators)) node.allowed = std::move(node.said);
    node.said.reset();
  }
  for (auto& [key, child] : node.children) EndLevel(node.allowed ? &*node.allowed : inherited, *child);
}

std::optional<json::Value> Told(const Node& node) {
  if (node.value) return node.value;
  json::Object object;
  for (const auto& [key, child] : node.children) {
    if (auto value = Told(*child)) object.emplace_back(key, *std::move(value));
  }
  if (object.empty()) return std::nullopt;
  return json::Value(std::move(object));
}

}  // namespace

json::Value MergePolicies(const std::vector<std::vector<json::Value>>& levels) {
  Node root;
  for (const auto& level : levels) {
    for (const json::Value& document : level) Apply(document, nullptr, root);
    EndLevel(nullptr, root);
  }
  return Told(root).value_or(json::Value(json::Object()));
}

}  // namespace tarn::api::organizations
