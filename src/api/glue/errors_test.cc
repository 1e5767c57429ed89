#include "api/glue/errors.h"

#include <gtest/gtest.h>

#include <set>

#include "api/glue/convert.h"
#include "api/glue/error_rows.h"
#include "api/glue/gen/operations.h"
#include "catalog/errors.h"
#include "jobs/crawl/errors.h"

namespace tarn::api::glue {
namespace {

TEST(ErrorRows, EveryReasonOfTheDomainsHasOne) {
  for (const Reason* reason : {&catalog::kNoSuchDatabase,
                               &catalog::kNoSuchTable,
                               &catalog::kNoSuchPartition,
                               &catalog::kNoSuchVersion,
                               &catalog::kNoSuchEntity,
                               &catalog::kAlreadyExists,
                               &catalog::kInvalidInput,
                               &catalog::kInvalidState,
                               &catalog::kTableMoved,
                               &catalog::kLimitExceeded,
                               &catalog::kDamaged,
                               &jobs::crawl::kNoSuchCrawler,
                               &jobs::crawl::kNoSuchClassifier,
                               &jobs::crawl::kAlreadyExists,
                               &jobs::crawl::kInvalidInput,
                               &jobs::crawl::kCrawlerRunning,
                               &jobs::crawl::kCrawlerNotRunning,
                               &jobs::crawl::kCrawlerStopping,
                               &jobs::crawl::kNoSchedule,
                               &jobs::crawl::kScheduleRunning,
                               &jobs::crawl::kScheduleNotRunning,
                               &jobs::crawl::kDamaged,
                               &kInvalidInput,
                               &kEntityNotFound,
                               &kAlreadyExists,
                               &kNotSupported,
                               &kPermissionTypeMismatch}) {
    EXPECT_NE(FindErrorRow(*reason), nullptr) << reason->name;
  }
}

TEST(ErrorRows, NameErrorsThatTheModelHas) {
  std::set<std::string_view> known{"InternalServiceException"};
  for (const protocol::TypeShape* error : gen::kService.errors) known.insert(error->name);
  known.insert("OperationNotSupportedException");  // an error of the service, though of no operation served
  for (const protocol::ErrorRow& row : ErrorRows()) EXPECT_TRUE(known.contains(row.code)) << row.code;
}

TEST(Convert, ATableSurvivesTheWayInAndOut) {
  gen::TableInput in{.name = "t", .retention = 4, .table_type = "EXTERNAL_TABLE"};
  in.storage_descriptor.emplace().columns = std::vector<gen::Column>{{.name = "a", .type = "int"}};
  in.storage_descriptor->schema_reference.emplace().schema_id = gen::SchemaId{.schema_name = "s"};
  in.parameters = catalog::Parameters{{"k", "v"}};
  auto table = FromWire(in, "db");
  ASSERT_TRUE(table.ok());
  table->version = 7;
  const gen::Table out = ToWire(*table, "000000000000");
  EXPECT_EQ(out.name, "t");
  EXPECT_EQ(out.version_id, "7");
  EXPECT_EQ(out.retention, 4);
  EXPECT_EQ(out.storage_descriptor->columns->front().type, "int");
  EXPECT_EQ(out.storage_descriptor->schema_reference->schema_id->schema_name, "s");
  EXPECT_EQ(out.storage_descriptor->compressed, false);
  EXPECT_EQ(out.parameters, in.parameters);
}

TEST(Convert, TokensComeBackAndForeignOnesAreRefused) {
  const std::string after("a\0b\xff", 4);
  EXPECT_EQ(*FromToken(ToToken(after)), after);
  EXPECT_EQ(*FromToken(std::nullopt), "");
  EXPECT_TRUE(FromToken("not base64!").Is(kInvalidInput));
}

}  // namespace
}  // namespace tarn::api::glue
