#include "api/protocol/wire/query_codec.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>

#include "api/protocol/errors.h"
#include "api/protocol/wire/codec_text.h"
#include "base/strings.h"

namespace tarn::api::protocol {
namespace {

// "A.B.1=x" as a tree: A → B → 1 → "x".
struct Node {
  std::optional<std::string_view> value;
  std::map<std::string_view, std::unique_ptr<Node>> children;

  const Node* Child(std::string_view name) const {
    const auto found = children.find(name);
    return found == children.end() ? nullptr : found->second.get();
  }
  // Children whose names are numbers, in the numbers' order.
  std::vector<const Node*> Numbered() const {
    std::vector<std::pair<uint64_t, const Node*>> found;
    for (const auto& [name, child] : children) {
      if (const auto number = ParseU64(name)) found.emplace_back(*number, child.get());
    }
    std::sort(found.begin(), found.end());
    std::vector<const Node*> out;
    for (const auto& [number, child] : found) out.push_back(child);
    return out;
  }
};

std::string_view Or(std::string_view name, std::string_view otherwise) { return name.empty() ? otherwise : name; }

Status DecodeNode(const Ref& ref, const Node& node, std::string_view name, void* out);

Status DecodeEntries(const TypeShape& map, const std::vector<const Node*>& entries, void* out) {
  for (const Node* entry : entries) {
    const Node* key = entry->Child(Or(map.key.wire_name, "key"));
    const Node* value = entry->Child(Or(map.value.wire_name, "value"));
    if (key == nullptr || !key->value) return Fail(kMalformedRequest, "a map entry has no key");
    void* slot = map.map->insert(out, std::string(*key->value));
    if (value != nullptr) TARN_CHECK(DecodeNode(map.value, *value, *key->value, slot));
  }
  return Ok();
}

Status DecodeElements(const TypeShape& list, const std::vector<const Node*>& elements, std::string_view name,
                      void* out) {
  for (const Node* element : elements) {
    TARN_CHECK(DecodeNode(list.element, *element, name, list.list->append(out)));
  }
  return Ok();
}

Status DecodeStructure(const TypeShape& shape, const Node& node, void* out) {
  for (const Member& member : shape.members) {
    const TypeShape& type = *member.ref.type;
    const Node* child = node.Child(member.wire_name);
    if (type.kind == Kind::kList && member.ref.flattened && !type.element.wire_name.empty()) {
      // The elements' own name takes the place of the member's; an empty list keeps the member's.
      if (const Node* named = node.Child(type.element.wire_name)) child = named;
    }
    if (child != nullptr) TARN_CHECK(DecodeNode(member.ref, *child, member.wire_name, EmplaceMember(member, out)));
  }
  return Ok();
}

Status DecodeNode(const Ref& ref, const Node& node, std::string_view name, void* out) {
  const TypeShape& type = *ref.type;
  switch (type.kind) {
    case Kind::kStructure:
      return DecodeStructure(type, node, out);
    case Kind::kList: {
      const Node* parent = ref.flattened ? &node : node.Child(Or(type.element.wire_name, "member"));
      if (parent == nullptr && !ref.flattened) parent = node.Child("member");
      return parent == nullptr ? Ok() : DecodeElements(type, parent->Numbered(), name, out);
    }
    case Kind::kMap: {
      const Node* parent = ref.flattened ? &node : node.Child("entry");
      return parent == nullptr ? Ok() : DecodeEntries(type, parent->Numbered(), out);
    }
    default:
      return ParseScalar(ref, node.value.value_or(""), TimeFormat::kIso8601, name, kMalformedRequest, out);
  }
}

}  // namespace

Result<std::vector<Field>> ParseForm(std::string_view text, const Limits& limits) {
  std::vector<Field> fields;
  if (text.size() > limits.body_bytes) return Fail(kRequestTooLarge, "the form is too long");
  if (text.empty()) return fields;
  for (const std::string_view part : Split(text, '&')) {
    if (part.empty()) continue;
    if (fields.size() >= limits.values) return Fail(kRequestTooLarge, "the form has too many fields");
    const size_t equals = part.find('=');
    auto name = PercentDecode(part.substr(0, equals), true);
    auto value = PercentDecode(equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1), true);
    if (!name || !value || !IsValidUtf8(*name) || !IsValidUtf8(*value)) {
      return Fail(kMalformedRequest, "the form has a broken escape");
    }
    fields.push_back({std::move(*name), std::move(*value)});
  }
  return fields;
}

Status DecodeQuery(const TypeShape& structure, const std::vector<Field>& fields, const Limits& limits, void* out) {
  Node root;
  size_t nodes = 0;
  for (const Field& field : fields) {
    Node* node = &root;
    int depth = 0;
    for (const std::string_view name : Split(field.name, '.')) {
      if (++depth > 2 * limits.depth) return Fail(kRequestTooLarge, "a form field is nested too deeply");
      auto& child = node->children[name];
      if (child == nullptr) {
        if (++nodes > limits.values) return Fail(kRequestTooLarge, "the form has too many fields");
        child = std::make_unique<Node>();
      }
      node = child.get();
    }
    node->value = field.value;
  }
  return DecodeStructure(structure, root, out);
}

}  // namespace tarn::api::protocol
