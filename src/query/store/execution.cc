#include "query/store/execution.h"

#include "base/record.h"
#include "query/errors.h"

namespace tarn::query {
namespace {

// Frozen: see docs/format/query.md.
enum Tag : uint32_t {
  kQuery = 1,
  kStatementType = 2,
  kSubstatementType = 3,
  kWorkGroup = 4,
  kDatabase = 5,
  kCatalog = 6,
  kResult = 7,
  kReuseEnabled = 8,
  kReuseAge = 9,
  kParameter = 10,
  kSelectedEngine = 11,
  kState = 12,
  kStateReason = 13,
  kErrorRecord = 14,
  kSubmitted = 15,
  kCompleted = 16,
  kStatistics = 17,
  kColumn = 18,
  kHasHeader = 19,
  kUpdateCount = 20,
  kCaller = 21,
  kRead = 22,
};
enum ReadTag : uint32_t { kReadAccount = 1, kReadRegion = 2, kReadDatabase = 3, kReadTable = 4 };
enum ErrorTag : uint32_t { kCategory = 1, kType = 2, kRetryable = 3, kMessage = 4 };
enum ColumnTag : uint32_t { kName = 1, kColumnType = 2, kPrecision = 3, kScale = 4, kCaseSensitive = 5 };
enum StatisticsTag : uint32_t {
  kQueue = 1,
  kPreprocessing = 2,
  kPlanning = 3,
  kEngine = 4,
  kService = 5,
  kTotal = 6,
  kScanned = 7,
  kInputRows = 8,
  kOutputRows = 9,
  kOutputBytes = 10,
  kManifest = 11,
  kReused = 12,
};

std::string Encode(const Statistics& s) {
  RecordWriter out;
  out.I64(kQueue, s.queue_millis).I64(kPreprocessing, s.preprocessing_millis).I64(kPlanning, s.planning_millis);
  out.I64(kEngine, s.engine_millis).I64(kService, s.service_millis).I64(kTotal, s.total_millis);
  out.I64(kScanned, s.scanned_bytes).I64(kInputRows, s.input_rows).I64(kOutputRows, s.output_rows);
  out.I64(kOutputBytes, s.output_bytes).Bool(kReused, s.reused);
  if (!s.manifest_location.empty()) out.Str(kManifest, s.manifest_location);
  return out.Take();
}

Statistics DecodeStatistics(std::string_view record) {
  Statistics s;
  RecordReader in(record);
  while (in.Next()) {
    switch (in.tag()) {
      case kQueue:
        s.queue_millis = in.i64();
        break;
      case kPreprocessing:
        s.preprocessing_millis = in.i64();
        break;
      case kPlanning:
        s.planning_millis = in.i64();
        break;
      case kEngine:
        s.engine_millis = in.i64();
        break;
      case kService:
        s.service_millis = in.i64();
        break;
      case kTotal:
        s.total_millis = in.i64();
        break;
      case kScanned:
        s.scanned_bytes = in.i64();
        break;
      case kInputRows:
        s.input_rows = in.i64();
        break;
      case kOutputRows:
        s.output_rows = in.i64();
        break;
      case kOutputBytes:
        s.output_bytes = in.i64();
        break;
      case kManifest:
        s.manifest_location = in.str();
        break;
      case kReused:
        s.reused = in.boolean();
        break;
      default:
        break;
    }
  }
  return s;
}

AthenaError DecodeError(std::string_view record) {
  AthenaError error;
  RecordReader in(record);
  while (in.Next()) {
    switch (in.tag()) {
      case kCategory:
        error.category = static_cast<int32_t>(in.i64());
        break;
      case kType:
        error.type = static_cast<int32_t>(in.i64());
        break;
      case kRetryable:
        error.retryable = in.boolean();
        break;
      case kMessage:
        error.message = in.str();
        break;
      default:
        break;
    }
  }
  return error;
}

ResultColumn DecodeColumn(std::string_view record) {
  ResultColumn column;
  RecordReader in(record);
  while (in.Next()) {
    switch (in.tag()) {
      case kName:
        column.name = in.str();
        break;
      case kColumnType:
        column.type = in.str();
        break;
      case kPrecision:
        column.precision = static_cast<int32_t>(in.i64());
        break;
      case kScale:
        column.scale = static_cast<int32_t>(in.i64());
        break;
      case kCaseSensitive:
        column.case_sensitive = in.boolean();
        break;
      default:
        break;
    }
  }
  return column;
}

TableRead DecodeRead(std::string_view record) {
  TableRead read;
  RecordReader in(record);
  while (in.Next()) {
    switch (in.tag()) {
      case kReadAccount:
        read.scope.account = in.str();
        break;
      case kReadRegion:
        read.scope.region = in.str();
        break;
      case kReadDatabase:
        read.database = in.str();
        break;
      case kReadTable:
        read.table = in.str();
        break;
      default:
        break;
    }
  }
  return read;
}

void DecodeField(const RecordReader& in, Execution& e) {
  switch (in.tag()) {
    case kQuery:
      e.query = in.str();
      break;
    case kStatementType:
      e.statement_type = in.str();
      break;
    case kSubstatementType:
      e.substatement_type = in.str();
      break;
    case kWorkGroup:
      e.workgroup = in.str();
      break;
    case kDatabase:
      e.database = in.str();
      break;
    case kCatalog:
      e.catalog = in.str();
      break;
    case kResult:
      e.result = DecodeResultConfiguration(in.bytes());
      break;
    case kReuseEnabled:
      e.reuse_enabled = in.boolean();
      break;
    case kReuseAge:
      e.reuse_max_age_minutes = static_cast<int32_t>(in.i64());
      break;
    case kParameter:
      e.parameters.push_back(in.str());
      break;
    case kSelectedEngine:
      e.selected_engine = in.str();
      break;
    case kState:
      e.state = static_cast<State>(in.u64());
      break;
    case kStateReason:
      e.state_reason = in.str();
      break;
    case kErrorRecord:
      e.error = DecodeError(in.bytes());
      break;
    case kSubmitted:
      e.submitted.micros = in.i64();
      break;
    case kCompleted:
      e.completed.micros = in.i64();
      break;
    case kStatistics:
      e.statistics = DecodeStatistics(in.bytes());
      break;
    case kColumn:
      e.columns.push_back(DecodeColumn(in.bytes()));
      break;
    case kHasHeader:
      e.has_header = in.boolean();
      break;
    case kUpdateCount:
      e.update_count = in.i64();
      break;
    case kCaller:
      e.caller = in.str();
      break;
    case kRead:
      e.read.push_back(DecodeRead(in.bytes()));
      break;
    default:
      break;
  }
}

}  // namespace

std::string_view StateName(State state) {
  switch (state) {
    case State::kQueued:
      return "QUEUED";
    case State::kRunning:
      return "RUNNING";
    case State::kSucceeded:
      return "SUCCEEDED";
    case State::kFailed:
      return "FAILED";
    case State::kCancelled:
      return "CANCELLED";
  }
  return "FAILED";
}

std::string EncodeExecution(const Execution& e) {
  RecordWriter out;
  out.Str(kQuery, e.query).Str(kStatementType, e.statement_type).Str(kSubstatementType, e.substatement_type);
  out.Str(kWorkGroup, e.workgroup);
  if (e.database) out.Str(kDatabase, *e.database);
  if (e.catalog) out.Str(kCatalog, *e.catalog);
  out.Str(kResult, EncodeResultConfiguration(e.result));
  if (e.reuse_enabled) out.Bool(kReuseEnabled, *e.reuse_enabled);
  if (e.reuse_max_age_minutes) out.I64(kReuseAge, *e.reuse_max_age_minutes);
  for (const std::string& parameter : e.parameters) out.Str(kParameter, parameter);
  out.Str(kSelectedEngine, e.selected_engine);
  out.U64(kState, static_cast<uint64_t>(e.state));
  if (e.state_reason) out.Str(kStateReason, *e.state_reason);
  if (e.error) {
    RecordWriter error;
    error.I64(kCategory, e.error->category).I64(kType, e.error->type);
    error.Bool(kRetryable, e.error->retryable).Str(kMessage, e.error->message);
    out.Str(kErrorRecord, error.Take());
  }
  out.I64(kSubmitted, e.submitted.micros).I64(kCompleted, e.completed.micros);
  out.Str(kStatistics, Encode(e.statistics));
  for (const ResultColumn& column : e.columns) {
    RecordWriter field;
    field.Str(kName, column.name).Str(kColumnType, column.type).I64(kPrecision, column.precision);
    field.I64(kScale, column.scale).Bool(kCaseSensitive, column.case_sensitive);
    out.Str(kColumn, field.Take());
  }
  out.Bool(kHasHeader, e.has_header).I64(kUpdateCount, e.update_count);
  if (!e.caller.empty()) out.Str(kCaller, e.caller);
  for (const TableRead& read : e.read) {
    RecordWriter field;
    field.Str(kReadAccount, read.scope.account).Str(kReadRegion, read.scope.region);
    field.Str(kReadDatabase, read.database).Str(kReadTable, read.table);
    out.Str(kRead, field.Take());
  }
  return out.Take();
}

Result<Execution> DecodeExecution(std::string_view id, std::string_view record) {
  Execution execution;
  execution.id = id;
  RecordReader in(record);
  while (in.Next()) DecodeField(in, execution);
  if (in.corrupt() || execution.state > State::kCancelled) {
    return Fail(kDamaged, "the stored query execution is damaged");
  }
  return execution;
}

}  // namespace tarn::query
