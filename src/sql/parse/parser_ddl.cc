#include <algorithm>

#include "base/strings.h"
#include "sql/errors.h"
#include "sql/internal/parser.h"

namespace tarn::sql {

Statement Parser::ParseCreateDatabase() {
  SwitchToHive();
  CreateDatabase create;
  create.if_not_exists = ParseIfNotExists();
  create.name = ParseName();
  if (AcceptSymbol(".")) create.name = ParseName();
  for (;;) {
    if (AcceptWord("COMMENT")) {
      create.comment = ParseString();
    } else if (AcceptWord("LOCATION")) {
      create.location = ParseString();
    } else if (AcceptWords("WITH", "DBPROPERTIES")) {
      create.properties = ParseProperties();
    } else {
      return Wrap(std::move(create));
    }
  }
}

// Hive DDL, or CREATE TABLE … AS SELECT: told apart by what follows the name.
Statement Parser::ParseCreateTable() {
  CreateTable table;
  table.external = AcceptWord("EXTERNAL");
  ExpectWord("TABLE");
  size_t from = at_;
  table.if_not_exists = ParseIfNotExists();
  table.table = ParseTableName();
  if (!table.external && (IsWord("AS") || IsWord("WITH"))) return ParseCreateTableAs(table.table, table.if_not_exists);
  if (AcceptWord("LIKE")) ThrowAt(kNotSupported, "NOT_SUPPORTED", Peek().pos, "CREATE TABLE LIKE is not served");
  at_ = from;
  SwitchToHive();
  table.if_not_exists = ParseIfNotExists();
  table.table = ParseTableName();
  if (IsSymbol("(")) table.columns = ParseColumnDefs();
  ParseTableClauses(&table);
  return Wrap(std::move(table));
}

std::vector<ColumnDef> Parser::ParseColumnDefs() {
  std::vector<ColumnDef> columns;
  ExpectSymbol("(");
  do {
    columns.push_back(ParseColumnDef());
  } while (AcceptSymbol(","));
  ExpectSymbol(")");
  return columns;
}

ColumnDef Parser::ParseColumnDef() {
  ColumnDef column;
  // Hive's column names may be words that Trino reserves.
  if (Peek().kind == TokenKind::kWord)
    column.name = AsciiLower(Next().text);
  else
    column.name = ParseName();
  AcceptSymbol(":");
  column.type = ParseHiveTypeText();
  if (AcceptWords("NOT", "NULL")) AcceptWord("ENABLE");
  if (AcceptWord("COMMENT")) column.comment = ParseString();
  return column;
}

// The type's text in Hive's canonical spelling; refuses what is no type.
std::string Parser::ParseHiveTypeText() {
  Position pos = Peek().pos;
  size_t from = Peek().offset;
  size_t to = from;
  int angles = 0;
  int parens = 0;
  while (Peek().kind != TokenKind::kEnd) {
    bool inside = angles > 0 || parens > 0;
    if (!inside && (IsSymbol(",") || IsSymbol(")"))) break;
    if (!inside && to > from && !IsSymbol("<") && !IsSymbol("(")) {
      bool more = IsWord("PRECISION") || IsWord("WITH") || IsWord("LOCAL") || IsWord("TIME") || IsWord("ZONE");
      if (!more) break;
    }
    if (IsSymbol("<>") || IsSymbol(">=")) FailHere();
    if (IsSymbol("<")) ++angles;
    if (IsSymbol(">")) --angles;
    if (IsSymbol("(")) ++parens;
    if (IsSymbol(")")) --parens;
    to = Next().end;
  }
  std::string text = Slice(from, to);
  auto type = ParseHiveType(text);
  if (text.empty() || !type.ok()) {
    Throw(kParseError, fmt::format("line {}:{}: no viable alternative at input '{}'", pos.line, pos.column, text));
  }
  return ToHive(*type);
}

void Parser::ParseTableClauses(CreateTable* table) {
  while (ParseTableClause(table)) {
  }
}

bool Parser::ParseTableClause(CreateTable* table) {
  if (AcceptWord("COMMENT")) {
    table->comment = ParseString();
  } else if (AcceptWords("PARTITIONED", "BY")) {
    ParsePartitionedBy(table);
  } else if (AcceptWords("CLUSTERED", "BY")) {
    ParseClusteredBy(table);
  } else if (AcceptWords("ROW", "FORMAT")) {
    ParseRowFormat(table);
  } else if (AcceptWords("STORED", "AS")) {
    ParseStoredAs(table);
  } else if (AcceptWords("STORED", "BY")) {
    table->input_format = ParseString();
  } else if (AcceptWords("WITH", "SERDEPROPERTIES")) {
    table->row_format.serde_properties = ParseProperties();
  } else if (AcceptWord("LOCATION")) {
    table->location = ParseString();
  } else if (AcceptWord("TBLPROPERTIES")) {
    table->properties = ParseProperties();
  } else {
    for (std::string_view word : {"PARTITIONED", "CLUSTERED", "ROW", "STORED", "TBLPROPERTIES"}) {
      Expected(fmt::format("'{}'", word));
    }
    return false;
  }
  return true;
}

// (dt string, hour int) of Hive, or (category, day(ts), bucket(16, id)) of Iceberg.
void Parser::ParsePartitionedBy(CreateTable* table) {
  ExpectSymbol("(");
  do {
    bool bare = IsSymbol(",", 1) || IsSymbol(")", 1);
    bool call = IsSymbol("(", 1);
    if (!bare && !call) {
      table->partition_columns.push_back(ParseColumnDef());
      continue;
    }
    table->partition_fields.push_back(ParsePartitionTransform());
  } while (AcceptSymbol(","));
  ExpectSymbol(")");
}

// name, or transform(name), with a number before or after the name.
PartitionTransform Parser::ParsePartitionTransform() {
  PartitionTransform field;
  field.transform = "identity";
  field.column = ParseName();
  if (!AcceptSymbol("(")) return field;
  field.transform = field.column;
  if (Peek().kind == TokenKind::kInteger) {
    field.argument = ParseInteger();
    ExpectSymbol(",");
  }
  field.column = ParseName();
  if (AcceptSymbol(",")) field.argument = ParseInteger();
  ExpectSymbol(")");
  return field;
}

void Parser::ParseClusteredBy(CreateTable* table) {
  table->clustered_by = ParseNameList();
  if (AcceptWords("SORTED", "BY")) {
    ExpectSymbol("(");
    do {
      std::string column = ParseName();
      if (AcceptWord("DESC"))
        column += " desc";
      else
        AcceptWord("ASC");
      table->sorted_by.push_back(std::move(column));
    } while (AcceptSymbol(","));
    ExpectSymbol(")");
  }
  ExpectWord("INTO");
  table->bucket_count = static_cast<int32_t>(std::min<int64_t>(ParseInteger(), 1'000'000));
  ExpectWord("BUCKETS");
}

void Parser::ParseRowFormat(CreateTable* table) {
  RowFormat& format = table->row_format;
  if (AcceptWord("SERDE")) {
    format.serde = ParseString();
    if (AcceptWords("WITH", "SERDEPROPERTIES")) format.serde_properties = ParseProperties();
    return;
  }
  ExpectWord("DELIMITED");
  ParseDelimited(&format);
}

void Parser::ParseDelimited(RowFormat* format) {
  format->delimited = true;
  for (;;) {
    if (AcceptWords("FIELDS", "TERMINATED", "BY")) {
      format->field_terminator = ParseString();
      if (AcceptWords("ESCAPED", "BY")) format->escape = ParseString();
    } else if (AcceptWords("ESCAPED", "BY")) {
      format->escape = ParseString();
    } else if (AcceptWords("COLLECTION", "ITEMS", "TERMINATED")) {
      ExpectWord("BY");
      format->collection_terminator = ParseString();
    } else if (AcceptWords("MAP", "KEYS", "TERMINATED")) {
      ExpectWord("BY");
      format->map_key_terminator = ParseString();
    } else if (AcceptWords("LINES", "TERMINATED", "BY")) {
      format->line_terminator = ParseString();
    } else if (AcceptWords("NULL", "DEFINED", "AS")) {
      format->null_format = ParseString();
    } else {
      return;
    }
  }
}

void Parser::ParseStoredAs(CreateTable* table) {
  if (AcceptWord("INPUTFORMAT")) {
    table->input_format = ParseString();
    ExpectWord("OUTPUTFORMAT");
    table->output_format = ParseString();
    return;
  }
  table->stored_as = ParseName();
}

// ('key' = 'value', "key" = "value"); a value may be a bare number or word.
Properties Parser::ParseProperties() {
  Properties properties;
  ExpectSymbol("(");
  if (AcceptSymbol(")")) return properties;
  do {
    std::string key = Peek().kind == TokenKind::kString ? Next().text : ParseName();
    while (AcceptSymbol(".")) key += "." + ParseName();
    ExpectSymbol("=");
    std::string value;
    if (AcceptSymbol("-")) value = "-";
    TokenKind kind = Peek().kind;
    if (kind == TokenKind::kEnd || kind == TokenKind::kSymbol || kind == TokenKind::kBad) {
      Expected("<string>");
      FailHere();
    }
    value += Next().text;
    properties.emplace_back(std::move(key), std::move(value));
  } while (AcceptSymbol(","));
  ExpectSymbol(")");
  return properties;
}

std::string Parser::ParsePartitionValue() {
  std::string sign = AcceptSymbol("-") ? "-" : "";
  TokenKind kind = Peek().kind;
  if (kind == TokenKind::kWord && Peek(1).kind == TokenKind::kString) Next();  // DATE '2024-01-01'
  kind = Peek().kind;
  bool value = kind == TokenKind::kString || kind == TokenKind::kInteger || kind == TokenKind::kDecimal ||
               kind == TokenKind::kDouble || kind == TokenKind::kWord;
  if (!value) {
    Expected("<string>");
    Expected("<integer>");
    FailHere();
  }
  if (IsWord("NULL")) {
    Next();
    return "__HIVE_DEFAULT_PARTITION__";
  }
  return sign + Next().text;
}

PartitionSpec Parser::ParsePartitionSpec() {
  PartitionSpec spec;
  ExpectSymbol("(");
  do {
    std::string name = Peek().kind == TokenKind::kWord ? AsciiLower(Next().text) : ParseName();
    ExpectSymbol("=");
    spec.emplace_back(std::move(name), ParsePartitionValue());
  } while (AcceptSymbol(","));
  ExpectSymbol(")");
  return spec;
}

std::vector<PartitionTest> Parser::ParsePartitionTests() {
  std::vector<PartitionTest> tests;
  ExpectSymbol("(");
  do {
    PartitionTest test;
    test.column = Peek().kind == TokenKind::kWord ? AsciiLower(Next().text) : ParseName();
    for (std::string_view op : {"=", "<>", "!=", "<=", ">=", "<", ">"}) {
      if (!AcceptSymbol(op)) continue;
      test.op = op == "!=" ? "<>" : op;
      break;
    }
    if (test.op.empty()) FailHere();
    test.value = ParsePartitionValue();
    tests.push_back(std::move(test));
  } while (AcceptSymbol(",") || AcceptWord("AND"));
  ExpectSymbol(")");
  return tests;
}

Statement Parser::ParseAlter() {
  ExpectWord("ALTER");
  SwitchToHive();
  if (AcceptWord("DATABASE") || AcceptWord("SCHEMA")) {
    AlterDatabase alter;
    alter.name = ParseName();
    ExpectWord("SET");
    ExpectWord("DBPROPERTIES");
    alter.properties = ParseProperties();
    return Wrap(std::move(alter));
  }
  if (AcceptWord("VIEW")) ThrowAt(kNotSupported, "NOT_SUPPORTED", Peek().pos, "ALTER VIEW is not served");
  ExpectWord("TABLE");
  return ParseAlterTable(ParseTableName());
}

Statement Parser::ParseAlterTable(TableName table) {
  if (IsWord("PARTITION")) return ParseAlterPartition(std::move(table));
  if (IsWord("SET")) return ParseAlterSet(std::move(table), {});
  if (IsWord("CHANGE")) return ParseChangeColumn(std::move(table));
  if (AcceptWords("UNSET", "TBLPROPERTIES")) {
    UnsetTblProperties unset{std::move(table), {}};
    ParseIfExists();
    ExpectSymbol("(");
    do {
      unset.keys.push_back(ParseString());
    } while (AcceptSymbol(","));
    ExpectSymbol(")");
    return Wrap(std::move(unset));
  }
  if (AcceptWords("RENAME", "COLUMN")) {
    ChangeColumn change;
    change.table = std::move(table);
    change.old_name = ParseName();
    ExpectWord("TO");
    change.column.name = ParseName();
    change.column.has_type = false;
    return Wrap(std::move(change));
  }
  if (AcceptWords("RENAME", "TO")) return Wrap(RenameTable{std::move(table), ParseTableName()});
  if (AcceptWords("ADD", "PARTITION", "FIELD")) {
    AlterPartitionField alter{std::move(table), false, ParsePartitionTransform(), ""};
    if (AcceptWord("AS")) alter.name = ParseName();
    return Wrap(std::move(alter));
  }
  if (AcceptWords("DROP", "PARTITION", "FIELD")) {
    return Wrap(AlterPartitionField{std::move(table), true, ParsePartitionTransform(), ""});
  }
  if (AcceptWord("ADD")) {
    if (IsWord("PARTITION") || IsWord("IF")) return ParseAddPartitions(std::move(table));
    if (!AcceptWord("COLUMNS")) ExpectWord("COLUMN");
    AlterColumns alter{std::move(table), AlterColumns::kAdd, {}};
    if (IsSymbol("("))
      alter.columns = ParseColumnDefs();
    else
      alter.columns.push_back(ParseColumnDef());
    return Wrap(std::move(alter));
  }
  if (AcceptWords("REPLACE", "COLUMNS")) {
    AlterColumns alter{std::move(table), AlterColumns::kReplace, {}};
    alter.columns = ParseColumnDefs();
    return Wrap(std::move(alter));
  }
  if (AcceptWord("DROP")) {
    if (AcceptWord("COLUMN")) return Wrap(DropColumn{std::move(table), ParseName()});
    return ParseDropPartitions(std::move(table));
  }
  for (std::string_view word : {"PARTITION", "SET", "CHANGE", "RENAME", "REPLACE"}) Expected(fmt::format("'{}'", word));
  FailHere();
}

Statement Parser::ParseAlterPartition(TableName table) {
  ExpectWord("PARTITION");
  PartitionSpec spec = ParsePartitionSpec();
  if (AcceptWords("RENAME", "TO")) {
    ExpectWord("PARTITION");
    PartitionSpec to = ParsePartitionSpec();
    return Wrap(RenamePartition{std::move(table), std::move(spec), std::move(to)});
  }
  return ParseAlterSet(std::move(table), std::move(spec));
}

Statement Parser::ParseAlterSet(TableName table, PartitionSpec partition) {
  ExpectWord("SET");
  if (AcceptWord("LOCATION")) return Wrap(SetLocation{std::move(table), std::move(partition), ParseString()});
  ExpectWord("TBLPROPERTIES");
  return Wrap(SetTblProperties{std::move(table), ParseProperties()});
}

Statement Parser::ParseChangeColumn(TableName table) {
  ExpectWord("CHANGE");
  if (IsWord("COLUMN") && IsIdentifier(1)) Next();
  ChangeColumn change;
  change.table = std::move(table);
  change.old_name = ParseName();
  change.column = ParseColumnDef();
  if (AcceptWord("FIRST"))
    change.first = true;
  else if (AcceptWord("AFTER"))
    change.after = ParseName();
  return Wrap(std::move(change));
}

Statement Parser::ParseAddPartitions(TableName table) {
  AddPartitions add;
  add.table = std::move(table);
  add.if_not_exists = ParseIfNotExists();
  ExpectWord("PARTITION");
  do {
    PartitionSpec spec = ParsePartitionSpec();
    std::string location;
    if (AcceptWord("LOCATION")) location = ParseString();
    add.partitions.emplace_back(std::move(spec), std::move(location));
    AcceptSymbol(",");
  } while (AcceptWord("PARTITION"));
  return Wrap(std::move(add));
}

Statement Parser::ParseDropPartitions(TableName table) {
  DropPartitions drop;
  drop.table = std::move(table);
  drop.if_exists = ParseIfExists();
  do {
    ExpectWord("PARTITION");
    drop.partitions.push_back(ParsePartitionTests());
  } while (AcceptSymbol(","));
  AcceptWord("PURGE");
  return Wrap(std::move(drop));
}

}  // namespace tarn::sql
