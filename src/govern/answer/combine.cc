#include "govern/answer/combine.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "sql/type.h"

namespace tarn::govern {
namespace {

bool IsBelow(std::string_view field, std::string_view parent) {
  return field.size() > parent.size() && field.starts_with(parent) && field[parent.size()] == '.';
}

// The parts of `name` that are left when `excluded` is taken away: itself, nothing, or some of its fields.
void Without(const std::string& name, const sql::Type* type, const std::vector<std::string>& excluded,
             std::vector<std::string>& out) {
  if (std::ranges::find(excluded, name) != excluded.end()) return;
  const bool is_split = std::ranges::any_of(excluded, [&](const std::string& each) { return IsBelow(each, name); });
  if (!is_split) {
    out.push_back(name);
    return;
  }
  // A field of what has none cannot be taken out: then nothing of it is shown.
  if (type == nullptr || !type->Is(sql::TypeKind::kRow)) return;
  for (size_t i = 0; i < type->args.size(); ++i) {
    Without(name + "." + AsciiLower(type->names[i]), &type->args[i], excluded, out);
  }
}

// What a source shows of one column: the column, some fields, or nothing.
std::vector<std::string> Shown(const Source& source, const NamedType& column) {
  std::vector<std::string> out;
  if (source.all_columns) {
    const auto type = sql::ParseHiveType(column.type);
    Without(column.name, type.ok() ? &*type : nullptr, source.columns, out);
    return out;
  }
  for (const std::string& each : source.columns) {
    if (each == column.name) return {column.name};
    if (IsBelow(each, column.name)) out.push_back(each);
  }
  return out;
}

int Openness(MaskKind kind) {
  switch (kind) {
    case MaskKind::kNone:
      return 3;
    case MaskKind::kPartial:
      return 2;
    case MaskKind::kHash:
      return 1;
    case MaskKind::kNull:
      break;
  }
  return 0;
}

Mask MaskOf(const Source& source, const std::string& column) {
  for (const MaskedColumn& each : source.masks) {
    if (each.column == column || IsBelow(column, each.column)) return {each.kind, each.keep_first, each.keep_last};
  }
  return {};
}

std::string AnyOf(const std::vector<const Source*>& sources) {
  std::vector<std::string> texts;
  for (const Source* source : sources) {
    if (source->row_filter.empty()) return "";
    std::string text = fmt::format("({})", source->row_filter);
    if (std::ranges::find(texts, text) == texts.end()) texts.push_back(std::move(text));
  }
  return texts.size() == 1 ? texts[0].substr(1, texts[0].size() - 2) : Join(texts, " OR ");
}

// Shows nothing that either does not: of a hash and a part, neither of which tells the other, nothing.
Mask Less(const Mask& a, const Mask& b) {
  if (a.kind == MaskKind::kNone) return b;
  if (b.kind == MaskKind::kNone) return a;
  if (a.kind != b.kind) return {.kind = MaskKind::kNull};
  return {a.kind, std::min(a.keep_first, b.keep_first), std::min(a.keep_last, b.keep_last)};
}

// The more open; of two partial ones that which shows more characters.
Mask More(const Mask& a, const Mask& b) {
  const auto shown = [](const Mask& mask) { return std::pair(Openness(mask.kind), mask.keep_first + mask.keep_last); };
  return shown(a) >= shown(b) ? a : b;
}

// In every row that is seen: the most open of the sources that show all of these rows. A source of some rows alone says
// nothing of the others; where there are only such, what all of them show.
Mask JoinedMask(const std::vector<const Source*>& sources, const std::string& column) {
  const std::string seen = AnyOf(sources);
  std::optional<Mask> of_all_rows;
  std::optional<Mask> least;
  for (const Source* source : sources) {
    const Mask mask = MaskOf(*source, column);
    least = least ? Less(*least, mask) : mask;
    if (source->row_filter != seen) continue;
    of_all_rows = of_all_rows ? More(*of_all_rows, mask) : mask;
  }
  if (of_all_rows) return More(*of_all_rows, least.value_or(Mask()));
  return least.value_or(Mask());
}

ColumnAccess Decide(const std::string& name, const std::vector<const Source*>& sources, const std::string& row_filter) {
  ColumnAccess column;
  column.name = name;
  column.mask = JoinedMask(sources, name);
  const std::string filter = AnyOf(sources);
  if (filter != row_filter) column.cell_filter = filter;
  return column;
}

// A column whose name reads as a field of another column, "a.b" beside a, or one that has such fields: paths cannot
// tell them apart.
bool IsAmbiguous(const NamedType& column, const std::vector<NamedType>& columns) {
  return std::ranges::any_of(columns, [&](const NamedType& other) {
    return IsBelow(column.name, other.name) || IsBelow(other.name, column.name);
  });
}

}  // namespace

void Combine(const std::vector<Source>& sources, const std::vector<NamedType>& columns, TableAccess& access) {
  std::vector<const Source*> all;
  all.reserve(sources.size());
  for (const Source& source : sources) all.push_back(&source);
  access.row_filter = all.empty() ? "" : AnyOf(all);
  std::vector<ColumnAccess> shown;
  bool is_whole = !sources.empty();
  for (const NamedType& column : columns) {
    std::map<std::string, std::vector<const Source*>> parts;
    const bool is_ambiguous = IsAmbiguous(column, columns);
    for (const Source& source : sources) {
      // Only who sees all columns sees it.
      if (is_ambiguous && (!source.all_columns || !source.columns.empty() || !source.masks.empty())) continue;
      for (std::string& name : Shown(source, column)) parts[std::move(name)].push_back(&source);
    }
    if (!parts.contains(column.name)) is_whole = false;
    for (auto& [name, holders] : parts) {
      // Who sees a column sees its fields.
      for (const auto& [other, more] : parts) {
        if (!IsBelow(name, other)) continue;
        for (const Source* source : more) {
          if (std::ranges::find(holders, source) == holders.end()) holders.push_back(source);
        }
      }
    }
    const auto whole = parts.find(column.name);
    const bool has_plain_whole = whole != parts.end() &&
                                 Decide(column.name, whole->second, access.row_filter).cell_filter.empty() &&
                                 JoinedMask(whole->second, column.name).kind == MaskKind::kNone;
    for (const auto& [name, holders] : parts) {
      // Its fields add nothing to a column that is seen wholly.
      if (has_plain_whole && name != column.name) continue;
      shown.push_back(Decide(name, holders, access.row_filter));
    }
  }
  access.all_columns = is_whole;
  access.columns.clear();
  for (ColumnAccess& column : shown) {
    const bool is_plain = column.cell_filter.empty() && column.mask.kind == MaskKind::kNone;
    if (!is_whole || !is_plain) access.columns.push_back(std::move(column));
  }
}

}  // namespace tarn::govern
