// The verbs of the command line. Each takes its own arguments and returns the exit code.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace tarn::cli {

// A command line taken apart: flags with a value ("--name value", "--name=value") and the rest.
struct CommandLine {
  std::map<std::string, std::string> flags;
  std::vector<std::string> words;
  std::map<std::string, std::string> environment;
};

int RunSql(const CommandLine& line);
int RunList(const CommandLine& line);
int RunCopy(const CommandLine& line);
int RunStatus(const CommandLine& line);
int RunDoctor(const CommandLine& line);

// Prints "tarn: <message>" and returns 1.
int Complain(const std::string& message);

}  // namespace tarn::cli
