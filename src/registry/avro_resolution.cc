// Avro's schema resolution: what a reader may do with what a writer wrote.
#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <utility>

#include "registry/avro.h"

namespace tarn::registry::avro {
namespace {

using Why = std::optional<std::string>;

constexpr int kStepsMax = 20'000;  // unions inside unions multiply

std::string_view Unqualified(std::string_view name) { return name.substr(name.rfind('.') + 1); }

std::string NameOf(const Type& type) {
  static constexpr std::string_view kNames[] = {"null",   "boolean", "int",  "long",  "float", "double", "bytes",
                                                "string", "record",  "enum", "fixed", "array", "map",    "union"};
  return type.name.empty() ? std::string(kNames[static_cast<size_t>(type.kind)]) : type.name;
}

bool SameName(const Type& reader, const Type& writer) {
  if (Unqualified(reader.name) == Unqualified(writer.name)) return true;
  return std::ranges::any_of(reader.aliases, [&](const std::string& alias) { return alias == writer.name; });
}

bool Promotes(Kind writer, Kind reader) {
  if (writer == reader) return true;
  switch (writer) {
    case Kind::kInt:
      return reader == Kind::kLong || reader == Kind::kFloat || reader == Kind::kDouble;
    case Kind::kLong:
      return reader == Kind::kFloat || reader == Kind::kDouble;
    case Kind::kFloat:
      return reader == Kind::kDouble;
    case Kind::kString:
      return reader == Kind::kBytes;
    case Kind::kBytes:
      return reader == Kind::kString;
    default:
      return false;
  }
}

class Resolver {
 public:
  Why Resolve(const Type& reader, const Type& writer, const std::string& path) {
    if (++steps_ > kStepsMax) return path + ": too complex to compare";
    // A pair that is being looked at, or was, has been or will be told of there.
    if (!seen_.emplace(&reader, &writer).second) return std::nullopt;
    Why why = Compare(reader, writer, path);
    if (why) seen_.erase({&reader, &writer});
    return why;
  }

 private:
  Why Compare(const Type& reader, const Type& writer, const std::string& path) {
    if (writer.kind == Kind::kUnion) {
      for (const Type* branch : writer.branches) {
        if (Why why = Resolve(reader, *branch, path)) return why;
      }
      return std::nullopt;
    }
    if (reader.kind == Kind::kUnion) {
      for (const Type* branch : reader.branches) {
        const auto before = seen_;
        if (!Resolve(*branch, writer, path)) return std::nullopt;
        seen_ = before;
      }
      return fmt::format("{}: the union has no branch for {}", path, NameOf(writer));
    }
    if (reader.kind != writer.kind) {
      if (Promotes(writer.kind, reader.kind)) return std::nullopt;
      return fmt::format("{}: {} cannot be read as {}", path, NameOf(writer), NameOf(reader));
    }
    switch (reader.kind) {
      case Kind::kRecord:
        return Records(reader, writer, path);
      case Kind::kEnum:
        return Enums(reader, writer, path);
      case Kind::kFixed:
        if (!SameName(reader, writer)) return Renamed(reader, writer, path);
        if (reader.size != writer.size) return fmt::format("{}: the size of {} differs", path, reader.name);
        return std::nullopt;
      case Kind::kArray:
      case Kind::kMap:
        return Resolve(*reader.branches[0], *writer.branches[0], path + "[]");
      default:
        return std::nullopt;
    }
  }

  static Why Renamed(const Type& reader, const Type& writer, const std::string& path) {
    return fmt::format("{}: {} was written, {} is expected", path, writer.name, reader.name);
  }

  Why Records(const Type& reader, const Type& writer, const std::string& path) {
    if (!SameName(reader, writer)) return Renamed(reader, writer, path);
    for (const Field& field : reader.fields) {
      const std::string inner = path + "/" + field.name;
      const Field* written = Find(writer, field);
      if (written) {
        if (Why why = Resolve(*field.type, *written->type, inner)) return why;
      } else if (!field.has_default) {
        return fmt::format("{}: the field was not written and has no default", inner);
      }
    }
    return std::nullopt;
  }

  static const Field* Find(const Type& writer, const Field& field) {
    auto found = std::ranges::find(writer.fields, field.name, &Field::name);
    for (auto alias = field.aliases.begin(); found == writer.fields.end() && alias != field.aliases.end(); ++alias) {
      found = std::ranges::find(writer.fields, *alias, &Field::name);
    }
    return found == writer.fields.end() ? nullptr : &*found;
  }

  static Why Enums(const Type& reader, const Type& writer, const std::string& path) {
    if (!SameName(reader, writer)) return Renamed(reader, writer, path);
    if (reader.has_default) return std::nullopt;
    for (const std::string& symbol : writer.symbols) {
      if (std::ranges::find(reader.symbols, symbol) == reader.symbols.end()) {
        return fmt::format("{}: {} lacks the symbol {}", path, reader.name, symbol);
      }
    }
    return std::nullopt;
  }

  std::set<std::pair<const Type*, const Type*>> seen_;
  int steps_ = 0;
};

}  // namespace

std::optional<std::string> WhyUnreadable(const Schema& reader, const Schema& writer) {
  return Resolver().Resolve(*reader.root, *writer.root, "");
}

}  // namespace tarn::registry::avro
