"""Iceberg tables with a past: whatever was done to one, a restricted principal meets what would be there without the rest.

A seeded generator leads a table through inserts, updates, merges, deletes by position, by equality and by deletion vector,
columns that are renamed, dropped, added again, given defaults and wider types, new partition specs, tags, branches and
compactions. Then it grants some rows, columns and fields of structs. Every statement is asked of the table by the
principal and of a shadow, made by root of what the grant shows, by root: rows and errors must be the same. Each word that
only a hidden row or column holds stands nowhere else and tells on itself in any answer.
  TARN_SEED=n    the first seed
  TARN_SEEDS=n   so many tables (4), one a seed
"""
import json
import os
import random
import re

import pyarrow as pa
import pytest

from governance import iced, lakes
from governance.lakes import governed  # noqa: F401
from iceberg.test_rest_catalog import ask, token_of

pytestmark = pytest.mark.xdist_group("attack_iceberg")  # one lake

SEED = int(os.environ.get("TARN_SEED", "1"))
SEEDS = int(os.environ.get("TARN_SEEDS", "4"))
FOUND = () if "TARN_SEED" in os.environ else (121,)  # that once found something: a row filter over equality deletes
WORD = re.compile(r"[A-Za-z0-9_]{7,}")
ATHENA = {"string": "varchar", "int": "integer"}
ADDRESS = "ROW(city varchar, zip varchar, flat ROW(door varchar, floor varchar))"
FIELDS = {"addr.city": "varchar", "addr.zip": "varchar", "addr.flat.door": "varchar", "addr.flat.floor": "varchar"}


def word(draw, start):
    return start + "".join(draw.choice("bcdfghjklmnpqrstvwxz") for _ in range(8))


class Table:
    """One table's life, what is granted of it at its end, and every word that it ever held."""

    def __init__(self, lab, seed):
        self.lab, self.draw, self.seed = lab, random.Random(seed), seed
        self.name = f"i{seed}"
        self.version = self.draw.choice([2, 3])
        self.groups = [word(self.draw, "g") for _ in range(3)]
        self.columns = {"id": "bigint", "grp": "string", "txt": "string", "num": "int", "addr": "struct"}
        for _ in range(self.draw.randrange(1, 4)):
            self.columns[word(self.draw, "c")] = self.draw.choice(["string", "int", "bigint"])
        self.words, self.next, self.gone, self.log, self.names = set(self.columns), 0, [], [], set(self.columns)

    def root(self, sql):
        self.log.append(sql)
        return self.lab.root.run(sql, "past")

    def value(self, kind):
        if kind == "struct":
            texts = [word(self.draw, start) for start in ("ci", "zi", "do", "fl")]
            self.words.update(texts)
            return f"CAST(ROW('{texts[0]}', '{texts[1]}', ROW('{texts[2]}', '{texts[3]}')) AS {ADDRESS})"
        if kind == "string":
            text = word(self.draw, "w")
            self.words.add(text)
            return f"'{text}'"
        number = self.draw.randrange(10**8, 2 * 10**9)
        self.words.add(str(number))
        return str(number)

    def row(self, number):
        made = {"id": str(number), "grp": f"'{self.draw.choice(self.groups)}'"}
        return [made.get(name) or ("NULL" if self.draw.random() < 0.1 else self.value(kind))
                for name, kind in self.columns.items()]

    def create(self):
        columns = ", ".join(f"{name} " + ("struct<city:string,zip:string,flat:struct<door:string,floor:string>>"
                                          if kind == "struct" else kind) for name, kind in self.columns.items())
        parts = self.draw.choice(["", " PARTITIONED BY (grp)", " PARTITIONED BY (bucket(4, id))", " PARTITIONED BY (truncate(3, txt))"])
        self.root(f"CREATE TABLE {self.name} ({columns}){parts} LOCATION 's3://{self.lab.bucket}/past/{self.name}/' "
                  f"TBLPROPERTIES ('table_type'='ICEBERG', 'format_version'='{self.version}')")
        self.insert()

    def insert(self):
        rows = [self.row(self.next + i) for i in range(self.draw.randrange(4, 14))]
        self.next += len(rows)
        typed = [f"CAST({name} AS {ADDRESS if kind == 'struct' else ATHENA.get(kind, kind)}) AS {name}"
                 for name, kind in self.columns.items()]
        values = ", ".join("(" + ", ".join(row) + ")" for row in rows)
        self.root(f"INSERT INTO {self.name} ({', '.join(self.columns)}) SELECT {', '.join(typed)} FROM (VALUES {values}) "
                  f"v ({', '.join(self.columns)})")

    def some_rows(self):
        return self.draw.choice([f"id % {self.draw.randrange(3, 7)} = 1", f"grp = '{self.draw.choice(self.groups)}' AND id % 2 = 0",
                                 f"txt < 'w{self.draw.choice('cdf')}'", f"id = {self.draw.randrange(self.next)}"])

    def delete(self):
        self.root(f"DELETE FROM {self.name} WHERE {self.some_rows()}")

    def delete_equal(self):
        if self.version == 2 and not self.partitioned():
            numbers = self.draw.sample(range(self.next), min(4, self.next))
            iced.delete_by_equality(self.lab.lake, "past", self.name, pa.table({"id": pa.array(numbers, pa.int64())}))
            self.log.append(f"equality delete {numbers}")

    def partitioned(self):
        metadata = self.metadata()
        return any(spec["fields"] for spec in metadata["partition-specs"])

    def update(self):
        name, kind = self.draw.choice([each for each in self.columns.items() if each[0] not in ("id", "grp")])
        value = f"'{self.draw.choice(self.groups)}'" if self.draw.random() < 0.3 else None
        changed = f"grp = {value}" if value else f"{name} = {self.value(kind)}"
        self.root(f"UPDATE {self.name} SET {changed} WHERE {self.some_rows()}")

    def merge(self):
        name, kind = self.draw.choice([each for each in self.columns.items() if each[0] not in ("id", "grp")])
        self.root(f"MERGE INTO {self.name} t USING (VALUES 1, 3, 5, {self.next}) s (k) ON t.id = s.k WHEN MATCHED AND s.k = 3 THEN "
                  f"DELETE WHEN MATCHED THEN UPDATE SET {name} = {self.value(kind)} WHEN NOT MATCHED THEN INSERT (id, grp) "
                  f"VALUES (s.k, '{self.groups[0]}')")
        self.next += 1

    def changeable(self):
        return [name for name in self.columns if name not in ("id", "grp", "txt", "num", "addr")]

    def rename(self):
        if not self.changeable():
            return
        old = self.draw.choice(self.changeable())
        new = self.gone.pop() if self.gone and self.draw.random() < 0.5 else word(self.draw, "c")
        self.words.add(new)
        self.names.add(new)
        self.root(f"ALTER TABLE {self.name} CHANGE COLUMN {old} {new} {self.columns[old]}")
        self.columns = {(new if name == old else name): kind for name, kind in self.columns.items()}
        self.gone.append(old)

    def drop(self):
        if self.changeable():
            name = self.draw.choice(self.changeable())
            self.root(f"ALTER TABLE {self.name} DROP COLUMN {name}")
            self.gone.append(name)
            del self.columns[name]

    def add(self):
        again = self.gone.pop() if self.gone and self.draw.random() < 0.6 else word(self.draw, "c")
        self.words.add(again)
        self.names.add(again)
        self.columns[again] = self.draw.choice(["string", "bigint"])
        if self.version == 3 and self.draw.random() < 0.7:
            default = word(self.draw, "de") if self.columns[again] == "string" else self.draw.randrange(10**9, 10**10)
            self.words.add(str(default))
            iced.add_column(self.lab.lake, "past", self.name, again, "long" if self.columns[again] == "bigint" else "string", default)
            self.log.append(f"add {again} default {default}")
        else:
            self.root(f"ALTER TABLE {self.name} ADD COLUMNS ({again} {self.columns[again]})")

    def widen(self):
        if self.columns["num"] == "int":
            self.root(f"ALTER TABLE {self.name} CHANGE COLUMN num num bigint")
            self.columns["num"] = "bigint"

    def metadata(self):
        return ask(self.lab.lake, "GET", f"/v1/namespaces/past/tables/{self.name}", token=self.lab.token)[1]["metadata"]

    def commit(self, *updates):
        status, answer, _ = ask(self.lab.lake, "POST", f"/v1/namespaces/past/tables/{self.name}",
                                {"requirements": [], "updates": list(updates)}, token=self.lab.token)
        assert status == 200, (self.seed, updates, answer)
        self.log.append(repr(updates))

    def evolve(self):
        spec = self.draw.choice([[], [(2, "identity", "grp_again")], [(1, "bucket[3]", "id_bucket3")], [(3, "truncate[2]", "txt_cut")],
                                 [(4, "identity", "num_is"), (2, "identity", "grp_too")]])
        fields = [{"source-id": source, "transform": how, "name": name} for source, how, name in spec]
        self.commit({"action": "add-spec", "spec": {"fields": fields}}, {"action": "set-default-spec", "spec-id": -1})

    def refer(self):
        metadata = self.metadata()
        kind = self.draw.choice(["tag", "branch"])
        self.commit({"action": "set-snapshot-ref", "ref-name": f"{kind}{len(metadata['refs'])}", "type": kind,
                     "snapshot-id": self.draw.choice(metadata["snapshots"])["snapshot-id"]})

    def optimize(self):
        self.root(f"OPTIMIZE {self.name} REWRITE DATA USING BIN_PACK")

    def live(self):
        self.create()
        steps = [self.insert, self.insert, self.delete, self.delete_equal, self.delete_equal, self.update, self.merge, self.rename,
                 self.drop, self.add, self.add, self.widen, self.evolve, self.refer, self.optimize]
        for _ in range(self.draw.randrange(5, 11)):
            self.draw.choice(steps)()
        self.insert()

    # What is granted.

    def condition(self, depth):
        if depth > 1:
            left, right = self.condition(depth - 1), self.condition(1)
            return self.draw.choice([f"({left} AND {right})", f"({left} OR {right})", f"({left} AND NOT ({right}))"])
        plain = [(name, kind) for name, kind in self.columns.items() if kind != "struct"] + list(FIELDS.items())
        name, kind = self.draw.choice(plain)
        if name == "grp":
            return self.draw.choice([f"grp = '{self.groups[0]}'", f"grp <> '{self.groups[1]}'"])
        if kind in ("string", "varchar"):
            return self.draw.choice([f"{name} LIKE '__{self.draw.choice('bcdfg')}%'", f"substr({name}, 4, 1) > '{self.draw.choice('cfkp')}'",
                                     f"{name} IS NOT NULL", f"length({name}) > 8"])
        return self.draw.choice([f"{name} % 3 = {self.draw.randrange(3)}", f"{name} > {self.draw.randrange(2, 15)}00000000",
                                 f"{name} IS NULL OR {name} % 2 = 0"])

    def grant(self):
        """Some rows, or columns, or both; of the struct all, or all but one field, or nothing."""
        names = [name for name in self.columns if name not in ("id",)]
        self.hidden = self.draw.sample(names, self.draw.randrange(0, min(4, len(names)) + 1))
        self.hidden_fields = []
        if "addr" not in self.hidden and self.draw.random() < 0.5:
            self.hidden_fields = self.draw.sample(["addr.city", "addr.zip", "addr.flat", "addr.flat.door"], self.draw.randrange(1, 3))
            if "addr.flat" in self.hidden_fields and "addr.flat.door" in self.hidden_fields:
                self.hidden_fields.remove("addr.flat.door")
        self.filter = self.condition(self.draw.randrange(1, 4)) if not self.hidden + self.hidden_fields or self.draw.random() < 0.7 else None
        data = {"TableCatalogId": self.lab.lake.account, "DatabaseName": "past", "TableName": self.name, "Name": "some",
                "RowFilter": {"FilterExpression": self.filter} if self.filter else {"AllRowsWildcard": {}}}
        excluded = self.hidden + self.hidden_fields
        data["ColumnWildcard"] = {"ExcludedColumnNames": excluded} if excluded else {}
        self.lab.root.client("lakeformation").create_data_cells_filter(TableData=data)
        lakes.grant(self.lab.lake, self.lab.user, {"DataCellsFilter": {key: data[key] for key in (
            "TableCatalogId", "DatabaseName", "TableName", "Name")}}, ["SELECT"])
        self.seen = [name for name in self.columns if name not in self.hidden]

    def address(self):
        """The struct without what is hidden of it."""
        def fields(path, below):
            kept = [(name, more) for name, more in below.items() if f"{path}.{name}" not in self.hidden_fields]
            texts, types = [], []
            for name, more in kept:
                text, kind = fields(f"{path}.{name}", more) if more else (f"{path}.{name}", "varchar")
                texts.append(text)
                types.append(f"{name} {kind}")
            return f"CASE WHEN {path} IS NOT NULL THEN CAST(ROW({', '.join(texts)}) AS ROW({', '.join(types)})) END", f"ROW({', '.join(types)})"
        return fields("addr", {"city": None, "zip": None, "flat": {"door": None, "floor": None}})[0]

    def shown(self, names, at=""):
        columns = [f"{self.address()} AS addr" if name == "addr" and self.hidden_fields else name for name in names]
        return f"SELECT {', '.join(columns)} FROM past.{self.name}{at}" + (f" WHERE {self.filter}" if self.filter else "")

    def cast_shadow(self):
        self.shadow = f"s{self.seed}"
        self.lab.root.run(f"CREATE TABLE {self.shadow} WITH (format='PARQUET', external_location='s3://{self.lab.bucket}/shadows/"
                          f"{self.shadow}/') AS {self.shown(self.seen)}", "shadows")
        # Who sees all columns is shown those of the past in Glue's record, as everybody is.
        self.told = set(self.seen if self.hidden + self.hidden_fields else [*self.columns, *self.names]) | set(WORD.findall(repr(self.lab.root.run(f"SELECT * FROM {self.shadow}", "shadows"))))

    def secrets(self):
        return {each for each in self.words if len(each) >= 7} - self.told

    def __str__(self):
        log = "\n  ".join(self.log)
        return f"TARN_SEED={self.seed} filter {self.filter} hidden {self.hidden + self.hidden_fields}\n  {log}"


@pytest.fixture(scope="module")
def lab(governed):  # noqa: F811
    lab = lakes.Lab(governed, "past")
    lab.root.client("lakeformation").register_resource(ResourceArn=f"arn:aws:s3:::{lab.bucket}/past", UseServiceLinkedRole=True)
    for name in ("past", "shadows"):
        lab.root.client("glue").create_database(DatabaseInput={"Name": name, "LocationUri": f"s3://{lab.bucket}/{name}/"})
    lab.user = lakes.make_user(governed, "historian")
    lab.keys = lab.user.keys
    lakes.grant(governed, lab.user, {"Database": {"Name": "past"}}, ["DESCRIBE"])
    lab.token = token_of(governed)
    return lab


def closed(table, path, text):
    found = (table.secrets() & set(WORD.findall(text))) - set(WORD.findall(path))
    assert not found, f"{table}\n{path} tells of {sorted(found)[:5]}\n{text[:3000]}"


def both(table, statement):
    """The principal's outcome and the shadow's, which must be one."""
    mine = table.lab.user.ask(statement.replace("{t}", table.name), "past")
    theirs = table.lab.root.ask(statement.replace("{t}", table.shadow), "shadows")
    closed(table, statement, mine.reason + repr(mine.rows))
    # Which of the seen rows a statement fails at, of several, is not defined; that none is hidden was looked at before.
    plain = [re.sub(r"line \d+:\d+|Cannot cast '[^']*'", "", answer.reason).replace(name, "T").replace(space + ".", "")
             for answer, name, space in ((mine, table.name, "past"), (theirs, table.shadow, "shadows"))]
    order = list if "ORDER BY" in statement else lambda rows: sorted(rows, key=repr)
    outcome = [(answer.state, answer.kind, answer.rows[:1], order(answer.rows[1:])) for answer in (mine, theirs)]
    assert outcome[0] == outcome[1] and plain[0] == plain[1], f"{table}\n{statement}\n{mine.reason or mine.rows[:9]}\n" \
                                                              f"{theirs.reason or theirs.rows[:9]}"


def statements(table, count):
    """From a seeded grammar over what is seen; some fail for rows that are seen, or for hidden names."""
    draw = table.draw
    plain = [(name, kind) for name, kind in table.columns.items() if name in table.seen and kind != "struct"]
    if "addr" in table.seen:
        gone = tuple(table.hidden_fields)
        plain += [(name, kind) for name, kind in FIELDS.items() if not name.startswith(gone or "\0")]

    def predicate():
        name, kind = draw.choice(plain)
        if kind in ("string", "varchar"):
            return draw.choice([f"{name} LIKE '%{draw.choice('bcdfgh')}%'", f"{name} >= 'w{draw.choice('dgk')}'", f"{name} IS NULL",
                                f"CAST({name} AS bigint) > 0", f"1 / (length({name}) - 9) > 0", f"coalesce({name}, '') <> ''"])
        return draw.choice([f"{name} % 2 = 0", f"{name} > {draw.randrange(1, 20)}", f"{name} IS NULL", f"1000 / ({name} % 5) > 0",
                            f"{name} BETWEEN 3 AND 1500000000", f"CAST({name} AS varchar) LIKE '%7%'"])

    for _ in range(count):
        one, two = draw.choice(plain)[0], draw.choice(plain)[0]
        yield draw.choice([
            f"SELECT {one}, {two} FROM {{t}} WHERE {predicate()}", f"SELECT count(*), count({one}), min({two}), max({two}) FROM {{t}}",
            f"SELECT count(*) FROM {{t}} WHERE {predicate()} AND {predicate()}", f"SELECT * FROM {{t}} WHERE {predicate()}",
            f"SELECT {one}, count(*) FROM {{t}} GROUP BY {one}", f"SELECT {one} FROM {{t}} ORDER BY {one}, id LIMIT {draw.randrange(1, 9)}",
            f"SELECT a.id FROM {{t}} a JOIN {{t}} b ON a.id = b.id + 1 WHERE a.{one} IS NOT NULL",
            f"SELECT id, {draw.choice((table.hidden + table.hidden_fields + table.gone) or ['nowhere'])} FROM {{t}}",
            f"SELECT count(*) FROM {{t}} WHERE {draw.choice((table.hidden + table.hidden_fields + table.gone) or ['nowhere'])} IS NULL",
            f"SELECT \"{draw.choice(['_row_id', '_last_updated_sequence_number', '_file', '_pos', '_partition', '_deleted'])}\" FROM {{t}}",
            f"SELECT sum(CASE WHEN {predicate()} THEN 1 ELSE 0 END) FROM {{t}}", f"SELECT DISTINCT {one} FROM {{t}} WHERE {predicate()}"])


def metadata_is_closed(table):
    user = table.lab.user
    for sql in ('SELECT * FROM "{t}$files"', 'SELECT * FROM "{t}$manifests"', 'SELECT * FROM "{t}$snapshots"',
                'SELECT * FROM "{t}$history"', 'SELECT * FROM "{t}$refs"', 'SELECT count(*) FROM "{t}$partitions"',
                'SELECT * FROM "{t}$entries"', 'SELECT * FROM "{t}$all_entries"', 'SELECT * FROM "{t}$properties"',
                'SELECT * FROM "{t}$metadata_log_entries"', "SHOW PARTITIONS {t}"):
        answer = user.ask(sql.replace("{t}", table.name), "past")
        assert not answer.ok, f"{table}\n{sql}\n{answer.rows[:5]}"
        closed(table, sql, answer.reason)
    for sql in ("DESCRIBE {t}", "DESCRIBE FORMATTED {t}", "SHOW COLUMNS IN {t}", "SHOW CREATE TABLE {t}", "SHOW TBLPROPERTIES {t}",
                "SELECT * FROM information_schema.columns WHERE table_name = '{t}'", "EXPLAIN SELECT * FROM {t}",
                "EXPLAIN ANALYZE SELECT * FROM {t} WHERE id > 3"):
        answer = user.ask(sql.replace("{t}", table.name), "past")
        closed(table, sql, answer.reason + repr(answer.rows))
    glue = user.client("glue")
    for told in (glue.get_table(DatabaseName="past", Name=table.name),
                 glue.get_table_versions(DatabaseName="past", TableName=table.name)):
        closed(table, "Glue", repr(told))
    form = {"grant_type": "client_credentials", "client_id": user.keys["aws_access_key_id"],
            "client_secret": user.keys["aws_secret_access_key"]}
    token = ask(table.lab.lake, "POST", "/v1/oauth/tokens", form=form)[1]["access_token"]
    status, answer, _ = ask(table.lab.lake, "GET", f"/v1/namespaces/past/tables/{table.name}", token=token)
    answer.get("read-restrictions", {}).pop("required-row-filter", None)  # its own words are told to readers
    assert status == 200, answer
    closed(table, "REST", json.dumps(answer))
    assert ask(table.lab.lake, "POST", f"/v1/namespaces/past/tables/{table.name}/plan", {}, token=token)[0] == 403


def plain_type(field):
    return isinstance(field["type"], str)


def the_past_is_as_the_present(table):
    """Of each snapshot, tag and branch: the columns that are the same now, in the rows that the filter leaves there."""
    metadata = table.metadata()
    schemas = {each["schema-id"]: each["fields"] for each in metadata["schemas"]}
    now = {field["name"]: field for field in schemas[metadata["current-schema-id"]]}
    points = [(each["snapshot-id"], schemas[each.get("schema-id", metadata["current-schema-id"])]) for each in metadata["snapshots"]]
    known = dict(points)
    for name, ref in metadata["refs"].items():
        fields = known[ref["snapshot-id"]] if ref["type"] == "tag" else schemas[metadata["current-schema-id"]]
        points.append((f"'{name}'", fields))
    for point, fields in points:
        then = {field["name"]: field for field in fields}

        def same(name):
            was, new = then.get(name), now[name]
            return was and was["id"] == new["id"] and (plain_type(was) and plain_type(new) or was["type"] == new["type"])
        seen = [field["name"] for field in fields if field["name"] in table.seen and same(field["name"])]
        mine = table.lab.user.ask(f"SELECT * FROM {table.name} FOR VERSION AS OF {point}", "past")
        named = [name for name in now if table.filter and re.search(rf"\b{name}\b", table.filter)]
        if [name for name in named if not same(name) or then[name]["type"] != now[name]["type"]]:
            assert not mine.ok and "Lake Formation" in mine.reason, f"{table}\n{point}\n{mine.reason or mine.rows}"
            closed(table, f"the past at {point}", mine.reason)
            continue
        rows = table.lab.root.run(table.shown(seen, f" FOR VERSION AS OF {point}"), "past")
        table.told |= set(WORD.findall(repr(rows)))
        assert mine.ok, f"{table}\n{point}\n{mine.reason}"
        assert mine.rows[0] == rows[0] and sorted(mine.rows[1:], key=repr) == sorted(rows[1:], key=repr), \
            f"{table}\n{point}\n{mine.rows}\n{rows}"
        closed(table, f"the past at {point}", repr(mine.rows))
        for name in (set(then) | set(table.gone)) - set(seen):
            refused = table.lab.user.ask(f"SELECT {name} FROM {table.name} FOR VERSION AS OF {point}", "past")
            assert refused.kind == "COLUMN_NOT_FOUND", f"{table}\n{point} {name}\n{refused.reason or refused.rows}"


def nothing_changes(table):
    """Whatever a change's condition would find: the same refusal, and the table as it was."""
    before, reasons = table.metadata()["current-snapshot-id"], {}
    for condition in ("id = 1", "id = -1", "1 / (id - 1) > 0", f"grp = '{table.groups[0]}'", "txt LIKE 'w%'"):
        for sql in ("DELETE FROM {t} WHERE {c}", "UPDATE {t} SET id = 0 WHERE {c}",
                    "MERGE INTO {t} a USING (SELECT 1 AS k) b ON {c} AND b.k = 1 WHEN MATCHED THEN DELETE",
                    "MERGE INTO {t} a USING {t} b ON {c} WHEN NOT MATCHED THEN INSERT (id) VALUES (b.id)"):
            text = sql.replace("{t}", table.name).replace("{c}", condition.replace("id", "a.id") if "MERGE" in sql else condition)
            answer = table.lab.user.ask(text, "past")
            assert not answer.ok, f"{table}\n{text}"
            closed(table, text, answer.reason)
            assert reasons.setdefault(sql, answer.reason) == answer.reason or "does not exist" in answer.reason or \
                "cannot be resolved" in answer.reason or "COLUMN_NOT_FOUND" in answer.reason, f"{table}\n{text}\n{answer.reason}"
    for sql in ("INSERT INTO {t} (id) VALUES (1)", "OPTIMIZE {t} REWRITE DATA USING BIN_PACK", "VACUUM {t}",
                "ALTER TABLE {t} ADD COLUMNS (more string)", "DROP TABLE {t}"):
        assert not table.lab.user.ask(sql.replace("{t}", table.name), "past").ok, sql
    assert table.metadata()["current-snapshot-id"] == before


@pytest.mark.parametrize("seed", sorted({*range(SEED, SEED + SEEDS), *FOUND}))
def test_a_table_with_a_past(lab, seed):
    table = Table(lab, seed)
    table.live()
    table.grant()
    table.cast_shadow()
    both(table, "SELECT * FROM {t}")
    for statement in statements(table, 14):
        both(table, statement)
    metadata_is_closed(table)
    the_past_is_as_the_present(table)
    nothing_changes(table)
