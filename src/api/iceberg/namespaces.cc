#include <fmt/format.h>

#include "api/iceberg/exchange.h"
#include "api/iceberg/warehouse.h"
#include "catalog/errors.h"
#include "catalog/iceberg/names.h"
#include "govern/principal.h"

namespace tarn::api::iceberg_rest {
namespace {

constexpr std::string_view kLocation = "location";
constexpr std::string_view kComment = "comment";

// A database's location and description are properties, as Glue's Iceberg clients have it.
json::Object PropertiesOf(const catalog::Database& database) {
  json::Object properties;
  if (database.location) properties.emplace_back(kLocation, *database.location);
  if (database.description) properties.emplace_back(kComment, *database.description);
  if (database.parameters) {
    for (const auto& [key, value] : *database.parameters) properties.emplace_back(key, value);
  }
  return properties;
}

void SetProperty(catalog::Database& database, const std::string& key, std::string value) {
  if (key == kLocation) {
    database.location = std::move(value);
  } else if (key == kComment) {
    database.description = std::move(value);
  } else {
    if (!database.parameters) database.parameters.emplace();
    (*database.parameters)[key] = std::move(value);
  }
}

bool RemoveProperty(catalog::Database& database, const std::string& key) {
  if (key == kLocation) return std::exchange(database.location, std::nullopt).has_value();
  if (key == kComment) return std::exchange(database.description, std::nullopt).has_value();
  return database.parameters && database.parameters->erase(key) > 0;
}

Status SetProperties(catalog::Database& database, const json::Value* properties, json::Array* updated) {
  if (properties == nullptr || properties->is_null()) return Ok();
  if (!properties->is_object()) return Fail(kBadRequest, "properties must be an object");
  for (const auto& [key, value] : *properties->AsObject()) {
    if (!value.is_string()) return Fail(kBadRequest, fmt::format("the property {} must be a string", key));
    SetProperty(database, key, *value.AsString());
    if (updated != nullptr) updated->emplace_back(key);
  }
  return Ok();
}

Answer NamespaceAnswer(const catalog::Database& database) {
  return Answer{.body = json::Write(json::Object{{"namespace", ShownNamespace(database.Shown())},
                                                 {"properties", PropertiesOf(database)}})};
}

// Those that the caller may know of.
Result<catalog::Page<catalog::Database>> Seen(const Asked& asked, Result<catalog::Page<catalog::Database>> page) {
  if (!page.ok() || !asked.rights().governed()) return page;
  for (size_t i = page->items.size(); i-- > 0;) {
    TARN_TRY(const auto access, asked.rights().OfDatabase(page->items[i].name));
    if (!enforce::Exists(access)) page->items.erase(page->items.begin() + static_cast<ptrdiff_t>(i));
  }
  return page;
}

Result<Answer> ListNamespaces(const Asked& asked) {
  TARN_CHECK(asked.May("glue:GetDatabases"));
  const auto given = asked.query.find("parent");
  const std::string parent = given == asked.query.end() ? std::string() : given->second;
  const auto list = [&](const catalog::ListOptions& options) {
    const catalog::Catalog& catalog = *asked.parts->catalog;
    auto page = parent.empty() ? catalog.ListDatabases(asked.scope, options)
                               : Worded(catalog.ListChildren(asked.scope, parent, options), parent);
    return Seen(asked, std::move(page));
  };
  const auto show = [](const catalog::Database& database) { return ShownNamespace(database.Shown()); };
  TARN_TRY(auto answer, ListedAs(asked, "namespaces", list, show));
  return Answer{.body = json::Write(std::move(answer))};
}

Result<Answer> CreateNamespace(const Asked& asked) {
  TARN_TRY(const json::Value body, asked.Json());
  catalog::Database database;
  TARN_TRY(database.name, NamespaceOf(body.Find("namespace")));
  TARN_CHECK(asked.May("glue:CreateDatabase", database.name));
  TARN_CHECK(CheckNames(asked.scope, database.name));
  TARN_CHECK(SetProperties(database, body.Find("properties"), nullptr));
  database.shown_name = database.name;
  database.creator = govern::PrincipalOf(asked.caller);
  TARN_CHECK(asked.rights().RequireHome(database.location.value_or("")));
  asked.promised = NamespaceAnswer(database);
  const auto made = asked.parts->catalog->CreateDatabase(asked.scope, database, asked.also);
  if (made.Is(catalog::kAlreadyExists)) {
    return Fail(catalog::kAlreadyExists,
                fmt::format("Namespace already exists: {}", catalog::DottedName(database.name)));
  }
  TARN_CHECK(Worded(made, catalog::ParentOf(database.name)));
  return *asked.promised;
}

Result<Answer> LoadNamespace(const Asked& asked) {
  TARN_CHECK(asked.May("glue:GetDatabase", asked.name_space));
  TARN_TRY(auto database, Worded(asked.parts->catalog->GetDatabase(asked.scope, asked.name_space), asked.name_space));
  // Engines that choose tables' places themselves (Trino) are told where they go unasked.
  if (!database.location && !catalog::TableBucketOf(asked.scope)) {
    database.location = catalog::DefaultNamespaceLocation(asked.scope, database.name);
  }
  return NamespaceAnswer(database);
}

Result<Answer> NamespaceExists(const Asked& asked) {
  TARN_CHECK(asked.May("glue:GetDatabase", asked.name_space));
  TARN_CHECK(Worded(asked.parts->catalog->GetDatabase(asked.scope, asked.name_space), asked.name_space));
  return Answer{.status = 204};
}

Result<Answer> DropNamespace(const Asked& asked) {
  TARN_CHECK(asked.May("glue:DeleteDatabase", asked.name_space));
  TARN_CHECK(
      Worded(asked.parts->catalog->DeleteEmptyDatabase(asked.scope, asked.name_space, asked.also), asked.name_space));
  return Answer{.status = 204};
}

Result<Answer> UpdateNamespace(const Asked& asked) {
  TARN_CHECK(asked.May("glue:UpdateDatabase", asked.name_space));
  TARN_TRY(const json::Value body, asked.Json());
  TARN_TRY(auto database, Worded(asked.parts->catalog->GetDatabase(asked.scope, asked.name_space), asked.name_space));
  json::Array removed;
  json::Array missing;
  if (const json::Value* removals = body.Find("removals"); removals != nullptr && !removals->is_null()) {
    if (!removals->is_array()) return Fail(kBadRequest, "removals must be an array");
    for (const json::Value& key : *removals->AsArray()) {
      if (!key.is_string()) return Fail(kBadRequest, "removals must hold strings");
      const json::Value* updates = body.Find("updates");
      if (updates != nullptr && updates->Find(*key.AsString()) != nullptr) {
        return Fail(kUnprocessable, fmt::format("the key {} is both removed and updated", *key.AsString()));
      }
      (RemoveProperty(database, *key.AsString()) ? removed : missing).push_back(key);
    }
  }
  json::Array updated;
  TARN_CHECK(SetProperties(database, body.Find("updates"), &updated));
  asked.promised =
      Answer{.body = json::Write(json::Object{
                 {"updated", std::move(updated)}, {"removed", std::move(removed)}, {"missing", std::move(missing)}})};
  TARN_CHECK(
      Worded(asked.parts->catalog->UpdateDatabase(asked.scope, asked.name_space, std::move(database), asked.also),
             asked.name_space));
  return *asked.promised;
}

}  // namespace

std::vector<Route> NamespaceRoutes() {
  return {
      {"ListNamespaces", "GET", "/v1/{prefix}/namespaces", &ListNamespaces},
      {"CreateNamespace", "POST", "/v1/{prefix}/namespaces", &CreateNamespace, true},
      {"LoadNamespaceMetadata", "GET", "/v1/{prefix}/namespaces/{namespace}", &LoadNamespace},
      {"NamespaceExists", "HEAD", "/v1/{prefix}/namespaces/{namespace}", &NamespaceExists},
      {"DropNamespace", "DELETE", "/v1/{prefix}/namespaces/{namespace}", &DropNamespace, true},
      {"UpdateProperties", "POST", "/v1/{prefix}/namespaces/{namespace}/properties", &UpdateNamespace, true},
  };
}

}  // namespace tarn::api::iceberg_rest
