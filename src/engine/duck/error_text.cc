#include "engine/duck/error_text.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "engine/errors.h"

namespace tarn::engine {
namespace {

using duckdb::ExceptionType;

bool Has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// Cuts what DuckDB appends for people who see the SQL text: the excerpt with a caret, and advice on its own settings.
std::string Cut(std::string_view message) {
  constexpr std::array<std::string_view, 6> kTails = {"\n\nLINE ",     "\nLINE ",      "\n\nPossible solutions",
                                                      "\n\nThis can ", "\n\nIn file ", "\nPossible solutions"};
  for (std::string_view tail : kTails) {
    if (const size_t at = message.find(tail); at != std::string_view::npos) message = message.substr(0, at);
  }
  return std::string(message);
}

const Reason& BinderReason(std::string_view message) {
  if (Has(message, "Referenced column") || Has(message, "does not have a column")) return kColumnNotFound;
  if (Has(message, "Referenced table")) return kTableNotFound;
  if (Has(message, "No function matches") || Has(message, "Cannot compare") || Has(message, "type mismatch") ||
      Has(message, "Cannot mix values") || Has(message, "explicit type cast")) {
    return kTypeMismatch;
  }
  return kSyntaxError;
}

const Reason& CatalogReason(std::string_view message) {
  if (Has(message, "Function with name")) return kFunctionNotFound;
  return Has(message, "Table with name") ? kTableNotFound : kSyntaxError;
}

const Reason& InputReason(std::string_view message) {
  if (Has(message, "More than one row returned by a subquery")) return kScalarSubquery;
  if (Has(message, "arquet") || Has(message, "thrift") || Has(message, "snappy")) return kBadData;
  return kInvalidArgument;
}

const Reason& ReasonOf(ExceptionType type, std::string_view message) {
  switch (type) {
    case ExceptionType::PARSER:
    case ExceptionType::SYNTAX:
      return kSyntaxError;
    case ExceptionType::BINDER:
    case ExceptionType::PLANNER:
      return BinderReason(message);
    case ExceptionType::CATALOG:
      return CatalogReason(message);
    case ExceptionType::CONVERSION:
      return Has(message, "Error while reading file") ? kBadData : kInvalidCast;
    case ExceptionType::OUT_OF_RANGE:
    case ExceptionType::DECIMAL:
      return kOutOfRange;
    case ExceptionType::DIVIDE_BY_ZERO:
      return kDivisionByZero;
    case ExceptionType::MISMATCH_TYPE:
    case ExceptionType::INVALID_TYPE:
    case ExceptionType::UNKNOWN_TYPE:
      return kTypeMismatch;
    case ExceptionType::INVALID_INPUT:
      return InputReason(message);
    case ExceptionType::OUT_OF_MEMORY:
      return Has(message, "max_temp_directory_size") ? kSpillFull : kOutOfMemory;
    case ExceptionType::INTERRUPT:
      return kCancelled;
    case ExceptionType::PERMISSION:
      return kPermission;
    case ExceptionType::NOT_IMPLEMENTED:
    case ExceptionType::MISSING_EXTENSION:
    case ExceptionType::AUTOLOAD:
      return kNotSupported;
    case ExceptionType::IO:
    case ExceptionType::SERIALIZATION:
      return kBadData;
    case ExceptionType::PARAMETER_NOT_RESOLVED:
    case ExceptionType::PARAMETER_NOT_ALLOWED:
    case ExceptionType::EXPRESSION:
      return kSyntaxError;
    default:
      return kInternal;
  }
}

}  // namespace

Error QueryError(const QueryState& query, const duckdb::ErrorData& error) {
  if (auto failure = query.failure()) return *std::move(failure);
  if (query.cancelled()) return Fail(kCancelled, "Query cancelled by user");
  const Reason& reason = ReasonOf(error.Type(), error.RawMessage());
  if (&reason == &kCancelled) return Fail(kCancelled, "Query cancelled");
  if (&reason == &kOutOfMemory) return Fail(kOutOfMemory, "Query exceeded the memory limit of one query");
  if (&reason == &kSpillFull) return Fail(kSpillFull, "Query exceeded the disk space for intermediate results");
  if (&reason == &kInternal) return Fail(kInternal, "Internal error: " + Cut(error.RawMessage()));
  // What fails below a row filter may quote rows that the query must not see.
  if (&reason == &kBadData && query.governed) return Fail(kBadData, "Data of a table does not fit its declared types");
  return Fail(reason, Cut(error.RawMessage()));
}

bool Poisons(const duckdb::ErrorData& error) {
  return error.Type() == ExceptionType::INTERNAL || error.Type() == ExceptionType::FATAL;
}

}  // namespace tarn::engine
