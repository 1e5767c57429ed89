#include "server/care/offline.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "base/executor.h"
#include "base/time.h"
#include "blob/blob.h"
#include "blob/key_wrapper.h"
#include "kv/rocksdb_store.h"
#include "server/care/backup.h"
#include "server/secrets/master_key.h"

namespace tarn::server {

Result<object::VerifyReport> VerifyStopped(const Options& options) {
  if (!std::filesystem::exists(options.data + "/kv")) return Fail(kBadOption, options.data + " holds no lake");
  const SystemClock clock;
  WorkerPool pool("blob", 4, 1000);
  TARN_TRY(const std::string given,
           GivenMasterKey(options.data, options.master_key, options.master_kms, /*is_new=*/false));
  TARN_TRY(const std::string lake_key, OpenMasterKey(options.data, given, /*is_new=*/false));
  const auto wrapper = blob::MakeKeyWrapper(lake_key);
  TARN_TRY(const auto kv, kv::OpenRocksDb(options.data + "/kv"));
  blob::Options settings;
  settings.directory = options.data + "/blobs";
  settings.volumes = options.volumes;
  settings.reclaim_period_micros = 0;
  TARN_TRY(const auto blobs, blob::OpenLocal(std::move(settings), *kv, pool, *wrapper, clock));
  return object::Verify(*kv, *blobs);
}

int Restore(const std::vector<std::string>& arguments, const std::vector<std::string>& environment) {
  const auto complain = [](const std::string& message) {
    fmt::print(stderr, "tarn: {}\n", message);
    return 1;
  };
  if (arguments.empty() || arguments[0].starts_with("--")) {
    fmt::print(stderr, "tarn: tarn restore BACKUP --data NEW [--config FILE]\n");
    return 2;
  }
  const auto parsed = ParseOptions({arguments.begin() + 1, arguments.end()}, environment);
  if (!parsed.ok()) {
    fmt::print(stderr, "tarn: {}\n", parsed.error().message);
    return 2;
  }
  const auto report = RestoreBackup(arguments[0], parsed->options);
  if (!report.ok()) return complain(report.error().message);
  fmt::print("restored {} files, {} bytes, to {}\ncheck it with: tarn doctor --data {}\n", report->files, report->bytes,
             parsed->options.data, parsed->options.data);
  return 0;
}

}  // namespace tarn::server
