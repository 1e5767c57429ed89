// Result<T>: the value, or the Error that says why there is none.
//
// Errors are values: nothing in src/ throws across a module boundary. Exceptions of DuckDB, Asio or the
// standard library are caught where that library is wrapped. A bug asserts; peers, disks and users get errors.
#pragma once

#include <cassert>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace tarn {

// How a caller may react; stable and small. The wire error is chosen in api/<service>/errors.cc.
enum class Code : uint8_t {
  kInvalidArgument,
  kNotFound,
  kAlreadyExists,
  kPreconditionFailed,
  kConflict,  // another transaction won: read again, then retry
  kPermissionDenied,
  kResourceExhausted,
  kUnavailable,  // a retry may succeed
  kCancelled,
  kDeadlineExceeded,
  kUnimplemented,
  kOutcomeUnknown,  // the write may or may not have happened: read before retrying
  kDataLoss,
  kInternal,
};

// One nameable failure. Each module declares its own in <module>/errors.h as `inline constexpr Reason`.
struct Reason {
  std::string_view name;  // "object.NoSuchBucket"
  Code code;
};

struct [[nodiscard]] Error {
  const Reason* reason;  // static storage, never null
  std::string message;   // for a person; never parsed
};

inline constexpr Reason kInternalError{"base.Internal", Code::kInternal};
inline constexpr Reason kCancelledError{"base.Cancelled", Code::kCancelled};
inline constexpr Reason kIoError{"base.Io", Code::kDataLoss};

template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  const Error& error() const {
    assert(!ok());
    return *std::get_if<1>(&state_);
  }
  const T& value() const& {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  T& value() & {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    assert(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

  // True when this is an error of exactly that reason.
  bool Is(const Reason& reason) const { return !ok() && error().reason == &reason; }

 private:
  std::variant<T, Error> state_;
};

struct Done {};
using Status = Result<Done>;
inline Status Ok() { return Done{}; }

inline Error Fail(const Reason& reason, std::string message) { return Error{&reason, std::move(message)}; }

}  // namespace tarn

#define TARN_CONCAT_INNER(a, b) a##b
#define TARN_CONCAT(a, b) TARN_CONCAT_INNER(a, b)
// TARN_TRY(auto x, f()): binds the value, or returns the error to our caller.
#define TARN_TRY(lhs, ...) TARN_TRY_AS(TARN_CONCAT(tarn_try_, __COUNTER__), lhs, __VA_ARGS__)
#define TARN_TRY_AS(tmp, lhs, ...) \
  auto tmp = (__VA_ARGS__);        \
  if (!tmp.ok()) [[unlikely]]      \
    return tmp.error();            \
  lhs = std::move(tmp).value()
// TARN_CHECK(f()): returns the error of a Status, discards its Done.
#define TARN_CHECK(...)                                                 \
  do {                                                                  \
    if (auto tarn_check = (__VA_ARGS__); !tarn_check.ok()) [[unlikely]] \
      return tarn_check.error();                                        \
  } while (false)
// The same two inside a coroutine, where `return` is ill-formed.
#define TARN_CO_TRY(lhs, ...) TARN_CO_TRY_AS(TARN_CONCAT(tarn_try_, __COUNTER__), lhs, __VA_ARGS__)
#define TARN_CO_TRY_AS(tmp, lhs, ...) \
  auto tmp = (__VA_ARGS__);           \
  if (!tmp.ok()) [[unlikely]]         \
    co_return tmp.error();            \
  lhs = std::move(tmp).value()
#define TARN_CO_CHECK(...)                                              \
  do {                                                                  \
    if (auto tarn_check = (__VA_ARGS__); !tarn_check.ok()) [[unlikely]] \
      co_return tarn_check.error();                                     \
  } while (false)
