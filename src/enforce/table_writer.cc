#include "enforce/table_writer.h"

#include <fmt/format.h>

#include <span>
#include <vector>

#include "base/strings.h"
#include "enforce/catalog_view.h"
#include "govern/answer/uri.h"
#include "iceberg/metadata/table_metadata.h"

namespace tarn::enforce {
namespace {

// "s3://bucket/folder/", however it is written.
std::string Folder(std::string_view location) {
  std::string plain = govern::PlainUri(location);
  if (!plain.ends_with('/')) plain += '/';
  return plain;
}

}  // namespace

Status TableWriter::May(std::string_view glue_action, std::string_view database, std::string_view table) const {
  const std::string glue = fmt::format("arn:aws:glue:{}:{}:", scope_.region, scope_.account);
  const std::string folded = AsciiLower(database);
  std::vector<identity::Check> checks(3);
  for (identity::Check& check : checks) check.action = glue_action;
  checks[0].resource = glue + "catalog";
  checks[1].resource = fmt::format("{}database/{}", glue, folded);
  checks[2].resource = fmt::format("{}table/{}/{}", glue, folded, AsciiLower(table));
  TARN_CHECK(authorizer_.Authorize(caller_, checks));
  return rights_.RequireFor(glue_action, database, table);
}

Status TableWriter::MayPut(std::string_view folder) const {
  TARN_TRY(const identity::Check check, buckets_->At("s3:PutObject", Folder(folder)));
  return authorizer_.Authorize(caller_, std::span(&check, 1));
}

Status TableWriter::MayCreate(std::string_view database, std::string_view table, std::string_view location) const {
  TARN_CHECK(May("glue:CreateTable", database, table));
  const CatalogView view(catalog_, access_, caller_, scope_);
  TARN_CHECK(view.MayCreateIceberg(scope_, database, table, location));
  TARN_TRY(const bool decided, rights_.Decides(location));
  return location.empty() || decided ? Ok() : MayPut(location);
}

Status TableWriter::MayAppend(const catalog::IcebergTable& table) const {
  TARN_CHECK(May("glue:UpdateTable", table.record.database, table.record.name));
  TARN_TRY(const auto access, rights_.OfTable(table.record.database, table.record.name));
  const std::string home = Folder(table.record.location());
  TARN_TRY(const bool opened, rights_.Opens(access, home));
  if (!opened) TARN_CHECK(MayPut(home + "data/"));
  const iceberg::TableMetadata& metadata = *table.metadata;
  for (const std::string& named :
       {metadata.location, iceberg::DataFolder(metadata), iceberg::MetadataFolder(metadata)}) {
    const std::string folder = Folder(named);
    if (folder.starts_with(home)) continue;
    TARN_CHECK(rights_.RequireLocation(folder));
    TARN_CHECK(MayPut(folder));
  }
  return Ok();
}

}  // namespace tarn::enforce
