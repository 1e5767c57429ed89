// TPC-H through the engine and through plain DuckDB, same library, same files, in turns.
//
// engine_tpch DIR [rounds] [threads]: DIR holds one folder per table with Parquet files (tpchgen-cli parquet --parts
// 4). Prints each side's wall and CPU seconds per round, the slowest queries, the ratio, and fails when answers differ.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <duckdb.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "engine/engine.h"
#include "engine/inspect.h"
#include "engine/memory_lake.h"

namespace {

using tarn::engine::File;

struct LocalFile : tarn::engine::OpenFile {
  explicit LocalFile(const std::string& path) : fd(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~LocalFile() override { close(fd); }
  tarn::Status ReadAt(uint64_t offset, std::span<char> out) override {
    while (!out.empty()) {
      const ssize_t got = pread(fd, out.data(), out.size(), static_cast<off_t>(offset));
      if (got <= 0) return tarn::Fail(tarn::engine::kCannotOpenFile, "read failed");
      offset += static_cast<uint64_t>(got);
      out = out.subspan(static_cast<size_t>(got));
    }
    return tarn::Ok();
  }
  int fd;
};

struct LocalSource : tarn::engine::FileSource {
  tarn::Result<std::unique_ptr<tarn::engine::OpenFile>> Open(const File& file) override {
    return std::unique_ptr<tarn::engine::OpenFile>(std::make_unique<LocalFile>(file.id));
  }
};

struct Cost {
  double wall = 0, cpu = 0;
};

double CpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

template <typename Work>
Cost Measure(Work work) {
  const auto begin = std::chrono::steady_clock::now();
  const double cpu = CpuSeconds();
  work();
  return {std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(), CpuSeconds() - cpu};
}

std::vector<std::string> Queries(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  std::vector<std::string> queries;
  std::string all = text.str();
  for (size_t end; (end = all.find(';')) != std::string::npos; all.erase(0, end + 1))
    queries.push_back(all.substr(0, end));
  return queries;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return std::fprintf(stderr, "engine_tpch QUERIES.sql DIR [rounds] [threads]\n"), 2;
  const std::vector<std::string> queries = Queries(argv[1]);
  const std::string directory = argv[2];
  const int rounds = argc > 3 ? std::atoi(argv[3]) : 3;
  const int threads = argc > 4 ? std::atoi(argv[4]) : 2;

  duckdb::DuckDB plain(nullptr);
  duckdb::Connection connection(plain);
  connection.Query("SET threads = " + std::to_string(threads));
  connection.Query("SET memory_limit = '4GB'");
  auto lake = std::make_shared<tarn::engine::MemoryLake>();
  auto source = std::make_shared<LocalSource>();
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const std::string table = entry.path().filename();
    connection.Query("CREATE VIEW " + table + " AS SELECT * FROM read_parquet('" + entry.path().string() +
                     "/*.parquet')");
    std::vector<File> files;
    for (const auto& file : std::filesystem::directory_iterator(entry.path())) {
      files.push_back({.id = file.path(), .path = "s3://tpch" + file.path().string(), .size_bytes = file.file_size()});
    }
    auto summary = tarn::engine::InspectParquet(*source, files.at(0));
    if (!summary.ok()) return std::fprintf(stderr, "%s\n", summary.error().message.c_str()), 1;
    lake->tables["tpch." + table] = std::make_shared<tarn::engine::TableBinding>(tarn::engine::TableBinding{
        .columns = summary->columns,
        .partitions = {{}},
        .lister = std::make_shared<tarn::engine::FixedLister>(std::vector<std::vector<File>>{files}),
        .source = source});
  }
  auto pool = tarn::engine::Pool::Create({.slots = 1,
                                          .memory_bytes = 4ull << 30,
                                          .threads = static_cast<uint32_t>(threads),
                                          .spill_directory = std::filesystem::temp_directory_path() / "engine_tpch"});
  if (!pool.ok()) return 1;

  const auto ask_engine = [&](const std::string& sql) {
    auto sink = std::make_shared<tarn::engine::TextSink>();
    auto run = (*pool)->Start({.sql = sql, .resolver = lake, .database = "tpch", .sink = sink});
    const auto& outcome = (*run)->Wait();
    if (!outcome.status.ok()) std::printf("engine: %s\n%s\n", outcome.status.error().message.c_str(), sql.c_str());
    return sink->rows.size();
  };
  const auto ask_plain = [&](const std::string& sql) {
    auto result = connection.Query(sql);
    if (result->HasError()) std::printf("duckdb: %s\n", result->GetError().c_str());
    return result->RowCount();
  };
  int wrong = 0;
  Cost best_engine{1e9, 1e9}, best_plain{1e9, 1e9};
  std::map<double, std::string> slower;
  for (int round = 0; round < rounds; ++round) {
    Cost engine, duck;
    for (size_t i = 0; i < queries.size(); ++i) {
      size_t engine_rows = 0, plain_rows = 0;
      const Cost b = Measure([&] { plain_rows = ask_plain(queries[i]); });
      const Cost a = Measure([&] { engine_rows = ask_engine(queries[i]); });
      engine.wall += a.wall, engine.cpu += a.cpu, duck.wall += b.wall, duck.cpu += b.cpu;
      wrong += engine_rows != plain_rows;
      if (round == rounds - 1) {
        char line[100];
        std::snprintf(line, sizeof(line), "q%zu engine %.3f s, duckdb %.3f s CPU", i + 1, a.cpu, b.cpu);
        slower[b.cpu - a.cpu] = line;
      }
    }
    std::printf("round %d: engine wall %.2f cpu %.2f | duckdb wall %.2f cpu %.2f\n", round + 1, engine.wall, engine.cpu,
                duck.wall, duck.cpu);
    best_engine = {std::min(best_engine.wall, engine.wall), std::min(best_engine.cpu, engine.cpu)};
    best_plain = {std::min(best_plain.wall, duck.wall), std::min(best_plain.cpu, duck.cpu)};
  }
  int shown = 0;
  for (const auto& [difference, line] : slower) {
    if (shown++ < 5) std::printf("  %s\n", line.c_str());
  }
  std::printf("best: engine/duckdb wall %.2f, cpu %.2f; %d differing row counts\n", best_engine.wall / best_plain.wall,
              best_engine.cpu / best_plain.cpu, wrong);
  std::vector<double> latency;
  for (int i = 0; i < 200; ++i) latency.push_back(Measure([&] { ask_engine("SELECT 1"); }).wall * 1e3);
  std::sort(latency.begin(), latency.end());
  std::printf("SELECT 1 on a warm slot: p50 %.2f ms, p99 %.2f ms\n", latency[100], latency[198]);
  return wrong == 0 ? 0 : 1;
}
