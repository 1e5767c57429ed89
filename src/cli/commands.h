// The verbs of the command line. Each takes its own arguments and returns the exit code.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/aws_client.h"

namespace tarn::cli {

// A command line taken apart: flags with a value ("--name value", "--name=value") and the rest.
struct CommandLine {
  std::map<std::string, std::string> flags;
  std::vector<std::string> words;
  std::map<std::string, std::string> environment;
  std::function<Result<std::string>()> verify_stopped;  // the lake that the flags name
};

int RunSql(const CommandLine& line);
int RunList(const CommandLine& line);
int RunCopy(const CommandLine& line);
int RunStatus(const CommandLine& line);
int RunDoctor(const CommandLine& line);
int RunBackup(const CommandLine& line);
int RunMigrate(const CommandLine& line);
int RunExplainAccess(const CommandLine& line);
int RunZone(const CommandLine& line);
int RunTrail(const CommandLine& line);
int RunIngestKey(const CommandLine& line);
int RunIngest(const CommandLine& line);
int RunCopyAll(const CommandLine& line);

// "1.5 GiB"
std::string SizeText(uint64_t bytes);
// GET or POST of /_tarn/…: what the lake answers.
Result<json::Value> CallAdmin(const AwsClient& client, std::string method, std::string_view what,
                              std::vector<std::pair<std::string, std::string>> query = {});

// Prints "tarn: <message>" and returns 1.
int Complain(const std::string& message);

}  // namespace tarn::cli
