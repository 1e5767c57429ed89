// Views: list, create, load, exists, replace, drop, rename, register.
#include <fmt/format.h>

#include "api/iceberg/exchange.h"
#include "base/hash.h"
#include "catalog/errors.h"
#include "catalog/places.h"
#include "iceberg/errors.h"
#include "iceberg/metadata/update.h"
#include "iceberg/schema/json_access.h"

namespace tarn::api::iceberg_rest {
namespace {

using catalog::IcebergView;

// The catalog's refusals in the words of the specification's clients; a rule of the view format that is broken is an
// IllegalArgumentException to them.
template <typename T>
Result<T> WordedView(const Asked& asked, std::string_view name, Result<T> result) {
  if (result.ok()) return result;
  const Error& error = result.error();
  if (error.reason == &catalog::kNoSuchTable || error.reason == &catalog::kNotIcebergView ||
      (error.reason == &catalog::kNoSuchDatabase && !asked.table.empty())) {
    return Fail(kNoSuchView, fmt::format("View does not exist: {}.{}", asked.Namespace(), name));
  }
  if (error.reason == &catalog::kNoSuchDatabase) return WordedFor(error, asked.name_space, {});
  if (error.reason == &iceberg::kInvalid) return Fail(kIllegalArgument, error.message);
  return result;
}

Answer ViewAnswer(const IcebergView& view) {
  json::Writer out;
  out.BeginObject().Key("metadata-location").String(view.metadata_location).Key("metadata");
  view.metadata.Write(out);
  out.Key("config").Write(json::Object{}).EndObject();
  return Answer{.body = out.Take()};
}

Result<Answer> ListViews(const Asked& asked) {
  TARN_CHECK(asked.May("glue:GetTables", asked.name_space));
  TARN_TRY(const auto database,
           Worded(asked.parts->catalog->GetDatabase(asked.scope, asked.name_space), asked.name_space));
  const auto list = [&](const catalog::ListOptions& options) {
    return SeenTables(asked, asked.parts->views->List(asked.scope, asked.name_space, options));
  };
  const json::Array space = ShownNamespace(database.Shown());
  const auto show = [&](const catalog::Table& view) {
    return json::Object{{"namespace", space}, {"name", view.Shown()}};
  };
  TARN_TRY(auto answer, ListedAs(asked, "identifiers", list, show));
  return Answer{.body = json::Write(std::move(answer))};
}

// What makes the view that the body describes.
Result<std::vector<iceberg::Update>> DefinitionOf(const json::Value& body) {
  const json::Value* schema = body.Find("schema");
  const json::Value* version = body.Find("view-version");
  if (schema == nullptr || version == nullptr) return Fail(kBadRequest, "schema and view-version must be given");
  TARN_TRY(auto parsed, iceberg::Schema::FromJson(*schema));
  iceberg::AddViewVersion added;
  TARN_TRY(added.version, iceberg::ViewVersion::FromJson(*version));
  for (const auto& each : added.version.representations) {
    if (each.type != "sql") {
      return Fail(kBadRequest, fmt::format("Found unsupported view representations: [{}]", each.type));
    }
  }
  added.version.schema_id = iceberg::kLastAdded;
  std::vector<iceberg::Update> updates;
  if (const std::string location(body.StringOr("location", "")); !location.empty()) {
    updates.emplace_back(iceberg::SetLocation{location});
  }
  TARN_TRY(auto properties, iceberg::FindStringMap(body, "properties"));
  updates.emplace_back(iceberg::SetProperties{std::move(properties)});
  updates.emplace_back(iceberg::AddSchema{std::move(parsed)});
  updates.emplace_back(std::move(added));
  updates.emplace_back(iceberg::SetCurrentViewVersion{iceberg::kLastAdded});
  return updates;
}

// The property by which a view's metadata files lie elsewhere than below its location.
constexpr std::string_view kMetadataPath = "write.metadata.path";

Status CheckMetadataPath(const Asked& asked, std::string_view home, const iceberg::Properties& properties) {
  const auto path = properties.find(kMetadataPath);
  return path == properties.end() ? Ok() : asked.MayTouch("s3:PutObject", home, catalog::FolderOf(path->second));
}

// Where the lake would write the view's metadata for the caller: nowhere that is closed to the caller. `home` is the
// location of the view as it is; empty: it is to be made.
Status CheckPlaces(const Asked& asked, std::string_view name, std::string home,
                   const std::vector<iceberg::Update>& updates) {
  const bool is_new = home.empty();
  for (const iceberg::Update& update : updates) {
    const auto* moved = std::get_if<iceberg::SetLocation>(&update);
    if (moved == nullptr) continue;
    TARN_CHECK(is_new ? asked.MayMakeAt(asked.name_space, name, moved->location)
                      : asked.MayTouch("s3:PutObject", home, catalog::FolderOf(moved->location)));
    if (is_new) home = moved->location;
  }
  for (const iceberg::Update& update : updates) {
    const auto* set = std::get_if<iceberg::SetProperties>(&update);
    if (set != nullptr) TARN_CHECK(CheckMetadataPath(asked, home, set->updates));
  }
  return Ok();
}

Result<Answer> CreateView(const Asked& asked) {
  TARN_TRY(const json::Value body, asked.Json());
  TARN_TRY(const std::string name, TextOf(body, "name"));
  TARN_CHECK(asked.May("glue:CreateTable", asked.name_space, name));
  TARN_TRY(auto updates, WordedView(asked, name, DefinitionOf(body)));
  TARN_CHECK(CheckPlaces(asked, name, "", updates));
  TARN_TRY(const auto view,
           WordedView(asked, name,
                      asked.parts->views->Create(asked.scope, asked.name_space, name, std::move(updates),
                                                 asked.AlsoMaking(asked.name_space, name))));
  return ViewAnswer(view);
}

Result<Answer> LoadView(const Asked& asked) {
  TARN_CHECK(asked.May("glue:GetTable", asked.name_space, asked.table));
  TARN_TRY(const auto view,
           WordedView(asked, asked.table, asked.parts->views->Load(asked.scope, asked.name_space, asked.table)));
  // Its query and schemas name all of its columns.
  TARN_TRY(const auto access, asked.rights().OfTable(asked.name_space, asked.table));
  if (access.Has(govern::Permission::kSelect) && !access.whole()) {
    return enforce::Insufficient(govern::Permission::kSelect, asked.table);
  }
  return ViewAnswer(view);
}

// The view that the body of a creation names.
Result<Answer> LoadNamed(const Asked& asked) {
  TARN_TRY(const json::Value body, asked.Json());
  Asked named = asked;
  TARN_TRY(named.table, TextOf(body, "name"));
  return LoadView(named);
}

Result<Answer> ViewExists(const Asked& asked) {
  TARN_CHECK(asked.May("glue:GetTable", asked.name_space, asked.table));
  TARN_CHECK(WordedView(asked, asked.table, asked.parts->views->Load(asked.scope, asked.name_space, asked.table)));
  return Answer{.status = 204};
}

Result<Answer> ReplaceView(const Asked& asked) {
  TARN_CHECK(asked.May("glue:UpdateTable", asked.name_space, asked.table));
  TARN_TRY(const json::Value body, asked.Json());
  const json::Value* updates = body.Find("updates");
  if (updates == nullptr) return Fail(kBadRequest, "updates must be given");
  std::vector<iceberg::Requirement> required;
  if (const json::Value* requirements = body.Find("requirements"); requirements != nullptr) {
    TARN_TRY(required, iceberg::RequirementsFromJson(*requirements));
  }
  TARN_TRY(const auto changes, iceberg::UpdatesFromJson(*updates));
  TARN_TRY(const auto present,
           WordedView(asked, asked.table, asked.parts->views->Load(asked.scope, asked.name_space, asked.table)));
  TARN_CHECK(CheckMetadataPath(asked, present.metadata.location, present.metadata.properties));
  TARN_CHECK(CheckPlaces(asked, asked.table, present.metadata.location, changes));
  TARN_TRY(const auto view, WordedView(asked, asked.table,
                                       asked.parts->views->Commit(asked.scope, asked.name_space, asked.table, required,
                                                                  changes, asked.also)));
  return ViewAnswer(view);
}

Result<Answer> DropView(const Asked& asked) {
  TARN_CHECK(asked.May("glue:DeleteTable", asked.name_space, asked.table));
  TARN_CHECK(
      WordedView(asked, asked.table, asked.parts->views->Drop(asked.scope, asked.name_space, asked.table, asked.also)));
  return Answer{.status = 204};
}

Result<Answer> RenameView(const Asked& asked) {
  return Renamed(asked, *asked.parts->views, [&asked](const Identifier& from, Status renamed) {
    Asked named = asked;
    named.name_space = from.name_space;
    named.table = from.name;
    return WordedView(named, from.name, std::move(renamed));
  });
}

Result<Answer> RegisterView(const Asked& asked) {
  TARN_TRY(const json::Value body, asked.Json());
  TARN_TRY(const std::string name, TextOf(body, "name"));
  TARN_CHECK(asked.May("glue:CreateTable", asked.name_space, name));
  TARN_TRY(const std::string location, TextOf(body, "metadata-location"));
  TARN_CHECK(asked.MayTouch("s3:GetObject", "", location));
  // The view's next files will lie where this one says.
  const auto check = [&](const iceberg::ViewMetadata& metadata) -> Status {
    TARN_CHECK(asked.MayTouch("s3:PutObject", "", catalog::FolderOf(metadata.location)));
    return CheckMetadataPath(asked, metadata.location, metadata.properties);
  };
  TARN_TRY(const auto view, WordedView(asked, name,
                                       asked.parts->views->Register(asked.scope, asked.name_space, name, location,
                                                                    asked.AlsoMaking(asked.name_space, name), check)));
  return ViewAnswer(view);
}

}  // namespace

std::vector<Route> ViewRoutes() {
  constexpr std::string_view kViews = "/v1/{prefix}/namespaces/{namespace}/views";
  constexpr std::string_view kView = "/v1/{prefix}/namespaces/{namespace}/views/{view}";
  return {
      {"ListViews", "GET", kViews, &ListViews},
      {"CreateView", "POST", kViews, &CreateView, true, &LoadNamed},
      {"LoadView", "GET", kView, &LoadView},
      {"ViewExists", "HEAD", kView, &ViewExists},
      {"ReplaceView", "POST", kView, &ReplaceView, true, &LoadView},
      {"DropView", "DELETE", kView, &DropView, true},
      {"RenameView", "POST", "/v1/{prefix}/views/rename", &RenameView, true},
      {"RegisterView", "POST", "/v1/{prefix}/namespaces/{namespace}/register-view", &RegisterView, true, &LoadNamed},
  };
}

}  // namespace tarn::api::iceberg_rest
