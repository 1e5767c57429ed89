#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "base/strings.h"
#include "cli/commands.h"
#include "cli/copy/copier.h"

namespace tarn::cli {
namespace {

constexpr std::string_view kUsage =
    "tarn: usage: tarn copy s3://BUCKET[/PREFIX]|FOLDER s3://BUCKET[/PREFIX] [--parallel N]\n"
    "             [--from-endpoint URL --from-region NAME]\n"
    "      The other store's credentials: TARN_FROM_ACCESS_KEY_ID, TARN_FROM_SECRET_ACCESS_KEY, "
    "TARN_FROM_SESSION_TOKEN.\n";
constexpr uint64_t kParallelMax = 64;
constexpr uint64_t kParallelDefault = 8;
constexpr size_t kWaitingMax = 1000;

struct Place {
  std::string bucket;
  std::string prefix;  // ends with a slash, or is empty
};

std::optional<Place> ParsePlace(std::string_view text) {
  constexpr std::string_view kScheme = "s3://";
  if (!text.starts_with(kScheme)) return std::nullopt;
  text.remove_prefix(kScheme.size());
  const size_t slash = std::min(text.find('/'), text.size());
  Place place{std::string(text.substr(0, slash)), std::string(text.substr(std::min(slash + 1, text.size())))};
  if (place.bucket.empty()) return std::nullopt;
  if (!place.prefix.empty() && !place.prefix.ends_with('/')) place.prefix += '/';
  return place;
}

// The other store: as the lake, but where flags and environment tell otherwise.
Target FromTarget(const CommandLine& line, const Target& lake) {
  Target from = lake;
  const auto flag = [&](const char* name, const std::string& otherwise) {
    const auto found = line.flags.find(name);
    return found == line.flags.end() ? otherwise : found->second;
  };
  const auto variable = [&](const char* name) {
    const auto found = line.environment.find(name);
    return found == line.environment.end() ? std::string() : found->second;
  };
  from.endpoint = flag("from-endpoint", from.endpoint);
  while (from.endpoint.ends_with('/')) from.endpoint.pop_back();
  from.region = flag("from-region", from.region);
  if (const std::string key = variable("TARN_FROM_ACCESS_KEY_ID"); !key.empty()) {
    from.access_key_id = key;
    from.secret_access_key = variable("TARN_FROM_SECRET_ACCESS_KEY");
    from.session_token = variable("TARN_FROM_SESSION_TOKEN");
  }
  return from;
}

// Copies on some threads what List gives, and counts.
class Run {
 public:
  Run(const Copier& copier, size_t threads) : copier_(copier) {
    threads_.reserve(threads);
    for (size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
  }

  Status Add(Item item) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return items_.size() < kWaitingMax; });
    items_.push_back(std::move(item));
    ++seen_;
    changed_.notify_all();
    return Ok();
  }

  void Finish() {
    {
      std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    if (terminal_) fmt::print(stderr, "\n");
  }

  int Tell() const {
    fmt::print("{} objects copied ({}), {} were there", copied_, SizeText(bytes_), there_);
    fmt::print("{}\n", failed_ > 0 ? fmt::format(", {} failed", failed_) : "");
    return failed_ > 0 ? 1 : 0;
  }

 private:
  void Work() {
    while (true) {
      Item item;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return ended_ || !items_.empty(); });
        if (items_.empty()) return;
        item = std::move(items_.front());
        items_.pop_front();
      }
      changed_.notify_all();
      const auto copied = copier_.Copy(item);
      std::lock_guard lock(mutex_);
      if (!copied.ok()) {
        ++failed_;
        fmt::print(stderr, "{}tarn: {}: {}\n", terminal_ ? "\r" : "", item.key, copied.error().message);
      } else if (*copied) {
        ++copied_;
        bytes_ += item.size;
      } else {
        ++there_;
      }
      if (!terminal_) continue;
      fmt::print(stderr, "\r{} of {} objects, {} copied", copied_ + there_ + failed_, seen_, SizeText(bytes_));
      std::fflush(stderr);
    }
  }

  const Copier& copier_;
  const bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> items_;
  bool ended_ = false;
  uint64_t seen_ = 0;
  uint64_t copied_ = 0;
  uint64_t bytes_ = 0;
  uint64_t there_ = 0;
  uint64_t failed_ = 0;
  std::vector<std::thread> threads_;
};

Result<int> CopyAll(const CommandLine& line, const Place& to, size_t parallel) {
  TARN_TRY(const Target lake, FindTarget(line.flags, line.environment));
  TARN_TRY(const AwsClient other, AwsClient::Make(FromTarget(line, lake)));
  TARN_TRY(const AwsClient client, AwsClient::Make(lake));
  const auto place = ParsePlace(line.words[0]);
  const auto source = place ? FromS3(other, place->bucket, place->prefix) : FromFolder(line.words[0]);
  Copier copier(*source, client, to.bucket, to.prefix);
  TARN_CHECK(copier.Look());
  Run run(copier, parallel);
  const Status listed = source->List([&](Item item) { return run.Add(std::move(item)); });
  run.Finish();
  const int code = run.Tell();
  if (!listed.ok()) return listed.error();
  return code;
}

}  // namespace

// tarn copy FROM TO
int RunCopyAll(const CommandLine& line) {
  const auto to = line.words.size() == 2 ? ParsePlace(line.words[1]) : std::nullopt;
  uint64_t parallel = kParallelDefault;
  if (const auto given = line.flags.find("parallel"); given != line.flags.end()) {
    parallel = ParseU64(given->second).value_or(0);
  }
  if (!to || parallel == 0 || parallel > kParallelMax) {
    fmt::print(stderr, "{}", kUsage);
    return 2;
  }
  const auto code = CopyAll(line, *to, parallel);
  return code.ok() ? *code : Complain(code.error().message);
}

}  // namespace tarn::cli
