#include <algorithm>
#include <functional>

#include "api/glue/convert.h"
#include "api/glue/errors.h"
#include "api/glue/glue_service.h"
#include "base/strings.h"

namespace tarn::api::glue {
namespace {

constexpr size_t kTablesPerPage = 100;

bool Contains(std::string_view text, std::string_view lower_part) {
  return AsciiLower(text).find(lower_part) != std::string::npos;
}

// Every text by which a search may find a table, until `visit` says that it is enough.
bool AnyText(const catalog::Table& table, const std::function<bool(std::string_view)>& visit) {
  if (visit(table.name) || visit(table.database)) return true;
  for (const auto* text : {&table.description, &table.owner, &table.table_type}) {
    if (*text && visit(**text)) return true;
  }
  auto in_columns = [&](const std::vector<catalog::Column>& columns) {
    return std::ranges::any_of(columns, [&](const catalog::Column& column) {
      return visit(column.name) || (column.comment && visit(*column.comment));
    });
  };
  if (in_columns(table.columns()) || in_columns(table.partition_keys)) return true;
  for (const auto& [key, value] : table.parameters.value_or(catalog::Parameters{})) {
    if (visit(key) || visit(value)) return true;
  }
  return false;
}

// In quotes: the whole phrase; else every word somewhere.
bool MatchesText(const catalog::Table& table, std::string_view search) {
  search = Trim(search);
  if (search.empty()) return true;
  if (search.size() >= 2 && search.front() == '"' && search.back() == '"') {
    const std::string phrase = AsciiLower(search.substr(1, search.size() - 2));
    return AnyText(table, [&](std::string_view text) { return AsciiLower(text) == phrase; });
  }
  for (std::string_view word : Split(search, ' ')) {
    const std::string lower = AsciiLower(word);
    if (!lower.empty() && !AnyText(table, [&](std::string_view text) { return Contains(text, lower); })) return false;
  }
  return true;
}

// Glue's fuzzy match of filters: the value equals the whole text or one of its tokens.
bool MatchesToken(std::string_view text, const std::string& lower_value) {
  const std::string lower = AsciiLower(text);
  if (lower == lower_value) return true;
  size_t begin = 0;
  for (size_t i = 0; i <= lower.size(); ++i) {
    const bool part = i < lower.size() && std::string_view("-:#_/., ").find(lower[i]) == std::string_view::npos;
    if (part) continue;
    if (i > begin && lower.substr(begin, i - begin) == lower_value) return true;
    begin = i + 1;
  }
  return false;
}

std::optional<Timestamp> TimeField(const catalog::Table& table, std::string_view key) {
  if (EqualsIgnoreCase(key, "CreateTime")) return table.create_time;
  if (EqualsIgnoreCase(key, "UpdateTime")) return table.update_time;
  if (EqualsIgnoreCase(key, "LastAccessTime")) return table.last_access_time;
  return std::nullopt;
}

std::optional<std::string> TextField(const catalog::Table& table, std::string_view key) {
  if (EqualsIgnoreCase(key, "Name")) return table.name;
  if (EqualsIgnoreCase(key, "DatabaseName")) return table.database;
  if (EqualsIgnoreCase(key, "Description")) return table.description;
  if (EqualsIgnoreCase(key, "Owner")) return table.owner;
  if (EqualsIgnoreCase(key, "TableType")) return table.table_type;
  if (EqualsIgnoreCase(key, "Location")) return std::string(table.location());
  if (const std::string* value = catalog::Find(table.parameters, key)) return *value;
  return std::nullopt;
}

bool IsTimeKey(std::string_view key) {
  return EqualsIgnoreCase(key, "CreateTime") || EqualsIgnoreCase(key, "UpdateTime") ||
         EqualsIgnoreCase(key, "LastAccessTime");
}

struct Filter {
  std::string key;
  std::string lower_value;
  std::string comparator;
  Timestamp time;
};

Result<std::vector<Filter>> ParseFilters(const std::vector<gen::PropertyPredicate>& predicates) {
  std::vector<Filter> out;
  for (const gen::PropertyPredicate& predicate : predicates) {
    Filter filter{.key = Text(predicate.key),
                  .lower_value = AsciiLower(Text(predicate.value)),
                  .comparator = predicate.comparator.value_or("EQUALS")};
    if (filter.key.empty()) return Fail(kInvalidInput, "The key of a filter cannot be empty.");
    if (IsTimeKey(filter.key)) {
      std::optional<Timestamp> time = ParseIso8601(Text(predicate.value));
      if (!time) {
        auto seconds = ParseI64(Text(predicate.value));
        if (!seconds) return Fail(kInvalidInput, "The value of a time filter must be a time.");
        time = Timestamp::FromSeconds(static_cast<double>(*seconds));
      }
      filter.time = *time;
    }
    out.push_back(std::move(filter));
  }
  return out;
}

bool MatchesFilter(const catalog::Table& table, const Filter& filter) {
  if (!IsTimeKey(filter.key)) {
    std::optional<std::string> text = TextField(table, filter.key);
    return text && MatchesToken(*text, filter.lower_value);
  }
  std::optional<Timestamp> time = TimeField(table, filter.key);
  if (!time) return false;
  if (filter.comparator == "GREATER_THAN") return *time > filter.time;
  if (filter.comparator == "LESS_THAN") return *time < filter.time;
  if (filter.comparator == "GREATER_THAN_EQUALS") return *time >= filter.time;
  if (filter.comparator == "LESS_THAN_EQUALS") return *time <= filter.time;
  return *time == filter.time;
}

void Sort(std::vector<catalog::Table>& tables, const std::vector<gen::SortCriterion>& criteria) {
  for (auto criterion = criteria.rbegin(); criterion != criteria.rend(); ++criterion) {
    const std::string key = Text(criterion->field_name);
    const bool descending = Text(criterion->sort) == "DESC";
    std::ranges::stable_sort(tables, [&](const catalog::Table& a, const catalog::Table& b) {
      const catalog::Table& first = descending ? b : a;
      const catalog::Table& second = descending ? a : b;
      if (IsTimeKey(key)) return TimeField(first, key) < TimeField(second, key);
      return TextField(first, key) < TextField(second, key);
    });
  }
}

}  // namespace

// The result is made anew for each page; the token is the number of tables already given.
Result<gen::SearchTablesResponse> GlueService::SearchTables(const protocol::Call& call,
                                                            const gen::SearchTablesRequest& in) {
  gen::SearchTablesResponse out;
  out.table_list.emplace();
  if (in.resource_share_type == "FOREIGN") return out;
  TARN_TRY(std::string token, FromToken(in.next_token));
  const std::optional<uint64_t> skip = token.empty() ? uint64_t{0} : ParseU64(token);
  if (!skip) return Fail(kInvalidInput, "Invalid pagination token provided");
  TARN_TRY(auto filters, ParseFilters(Items(in.filters)));
  TARN_TRY(auto databases, Seen(call).ListDatabases(call.scope, {"", SIZE_MAX}));
  std::vector<catalog::Table> found;
  for (const catalog::Database& database : databases.items) {
    if (database.target) continue;  // a link's tables are another catalog's
    auto page = Seen(call).ListTables(call.scope, database.name, {"", SIZE_MAX}, [&](const catalog::Table& table) {
      return MatchesText(table, Text(in.search_text)) &&
             std::ranges::all_of(filters, [&](const Filter& filter) { return MatchesFilter(table, filter); });
    });
    if (!page.ok()) {
      if (page.error().reason->code == Code::kNotFound) continue;  // dropped meanwhile
      return page.error();
    }
    std::ranges::move(page->items, std::back_inserter(found));
  }
  Sort(found, Items(in.sort_criteria));
  const size_t end = std::min(found.size(), *skip + PageSize(in.max_results, kTablesPerPage));
  for (size_t i = *skip; i < end; ++i) out.table_list->push_back(ToWire(found[i], call.scope.account));
  if (end < found.size()) out.next_token = ToToken(std::to_string(end));
  return out;
}

}  // namespace tarn::api::glue
