#include "engine/duck/slot.h"

#include <chrono>
#include <duckdb/catalog/catalog_search_path.hpp>
#include <duckdb/common/allocator.hpp>
#include <mutex>
#include <utility>

#include "engine/duck/catalog.h"
#include "engine/duck/error_text.h"
#include "engine/duck/instance.h"
#include "engine/duck/layout_writer.h"
#include "engine/duck/slot_context.h"
#include "engine/duck/types.h"
#include "engine/duck/write.h"
#include "engine/text/row_writer.h"

namespace tarn::engine {
namespace {

using SteadyClock = std::chrono::steady_clock;

// What a query above this freed goes back to the operating system: DuckDB's allocator would keep it for good.
constexpr uint64_t kKeptBytesMax = 64ULL << 20;

int64_t MicrosSince(SteadyClock::time_point begin) {
  return std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - begin).count();
}

// Looks in at every task: a cancel that came while DuckDB cleared its own flag is not lost, and the peaks are seen.
struct TaskWatch : duckdb::ClientContextState {
  explicit TaskWatch(std::shared_ptr<QueryState> query) : query(std::move(query)) {}
  void QueryBegin(duckdb::ClientContext& context) override { Look(context); }
  void OnTaskStart(duckdb::ClientContext& context) override { Look(context); }
  void OnTaskStop(duckdb::ClientContext& context) override { Look(context); }
  void Look(duckdb::ClientContext& context) {
    if (query->cancelled()) context.Interrupt();
    auto& buffers = duckdb::BufferManager::GetBufferManager(context);
    Raise(peak_memory_bytes, buffers.GetUsedMemory());
    Raise(peak_spill_bytes, buffers.GetUsedSwap());
  }
  static void Raise(std::atomic<uint64_t>& peak, uint64_t value) {
    for (uint64_t seen = peak; value > seen && !peak.compare_exchange_weak(seen, value);) {
    }
  }
  std::shared_ptr<QueryState> query;
  std::atomic<uint64_t> peak_memory_bytes = 0, peak_spill_bytes = 0;
};

// Turns result chunks into columns a Batch can show.
class Presenter {
 public:
  Presenter(duckdb::ClientContext& context, const duckdb::vector<duckdb::LogicalType>& types) : context_(context) {
    for (const auto& type : types) {
      presented_.push_back(PresentableType(type));
      casts_ = casts_ || presented_.back() != type;
    }
    if (casts_) chunk_.Initialize(context, presented_);
  }
  duckdb::DataChunk& Present(duckdb::DataChunk& chunk) {
    if (!casts_) return chunk;
    chunk_.Reset();
    for (size_t i = 0; i < presented_.size(); ++i) {
      if (chunk.data[i].GetType() == presented_[i]) {
        chunk_.data[i].Reference(chunk.data[i]);
      } else {
        duckdb::VectorOperations::Cast(context_, chunk.data[i], chunk_.data[i], chunk.size());
      }
    }
    chunk_.SetCardinality(chunk.size());
    return chunk_;
  }

 private:
  duckdb::ClientContext& context_;
  duckdb::vector<duckdb::LogicalType> presented_;
  bool casts_ = false;
  duckdb::DataChunk chunk_;
};

class DuckSlot : public Slot {
 public:
  DuckSlot(std::shared_ptr<SlotContext> context, std::unique_ptr<duckdb::DuckDB> database)
      : context_(std::move(context)), database_(std::move(database)) {}

  Status Run(const std::shared_ptr<QueryState>& query, Outcome& outcome) override {
    Status finished = Guarded(query, [&](duckdb::Connection& connection, TaskWatch& watch) -> Status {
      const Status status = RunIn(connection, *query, outcome);
      outcome.statistics.peak_memory_bytes = watch.peak_memory_bytes;
      outcome.statistics.peak_spill_bytes = watch.peak_spill_bytes;
      return status;
    });
    if (outcome.statistics.peak_memory_bytes > kKeptBytesMax) duckdb::Allocator::FlushAll();
    return finished;
  }

  Result<std::vector<ResultColumn>> Describe(const std::shared_ptr<QueryState>& query) override {
    std::vector<ResultColumn> columns;
    TARN_CHECK(Guarded(query, [&](duckdb::Connection& connection, TaskWatch&) -> Status {
      auto prepared = connection.Prepare(ParseSelect(connection, query->query.sql));
      if (prepared->HasError()) prepared->error.Throw();
      columns = Columns(prepared->GetNames(), prepared->GetTypes());
      return Ok();
    }));
    return columns;
  }

  void Interrupt(const QueryState& query) override {
    std::lock_guard lock(mutex_);
    if (running_ == &query) connection_->Interrupt();
  }

  double Progress(const QueryState& query) override {
    std::lock_guard lock(mutex_);
    if (running_ != &query) return 0;
    const double percent = connection_->context->GetQueryProgress().GetPercentage();
    return percent < 0 ? 0 : percent > 100 ? 1 : percent / 100;
  }

  bool poisoned() const override { return poisoned_; }

 private:
  // A fresh connection for the query; every exception ends here.
  template <typename Work>
  Status Guarded(const std::shared_ptr<QueryState>& query, Work work) {
    Status status = Ok();
    try {
      context_->SetQuery(query);
      duckdb::Connection connection(*database_);
      auto watch = duckdb::make_shared_ptr<TaskWatch>(query);
      connection.context->registered_state->Insert("tarn", watch);
      connection.context->config.enable_progress_bar = true;
      connection.context->config.print_progress_bar = false;
      connection.context->config.wait_time = 0;
      if (!query->query.database.empty()) {
        duckdb::ClientData::Get(*connection.context)
            .catalog_search_path->Set({{kLakeCatalog, query->query.database}, {"memory", DEFAULT_SCHEMA}},
                                      duckdb::CatalogSetPathType::SET_DIRECTLY);
      }
      SetRunning(query.get(), &connection);
      try {
        status = work(connection, *watch);
      } catch (const std::bad_alloc&) {
        status = Fail(kOutOfMemory, "Query exceeded the memory limit of one query");
      } catch (const std::exception& exception) {
        const duckdb::ErrorData error(exception);
        poisoned_ = poisoned_ || Poisons(error);
        status = QueryError(*query, error);
      }
      SetRunning(nullptr, nullptr);
    } catch (const std::exception& exception) {
      SetRunning(nullptr, nullptr);
      poisoned_ = true;
      status = Fail(kInternal, "Internal error of the engine");
    }
    context_->SetQuery(nullptr);
    return status;
  }

  void SetRunning(const QueryState* query, duckdb::Connection* connection) {
    std::lock_guard lock(mutex_);
    running_ = query;
    connection_ = connection;
  }

  static duckdb::unique_ptr<duckdb::SQLStatement> ParseSelect(duckdb::Connection& connection, const std::string& sql) {
    auto statements = connection.ExtractStatements(sql);
    if (statements.size() != 1) throw duckdb::ParserException("exactly one statement is expected");
    const duckdb::SQLStatement* inner = statements[0].get();
    if (inner->type == duckdb::StatementType::EXPLAIN_STATEMENT) {
      inner = inner->Cast<duckdb::ExplainStatement>().stmt.get();
    }
    if (inner->type != duckdb::StatementType::SELECT_STATEMENT) {
      throw duckdb::PermissionException("only SELECT is executed here");
    }
    return std::move(statements[0]);
  }

  static std::vector<ResultColumn> Columns(const duckdb::vector<std::string>& names,
                                           const duckdb::vector<duckdb::LogicalType>& types) {
    std::vector<ResultColumn> columns;
    columns.reserve(names.size());
    for (size_t i = 0; i < names.size(); ++i) columns.push_back({names[i], FromDuckType(types[i])});
    return columns;
  }

  Status RunIn(duckdb::Connection& connection, QueryState& query, Outcome& outcome) {
    if (query.cancelled()) return Fail(kCancelled, "Query cancelled by user");
    const auto begin = SteadyClock::now();
    auto statement = ParseSelect(connection, query.query.sql);
    query.explains = statement->type == duckdb::StatementType::EXPLAIN_STATEMENT;
    const auto& write = query.query.write;
    const bool copy = write && write->format == WriteTarget::Format::kParquet;
    if (write && statement->type != duckdb::StatementType::SELECT_STATEMENT) {
      throw duckdb::PermissionException("only a SELECT writes");
    }
    const bool laid = write && write->layout.has_value();
    if (laid && !copy) throw duckdb::NotImplementedException("only Parquet files are laid out");
    if (copy && !laid) statement = WrapWrite(std::move(statement), *write);
    auto result = connection.SendQuery(std::move(statement));
    if (result->HasError()) result->ThrowError();
    outcome.statistics.planning_micros = MicrosSince(begin);
    Status status = Ok();
    if (laid) {
      status = WriteLaidOut(connection, query, *result, outcome);
    } else if (copy) {
      status = ReadWritten(*result, *write, outcome);
    } else if (write) {
      status = WriteRows(connection, query, *result, outcome);
    } else {
      status = StreamRows(connection, query, *query.query.sink, *result, outcome);
    }
    outcome.statistics.execution_micros = MicrosSince(begin) - outcome.statistics.planning_micros;
    return status;
  }

  Status WriteRows(duckdb::Connection& connection, QueryState& query, duckdb::QueryResult& result, Outcome& outcome) {
    RowWriter writer(*query.query.write);
    TARN_CHECK(StreamRows(connection, query, writer, result, outcome));
    TARN_TRY(outcome.written, writer.Finish());
    return Ok();
  }

  Status WriteLaidOut(duckdb::Connection& connection, QueryState& query, duckdb::QueryResult& result,
                      Outcome& outcome) {
    LayoutWriter writer(*connection.context, *context_->parquet_copy, *query.query.write, result.names, result.types);
    const size_t side = query.query.write->layout->side;
    duckdb::vector<duckdb::LogicalType> side_types(result.types.begin(),
                                                   result.types.begin() + static_cast<int64_t>(side));
    ResultSink* sink = side == 0 ? nullptr : query.query.sink.get();
    std::vector<Type> types;
    if (sink != nullptr) {
      const duckdb::vector<std::string> names(result.names.begin(), result.names.begin() + static_cast<int64_t>(side));
      std::vector<ResultColumn> columns = Columns(names, side_types);
      for (const ResultColumn& column : columns) types.push_back(column.type);
      TARN_CHECK(sink->OnColumns(columns));
    }
    Presenter presenter(*connection.context, side_types);
    BatchReader reader(types);
    duckdb::DataChunk leading;
    leading.InitializeEmpty(side_types);
    while (auto chunk = result.Fetch()) {
      if (chunk->size() == 0) break;
      if (query.cancelled()) return Fail(kCancelled, "Query cancelled by user");
      chunk->Flatten();
      if (sink != nullptr) {
        for (size_t i = 0; i < side; ++i) leading.data[i].Reference(chunk->data[i]);
        leading.SetCardinality(chunk->size());
        TARN_CHECK(sink->OnBatch(reader.Read(presenter.Present(leading))));
      }
      writer.Write(*chunk);
    }
    if (result.HasError()) result.ThrowError();
    outcome.written = writer.Finish();
    for (const WrittenFile& file : outcome.written) outcome.statistics.result_rows += file.rows;
    return Ok();
  }

  Status StreamRows(duckdb::Connection& connection, QueryState& query, ResultSink& sink, duckdb::QueryResult& result,
                    Outcome& outcome) {
    const std::vector<ResultColumn> columns = Columns(result.names, result.types);
    std::vector<Type> types;
    types.reserve(columns.size());
    for (const ResultColumn& column : columns) types.push_back(column.type);
    TARN_CHECK(sink.OnColumns(columns));
    Presenter presenter(*connection.context, result.types);
    BatchReader reader(types);
    while (auto chunk = result.Fetch()) {
      if (chunk->size() == 0) break;
      if (query.cancelled()) return Fail(kCancelled, "Query cancelled by user");
      outcome.statistics.result_rows += chunk->size();
      TARN_CHECK(sink.OnBatch(reader.Read(presenter.Present(*chunk))));
    }
    if (result.HasError()) result.ThrowError();
    return Ok();
  }

  std::shared_ptr<SlotContext> context_;
  std::unique_ptr<duckdb::DuckDB> database_;
  std::mutex mutex_;
  const QueryState* running_ = nullptr;
  duckdb::Connection* connection_ = nullptr;
  bool poisoned_ = false;
};

}  // namespace

Result<std::unique_ptr<Slot>> Slot::Create(const Pool::Options& options, const std::string& spill_directory) {
  try {
    auto context = std::make_shared<SlotContext>(spill_directory);
    auto database = MakeInstance(options, context);
    return std::unique_ptr<Slot>(std::make_unique<DuckSlot>(std::move(context), std::move(database)));
  } catch (const std::exception& exception) {
    return Fail(kInternal, duckdb::ErrorData(exception).Message());
  }
}

}  // namespace tarn::engine
