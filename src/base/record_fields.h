// Records of whole structs: one list of (tag, member) per struct serves writing and reading.
//
//   template <class V> void VisitFields(V&& visit, Column& c) { visit(1, c.name); visit(2, c.type); }   // found by ADL
//   std::string bytes = EncodeRecord(column);  std::optional<Column> back = DecodeRecord<Column>(bytes);
// Text is bytes; numbers, flags and times are zigzag numbers, a double its bits; a struct, list or map is a nested
// record. An absent optional is not written, so absent and empty stay different. Unknown tags are skipped. Tags are
// frozen once on disk.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/record.h"
#include "base/time.h"

namespace tarn {

template <class T>
std::string EncodeRecord(const T& value);
template <class T>
std::optional<T> DecodeRecord(std::string_view bytes);

namespace record_fields {

template <class T>
concept Number = std::integral<T> || std::is_enum_v<T>;

class Writer {
 public:
  void operator()(uint32_t tag, const std::string& value) { out_.Str(tag, value); }
  void operator()(uint32_t tag, const Timestamp& value) { out_.I64(tag, value.micros); }
  void operator()(uint32_t tag, const double& value) { out_.I64(tag, std::bit_cast<int64_t>(value)); }
  template <Number T>
  void operator()(uint32_t tag, const T& value) {
    out_.I64(tag, static_cast<int64_t>(value));
  }
  template <class T>
  void operator()(uint32_t tag, const std::optional<T>& value) {
    if (value.has_value()) (*this)(tag, *value);
  }
  template <class T>
  void operator()(uint32_t tag, const std::vector<T>& items) {
    Writer inner;
    for (const auto& item : items) inner(1, item);
    out_.Str(tag, inner.Take());
  }
  template <class T>
  void operator()(uint32_t tag, const std::map<std::string, T>& items) {
    Writer inner;
    for (const auto& [key, item] : items) {
      inner(1, key);
      inner(2, item);
    }
    out_.Str(tag, inner.Take());
  }
  template <class T>
  void operator()(uint32_t tag, const T& value) {
    out_.Str(tag, EncodeRecord(value));
  }
  std::string Take() { return out_.Take(); }

 private:
  RecordWriter out_;
};

template <class T>
bool Read(const RecordReader& in, std::optional<T>& value);
template <class T>
bool Read(const RecordReader& in, std::map<std::string, T>& value);
template <class T>
bool Read(const RecordReader& in, std::vector<T>& value);
template <Number T>
bool Read(const RecordReader& in, T& value);
template <class T>
  requires(!Number<T>)
bool Read(const RecordReader& in, T& value);

inline bool Read(const RecordReader& in, std::string& value) {
  value = in.str();
  return true;
}
inline bool Read(const RecordReader& in, Timestamp& value) {
  value.micros = in.i64();
  return true;
}
inline bool Read(const RecordReader& in, double& value) {
  value = std::bit_cast<double>(in.i64());
  return true;
}
template <Number T>
bool Read(const RecordReader& in, T& value) {
  value = static_cast<T>(in.i64());
  return true;
}
template <class T>
bool Read(const RecordReader& in, std::vector<T>& value) {
  RecordReader inner(in.bytes());
  while (inner.Next()) {
    if (inner.tag() != 1) continue;
    T item{};
    if (!Read(inner, item)) return false;
    value.push_back(std::move(item));
  }
  return !inner.corrupt();
}
template <class T>
  requires(!Number<T>)
bool Read(const RecordReader& in, T& value) {
  std::optional<T> read = DecodeRecord<T>(in.bytes());
  if (!read) return false;
  value = std::move(*read);
  return true;
}
template <class T>
bool Read(const RecordReader& in, std::optional<T>& value) {
  T read{};
  if (!Read(in, read)) return false;
  value = std::move(read);
  return true;
}
template <class T>
bool Read(const RecordReader& in, std::map<std::string, T>& value) {
  RecordReader inner(in.bytes());
  std::string key;
  while (inner.Next()) {
    if (inner.tag() == 1) key = inner.str();
    if (inner.tag() != 2) continue;
    T item{};
    if (!Read(inner, item)) return false;
    value.insert_or_assign(std::move(key), std::move(item));
    key.clear();
  }
  return !inner.corrupt();
}

}  // namespace record_fields

template <class T>
std::string EncodeRecord(const T& value) {
  record_fields::Writer out;
  VisitFields(out, const_cast<T&>(value));  // a Writer only reads
  return out.Take();
}

// Nothing when the bytes are damaged.
template <class T>
std::optional<T> DecodeRecord(std::string_view bytes) {
  T value{};
  RecordReader in(bytes);
  bool sound = true;
  while (in.Next()) {
    auto visit = [&in, &sound](uint32_t tag, auto& member) {
      if (in.tag() == tag) sound = record_fields::Read(in, member) && sound;
    };
    VisitFields(visit, value);
  }
  if (in.corrupt() || !sound) return std::nullopt;
  return value;
}

}  // namespace tarn
