// jq programs over records, in a sandbox: a process of its own with bounded memory and time, without environment, files
// or further inputs. A program that ends the process, by its memory or a fault of jq, costs the record that it was at.
//
// Errors: kInvalid (a program that does not compile), kBadRecord (it fails, takes too long, or answers no object).
// Blocking. Threads: any.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tarn::delivery {

using QueryAnswer = Result<std::map<std::string, std::string>>;

Status CompileQuery(const std::string& program);

// Of each JSON text the program's first output, an object, with its values as texts: null is empty, what is nested
// JSON.
std::vector<QueryAnswer> RunQuery(const std::string& program, const std::vector<std::string_view>& records);

}  // namespace tarn::delivery
