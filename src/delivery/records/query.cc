#include "delivery/records/query.h"

#include <fmt/format.h>

extern "C" {
#include <jq.h>
#include <jv.h>
}

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "delivery/errors.h"

namespace tarn::delivery {
namespace {

constexpr auto kRunMax = std::chrono::milliseconds(500);
constexpr size_t kProgramBytesMax = 8192;

// Bound around each program, so that nothing of the machine is in its reach whatever it says: its text stands behind
// these and cannot end their scope.
constexpr std::string_view kFence =
    "{} as $ENV | def env: {}; def input: error(\"input is not allowed\"); def inputs: empty; def debug: .; "
    "def stderr: .; def input_filename: null; def input_line_number: 0; def halt: error(\"halt is not allowed\"); "
    "def halt_error: error(\"halt_error is not allowed\"); def halt_error(f): halt_error; def modulemeta: null; "
    "def get_search_list: []; \n";

std::string Text(jv value) {
  std::string text;
  if (jv_get_kind(value) == JV_KIND_STRING) {
    text.assign(jv_string_value(value), static_cast<size_t>(jv_string_length_bytes(jv_copy(value))));
    jv_free(value);
  } else {
    jv dumped = jv_dump_string(value, 0);
    text.assign(jv_string_value(dumped), static_cast<size_t>(jv_string_length_bytes(jv_copy(dumped))));
    jv_free(dumped);
  }
  return text;
}

}  // namespace

struct Query::State {
  jq_state* jq = nullptr;
  std::string message;  // of the compiler

  // Ends runs that take too long.
  std::mutex mutex;
  std::condition_variable changed;
  bool running = false;
  bool ended = false;
  bool overdue = false;
  uint64_t run = 0;
  std::thread watch;

  ~State() {
    {
      std::lock_guard lock(mutex);
      ended = true;
    }
    changed.notify_all();
    if (watch.joinable()) watch.join();
    if (jq != nullptr) jq_teardown(&jq);
  }

  void Watch() {
    std::unique_lock lock(mutex);
    while (!ended) {
      changed.wait(lock, [&] { return ended || running; });
      const uint64_t seen = run;
      const auto over = [&] { return ended || !running || run != seen; };
      if (ended || changed.wait_for(lock, kRunMax, over)) continue;
      overdue = true;
      running = false;
      if (jq_halted(jq) == 0) jq_halt(jq, jv_invalid(), jv_invalid());
    }
  }

  void Begin() {
    std::lock_guard lock(mutex);
    running = true;
    overdue = false;
    ++run;
    changed.notify_all();
  }
  // Whether the run came to its end in time.
  bool End() {
    std::lock_guard lock(mutex);
    running = false;
    changed.notify_all();
    return !overdue;
  }
};

Query::Query(std::unique_ptr<State> state) : state_(std::move(state)) {}
Query::~Query() = default;

Result<std::unique_ptr<Query>> Query::Compile(const std::string& program) {
  if (program.empty() || program.size() > kProgramBytesMax) {
    return Fail(kInvalid, "MetadataExtractionQuery must be a jq expression.");
  }
  auto state = std::make_unique<State>();
  state->jq = jq_init();
  if (state->jq == nullptr) return Fail(kInternalError, "jq cannot be started");
  jq_set_error_cb(
      state->jq,
      [](void* context, jv message) {
        auto& kept = static_cast<State*>(context)->message;
        std::string text = Text(message);
        if (kept.empty()) kept = std::move(text);
      },
      state.get());
  if (jq_compile(state->jq, (std::string(kFence) + program).c_str()) == 0) {
    return Fail(kInvalid, fmt::format("MetadataExtractionQuery is not a valid jq expression: {}", state->message));
  }
  state->watch = std::thread([raw = state.get()] { raw->Watch(); });
  return std::unique_ptr<Query>(new Query(std::move(state)));
}

Result<std::map<std::string, std::string>> Query::Run(std::string_view json) {
  State& state = *state_;
  jv input = jv_parse_sized(json.data(), static_cast<int>(json.size()));
  if (jv_is_valid(input) == 0) {
    jv_free(input);
    return Fail(kBadRecord, "Non JSON record provided");
  }
  jq_start(state.jq, input, 0);
  state.Begin();
  jv output = jq_next(state.jq);
  const bool in_time = state.End();
  if (!in_time) {
    jv_free(output);
    return Fail(kBadRecord, "The query took too long");
  }
  if (jv_get_kind(output) != JV_KIND_OBJECT) {
    std::string why = "The query must answer an object";
    if (jv_is_valid(output) != 0) {
      jv_free(output);
    } else if (jv_invalid_has_msg(jv_copy(output)) != 0) {
      why = Text(jv_invalid_get_msg(output));
    } else {
      jv_free(output);
    }
    return Fail(kBadRecord, why);
  }
  std::map<std::string, std::string> keys;
  jv_object_foreach(output, key, value) {
    const bool is_null = jv_get_kind(value) == JV_KIND_NULL;
    std::string text = Text(value);
    keys[Text(key)] = is_null ? std::string() : std::move(text);
  }
  jv_free(output);
  return keys;
}

}  // namespace tarn::delivery
