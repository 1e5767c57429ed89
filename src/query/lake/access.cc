#include "query/lake/access.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"
#include "enforce/columns.h"
#include "enforce/rights.h"
#include "engine/column_type.h"
#include "govern/answer/uri.h"

namespace tarn::query {
namespace {

using govern::MaskKind;
using govern::Permission;
using govern::TableAccess;

// Some part of the column is not seen as it is.
bool IsReplaced(const TableAccess& access, const std::string& path) {
  if (const govern::ColumnAccess* found = enforce::Find(access, path)) {
    if (!found->cell_filter.empty() || found->mask.kind != MaskKind::kNone) return true;
  }
  return enforce::Divides(access, path);
}

std::string Masked(const govern::Mask& mask, const engine::Type& type, const std::string& value) {
  const bool text = type.kind == engine::Kind::kVarchar || type.kind == engine::Kind::kChar;
  switch (mask.kind) {
    case MaskKind::kNone:
      return value;
    case MaskKind::kHash:
      return text ? fmt::format("sha256({})", value) : "NULL";
    case MaskKind::kPartial:
      if (!text) return "NULL";
      return fmt::format(
          "CASE WHEN length({0}) <= {1} THEN repeat('*', length({0})) ELSE "
          "left({0}, {2}) || repeat('*', length({0}) - {1}) || right({0}, {3}) END",
          value, mask.keep_first + mask.keep_last, mask.keep_first, mask.keep_last);
    case MaskKind::kNull:
      break;
  }
  return "NULL";
}

// Makes what stands for one column; its paths have been found seen.
class Replacer {
 public:
  Replacer(const TableAccess& access, const std::vector<sql::TableColumn>& columns, const sql::AnalyzeContext& context)
      : access_(access), columns_(columns), context_(context) {}

  // `type` becomes what is seen. No value: nothing of it is seen.
  Result<std::optional<std::string>> Value(const std::string& path, engine::Type& type,
                                           const std::string& value) const {
    const govern::ColumnAccess* found = enforce::Find(access_, path);
    std::optional<std::string> seen = value;
    if (enforce::Divides(access_, path)) {
      if (type.kind != engine::Kind::kRow) return std::optional<std::string>();
      TARN_TRY(seen, Fields(path, type, value));
      if (!seen) return seen;
    }
    if (found == nullptr) return seen;
    if (found->mask.kind != MaskKind::kNone) seen = Masked(found->mask, type, *seen);
    if (!found->cell_filter.empty()) {
      TARN_TRY(const std::string filter,
               sql::PrintExpression(found->cell_filter, columns_, sql::MakeType(sql::TypeKind::kBoolean), context_));
      seen = fmt::format("CASE WHEN {} THEN {} END", filter, *seen);
    }
    return seen;
  }

 private:
  Result<std::optional<std::string>> Fields(const std::string& path, engine::Type& type,
                                            const std::string& value) const {
    engine::Type kept{.kind = engine::Kind::kRow};
    std::string parts;
    for (size_t i = 0; i < type.children.size(); ++i) {
      const std::string below = path + "." + AsciiLower(type.names[i]);
      if (!enforce::Sees(access_, below)) continue;
      engine::Type child = type.children[i];
      const std::string field = fmt::format("struct_extract({}, {})", value, sql::QuoteLiteral(type.names[i]));
      TARN_TRY(const auto seen, Value(below, child, field));
      if (!seen) continue;
      parts += fmt::format("{}{} := CAST({} AS {})", parts.empty() ? "" : ", ", sql::QuoteIdentifier(type.names[i]),
                           *seen, DuckType(child));
      kept.names.push_back(type.names[i]);
      kept.children.push_back(std::move(child));
    }
    type = std::move(kept);
    if (parts.empty()) return std::optional<std::string>();
    return std::optional(fmt::format("CASE WHEN {} IS NOT NULL THEN struct_pack({}) END", value, parts));
  }

  static std::string DuckType(const engine::Type& type) {
    const auto known = sql::ParseHiveType(engine::HiveTypeName(type));
    return known.ok() ? sql::ToDuckDb(*known) : "VARCHAR";
  }

  const TableAccess& access_;
  const std::vector<sql::TableColumn>& columns_;
  const sql::AnalyzeContext& context_;
};

}  // namespace

Status MayTouch(const enforce::Rights& rights, const IamRights& iam, const std::string& named, tables::Touch how) {
  const std::string path = govern::PlainUri(named);
  TARN_CHECK(rights.RequireLocation(path));
  TARN_CHECK(rights.RequireOwners(path));
  constexpr std::string_view kActions[] = {"s3:GetObject", "s3:PutObject", "s3:DeleteObject"};
  const std::string_view action = kActions[static_cast<size_t>(how)];
  return path.ends_with('/') ? iam.Below(action, path) : iam.Object(action, path);
}

catalog::MayOpen MayOpenOf(std::string_view home, const enforce::Rights& rights, const IamRights& iam) {
  if (!rights.governed() && !iam.asks()) return nullptr;
  std::string folder = govern::PlainUri(home);
  if (!folder.ends_with('/')) folder += '/';
  return [folder = std::move(folder), &rights, &iam](const std::string& path) -> Status {
    const std::string plain = govern::PlainUri(path);
    return plain.starts_with(folder) ? Ok() : MayTouch(rights, iam, plain, tables::Touch::kRead);
  };
}

std::optional<sql::Type> SeenType(const TableAccess& access, const std::string& path, const sql::Type& type) {
  if (!access.governed || !access.Has(Permission::kSelect)) return type;
  if (!enforce::Sees(access, path)) return std::nullopt;
  if (!enforce::Divides(access, path)) return type;
  if (!type.Is(sql::TypeKind::kRow)) return std::nullopt;
  sql::Type seen = sql::MakeType(sql::TypeKind::kRow);
  for (size_t i = 0; i < type.args.size(); ++i) {
    const auto child = SeenType(access, path + "." + AsciiLower(type.names[i]), type.args[i]);
    if (!child) continue;
    seen.names.push_back(type.names[i]);
    seen.args.push_back(*child);
  }
  if (seen.args.empty()) return std::nullopt;
  return seen;
}

Status BindAccess(const TableAccess& access, std::string_view table, const std::vector<sql::TableColumn>& columns,
                  Timestamp now, engine::TableBinding& binding) {
  if (access.whole()) return Ok();
  if (!access.Has(Permission::kSelect)) return enforce::Insufficient(Permission::kSelect, table);
  sql::AnalyzeContext context;
  context.now = now;
  if (!access.row_filter.empty()) {
    TARN_TRY(binding.row_filter,
             sql::PrintExpression(access.row_filter, columns, sql::MakeType(sql::TypeKind::kBoolean), context));
  }
  const Replacer replacer(access, columns, context);
  for (const auto* list : {&binding.columns, &binding.partition_columns}) {
    for (const engine::ColumnDef& column : *list) {
      const bool known = std::ranges::any_of(columns, [&](const auto& one) { return one.name == column.name; });
      if (!known) continue;  // what the format itself reads, hidden already
      if (!enforce::Sees(access, column.name)) {
        binding.hidden_columns.push_back(column.name);
        continue;
      }
      if (!IsReplaced(access, column.name)) continue;
      engine::Replacement replacement{.column = column.name, .expression = {}, .type = column.type};
      TARN_TRY(const auto value,
               replacer.Value(column.name, replacement.type, "row_filter." + sql::QuoteIdentifier(column.name)));
      if (value) {
        replacement.expression = *value;
        binding.replacements.push_back(std::move(replacement));
      } else {
        binding.hidden_columns.push_back(column.name);
      }
    }
  }
  binding.virtual_columns = false;  // paths and places of rows tell of others
  return Ok();
}

Result<std::string> SeenView(const catalog::Table& view, const std::string& text, const TableAccess& access) {
  if (access.whole()) return text;
  if (!access.Has(Permission::kSelect) || enforce::Filters(access)) {
    return enforce::Insufficient(Permission::kSelect, view.name);
  }
  std::string list;
  for (const catalog::Column& column : view.columns()) {
    const std::string name = AsciiLower(column.name);
    if (enforce::Divides(access, name)) return enforce::Insufficient(Permission::kSelect, view.name);
    if (enforce::Sees(access, name)) list += (list.empty() ? "" : ", ") + sql::QuoteIdentifier(name);
  }
  if (list.empty()) return enforce::Insufficient(Permission::kSelect, view.name);
  std::string_view body = Trim(text);
  while (body.ends_with(';')) body = Trim(body.substr(0, body.size() - 1));
  return fmt::format("SELECT {} FROM (\n{}\n)", list, body);
}

Status CheckPartitionsSeen(const catalog::Table& table, const TableAccess& access) {
  if (access.whole()) return Ok();
  const bool seen = access.Has(Permission::kSelect) && access.row_filter.empty() &&
                    std::ranges::all_of(table.partition_keys, [&](const catalog::Column& key) {
                      return enforce::SeesValues(access, AsciiLower(key.name));
                    });
  return seen ? Ok() : Status(enforce::Insufficient(Permission::kSelect, table.name));
}

namespace {

// One of the filters that hide rows and cells names the column.
bool IsFiltered(const TableAccess& access, const std::string& column) {
  const std::vector<std::string> name = {column};
  return enforce::NamesAny(name, access.row_filter) ||
         std::ranges::any_of(access.columns, [&](const govern::ColumnAccess& entry) {
           return enforce::NamesAny(name, entry.cell_filter);
         });
}

// The column of another schema is still there: by its number and name, and with the same fields if it is a struct. A
// plain type may have become wider.
bool IsStillThere(const iceberg::Field& column, const iceberg::Schema& present) {
  const iceberg::Field* now = present.FindField(column.id);
  return now != nullptr && AsciiLower(now->name) == AsciiLower(column.name) &&
         (now->type == column.type || (!now->type.is_nested() && !column.type.is_nested()));
}

}  // namespace

Result<TableAccess> AccessAt(const TableAccess& access, const iceberg::TableMetadata& metadata,
                             const iceberg::Schema& schema, std::string_view table) {
  const iceberg::Schema& present = metadata.schema();
  if (access.whole() || schema.SameSchema(present)) return access;
  // A filter's names must mean the same columns there.
  for (const iceberg::Field& column : present.columns()) {
    if (!IsFiltered(access, AsciiLower(column.name))) continue;
    const bool was_same = std::ranges::any_of(schema.columns(), [&](const iceberg::Field& past) {
      return past.id == column.id && past.type == column.type && IsStillThere(past, present);
    });
    if (!was_same) return enforce::Insufficient(Permission::kSelect, table);
  }
  TableAccess at = access;
  at.all_columns = false;
  at.columns.clear();
  for (const iceberg::Field& column : schema.columns()) {
    const std::string name = AsciiLower(column.name);
    if (!IsStillThere(column, present) || !enforce::Sees(access, name)) continue;
    bool listed = false;
    for (const govern::ColumnAccess& entry : access.columns) {
      if (entry.name != name && !entry.name.starts_with(name + ".")) continue;
      at.columns.push_back(entry);
      listed = listed || entry.name == name;
    }
    if (!listed && access.all_columns) at.columns.push_back({.name = name, .cell_filter = {}, .mask = {}});
  }
  return at;
}

}  // namespace tarn::query
