// The operations of shape.h for C++ types; included by generated tables only.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/protocol/shape.h"
#include "base/box.h"

namespace tarn::api::protocol::ops {

template <typename T>
const void* Get(const void* field) {
  const auto& value = *static_cast<const std::optional<T>*>(field);
  return value.has_value() ? &*value : nullptr;
}
template <typename T>
void* Emplace(void* field) {
  return &static_cast<std::optional<T>*>(field)->emplace();
}
template <typename T>
const void* GetBoxed(const void* field) {
  const auto& value = *static_cast<const std::optional<Box<T>>*>(field);
  return value.has_value() ? &**value : nullptr;
}
template <typename T>
void* EmplaceBoxed(void* field) {
  return &*static_cast<std::optional<Box<T>>*>(field)->emplace();
}
template <typename T>
inline constexpr OptionalOps kOptional = {&Get<T>, &Emplace<T>};
template <typename T>
inline constexpr OptionalOps kBoxed = {&GetBoxed<T>, &EmplaceBoxed<T>};

template <typename T>
size_t ListSize(const void* list) {
  return static_cast<const std::vector<T>*>(list)->size();
}
template <typename T>
const void* ListAt(const void* list, size_t index) {
  return &(*static_cast<const std::vector<T>*>(list))[index];
}
template <typename T>
void* ListAppend(void* list) {
  return &static_cast<std::vector<T>*>(list)->emplace_back();
}
template <typename T>
inline constexpr ListOps kList = {&ListSize<T>, &ListAt<T>, &ListAppend<T>};

template <typename T>
size_t MapSize(const void* map) {
  return static_cast<const std::map<std::string, T>*>(map)->size();
}
template <typename T>
void* MapInsert(void* map, std::string key) {
  T& value = (*static_cast<std::map<std::string, T>*>(map))[std::move(key)];
  value = T();
  return &value;
}
template <typename T>
void MapEach(const void* map, void* context, bool (*visit)(void*, const std::string&, const void*)) {
  for (const auto& [key, value] : *static_cast<const std::map<std::string, T>*>(map)) {
    if (!visit(context, key, &value)) return;
  }
}
template <typename T>
inline constexpr MapOps kMap = {&MapSize<T>, &MapInsert<T>, &MapEach<T>};

template <typename T>
void* Make() {
  return new T();
}
template <typename T>
void Destroy(void* value) {
  delete static_cast<T*>(value);
}
template <typename T>
inline constexpr StructOps kStruct = {&Make<T>, &Destroy<T>};

}  // namespace tarn::api::protocol::ops
