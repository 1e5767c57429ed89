// DELETE, UPDATE, MERGE, OPTIMIZE.
#include "sql/internal/parser.h"

namespace tarn::sql {

std::string Parser::ParseTargetAlias() {
  if (AcceptWord("AS")) return ParseName();
  if (IsIdentifier() && !IsWord("SET") && !IsWord("USING") && !IsWord("WHERE")) return ParseName();
  return "";
}

Statement Parser::ParseDelete() {
  Delete change;
  ExpectWord("DELETE");
  ExpectWord("FROM");
  change.table = ParseTableName();
  change.alias = ParseTargetAlias();
  if (AcceptWord("WHERE")) change.where = ParseExpr();
  return Wrap(std::move(change));
}

Identifier Parser::ParseTargetColumn() {
  Identifier column = ParseIdentifier();
  // t.column of MERGE's users: the qualifier can only be the target's.
  return AcceptSymbol(".") ? ParseIdentifier() : column;
}

std::vector<Assignment> Parser::ParseAssignments() {
  std::vector<Assignment> set;
  do {
    Assignment assignment;
    assignment.column = ParseTargetColumn();
    ExpectSymbol("=");
    assignment.value = ParseExpr();
    set.push_back(std::move(assignment));
  } while (AcceptSymbol(","));
  return set;
}

Statement Parser::ParseUpdate() {
  UpdateRows change;
  ExpectWord("UPDATE");
  change.table = ParseTableName();
  change.alias = ParseTargetAlias();
  ExpectWord("SET");
  change.set = ParseAssignments();
  if (AcceptWord("WHERE")) change.where = ParseExpr();
  return Wrap(std::move(change));
}

MergeCase Parser::ParseMergeCase() {
  MergeCase branch;
  branch.pos = Peek().pos;
  ExpectWord("WHEN");
  branch.matched = !AcceptWord("NOT");
  ExpectWord("MATCHED");
  if (AcceptWord("AND")) branch.condition = ParseExpr();
  ExpectWord("THEN");
  if (branch.matched) {
    if (AcceptWord("DELETE")) {
      branch.kind = MergeCase::kDelete;
      return branch;
    }
    ExpectWord("UPDATE");
    ExpectWord("SET");
    branch.set = ParseAssignments();
    return branch;
  }
  branch.kind = MergeCase::kInsert;
  ExpectWord("INSERT");
  if (AcceptSymbol("(")) {
    do {
      branch.columns.push_back(ParseTargetColumn());
    } while (AcceptSymbol(","));
    ExpectSymbol(")");
  }
  ExpectWord("VALUES");
  ExpectSymbol("(");
  do {
    branch.values.push_back(ParseExpr());
  } while (AcceptSymbol(","));
  ExpectSymbol(")");
  return branch;
}

Statement Parser::ParseMerge() {
  Merge merge;
  ExpectWord("MERGE");
  ExpectWord("INTO");
  merge.table = ParseTableName();
  merge.alias = ParseTargetAlias();
  ExpectWord("USING");
  merge.source = ParseAliased();
  ExpectWord("ON");
  merge.on = ParseExpr();
  do {
    merge.cases.push_back(ParseMergeCase());
  } while (IsWord("WHEN"));
  return Wrap(std::move(merge));
}

Statement Parser::ParseOptimize() {
  Optimize optimize;
  ExpectWord("OPTIMIZE");
  optimize.table = ParseTableName();
  ExpectWord("REWRITE");
  ExpectWord("DATA");
  ExpectWord("USING");
  ExpectWord("BIN_PACK");
  if (AcceptWord("WHERE")) optimize.where = ParseExpr();
  return Wrap(std::move(optimize));
}

}  // namespace tarn::sql
