#include "delivery/records/query.h"

#include <fmt/format.h>

extern "C" {
#include <jq.h>
#include <jv.h>
}

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <utility>

#include "base/record.h"
#include "base/strings.h"
#include "delivery/errors.h"

namespace tarn::delivery {
namespace {

constexpr int kRunMicros = 500'000;       // of one record
constexpr int kSilenceMillis = 5'000;     // of the process; then it is ended
constexpr rlim_t kMemoryBytes = 1 << 30;  // beyond what the lake has mapped
constexpr size_t kProgramBytesMax = 8192;
constexpr size_t kAnswerBytesMax = 1 << 20;

// Bound around each program, so that nothing of the machine is in its reach whatever it says: its text stands behind
// these and cannot end their scope.
constexpr std::string_view kFence =
    "{} as $ENV | def env: {}; def input: error(\"input is not allowed\"); def inputs: empty; def debug: .; "
    "def stderr: .; def input_filename: null; def input_line_number: 0; def halt: error(\"halt is not allowed\"); "
    "def halt_error: error(\"halt_error is not allowed\"); def halt_error(f): halt_error; def modulemeta: null; "
    "def get_search_list: []; \n";

std::string Text(jv value) {
  jv text = jv_get_kind(value) == JV_KIND_STRING ? value : jv_dump_string(value, 0);
  std::string bytes(jv_string_value(text), static_cast<size_t>(jv_string_length_bytes(jv_copy(text))));
  jv_free(text);
  return bytes;
}

// A compiled program.
struct Program {
  jq_state* jq = jq_init();
  std::string message;  // of the compiler

  Program() = default;
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    if (jq != nullptr) jq_teardown(&jq);
  }
  bool Compile(const std::string& text) {
    if (jq == nullptr) return false;
    jq_set_error_cb(
        jq,
        [](void* context, jv told) {
          auto& kept = *static_cast<std::string*>(context);
          std::string line = Text(told);
          if (kept.empty()) kept = std::move(line);
        },
        &message);
    return jq_compile(jq, (std::string(kFence) + text).c_str()) != 0;
  }
};

Result<std::map<std::string, std::string>> Failure(jv output) {
  std::string why = "The query must answer an object";
  if (jv_is_valid(output) == 0 && jv_invalid_has_msg(jv_copy(output)) != 0) {
    why = Text(jv_invalid_get_msg(output));
  } else {
    jv_free(output);
  }
  return Fail(kBadRecord, why);
}

QueryAnswer RunOne(Program& program, std::string_view json) {
  jv input = jv_parse_sized(json.data(), static_cast<int>(json.size()));
  if (jv_is_valid(input) == 0) {
    jv_free(input);
    return Fail(kBadRecord, "Non JSON record provided");
  }
  jq_start(program.jq, input, 0);
  jv output = jq_next(program.jq);
  if (jv_get_kind(output) != JV_KIND_OBJECT) return Failure(output);
  std::map<std::string, std::string> keys;
  jv_object_foreach(output, key, value) {
    const bool is_null = jv_get_kind(value) == JV_KIND_NULL;
    std::string text = Text(value);
    keys[Text(key)] = is_null ? std::string() : std::move(text);
  }
  jv_free(output);
  return keys;
}

// How answers go from the process to the lake: their length in four bytes, then a record: 1 an error, 2 key, 3 value.
std::string Encode(const QueryAnswer& answer) {
  RecordWriter out;
  if (!answer.ok()) {
    out.Str(1, answer.error().message);
  } else {
    for (const auto& [key, value] : *answer) out.Str(2, key).Str(3, value);
  }
  std::string body = out.Take();
  if (body.size() > kAnswerBytesMax) body = RecordWriter().Str(1, "The query's answer is too long").Take();
  const auto length = static_cast<uint32_t>(body.size());
  return std::string(reinterpret_cast<const char*>(&length), sizeof(length)) + body;
}

QueryAnswer Decode(std::string_view body) {
  std::map<std::string, std::string> keys;
  std::string key;
  RecordReader in(body);
  while (in.Next()) {
    if (in.tag() == 1) return Fail(kBadRecord, in.str());
    if (in.tag() == 2) key = in.str();
    if (in.tag() == 3) keys[key] = in.str();
  }
  return keys;
}

void WriteAll(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(to, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) ::_exit(1);
    bytes.remove_prefix(static_cast<size_t>(count));
  }
}

// The data that this process has mapped: the sixth number of /proc/self/statm, in pages.
rlim_t MappedBytes() {
  std::array<char, 256> text{};
  const int file = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (file < 0) return RLIM_INFINITY - kMemoryBytes;
  const ssize_t count = ::read(file, text.data(), text.size() - 1);
  ::close(file);
  const auto numbers = Split(std::string_view(text.data(), count > 0 ? static_cast<size_t>(count) : 0), ' ');
  const auto pages = numbers.size() > 5 ? ParseU64(numbers[5]) : std::nullopt;
  if (!pages) return RLIM_INFINITY - kMemoryBytes;
  return *pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
}

// The process: it ends by itself, by its limits, or by the lake.
[[noreturn]] void Work(const std::string& text, const std::vector<std::string_view>& records, size_t from, int to) {
  // A signal's default action: the process that takes too long is gone.
  std::signal(SIGALRM, SIG_DFL);
  std::signal(SIGPIPE, SIG_DFL);
  rlimit none{};
  ::setrlimit(RLIMIT_CORE, &none);
  const rlim_t most = MappedBytes() + kMemoryBytes;
  rlimit memory{.rlim_cur = most, .rlim_max = most};
  ::setrlimit(RLIMIT_DATA, &memory);
  Program program;
  if (!program.Compile(text)) ::_exit(1);
  for (size_t i = from; i < records.size(); ++i) {
    itimerval limit{.it_interval = {}, .it_value = {.tv_sec = 0, .tv_usec = kRunMicros}};
    ::setitimer(ITIMER_REAL, &limit, nullptr);
    WriteAll(to, Encode(RunOne(program, records[i])));
  }
  ::_exit(0);
}

// Reads what comes within the time; false at the end.
bool ReadSome(int from, std::string& into) {
  pollfd ready{.fd = from, .events = POLLIN, .revents = 0};
  int found = 0;
  do {
    found = ::poll(&ready, 1, kSilenceMillis);
  } while (found < 0 && errno == EINTR);
  if (found <= 0) return false;
  std::array<char, 16 << 10> piece;
  const ssize_t count = ::read(from, piece.data(), piece.size());
  if (count <= 0) return false;
  into.append(piece.data(), static_cast<size_t>(count));
  return true;
}

// Runs a process over the records from `answers.size()` on, as far as it comes.
Status RunProcess(const std::string& program, const std::vector<std::string_view>& records,
                  std::vector<QueryAnswer>& answers) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return Fail(kRefused, std::strerror(errno));
  const pid_t child = ::fork();
  if (child == 0) Work(program, records, answers.size(), pipe[1]);
  ::close(pipe[1]);
  if (child < 0) {
    ::close(pipe[0]);
    return Fail(kRefused, "no process can be made");
  }
  std::string bytes;
  while (ReadSome(pipe[0], bytes)) {
    size_t at = 0;
    for (;;) {
      uint32_t length = 0;
      if (bytes.size() - at < sizeof(length)) break;
      std::memcpy(&length, bytes.data() + at, sizeof(length));
      if (bytes.size() - at - sizeof(length) < length) break;
      answers.push_back(Decode(std::string_view(bytes).substr(at + sizeof(length), length)));
      at += sizeof(length) + length;
    }
    bytes.erase(0, at);
  }
  ::close(pipe[0]);
  ::kill(child, SIGKILL);
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return Ok();
}

}  // namespace

Status CompileQuery(const std::string& text) {
  if (text.empty() || text.size() > kProgramBytesMax) {
    return Fail(kInvalid, "MetadataExtractionQuery must be a jq expression.");
  }
  Program program;
  if (program.Compile(text)) return Ok();
  return Fail(kInvalid, fmt::format("MetadataExtractionQuery is not a valid jq expression: {}", program.message));
}

std::vector<QueryAnswer> RunQuery(const std::string& program, const std::vector<std::string_view>& records) {
  std::vector<QueryAnswer> answers;
  answers.reserve(records.size());
  while (answers.size() < records.size()) {
    const Status run = RunProcess(program, records, answers);
    if (answers.size() == records.size()) break;
    // The process ended at this one.
    answers.emplace_back(Fail(kBadRecord, run.ok() ? "The query took too long, or too much" : run.error().message));
  }
  return answers;
}

}  // namespace tarn::delivery
