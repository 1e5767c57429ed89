#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "base/time.h"
#include "base/version.h"
#include "cli/aws_client.h"
#include "cli/commands.h"

namespace tarn::cli {
namespace {

Result<size_t> CountAll(const AwsClient& client, std::string_view service, std::string_view operation,
                        std::string_view list, json::Value input) {
  size_t count = 0;
  while (true) {
    TARN_TRY(const json::Value page, client.Call(service, operation, input));
    const json::Value* items = page.Find(list);
    if (items != nullptr && items->AsArray() != nullptr) count += items->AsArray()->size();
    const std::string next(page.StringOr("NextToken", ""));
    if (next.empty()) return count;
    input.Set("NextToken", next);
  }
}

uint64_t Count(const json::Value& value, std::string_view name) {
  const json::Value* found = value.Find(name);
  return found != nullptr && found->AsInt() != nullptr ? static_cast<uint64_t>(*found->AsInt()) : 0;
}

void ShowScrub(std::string_view title, const json::Value* scrub) {
  if (scrub == nullptr) return;
  fmt::print("{}{} copies, {} read, {} bad, {} healed; begun {}\n", title, Count(*scrub, "copies"),
             SizeText(Count(*scrub, "bytes")), Count(*scrub, "bad"), Count(*scrub, "healed"),
             scrub->StringOr("started", ""));
  const json::Value* damaged = scrub->Find("damaged");
  if (damaged == nullptr || damaged->AsArray() == nullptr) return;
  for (const auto& line : *damaged->AsArray()) fmt::print("  {}\n", line.AsString() ? *line.AsString() : "");
}

void ShowStorage(const json::Value& status) {
  fmt::print("stored       {} ({} to be reclaimed)\n", SizeText(Count(status, "storedBytes")),
             SizeText(Count(status, "deadBytes")));
  ShowScrub("scrub        ", status.Find("scrub"));
  ShowScrub("last scrub   ", status.Find("lastScrub"));
}

Status Show(const CommandLine& line) {
  TARN_TRY(Target target, FindTarget(line.flags, line.environment));
  TARN_TRY(const AwsClient client, AwsClient::Make(std::move(target)));
  TARN_TRY(const auto who, client.WhoAmI());
  TARN_TRY(const auto buckets, client.S3({}));
  TARN_TRY(const size_t databases, CountAll(client, "glue", "GetDatabases", "DatabaseList", json::Object()));
  TARN_TRY(const size_t crawlers, CountAll(client, "glue", "ListCrawlers", "CrawlerNames", json::Object()));
  TARN_TRY(const size_t workgroups, CountAll(client, "athena", "ListWorkGroups", "WorkGroups", json::Object()));
  fmt::print("endpoint     {}\naccount      {}\ncaller       {}\nregion       {}\n", client.target().endpoint,
             who.first, who.second, client.target().region);
  fmt::print("buckets      {}\ndatabases    {}\ncrawlers     {}\nwork groups  {}\n",
             XmlAll(buckets.body, "Bucket").size(), databases, crawlers, workgroups);
  // The lake's root sees more.
  if (const auto status = CallAdmin(client, "GET", "status"); status.ok()) ShowStorage(*status);
  return Ok();
}

// One line of the doctor's report; counts what is wrong.
struct Report {
  int problems = 0;
  void Good(std::string_view what, std::string_view found) { fmt::print("ok    {}: {}\n", what, found); }
  void Bad(std::string_view what, std::string_view found, std::string_view mend) {
    fmt::print("BAD   {}: {}\n      {}\n", what, found, mend);
    ++problems;
  }
};

void CheckMachine(Report& report) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const std::string files = fmt::format("{} may be open", limit.rlim_max);
  if (limit.rlim_max < 4096) {
    report.Bad("open files", files, "raise the limit: ulimit -n 65536, or LimitNOFILE= in the service's unit");
  } else {
    report.Good("open files", files);
  }
}

void CheckDirectory(Report& report, const std::string& data) {
  if (!std::filesystem::is_directory(data)) {
    report.Good("data", fmt::format("{} is not on this machine; its disk is not checked", data));
    return;
  }
  struct statvfs disk{};
  ::statvfs(data.c_str(), &disk);
  const double free_gib = static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize) / (1 << 30);
  if (free_gib < 1) {
    report.Bad("disk", fmt::format("{:.1f} GiB free in {}", free_gib, data), "make room: a full disk refuses writes");
  } else {
    report.Good("disk", fmt::format("{:.1f} GiB free in {}", free_gib, data));
  }
  const std::string probe = data + "/.doctor";
  const int file = ::open(probe.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) {
    report.Bad("data", data + " cannot be written", "give it to the user who runs tarn");
    return;
  }
  const auto begun = std::chrono::steady_clock::now();
  bool synced = true;
  for (int i = 0; i < 20 && synced; ++i) synced = ::write(file, "doctor", 6) == 6 && ::fdatasync(file) == 0;
  const auto took = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count() / 20;
  ::close(file);
  ::unlink(probe.c_str());
  if (!synced) {
    report.Bad("sync", "the disk does not sync", "check the disk; acknowledged writes would not be safe");
  } else {
    report.Good("sync", fmt::format("{:.2f} ms a synced write", took));
  }
}

void ShowVerified(Report& report, const json::Value& found) {
  const uint64_t problems = Count(found, "problemCount");
  const std::string seen = fmt::format("{} versions in {} buckets, {} read; {} copies of blobs, {} healed",
                                       Count(found, "versions"), Count(found, "buckets"),
                                       SizeText(Count(found, "bytes")), Count(found, "copies"), Count(found, "healed"));
  if (const uint64_t sealed = Count(found, "sealed"); sealed > 0) {
    report.Good("objects", fmt::format("{} are under keys of their own: checked by their checksums on disk", sealed));
  }
  if (problems == 0) return report.Good("objects", seen);
  const json::Value* lines = found.Find("problems");
  if (lines != nullptr && lines->AsArray() != nullptr) {
    for (const auto& line : *lines->AsArray()) fmt::print("      {}\n", line.AsString() ? *line.AsString() : "");
  }
  report.Bad("objects", fmt::format("{} problems; {}", problems, seen), "restore what is named above from a backup");
}

// A lake that does not answer but lies on this machine is opened and read here.
bool VerifyHere(Report& report, const CommandLine& line) {
  const auto data = line.flags.find("data");
  if (!std::filesystem::is_directory((data != line.flags.end() ? data->second : "lake") + "/kv")) return false;
  const auto text = line.verify_stopped();
  if (!text.ok()) {
    report.Bad("objects", text.error().message, "see above");
    return true;
  }
  report.Good("lake", "is not running; read as it lies on the disk");
  if (const auto found = json::Parse(*text); found.ok()) ShowVerified(report, *found);
  return true;
}

void VerifyThere(Report& report, const AwsClient& client) {
  const auto found = CallAdmin(client, "POST", "verify");
  if (found.ok()) return ShowVerified(report, *found);
  const std::string& why = found.error().message;
  if (why.starts_with("AccessDenied")) return report.Good("objects", "not read: that is for the lake's root");
  report.Bad("objects", why, "see the lake's log");
}

void CheckLake(Report& report, const CommandLine& line) {
  auto target = FindTarget(line.flags, line.environment);
  if (!target.ok() && VerifyHere(report, line)) return;
  if (!target.ok()) {
    report.Bad("credentials", target.error().message, "see above");
    return;
  }
  report.Good("credentials", fmt::format("{} from {}", target->access_key_id, target->from));
  const auto client = AwsClient::Make(std::move(*target));
  if (!client.ok()) {
    report.Bad("endpoint", client.error().message, "give --endpoint http://HOST:PORT");
    return;
  }
  const auto head = http::Fetch(client->url(), {});
  if (!head.ok() && VerifyHere(report, line)) return;
  if (!head.ok()) {
    report.Bad("endpoint", head.error().message, "start the lake: tarn serve --data DIR");
    return;
  }
  report.Good("endpoint", client->target().endpoint + " answers");
  if (const auto theirs = ParseHttpDate(head->headers.Get("Date"))) {
    const double skew = static_cast<double>(SystemClock().Now().micros - theirs->micros) / kMicrosPerSecond;
    if (skew > 300 || skew < -300) {
      report.Bad("clock", fmt::format("{:.0f} s from the lake's", skew),
                 "set the clock: signatures hold for 15 minutes");
    } else {
      report.Good("clock", "agrees with the lake's");
    }
  }
  const auto who = client->WhoAmI();
  if (!who.ok()) {
    report.Bad("signature", who.error().message, "check the access key and its secret");
  } else {
    report.Good("signature", "accepted as " + who->second);
    VerifyThere(report, *client);
  }
}

}  // namespace

int RunStatus(const CommandLine& line) {
  const Status done = Show(line);
  return done.ok() ? 0 : Complain(done.error().message);
}

int RunDoctor(const CommandLine& line) {
  Report report;
  report.Good("version", kVersion);
  CheckMachine(report);
  const auto data = line.flags.find("data");
  CheckDirectory(report, data != line.flags.end() ? data->second : "lake");
  CheckLake(report, line);
  fmt::print("{}\n", report.problems == 0 ? "all is well" : fmt::format("{} to mend", report.problems));
  return report.problems == 0 ? 0 : 1;
}

}  // namespace tarn::cli
