// Levels of classification follow data: what is made of a table's columns has the highest level of those read.
//
// The level is the value of the LF-tag `classification` that holds for a column (its own, its table's, its database's).
// Values that are none of the four levels, of a tag that a client made itself, are not compared and not carried. A
// change is part of the caller's transaction. Errors: failures of reading, the catalog's. Threads: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "kv/kv.h"

namespace tarn::govern {

class Classifier {
 public:
  // Both outlive it.
  Classifier(kv::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  struct Source {
    std::string database;
    std::string table;
    std::vector<std::string> columns;  // lower case
  };
  // The highest level among the columns; "" when none has one. What is not there is none.
  Result<std::string> LevelOf(const Scope& scope, const std::vector<Source>& sources);

  // Lifts the table, and columns with tags of their own, to `level` where they are below it.
  Status Raise(kv::Txn& txn, const Scope& scope, std::string_view database, std::string_view table,
               std::string_view level);
  // The same in a transaction of its own.
  Status Raise(const Scope& scope, std::string_view database, std::string_view table, std::string_view level);

 private:
  kv::Store& store_;
  const Clock& clock_;
};

}  // namespace tarn::govern
