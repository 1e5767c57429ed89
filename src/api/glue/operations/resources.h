// The resources of the data catalog that its operations touch, as rules of the operation table. Private to
// api/glue/operations.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/glue/catalog_name.h"
#include "api/glue/convert.h"
#include "api/protocol/call.h"
#include "base/strings.h"

namespace tarn::api::glue {

using Arns = Result<std::vector<std::string>>;

// "arn:aws:glue:<region>:<account>:<resource>"
std::string GlueArn(const Scope& scope, std::string_view resource);

// Another account's catalog is the authoriser's affair; what is no catalog is not found.
template <typename In>
Result<CatalogName> CatalogOf(const protocol::Call& call, const In& in) {
  if constexpr (requires { in.catalog_id; })
    return CatalogNameOf(call, in.catalog_id);
  else
    return CatalogNameOf(call, std::nullopt);
}

inline constexpr auto kCatalog = [](const protocol::Call& call, const auto& in) -> Arns {
  TARN_TRY(const CatalogName catalog, CatalogOf(call, in));
  return std::vector<std::string>{GlueArn(catalog.owner, catalog.Resource("catalog"))};
};

template <typename In>
std::string DatabaseOf(const In& in) {
  if constexpr (requires { in.database_name; })
    return AsciiLower(Text(in.database_name));
  else if constexpr (requires { in.name; })
    return AsciiLower(Text(in.name));
  else if constexpr (requires { in.database_input; })
    return in.database_input ? AsciiLower(Text(in.database_input->name)) : "";
  else
    return "";
}

inline constexpr auto kDatabase = [](const protocol::Call& call, const auto& in) -> Arns {
  TARN_TRY(const CatalogName catalog, CatalogOf(call, in));
  return std::vector<std::string>{GlueArn(catalog.owner, catalog.Resource("catalog")),
                                  GlueArn(catalog.owner, catalog.Resource("database", DatabaseOf(in)))};
};

// The tables that a request names, lower case.
template <typename In>
std::vector<std::string> TablesOf(const In& in) {
  if constexpr (requires { in.tables_to_delete; }) {
    std::vector<std::string> tables;
    for (const std::string& table : Items(in.tables_to_delete)) tables.push_back(AsciiLower(table));
    return tables;
  } else if constexpr (requires { in.table_name; }) {
    return {AsciiLower(Text(in.table_name))};
  } else if constexpr (requires { in.table_input; }) {
    return {in.table_input ? AsciiLower(Text(in.table_input->name)) : ""};
  } else if constexpr (requires {
                         in.database_name;
                         in.name;
                       }) {
    return {AsciiLower(Text(in.name))};
  } else {
    return {};
  }
}

inline constexpr auto kTable = [](const protocol::Call& call, const auto& in) -> Arns {
  TARN_TRY(const CatalogName catalog, CatalogOf(call, in));
  TARN_TRY(std::vector<std::string> arns, kDatabase(call, in));
  for (const std::string& table : TablesOf(in)) {
    arns.push_back(GlueArn(catalog.owner, catalog.Resource("table", DatabaseOf(in) + "/" + table)));
  }
  return arns;
};

inline constexpr auto kAllTables = [](const protocol::Call& call, const auto& in) -> Arns {
  TARN_TRY(const CatalogName catalog, CatalogOf(call, in));
  TARN_TRY(std::vector<std::string> arns, kDatabase(call, in));
  arns.push_back(GlueArn(catalog.owner, catalog.Resource("table", DatabaseOf(in) + "/*")));
  return arns;
};

}  // namespace tarn::api::glue
