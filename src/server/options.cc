#include "server/options.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <map>

#include "base/strings.h"
#include "server/sign_in/oidc_options.h"
#include "server/volume_options.h"
#include "server/webhooks.h"

namespace tarn::server {
namespace {

// One option: its flag, the same name in TOML (dashes become underscores) and as TARN_<NAME>.
struct Spec {
  std::string flag;
  std::string help;
  bool is_switch = false;
  std::function<Status(Options&, const std::string&)> set;
};

Status SetNumber(uint32_t& into, const std::string& text) {
  const auto value = ParseU64(text);
  if (!value || *value > 1'000'000) return Fail(kBadOption, fmt::format("'{}' is not a number below 1000001", text));
  into = static_cast<uint32_t>(*value);
  return Ok();
}

Status SetEndpoint(Endpoint& into, const std::string& text) {
  TARN_TRY(into, Endpoint::Parse(text));
  return Ok();
}

Status SetSwitch(bool& into, const std::string& text) {
  if (text == "true" || text == "1" || text.empty()) {
    into = true;
  } else if (text == "false" || text == "0") {
    into = false;
  } else {
    return Fail(kBadOption, fmt::format("'{}' is neither true nor false", text));
  }
  return Ok();
}

Status SetAccount(std::string& into, const std::string& text) {
  if (text.size() != 12 || !ParseU64(text)) {
    return Fail(kBadOption, fmt::format("'{}' is not an account id of 12 digits", text));
  }
  into = text;
  return Ok();
}

Status SetBytes(uint64_t& into, std::string text) {
  uint64_t unit = 1;
  for (const auto& [suffix, factor] : {std::pair{"KiB", 1ULL << 10}, {"MiB", 1ULL << 20}, {"GiB", 1ULL << 30}}) {
    if (text.ends_with(suffix)) {
      unit = factor;
      text.resize(text.size() - 3);
    }
  }
  const auto value = ParseU64(Trim(text));
  if (!value || *value > (1ULL << 40) / unit)
    return Fail(kBadOption, fmt::format("'{}' is not a size like 2GiB", text));
  into = *value * unit;
  return Ok();
}

// "10s", "5m", "24h"; a number alone is seconds.
Status SetDay(int64_t& into, std::string text) {
  uint64_t unit = kMicrosPerSecond;
  uint64_t least = 1;
  if (text.ends_with("ms")) {
    unit = 1'000;
    least = 10;
    text.resize(text.size() - 2);
  } else if (!text.empty()) {
    const char last = text.back();
    unit *= last == 'm' ? 60 : last == 'h' ? 3'600 : 1;
    if (last == 's' || last == 'm' || last == 'h') text.pop_back();
  }
  const auto value = ParseU64(text);
  if (!value || *value < least || *value > static_cast<uint64_t>(kMicrosPerDay) / unit) {
    return Fail(kBadOption, fmt::format("'{}' is not a time between 10ms and 24h", text));
  }
  into = static_cast<int64_t>(*value * unit);
  return Ok();
}

template <typename Member>
auto Text(Member member) {
  return [member](Options& options, const std::string& text) -> Status {
    options.*member = text;
    return Ok();
  };
}
template <typename Member>
auto Number(Member member) {
  return [member](Options& options, const std::string& text) { return SetNumber(options.*member, text); };
}

std::vector<Spec> Specs() {
  return {
      {"data", "directory that holds the lake (made when absent)", false, Text(&Options::data)},
      {"listen", "where the AWS APIs are served (127.0.0.1:4566)", false,
       [](Options& o, const std::string& t) { return SetEndpoint(o.listen, t); }},
      {"console", "where /metrics and /healthz are served (127.0.0.1:4567)", false,
       [](Options& o, const std::string& t) { return SetEndpoint(o.console, t); }},
      {"account", "the root account's id (000000000000); TARN_ACCOUNT_ID, in the file account_id", false,
       [](Options& o, const std::string& t) { return SetAccount(o.account, t); }},
      {"region", "the default region (us-east-1)", false, Text(&Options::region)},
      {"tls-cert", "PEM certificate chain; TLS is then served beside cleartext on both ports", false,
       Text(&Options::tls_cert)},
      {"tls-key", "PEM private key of --tls-cert", false, Text(&Options::tls_key)},
      {"advertise", "URL that clients are told (default: the request's Host)", false, Text(&Options::advertise)},
      {"s3-domain", "further domain of virtual-host style buckets: <bucket>.<domain>", false,
       Text(&Options::s3_domain)},
      {"s3-bucket-defaults", "what new S3 buckets allow: aws, as AWS since 2023, or legacy, as before (aws)", false,
       [](Options& o, const std::string& t) -> Status {
         if (t != "aws" && t != "legacy") return Fail(kBadOption, fmt::format("'{}' is neither aws nor legacy", t));
         o.legacy_bucket_defaults = t == "legacy";
         return Ok();
       }},
      {"allow-reset", "serve POST /_tarn/reset, which empties the lake (loopback only)", true,
       [](Options& o, const std::string& t) { return SetSwitch(o.allow_reset, t); }},
      {"strict-root", "let no account's root assume a role, as AWS does", true,
       [](Options& o, const std::string& t) { return SetSwitch(o.strict_root, t); }},
      {"log-level", "debug, info, warn or error (info)", false, Text(&Options::log_level)},
      {"io-threads", "network threads (one a core)", false, Number(&Options::io_threads)},
      {"connections-max", "connections served at once (4096)", false, Number(&Options::connections_max)},
      {"query-slots", "queries run at once (one a core)", false, Number(&Options::query_slots)},
      {"query-memory", "memory of one query before it spills, e.g. 2GiB", false,
       [](Options& o, const std::string& t) { return SetBytes(o.query_memory_bytes, t); }},
      {"encryption", "of objects' bytes at rest: on or off; checksums are always kept (on)", false,
       [](Options& o, const std::string& t) -> Status {
         if (t != "on" && t != "off") return Fail(kBadOption, fmt::format("'{}' is neither on nor off", t));
         o.encryption = t == "on";
         return Ok();
       }},
      {"master-key-kms", "URL of a KMS with AWS's API that seals the master key", false,
       [](Options& o, const std::string& t) -> Status {
         o.master_kms.url = t;
         return Ok();
       }},
      {"master-key-kms-key", "the KMS key: id, ARN or alias", false,
       [](Options& o, const std::string& t) -> Status {
         o.master_kms.key = t;
         return Ok();
       }},
      {"scrub-days", "days between two readings of every stored byte (14; 0: never)", false,
       Number(&Options::scrub_days)},
      {"access-log-seconds", "between two deliveries of S3 server access logs (60)", false,
       Number(&Options::access_log_seconds)},
      {"audit-seconds", "between two deliveries of trails and of rows to tarn_system.audit (300)", false,
       Number(&Options::audit_seconds)},
      {"audit-digest-seconds", "between two digests of what trails delivered (3600)", false,
       Number(&Options::audit_digest_seconds)},
      {"audit-table", "keep tarn_system.audit for every account, not only those with a trail that logs", true,
       [](Options& o, const std::string& t) { return SetSwitch(o.audit_table, t); }},
      {"lifecycle-day", "how long a day of lifecycle rules and restored copies lasts, for trials: 10s, 5m, 24h (24h)",
       false, [](Options& o, const std::string& t) { return SetDay(o.lifecycle_day_micros, t); }},
      {"upkeep-seconds", "between two rounds of upkeep over the Iceberg tables (300; 0: never)", false,
       Number(&Options::upkeep_seconds)},
      {"firehose-seconds-max", "deliver buffers of Firehose after this time, whatever their hints (0: as they say)",
       false, Number(&Options::firehose_seconds_max)},
      {"firehose-backlog-mib", "what a delivery stream may have waiting for its delivery; more is refused (16384)",
       false, Number(&Options::firehose_backlog_mib)},
      {"stream-settle-ms",
       "how long a Kinesis stream tells CREATING, UPDATING or DELETING after a change, in milliseconds (0)", false,
       Number(&Options::stream_settle_ms)},
      {"drain-seconds", "how long SIGTERM waits for running requests (20)", false, Number(&Options::drain_seconds)},
  };
}

std::string TomlName(std::string flag) {
  for (char& c : flag) c = c == '-' ? '_' : c;
  return flag;
}
std::string EnvironmentName(const std::string& flag) { return "TARN_" + AsciiUpper(TomlName(flag)); }

Status Apply(const Spec& spec, Options& options, const std::string& text, const std::string& from) {
  const Status set = spec.set(options, text);
  if (!set.ok()) return Fail(kBadOption, fmt::format("{}: {}", from, set.error().message));
  return Ok();
}

Status ReadAccounts(const toml::table& file, const std::string& path, Options& options) {
  const toml::array* accounts = file["account"].as_array();
  if (accounts == nullptr) return Ok();
  for (const toml::node& node : *accounts) {
    const toml::table* table = node.as_table();
    if (table == nullptr) return Fail(kBadOption, path + ": each [[account]] is a table");
    const auto text = [&](const char* name) { return (*table)[name].value_or(std::string()); };
    AccountOptions account{text("id"), text("name"), text("access_key_id"), text("secret_access_key")};
    TARN_CHECK(SetAccount(account.id, account.id));
    if (account.access_key_id.empty() || account.secret_access_key.empty()) {
      return Fail(kBadOption,
                  fmt::format("{}: account {} needs access_key_id and secret_access_key", path, account.id));
    }
    options.accounts.push_back(std::move(account));
  }
  return Ok();
}

// TOML's scalars in the text form that flags have.
std::optional<std::string> ScalarText(const toml::node& node) {
  if (auto text = node.value_exact<std::string>()) return text;
  if (const auto number = node.value_exact<int64_t>()) return std::to_string(*number);
  if (const auto truth = node.value_exact<bool>()) return *truth ? "true" : "false";
  return std::nullopt;
}

// Flags have dashes, the file has underscores: who mixed them up is told.
Error UnknownOption(const std::string& path, const std::string& key, const std::vector<Spec>& specs) {
  for (const Spec& spec : specs) {
    const bool meant = TomlName(spec.flag) == TomlName(key);
    if (meant) return Fail(kBadOption, fmt::format("{}: '{}' is written {} here", path, key, TomlName(spec.flag)));
  }
  return Fail(kBadOption, fmt::format("{}: unknown option '{}' (tarn serve --help lists them)", path, key));
}

Status ReadFile(const std::string& path, const std::vector<Spec>& specs, Options& options) {
  toml::table file;
  try {
    file = toml::parse_file(path);
  } catch (const toml::parse_error& error) {
    return Fail(kBadOption, fmt::format("{}:{}: {}", path, error.source().begin.line, error.description()));
  }
  TARN_CHECK(ReadAccounts(file, path, options));
  TARN_CHECK(ReadVolumes(file, path, options));
  TARN_CHECK(ReadWebhooks(file, path, options));
  TARN_CHECK(ReadOidc(file, path, options));
  for (const auto& [key, node] : file) {
    if ((key == "account" || key == "volume" || key == "webhook" || key == "oidc") && node.is_array()) continue;
    if (key == "storage_class" && node.is_table()) continue;
    const Spec* known = nullptr;
    // [[account]] has taken the name of the root account's id.
    const std::string_view name = key.str() == "account_id" ? std::string_view("account") : key.str();
    for (const Spec& spec : specs) {
      if (TomlName(spec.flag) == name) known = &spec;
    }
    const auto text = ScalarText(node);
    if (known == nullptr) return UnknownOption(path, std::string(key.str()), specs);
    if (!text) return Fail(kBadOption, fmt::format("{}: {} is a text, a number or true or false", path, key.str()));
    TARN_CHECK(Apply(*known, options, *text, path + ": " + std::string(key.str())));
  }
  return Ok();
}

Status CheckTogether(const Options& options) {
  if (options.data.empty()) return Fail(kBadOption, "--data DIR is required: the directory that holds the lake");
  if (options.tls_cert.empty() != options.tls_key.empty()) {
    return Fail(kBadOption, "--tls-cert and --tls-key go together");
  }
  if (options.allow_reset && !options.listen.loopback()) {
    return Fail(kBadOption, "--allow-reset empties the lake for anyone who asks: it needs a loopback --listen address");
  }
  if (options.root_access_key_id.empty() != options.root_secret_access_key.empty()) {
    return Fail(kBadOption, "TARN_ROOT_ACCESS_KEY_ID and TARN_ROOT_SECRET_ACCESS_KEY go together");
  }
  for (const AccountOptions& account : options.accounts) {
    if (account.id == options.account) return Fail(kBadOption, "[[account]] " + account.id + " is the root account");
  }
  return Ok();
}

}  // namespace

bool Endpoint::loopback() const { return host == "localhost" || host == "::1" || host.starts_with("127."); }

Result<Endpoint> Endpoint::Parse(const std::string& text) {
  const size_t colon = text.rfind(':');
  const auto port = colon == std::string::npos ? std::nullopt : ParseU64(std::string_view(text).substr(colon + 1));
  if (!port || *port > 65535) return Fail(kBadOption, fmt::format("'{}' is not HOST:PORT", text));
  std::string host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty()) host = "0.0.0.0";
  return Endpoint{host, static_cast<uint16_t>(*port)};
}

Result<ParsedOptions> ParseOptions(const std::vector<std::string>& arguments,
                                   const std::vector<std::string>& environment) {
  std::map<std::string, std::string> variables;
  for (const std::string& entry : environment) {
    const size_t equals = entry.find('=');
    if (equals != std::string::npos) variables[entry.substr(0, equals)] = entry.substr(equals + 1);
  }
  const std::vector<Spec> specs = Specs();
  CLI::App app{"Runs a lake: the AWS APIs on one port, metrics and health on another.", "tarn serve"};
  std::string config;
  app.add_option("--config", config, "TOML file with the same options (dashes become underscores) and [[account]]");
  std::map<std::string, std::string> given;
  for (const Spec& spec : specs) {
    if (spec.is_switch) {
      app.add_flag_callback("--" + spec.flag, [&given, &spec] { given[spec.flag] = "true"; }, spec.help);
    } else {
      app.add_option_function<std::string>(
          "--" + spec.flag, [&given, &spec](const std::string& text) { given[spec.flag] = text; }, spec.help);
    }
  }
  ParsedOptions parsed;
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    parsed.help = app.help();
    return parsed;
  } catch (const CLI::ParseError& error) {
    return Fail(kBadOption, fmt::format("{} (tarn serve --help lists the options)", error.what()));
  }
  if (config.empty() && variables.contains("TARN_CONFIG")) config = variables["TARN_CONFIG"];
  if (!config.empty()) TARN_CHECK(ReadFile(config, specs, parsed.options));
  if (variables.contains("TARN_ACCOUNT_ID")) variables.try_emplace("TARN_ACCOUNT", variables["TARN_ACCOUNT_ID"]);
  for (const Spec& spec : specs) {
    const std::string name = EnvironmentName(spec.flag);
    if (variables.contains(name)) TARN_CHECK(Apply(spec, parsed.options, variables[name], name));
    if (given.contains(spec.flag)) TARN_CHECK(Apply(spec, parsed.options, given[spec.flag], "--" + spec.flag));
  }
  parsed.options.master_key = variables["TARN_MASTER_KEY"];
  MasterKms kms = MasterKmsOf(variables, "TARN_MASTER_KEY_KMS");
  kms.url = std::move(parsed.options.master_kms.url);
  kms.key = std::move(parsed.options.master_kms.key);
  parsed.options.master_kms = std::move(kms);
  parsed.options.root_access_key_id = variables["TARN_ROOT_ACCESS_KEY_ID"];
  parsed.options.root_secret_access_key = variables["TARN_ROOT_SECRET_ACCESS_KEY"];
  TARN_CHECK(CheckTogether(parsed.options));
  return parsed;
}

}  // namespace tarn::server
