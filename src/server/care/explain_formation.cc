#include "server/care/explain_formation.h"

#include <fmt/format.h>

#include <span>
#include <vector>

#include "base/strings.h"
#include "govern/model.h"

namespace tarn::server {
namespace {

std::string MaskText(const govern::Mask& mask) {
  switch (mask.kind) {
    case govern::MaskKind::kNone:
      return {};
    case govern::MaskKind::kNull:
      return " as NULL";
    case govern::MaskKind::kHash:
      return " as a hash";
    case govern::MaskKind::kPartial:
      return fmt::format(" but for its first {} and last {} characters", mask.keep_first, mask.keep_last);
  }
  return {};
}

std::string ColumnText(const govern::ColumnAccess& column) {
  std::string text = column.name + MaskText(column.mask);
  if (!column.cell_filter.empty()) text += fmt::format(" where {}", column.cell_filter);
  return text;
}

std::string SeenText(const govern::TableAccess& access) {
  std::vector<std::string> columns;
  columns.reserve(access.columns.size());
  for (const govern::ColumnAccess& column : access.columns) columns.push_back(ColumnText(column));
  std::string text;
  if (access.all_columns) {
    text = columns.empty() ? "all columns" : fmt::format("all columns, of them {}", fmt::join(columns, ", "));
  } else {
    text = columns.empty() ? "no column" : fmt::format("columns {}", fmt::join(columns, ", "));
  }
  return text + (access.row_filter.empty() ? ", every row" : fmt::format(", rows where {}", access.row_filter));
}

FormationWord WordOf(const govern::TableAccess& access) {
  if (!access.governed) return {.text = "leaves the table to IAM"};
  if (access.permissions == 0) return {.refuses = true, .text = "grants nothing on the table"};
  std::string text = fmt::format("grants {}", fmt::join(govern::NamesOf(access.permissions), ", "));
  if (access.Has(govern::Permission::kSelect)) text += fmt::format("; {}", SeenText(access));
  if (access.encroaches) text += "; the table lies over data of another one that is not the caller's";
  return {.text = std::move(text)};
}

}  // namespace

Result<FormationWord> AskFormation(govern::Governor& governor, const identity::Authorizer& objects,
                                   const identity::Caller& caller, const identity::Check& check) {
  constexpr size_t kArnParts = 6;
  const auto words = Split(check.resource, ':');
  if (words.size() == kArnParts && words[2] == "glue" && words[5].starts_with("table/")) {
    const auto names = Split(words[5], '/');
    if (names.size() != 3) return FormationWord();
    const Scope scope{std::string(words[4]), std::string(words[3])};
    const std::string database = AsciiLower(names[1]);
    const std::string table = AsciiLower(names[2]);
    TARN_TRY(const auto seen, governor.OfTable(caller, scope, database, table));
    FormationWord word = WordOf(seen);
    // Of a table that is not there nothing more is known.
    if (auto lines = governor.Explain(caller, scope, database, table); lines.ok()) word.lines = std::move(*lines);
    return word;
  }
  if (!check.resource.starts_with("arn:aws:s3:::") || check.resource.find('/') == std::string::npos) {
    return FormationWord();
  }
  const Status open = objects.Authorize(caller, std::span(&check, 1));
  if (open.ok()) return FormationWord();
  if (open.error().reason != &identity::kAccessDenied) return open.error();
  return FormationWord{.refuses = true,
                       .text = "closes the object: it lies below a registered location, and the caller may not " +
                               std::string(check.action.starts_with("s3:Get") ? "read" : "change") +
                               " the whole of the table that it is of"};
}

}  // namespace tarn::server
