// What `tarn serve` can be told: flags, then TARN_* environment variables, then the TOML file, then the defaults here.
//
// Errors: kBadOption, whose message names the option and says what would be right.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "blob/blob.h"
#include "federation/issuers.h"
#include "server/secrets/master_kms.h"

namespace tarn::server {

inline constexpr Reason kBadOption{"server.BadOption", Code::kInvalidArgument};

struct Endpoint {
  std::string host;   // an address or "localhost"
  uint16_t port = 0;  // 0: any free port

  bool loopback() const;
  static Result<Endpoint> Parse(const std::string& text);  // "127.0.0.1:4566", "[::1]:4566", ":4566"
};

// One [[account]] of the TOML file: an account beside the root account, with root keys of its own.
struct AccountOptions {
  std::string id;  // 12 digits
  std::string name;
  std::string access_key_id;
  std::string secret_access_key;
};

// One [[webhook]]: where what is sent to that ARN goes.
struct WebhookOptions {
  std::string arn;
  std::string url;
};

struct Options {
  std::string data;  // required
  Endpoint listen{"127.0.0.1", 4566};
  Endpoint console{"127.0.0.1", 4567};
  std::string account = "000000000000";
  std::string region = "us-east-1";
  std::string master_key;          // 64 hexadecimal digits; empty: in `data`/master-key. Of the environment only
  MasterKms master_kms;            // opens `data`/master-key.kms; its credentials are of the environment
  std::string root_access_key_id;  // empty: made at first start
  std::string root_secret_access_key;
  std::string tls_cert;
  std::string tls_key;
  std::string advertise;                // URL told to clients; empty: the request's Host
  std::string s3_domain;                // further virtual-host suffix, e.g. "s3.example.org"
  bool legacy_bucket_defaults = false;  // new S3 buckets take ACLs and block nothing
  bool allow_reset = false;
  bool strict_root = false;  // no account's root may assume a role
  std::string log_level = "info";
  uint32_t io_threads = 0;  // 0: one a core
  uint32_t connections_max = 4096;
  uint32_t query_slots = 0;         // 0: one a core
  uint64_t query_memory_bytes = 0;  // a slot's; 0: from the machine's memory
  uint32_t drain_seconds = 20;
  int64_t lifecycle_day_micros = kMicrosPerDay;  // of lifecycle rules and restored copies
  bool encryption = true;                        // of blobs at rest
  uint32_t access_log_seconds = 60;              // between two deliveries of S3 server access logs
  uint32_t scrub_days = 14;                      // between two readings of every byte; 0: never
  uint32_t audit_seconds = 300;                  // between two deliveries of trails
  uint32_t audit_digest_seconds = 3600;          // between two digests of what they delivered
  bool audit_table = false;                      // tarn_system.audit also for accounts without a trail
  uint32_t stream_settle_ms = 0;                 // how long streams tell CREATING, UPDATING, DELETING
  uint32_t upkeep_seconds = 300;                 // between two rounds over the Iceberg tables; 0: never
  uint32_t firehose_seconds_max = 0;             // buffers wait no longer, whatever their hints; 0: as they say
  uint32_t firehose_backlog_mib = 16 << 10;      // what a stream may have waiting; more is refused
  std::vector<blob::VolumeOptions> volumes;
  std::map<std::string, blob::PlacementOptions> storage_classes;
  std::vector<AccountOptions> accounts;
  std::vector<WebhookOptions> webhooks;
  std::vector<federation::IssuerOptions> issuers;  // [[oidc]]
};

// Reads `arguments` (what follows "serve") and `environment` ("NAME=value"). `help` is set when --help was asked: print
// it and end.
struct ParsedOptions {
  Options options;
  std::optional<std::string> help;
};
Result<ParsedOptions> ParseOptions(const std::vector<std::string>& arguments,
                                   const std::vector<std::string>& environment);

}  // namespace tarn::server
