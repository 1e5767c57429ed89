#include "api/s3tables/gen/operations.h"

#include <iterator>
#include <utility>

#include "api/protocol/errors.h"
#include "api/s3tables/s3tables_service.h"
#include "catalog/errors.h"
#include "iceberg/errors.h"
#include "kv/kv.h"
#include "object/errors.h"
#include "policy/errors.h"

namespace tarn::api::s3tables {
namespace {

constexpr std::string_view kBad = "BadRequestException";
constexpr std::string_view kMissing = "NotFoundException";
constexpr std::string_view kClash = "ConflictException";

constexpr protocol::ErrorRow kErrors[] = {
    {&kBadRequest, kBad, 400},
    {&kNotFound, kMissing, 404},
    {&kConflict, kClash, 409},
    {&kNotSupported, kBad, 400},
    {&catalog::kNoSuchTableBucket, kMissing, 404},
    {&catalog::kTableBucketExists, kClash, 409},
    {&catalog::kNotEmpty, kClash, 409},
    {&catalog::kNoSuchDatabase, kMissing, 404, "The specified namespace does not exist."},
    {&catalog::kNoSuchTable, kMissing, 404, "The specified table does not exist."},
    {&catalog::kNotIceberg, kMissing, 404, "The specified table does not exist."},
    {&catalog::kAlreadyExists, kClash, 409},
    {&catalog::kInvalidInput, kBad, 400},
    {&catalog::kInvalidState, kBad, 400},
    {&catalog::kTableMoved, kClash, 409},
    {&catalog::kLimitExceeded, kBad, 400},
    {&iceberg::kInvalid, kBad, 400},
    {&iceberg::kCorrupt, kBad, 400},
    {&iceberg::kTooLarge, kBad, 400},
    {&iceberg::kUnsupported, kBad, 400},
    {&iceberg::kCommitFailed, kClash, 409},
    {&object::kNoSuchKey, kBad, 400, "The specified metadata location does not exist."},
    {&object::kNoSuchBucket, kBad, 400, "The specified metadata location does not exist."},
    {&policy::kMalformed, kBad, 400},
    {&policy::kTooLarge, kBad, 400},
    {&identity::kAccessDenied, "ForbiddenException", 403},
    {&kv::kFull, "InternalServerErrorException", 507, "The lake's disk is full."},
    {&kPoolFull, "TooManyRequestsException", 429, "Please reduce your request rate."},
};

Rows AllRows(const S3TablesService& service) {
  Rows rows;
  const auto add = [&rows](Rows more) {
    rows.insert(rows.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  };
  add(BucketRows(service));
  add(NamespaceRows(service));
  add(TableRows(service));
  add(PolicyRows(service));
  add(MaintenanceRows(service));
  add(TagRows(service));
  return rows;
}

}  // namespace

S3TablesService::S3TablesService(Parts parts) : parts_(std::move(parts)), operations_(AllRows(*this)) {}

const protocol::ServiceDesc& S3TablesService::model() const { return gen::kService; }

std::span<const protocol::ErrorRow> S3TablesService::errors() const { return kErrors; }

}  // namespace tarn::api::s3tables
