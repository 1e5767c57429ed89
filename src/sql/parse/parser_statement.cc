#include "base/strings.h"
#include "sql/errors.h"
#include "sql/internal/parser.h"

namespace tarn::sql {
namespace {

// What Athena says it expected at the start of a statement.
constexpr std::string_view kStatementWords[] = {
    "ALTER",    "ANALYZE",  "CALL",    "COMMENT", "COMMIT", "CREATE",   "DEALLOCATE", "DELETE",  "DENY",    "DESC",
    "DESCRIBE", "DROP",     "EXECUTE", "EXPLAIN", "GRANT",  "INSERT",   "MERGE",      "PREPARE", "REFRESH", "RESET",
    "REVOKE",   "ROLLBACK", "SET",     "SHOW",    "START",  "TRUNCATE", "UNLOAD",     "UPDATE",  "USE",     "WITH",
};

}  // namespace

Statement Parser::ParseStatement() {
  Position pos = Peek().pos;
  Statement statement = ParseAny();
  ExpectEnd();
  statement.pos = pos;
  statement.parameter_count = parameters_;
  return statement;
}

Statement Parser::ParseAny() {
  DepthGuard guard(this);
  if (StartsQuery() || StartsParenthesisedQuery()) return Wrap(QueryStatement{ParseQuery()});
  if (IsWord("EXPLAIN")) return ParseExplain();
  if (IsWord("SHOW")) return ParseShow();
  if (IsWord("DESCRIBE") || IsWord("DESC")) return ParseDescribe();
  if (IsWord("CREATE")) return ParseCreate();
  if (IsWord("DROP")) return ParseDrop();
  if (IsWord("INSERT")) return ParseInsert();
  if (IsWord("UNLOAD")) return ParseUnload();
  if (IsWord("PREPARE")) return ParsePrepare();
  if (IsWord("EXECUTE")) return ParseExecute();
  if (AcceptWord("DEALLOCATE")) {
    ExpectWord("PREPARE");
    return Wrap(Deallocate{ParseName()});
  }
  if (AcceptWords("MSCK", "REPAIR", "TABLE")) return Wrap(MsckRepair{ParseTableName()});
  if (IsWord("ALTER")) return ParseAlter();
  if (IsWord("DELETE")) return ParseDelete();
  if (IsWord("UPDATE")) return ParseUpdate();
  if (IsWord("MERGE")) return ParseMerge();
  if (IsWord("OPTIMIZE")) return ParseOptimize();
  if (AcceptWord("VACUUM")) return Wrap(Vacuum{ParseTableName()});
  bool unserved = IsWord("ANALYZE") || IsWord("CALL") || IsWord("GRANT") || IsWord("REVOKE") || IsWord("TRUNCATE") ||
                  IsWord("USE") || IsWord("SET");
  if (unserved) return ParseUnserved();
  for (std::string_view word : kStatementWords) Expected(fmt::format("'{}'", word));
  Expected("<query>");
  FailHere();
}

Statement Parser::ParseExplain() {
  Explain explain;
  ExpectWord("EXPLAIN");
  explain.analyze = AcceptWord("ANALYZE");
  if (explain.analyze) AcceptWord("VERBOSE");
  bool options = IsSymbol("(") && (IsWord("TYPE", 1) || IsWord("FORMAT", 1));
  if (options) {
    Next();
    do {
      if (AcceptWord("TYPE")) {
        explain.type = ParseName();
      } else {
        ExpectWord("FORMAT");
        explain.format = ParseName();
      }
    } while (AcceptSymbol(","));
    ExpectSymbol(")");
  }
  explain.statement = std::make_unique<Statement>();
  explain.statement->pos = Peek().pos;
  *explain.statement = ParseAny();
  return Wrap(std::move(explain));
}

// [LIKE] 'pattern', in either kind of quotes.
std::optional<std::string> Parser::ParseLikePattern() {
  bool like = AcceptWord("LIKE");
  if (Peek().kind == TokenKind::kString) return Next().text;
  if (like) FailHere();
  return std::nullopt;
}

Statement Parser::ParseShow() {
  ExpectWord("SHOW");
  // Trino's own statement: names in double quotes are names.
  const bool of_trino = IsWord("CREATE") && IsWord("VIEW", 1) && IsIdentifier(2);
  if (!of_trino) SwitchToHive();
  if (AcceptWord("DATABASES") || AcceptWord("SCHEMAS")) {
    if (AcceptWord("IN") || AcceptWord("FROM")) ParseName();
    return Wrap(ShowDatabases{ParseLikePattern()});
  }
  if (IsWord("TABLES") || IsWord("VIEWS")) {
    bool views = Next().upper == "VIEWS";
    std::string database;
    if (AcceptWord("IN") || AcceptWord("FROM")) {
      database = ParseName();
      if (AcceptSymbol(".")) database = ParseName();
    }
    auto pattern = ParseLikePattern();
    if (views) return Wrap(ShowViews{database, pattern});
    return Wrap(ShowTables{database, pattern});
  }
  if (AcceptWord("PARTITIONS")) return Wrap(ShowPartitions{ParseTableName()});
  if (AcceptWord("COLUMNS")) {
    if (!AcceptWord("IN")) ExpectWord("FROM");
    ShowColumns show{ParseTableName()};
    if (AcceptWord("IN") || AcceptWord("FROM")) show.table.database = ParseName();
    return Wrap(std::move(show));
  }
  if (AcceptWord("CREATE")) return ParseShowCreate();
  if (AcceptWord("TBLPROPERTIES")) {
    ShowTblProperties show{ParseTableName(), std::nullopt};
    if (AcceptSymbol("(")) {
      show.key = ParseString();
      ExpectSymbol(")");
    }
    return Wrap(std::move(show));
  }
  if (AcceptWord("FUNCTIONS")) return Wrap(ShowFunctions{ParseLikePattern()});
  if (AcceptWord("SESSION")) return Wrap(ShowSession{});
  if (AcceptWord("CATALOGS")) return Wrap(ShowCatalogs{ParseLikePattern()});
  FailHere();
}

Statement Parser::ParseShowCreate() {
  ShowCreate show;
  show.view = AcceptWord("VIEW");
  if (!show.view) ExpectWord("TABLE");
  show.table = ParseTableName();
  return Wrap(std::move(show));
}

Statement Parser::ParseDescribe() {
  Next();
  SwitchToHive();
  if (IsWord("INPUT") || IsWord("OUTPUT")) {
    Position pos = Peek().pos;
    ThrowAt(kNotSupported, "NOT_SUPPORTED", pos, "DESCRIBE INPUT and DESCRIBE OUTPUT are not served");
  }
  if ((IsWord("DATABASE") || IsWord("SCHEMA")) && (IsIdentifier(1) || IsWord("EXTENDED", 1))) {
    Next();
    DescribeDatabase describe;
    describe.extended = AcceptWord("EXTENDED");
    describe.database = ParseName();
    return Wrap(std::move(describe));
  }
  Describe describe;
  bool option = IsIdentifier(1) || Peek(1).kind == TokenKind::kQuotedWord;
  if (option && AcceptWord("EXTENDED"))
    describe.extended = true;
  else if (option && AcceptWord("FORMATTED"))
    describe.formatted = true;
  describe.table = ParseTableName();
  if (AcceptWord("PARTITION")) describe.partition = ParsePartitionSpec();
  if (IsIdentifier()) describe.column = ParseName();
  return Wrap(std::move(describe));
}

bool Parser::ParseIfNotExists() { return AcceptWords("IF", "NOT", "EXISTS"); }
bool Parser::ParseIfExists() { return AcceptWords("IF", "EXISTS"); }

Statement Parser::ParseCreate() {
  ExpectWord("CREATE");
  bool or_replace = AcceptWords("OR", "REPLACE");
  if (IsWord("PROTECTED") && IsWord("MULTI", 1)) {
    ThrowAt(kNotSupported, "NOT_SUPPORTED", Peek().pos, "CREATE PROTECTED MULTI DIALECT VIEW is not served");
  }
  if (AcceptWord("VIEW")) return ParseCreateView(or_replace);
  if (or_replace) FailHere();
  if (AcceptWord("DATABASE") || AcceptWord("SCHEMA")) return ParseCreateDatabase();
  return ParseCreateTable();
}

Statement Parser::ParseCreateView(bool or_replace) {
  CreateView view;
  view.or_replace = or_replace;
  view.table = ParseTableName();
  if (IsSymbol("(")) view.column_aliases = ParseNameList();
  if (AcceptWord("COMMENT")) ParseString();
  if (AcceptWord("SECURITY")) {
    if (!AcceptWord("DEFINER")) ExpectWord("INVOKER");
  }
  ExpectWord("AS");
  size_t from = at_;
  view.query = ParseQuery();
  view.query_text = Slice(tokens_[from].offset, tokens_[at_ - 1].end);
  return Wrap(std::move(view));
}

Statement Parser::ParseDrop() {
  ExpectWord("DROP");
  if (AcceptWord("DATABASE") || AcceptWord("SCHEMA")) {
    DropDatabase drop;
    drop.if_exists = ParseIfExists();
    drop.name = ParseName();
    if (AcceptSymbol(".")) drop.name = ParseName();
    if (AcceptWord("CASCADE"))
      drop.cascade = true;
    else
      AcceptWord("RESTRICT");
    return Wrap(std::move(drop));
  }
  DropTable drop;
  drop.view = AcceptWord("VIEW");
  if (!drop.view) ExpectWord("TABLE");
  drop.if_exists = ParseIfExists();
  drop.table = ParseTableName();
  AcceptWord("PURGE");
  return Wrap(std::move(drop));
}

Statement Parser::ParseInsert() {
  ExpectWord("INSERT");
  ExpectWord("INTO");
  InsertInto insert;
  AcceptWord("TABLE");
  insert.table = ParseTableName();
  if (IsSymbol("(") && !StartsParenthesisedQuery()) {
    Next();
    do {
      insert.columns.push_back(ParseIdentifier());
    } while (AcceptSymbol(","));
    ExpectSymbol(")");
  }
  insert.query = ParseQuery();
  return Wrap(std::move(insert));
}

Statement Parser::ParseUnload() {
  ExpectWord("UNLOAD");
  Unload unload;
  ExpectSymbol("(");
  unload.query = ParseQuery();
  ExpectSymbol(")");
  ExpectWord("TO");
  unload.location = ParseString();
  if (AcceptWord("WITH")) unload.properties = ParseQueryProperties();
  return Wrap(std::move(unload));
}

// (format = 'PARQUET', partitioned_by = ARRAY['dt'], bucket_count = 4)
QueryProperties Parser::ParseQueryProperties() {
  QueryProperties properties;
  ExpectSymbol("(");
  do {
    std::string key = Peek().kind == TokenKind::kString ? AsciiLower(Next().text) : ParseName();
    ExpectSymbol("=");
    PropertyValue value;
    if (AcceptWord("ARRAY")) {
      value.is_list = true;
      ExpectSymbol("[");
      if (!IsSymbol("]")) {
        do {
          value.list.push_back(ParseString());
        } while (AcceptSymbol(","));
      }
      ExpectSymbol("]");
    } else if (Peek().kind == TokenKind::kString || Peek().kind == TokenKind::kInteger ||
               Peek().kind == TokenKind::kDecimal || Peek().kind == TokenKind::kDouble) {
      value.text = Next().text;
    } else if (IsWord("TRUE") || IsWord("FALSE")) {
      value.text = AsciiLower(Next().upper);
    } else {
      Expected("<expression>");
      FailHere();
    }
    properties[key] = std::move(value);
  } while (AcceptSymbol(","));
  ExpectSymbol(")");
  return properties;
}

Statement Parser::ParseCreateTableAs(TableName name, bool if_not_exists) {
  CreateTableAs create;
  create.table = std::move(name);
  create.if_not_exists = if_not_exists;
  if (AcceptWord("WITH")) create.properties = ParseQueryProperties();
  ExpectWord("AS");
  create.query = ParseQuery();
  if (AcceptWord("WITH")) {
    create.with_data = !AcceptWord("NO");
    ExpectWord("DATA");
  }
  return Wrap(std::move(create));
}

Statement Parser::ParsePrepare() {
  ExpectWord("PREPARE");
  Prepare prepare;
  prepare.name = ParseName();
  ExpectWord("FROM");
  size_t from = at_;
  ParseAny();
  ExpectEnd();
  at_ = from;
  parameters_ = 0;
  prepare.statement = RestOfText();
  return Wrap(std::move(prepare));
}

Statement Parser::ParseExecute() {
  ExpectWord("EXECUTE");
  Execute execute;
  execute.name = ParseName();
  if (AcceptWord("USING")) {
    do {
      size_t from = at_;
      ParseExpr();
      execute.parameters.push_back(Slice(tokens_[from].offset, tokens_[at_ - 1].end));
    } while (AcceptSymbol(","));
  }
  return Wrap(std::move(execute));
}

Statement Parser::ParseUnserved() {
  Unserved unserved;
  unserved.what = Next().upper;
  bool named = unserved.what != "SET" && unserved.what != "USE" && unserved.what != "CALL" &&
               unserved.what != "GRANT" && unserved.what != "REVOKE";
  if (unserved.what == "TRUNCATE") ExpectWord("TABLE");
  if (named) unserved.table = ParseTableName();
  at_ = tokens_.size() - 1;
  return Wrap(std::move(unserved));
}

namespace {

struct StatementNames {
  std::string_view type;
  std::string_view substatement;
};

struct NameOf {
  StatementNames operator()(const QueryStatement&) const { return {"DML", "SELECT"}; }
  StatementNames operator()(const Explain&) const { return {"UTILITY", "EXPLAIN"}; }
  StatementNames operator()(const ShowDatabases&) const { return {"UTILITY", "SHOW_DATABASES"}; }
  StatementNames operator()(const ShowTables&) const { return {"UTILITY", "SHOW_TABLES"}; }
  StatementNames operator()(const ShowViews&) const { return {"UTILITY", "SHOW_VIEWS"}; }
  StatementNames operator()(const ShowPartitions&) const { return {"UTILITY", "SHOW_PARTITIONS"}; }
  StatementNames operator()(const ShowColumns&) const { return {"UTILITY", "SHOW_COLUMNS"}; }
  StatementNames operator()(const ShowCreate& s) const {
    return {"UTILITY", s.view ? "SHOW_CREATE_VIEW" : "SHOW_CREATE_TABLE"};
  }
  StatementNames operator()(const ShowTblProperties&) const { return {"UTILITY", "SHOW_TBLPROPERTIES"}; }
  StatementNames operator()(const ShowFunctions&) const { return {"UTILITY", "SHOW_FUNCTIONS"}; }
  StatementNames operator()(const ShowSession&) const { return {"UTILITY", "SHOW_SESSION"}; }
  StatementNames operator()(const ShowCatalogs&) const { return {"UTILITY", "SHOW_CATALOGS"}; }
  StatementNames operator()(const Describe&) const { return {"UTILITY", "DESCRIBE_TABLE"}; }
  StatementNames operator()(const DescribeDatabase&) const { return {"UTILITY", "DESCRIBE_DATABASE"}; }
  StatementNames operator()(const CreateDatabase&) const { return {"DDL", "CREATE_DATABASE"}; }
  StatementNames operator()(const DropDatabase&) const { return {"DDL", "DROP_DATABASE"}; }
  StatementNames operator()(const AlterDatabase&) const { return {"DDL", "ALTER_DATABASE"}; }
  StatementNames operator()(const CreateTable&) const { return {"DDL", "CREATE_TABLE"}; }
  StatementNames operator()(const CreateTableAs&) const { return {"DDL", "CREATE_TABLE_AS_SELECT"}; }
  StatementNames operator()(const InsertInto&) const { return {"DML", "INSERT"}; }
  StatementNames operator()(const Unload&) const { return {"DML", "UNLOAD"}; }
  StatementNames operator()(const CreateView&) const { return {"DDL", "CREATE_VIEW"}; }
  StatementNames operator()(const DropTable& s) const { return {"DDL", s.view ? "DROP_VIEW" : "DROP_TABLE"}; }
  StatementNames operator()(const MsckRepair&) const { return {"DDL", "MSCK_REPAIR_TABLE"}; }
  StatementNames operator()(const AddPartitions&) const { return {"DDL", "ALTER_TABLE_ADD_PARTITION"}; }
  StatementNames operator()(const DropPartitions&) const { return {"DDL", "ALTER_TABLE_DROP_PARTITION"}; }
  StatementNames operator()(const RenamePartition&) const { return {"DDL", "ALTER_TABLE_RENAME_PARTITION"}; }
  StatementNames operator()(const AlterColumns& s) const {
    return {"DDL", s.kind == AlterColumns::kAdd ? "ALTER_TABLE_ADD_COLUMN" : "ALTER_TABLE_REPLACE_COLUMN"};
  }
  StatementNames operator()(const ChangeColumn&) const { return {"DDL", "ALTER_TABLE_CHANGE_COLUMN"}; }
  StatementNames operator()(const DropColumn&) const { return {"DDL", "ALTER_TABLE_DROP_COLUMN"}; }
  StatementNames operator()(const AlterPartitionField&) const { return {"DDL", "ALTER_TABLE_PARTITION_FIELD"}; }
  StatementNames operator()(const Delete&) const { return {"DML", "DELETE"}; }
  StatementNames operator()(const UpdateRows&) const { return {"DML", "UPDATE"}; }
  StatementNames operator()(const Merge&) const { return {"DML", "MERGE"}; }
  StatementNames operator()(const Optimize&) const { return {"DML", "OPTIMIZE"}; }
  StatementNames operator()(const Vacuum&) const { return {"DML", "VACUUM"}; }
  StatementNames operator()(const SetTblProperties&) const { return {"DDL", "ALTER_TABLE_PROPERTIES"}; }
  StatementNames operator()(const UnsetTblProperties&) const { return {"DDL", "ALTER_TABLE_PROPERTIES"}; }
  StatementNames operator()(const SetLocation&) const { return {"DDL", "ALTER_TABLE_LOCATION"}; }
  StatementNames operator()(const RenameTable&) const { return {"DDL", "ALTER_TABLE_RENAME"}; }
  StatementNames operator()(const Prepare&) const { return {"DDL", "PREPARE"}; }
  StatementNames operator()(const Execute&) const { return {"DML", "EXECUTE"}; }
  StatementNames operator()(const Deallocate&) const { return {"DDL", "DEALLOCATE"}; }
  StatementNames operator()(const Unserved& s) const { return {"DML", s.what}; }
};

}  // namespace

std::string_view StatementType(const Statement& statement) { return std::visit(NameOf{}, statement.node).type; }
std::string_view SubstatementType(const Statement& statement) {
  return std::visit(NameOf{}, statement.node).substatement;
}

}  // namespace tarn::sql
