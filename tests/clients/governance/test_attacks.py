"""What a restricted principal gets equals what it would get if the hidden rows and columns did not exist.

For each table there is a shadow: made by root from what the principal may see. A statement is asked of the table by the
principal and of the shadow by root; rows, columns and errors must be the same, and nothing hidden may show anywhere.
"""
import itertools
import json
import os
import random
import re

import pytest

from governance import lakes
from governance.lakes import governed  # noqa: F401

SEED = int(os.environ.get("TARN_SEED", "7"))
GENERATED = int(os.environ.get("TARN_GENERATED", "60"))
# Values that only hidden rows and columns have.
SECRET = re.compile(r"LEAK|SECRET|91919|redacted_column|other_column")

# Visible: region = 'eu', columns id, name, amount, n, at. Of other rows every value but id tells on itself.
COLUMNS = "id bigint, name varchar, amount double, n varchar, at date, region varchar, redacted_column varchar"
VISIBLE = "id, name, amount, n, at"


def rows(count):
    made = []
    for i in range(count):
        if i % 5 == 3:
            made.append((i, f"ok{i}", i / 4, str(i % 7 + 1), f"2024-01-{i % 28 + 1:02}", "eu", f"SECRET{i}"))
        else:
            made.append((i, f"LEAK{i}", 91919.0 + i, f"LEAK{i}", "1999-09-09", random.Random(i).choice(["us", "ap"]),
                         f"SECRET{i}"))
    return made


def literal(value):
    return str(value) if isinstance(value, (int, float)) else f"'{value}'"


def values(made):
    return ", ".join("(" + ", ".join(literal(v) for v in row) + ")" for row in made)


TYPED = ("SELECT CAST(id AS bigint) AS id, CAST(name AS varchar) AS name, CAST(amount AS double) AS amount, "
         "CAST(n AS varchar) AS n, CAST(at AS date) AS at, CAST(redacted_column AS varchar) AS redacted_column, "
         "CAST(region AS varchar) AS region FROM (VALUES {}) AS v (id, name, amount, n, at, region, redacted_column)")


def make_parquet(root, bucket, table, made):
    root.run(f"CREATE TABLE {table} WITH (format='PARQUET', external_location='s3://{bucket}/{table}/') AS "
             + TYPED.format(values(made)), "lab")


def make_partitioned(root, bucket, table, made):
    root.run(f"CREATE TABLE {table} WITH (format='PARQUET', external_location='s3://{bucket}/{table}/', "
             "partitioned_by=ARRAY['region']) AS " + TYPED.format(values(made)), "lab")


def make_iceberg(root, bucket, table, made):
    root.run(f"CREATE TABLE {table} (id bigint, name string, amount double, n string, at date, redacted_column string, "
             f"region string) LOCATION 's3://{bucket}/{table}/' TBLPROPERTIES ('table_type'='ICEBERG')", "lab")
    half = len(made) // 2
    for part in (made[:half], made[half:]):
        root.run(f"INSERT INTO {table} " + TYPED.format(values(part)), "lab")
    # Some rows are gone by position, hidden ones and seen ones.
    root.run(f"INSERT INTO {table} VALUES (100003, 'ok9', 1.0, '1', DATE '2024-02-02', 'SECRETx', 'eu')", "lab")
    root.run(f"DELETE FROM {table} WHERE id >= 100000", "lab")


def make_json(root, bucket, table, made):
    names = ["id", "name", "amount", "n", "at", "region", "redacted_column"]
    text = "\n".join(json.dumps(dict(zip(names, row))) for row in made)
    root.client("s3").put_object(Bucket=bucket, Key=f"{table}/a.json", Body=text.encode())
    root.run(f"CREATE EXTERNAL TABLE {table} (id bigint, name string, amount double, n string, at date, "
             f"redacted_column string, region string) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' "
             f"LOCATION 's3://{bucket}/{table}/'", "lab")


MAKERS = {"parquet": make_parquet, "partitioned": make_partitioned, "iceberg": make_iceberg, "json": make_json}
FILTERS = {"plain": "region = 'eu'", "casting": "region = 'eu' AND CAST(n AS integer) > 0",
           "hidden": "redacted_column LIKE 'SECRET%' AND region IN ('eu', 'nowhere')"}


class Pair:
    def __init__(self, table, shadow, root, user):
        self.table, self.shadow, self.root, self.user = table, shadow, root, user


@pytest.fixture(scope="module")
def pairs(governed):  # noqa: F811
    root = lakes.root_of(governed)
    user = lakes.make_user(governed, "ana")
    bucket = "lab-" + os.urandom(4).hex()
    root.client("s3").create_bucket(Bucket=bucket)
    root.client("glue").create_database(DatabaseInput={"Name": "lab"})
    lakes.grant(governed, user, {"Database": {"Name": "lab"}}, ["DESCRIBE"])
    made = rows(400)
    root.run(f"CREATE TABLE shadow WITH (format='PARQUET', external_location='s3://{bucket}/shadow/') AS "
             f"SELECT {VISIBLE} FROM ({TYPED.format(values(made))}) WHERE region = 'eu'", "lab")
    found = {}
    for (kind, make), (name, text) in itertools.product(MAKERS.items(), FILTERS.items()):
        table = f"t_{kind}_{name}"
        make(root, bucket, table, made)
        lakes.grant_filter(governed, user, "lab", table, "some", text, VISIBLE.split(", "))
        found[table] = Pair(table, "shadow", root, user)
    return found


TABLES = [f"t_{kind}_{name}" for kind in MAKERS for name in FILTERS]

# Fails for rows that are seen, too.
FAILS_ALWAYS = "length(name) / (length(name) - length(name)) = 1"
# Each tells of a row that it sees but should not: by failing, by being true, or by its value.
PREDICATES = [
    "CAST(n AS integer) > 0",
    "1 / CAST(n AS integer) >= 0",
    "id / (CASE WHEN name LIKE 'LEAK%' THEN 0 ELSE 1 END) >= 0",
    "amount > 91918",
    "name LIKE 'LEAK%'",
    "name > 'ok'",
    "regexp_like(name, '^LEAK')",
    "at < DATE '2000-01-01'",
    "date_diff('day', at, DATE '2024-01-01') > 3000",
    "id IN (0, 1, 2, 3, 4, 5)",
    "id BETWEEN 3 AND 60 AND CAST(n AS bigint) < 5",
    "CAST(substr(name, 3) AS bigint) = id",
    "element_at(ARRAY[1, 2, 3, 4, 5, 6, 7], CAST(n AS integer)) > 2",
    FAILS_ALWAYS,
    "coalesce(try(CAST(n AS integer)), -1) = -1",
    "json_parse('{\"a\": ' || n || '}') IS NOT NULL",
    "name = 'ok3' OR CAST(n AS integer) = 2",
    "NOT (name LIKE 'ok%')",
    "ARRAY[1, 2, 3, 4, 5, 6][CAST(n AS integer)] > 2",
    "cardinality(sequence(1, CAST(n AS integer))) > 3",
    "json_extract_scalar('{\"a\": ' || n || '}', '$.a') > '3'",
    "any_match(split(name, 'k'), x -> CAST(substr(x, 1, 1) AS varchar) = 'L')",
    "from_base(n, 10) > 2",
    "name IN (SELECT x FROM (VALUES 'LEAK3', 'ok13', 'ok8') v (x))",
]
SHAPES = [
    "SELECT count(*) FROM {t} WHERE {p}",
    "SELECT id, name FROM {t} WHERE {p}",
    "SELECT * FROM {t} WHERE {p}",
    "SELECT t.id FROM {t} t JOIN (VALUES 1, 2, 3, 8, 13, 18) r (j) ON t.id = r.j AND {p}",
    "SELECT t.id FROM (SELECT * FROM {t}) t LEFT JOIN (VALUES 1, 3, 8) r (j) ON t.id = r.j WHERE {p}",
    "SELECT count(*), {p} FROM {t} GROUP BY {p}",
    "SELECT id FROM {t} ORDER BY {p}, id LIMIT 3",
    "SELECT sum(CASE WHEN {p} THEN 1 ELSE 0 END) OVER (ORDER BY id) FROM {t}",
    "SELECT name FROM {t} WHERE id = (SELECT max(id) FROM {t} WHERE {p})",
    "SELECT name FROM {t} a WHERE EXISTS (SELECT 1 FROM {t} b WHERE a.id = b.id AND {p_b})",
    "SELECT count(*) FILTER (WHERE {p}) FROM {t}",
    "WITH c AS (SELECT * FROM {t}) SELECT count(*) FROM c WHERE {p}",
    "SELECT name FROM {t} WHERE {p} UNION SELECT name FROM {t} WHERE NOT ({p})",
]
OTHERS = [
    "SELECT * FROM {t}",
    "SELECT count(*) FROM {t}",
    "SELECT count(id), count(name), min(id), max(id), min(name), max(name), min(at), max(at) FROM {t}",
    "SELECT sum(amount), avg(amount), approx_distinct(name) FROM {t}",
    "SELECT id FROM {t} ORDER BY id LIMIT 1",
    "SELECT id FROM {t} ORDER BY id DESC LIMIT 5",
    "SELECT id FROM {t} ORDER BY id OFFSET 70 LIMIT 100",
    "SELECT name FROM {t} WHERE id = 0",
    "SELECT redacted_column FROM {t}",
    "SELECT region FROM {t}",
    "SELECT {t}.redacted_column FROM {t}",
    "SELECT id FROM {t} WHERE region = 'us'",
    "SELECT id FROM {t} WHERE redacted_column LIKE 'S%'",
    "SELECT id FROM {t} ORDER BY redacted_column",
    "SELECT region, count(*) FROM {t} GROUP BY region",
    "SELECT redacted_colum FROM {t}",
    "SELECT redacted_column FROM (SELECT * FROM {t})",
    "SELECT a.id FROM {t} a JOIN {t} b USING (redacted_column)",
    "SELECT a.id FROM {t} a NATURAL JOIN (SELECT 'SECRET3' AS redacted_column) b",
    "SELECT max(redacted_column) OVER (PARTITION BY region) FROM {t}",
    "SELECT id FROM {t} TABLESAMPLE BERNOULLI (100)",
    "SELECT DISTINCT length(name) FROM {t}",
    "SELECT array_agg(name ORDER BY id) FROM {t}",
    "SELECT map_agg(id, n) FROM {t} WHERE id < 20",
    "SELECT CAST(ROW(t.id, t.name, t.amount, t.n, t.at) AS json) FROM {t} t",
    "SELECT t FROM {t} t",
    "SELECT t.*, t.* FROM {t} t",
    "SELECT CAST(ROW(t.id, t.redacted_column) AS json) FROM {t} t",
    "SELECT a.id, b.id FROM {t} a CROSS JOIN {t} b WHERE a.id + 5 = b.id",
    "SELECT id FROM {t} EXCEPT SELECT id FROM {t} WHERE name LIKE 'ok%'",
    "SELECT id FROM {t} WHERE id NOT IN (SELECT id FROM {t})",
    "SELECT lag(name) OVER (ORDER BY id) FROM {t}",
    "SELECT (SELECT name FROM {t} WHERE name LIKE 'LEAK%')",
    "SELECT (SELECT name FROM {t} WHERE id < 5)",
    "SELECT (SELECT name FROM {t} WHERE id < 10)",
    "SELECT min_by(name, amount), max_by(name, amount) FROM {t}",
    "SELECT histogram(n) FROM {t}",
    "SELECT approx_percentile(amount, 0.99) FROM {t}",
    "SELECT checksum(name) FROM {t}",
]
# Each asked of every fourth table.
MORE = [
    "SELECT day(at), n, count(*) FROM {t} GROUP BY GROUPING SETS ((day(at)), (n), ())",
    "SELECT n, length(name), sum(amount) FROM {t} GROUP BY ROLLUP (n, length(name))",
    "SELECT n, id % 2, count(*) FROM {t} GROUP BY CUBE (n, id % 2) HAVING count(*) > 3",
    "SELECT id, row_number() OVER (ORDER BY amount), ntile(4) OVER (ORDER BY id) FROM {t}",
    "SELECT id, first_value(name) OVER (ORDER BY id ROWS BETWEEN 5 PRECEDING AND CURRENT ROW) FROM {t}",
    "SELECT id, rank() OVER (PARTITION BY n ORDER BY name DESC), last_value(name) OVER (PARTITION BY n ORDER BY id) FROM {t}",
    "SELECT id, sum(CAST(n AS integer)) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM {t}",
    "SELECT id FROM {t} INTERSECT SELECT id + 10 FROM {t}",
    "SELECT n FROM {t} UNION ALL SELECT name FROM {t}",
    "SELECT name FROM {t} WHERE id IN (SELECT b.id + 5 FROM {t} b WHERE b.name > 'ok1')",
    "SELECT a.id, (SELECT count(*) FROM {t} b WHERE b.id < a.id) FROM {t} a",
    "SELECT a.id, (SELECT max(b.name) FROM {t} b WHERE b.n = a.n) FROM {t} a",
    "SELECT t.id, u.x FROM {t} t CROSS JOIN UNNEST(ARRAY[t.n, t.name]) AS u (x)",
    "SELECT id, u.x, u.o FROM {t} CROSS JOIN UNNEST(split(name, 'k')) WITH ORDINALITY AS u (x, o)",
    "SELECT sum(u.x) FROM {t} CROSS JOIN UNNEST(sequence(1, CAST(n AS integer))) AS u (x)",
    "SELECT json_format(CAST(map(ARRAY['k'], ARRAY[name]) AS json)) FROM {t}",
    "SELECT json_extract_scalar('{\"a\": \"' || name || '\"}', '$.a') FROM {t}",
    "SELECT json_array_length(json_parse('[' || n || ']')) FROM {t}",
    "SELECT transform(array_agg(n ORDER BY id), x -> CAST(x AS integer) + 1) FROM {t}",
    "SELECT filter(array_agg(name ORDER BY id), x -> x LIKE 'LEAK%') FROM {t}",
    "SELECT reduce(array_agg(id ORDER BY id), 0, (s, x) -> s + x, s -> s) FROM {t}",
    "SELECT any_match(array_agg(name), x -> x > 'ok'), none_match(array_agg(n), x -> CAST(x AS integer) < 0) FROM {t}",
    "SELECT id, ARRAY[1, 2, 3, 4, 5, 6][CAST(n AS integer)] FROM {t}",
    "SELECT approx_percentile(id, 0.5), cardinality(approx_most_frequent(3, n, 10)) FROM {t}",
    "SELECT count_if(amount > 1000), bool_or(name LIKE 'LEAK%'), bool_and(CAST(n AS integer) > 0) FROM {t}",
    "SELECT max(name, 3), min(id, 2) FROM {t}",
    "SELECT listagg(name, ',') WITHIN GROUP (ORDER BY id) FROM {t}",
    "SELECT round(stddev(amount), 3), round(variance(id), 3), round(corr(id, amount), 3) FROM {t}",
    "SELECT id FROM {t} TABLESAMPLE SYSTEM (100)",
    "SELECT id FROM {t} TABLESAMPLE BERNOULLI (0)",
    "SELECT date_parse(name, '%Y-%m-%d') FROM {t}",
    "SELECT regexp_extract(name, '[0-9]+', CAST(n AS integer)) FROM {t}",
    "SELECT regexp_like('ok', name || '(') FROM {t}",
    "SELECT from_base(n, 10) FROM {t}",
    "SELECT chr(CAST(n AS integer) + 64) FROM {t}",
    "SELECT at + INTERVAL '1' DAY, date_add('month', CAST(n AS integer), at) FROM {t}",
    "SELECT cardinality(map_from_entries(array_agg(ROW(n, id)))) FROM {t}",
    "SELECT * FROM {t} ORDER BY id FETCH FIRST 3 ROWS ONLY",
    "SELECT a.id FROM {t} a FULL OUTER JOIN {t} b ON a.id = b.id + 1 WHERE a.id IS NULL OR b.id IS NULL",
    "SELECT count(*) FROM {t} a RIGHT JOIN (SELECT 1 AS one) b ON a.id > 91000",
    "SELECT a.name FROM {t} a, LATERAL (SELECT b.id FROM {t} b WHERE b.id = a.id + 1) c",
    "WITH RECURSIVE r (x) AS (SELECT min(id) FROM {t} UNION ALL SELECT x + 1 FROM r WHERE x < (SELECT min(id) + 4 FROM {t})) SELECT * FROM r",
    "SELECT count(DISTINCT name), count(DISTINCT CAST(n AS integer)) FROM {t}",
    "SELECT id FROM {t} WHERE ROW(id, n) IN (SELECT ROW(id, n) FROM {t} WHERE id < 30)",
    "SELECT id FROM {t} WHERE amount > ALL (SELECT amount FROM {t} WHERE id < 50)",
    "SELECT id FROM {t} WHERE id = ANY (SELECT id - 1 FROM {t})",
    "SELECT greatest(id, CAST(n AS bigint)), least(name, n), nullif(name, 'ok3'), if(name LIKE 'LEAK%', 1, 0) FROM {t}",
    "SELECT 1 FROM {t} LIMIT 0",
    "SELECT nowhere FROM {t} LIMIT 0",
    "VALUES (SELECT count(*) FROM {t}), (SELECT CAST(max(n) AS integer) FROM {t})",
]


def outcome(answer, ordered):
    if not answer.ok:
        return answer.state, answer.kind
    return answer.state, answer.rows[:1], answer.rows[1:] if ordered else sorted(answer.rows[1:], key=repr)


def check(pair, statement):
    mine = pair.user.ask(statement.replace("{t}", pair.table), "lab")
    shadow = pair.root.ask(statement.replace("{t}", pair.shadow), "lab")
    ordered = "ORDER BY" in statement and "OVER" not in statement
    assert outcome(mine, ordered) == outcome(shadow, ordered), f"{statement}\n{mine.reason}\n{shadow.reason}"
    told = mine.reason + repr(mine.rows)
    asked = set(SECRET.findall(statement))
    assert set(SECRET.findall(told)) <= asked, f"{statement}\n{told[:2000]}"
    if not mine.ok:
        # The tables' names differ in length, and so do places in the statement.
        plain = [re.sub(r"line \d+:\d+", "", reason) for reason in (mine.reason.replace(pair.table, "T"),
                                                                    shadow.reason.replace(pair.shadow, "T"))]
        assert plain[0] == plain[1], statement


@pytest.mark.parametrize("table", TABLES)
def test_statements_are_answered_as_of_the_shadow(pairs, table):
    for statement in OTHERS + MORE[TABLES.index(table) % 4::4]:
        check(pairs[table], statement)


@pytest.mark.parametrize("shape", range(len(SHAPES)))
def test_conditions_see_no_hidden_row(pairs, shape):
    """Every shape with every condition, each on another table than the one before."""
    turn = shape
    for predicate in PREDICATES:
        shifted = re.sub(r"\b(id|name|amount|n|at)\b", r"b.\1", predicate)
        statement = SHAPES[shape].replace("{p_b}", shifted).replace("{p}", predicate)
        check(pairs[TABLES[turn % len(TABLES)]], statement)
        turn += 1


def generated(count):
    """Statements from a seeded grammar over what the principal sees, and over what it should not."""
    draw = random.Random(SEED)
    columns = ["id", "name", "amount", "n", "at"]
    # Whether `a AND b` gets to a failing b where a is false is not defined: it differs with what statistics rule out.
    predicates = [each for each in PREDICATES if each != FAILS_ALWAYS]
    scalars = ["id", "CAST(n AS integer)", "length(name)", "amount", "id % 7", "try(CAST(n AS integer))",
               "day(at)", "CAST(substr(name, 3) AS integer)"]
    for _ in range(count):
        condition = " ".join(
            (draw.choice(["AND", "OR"]) if k else "") + " " + draw.choice(["", "", "NOT "]) + "("
            + draw.choice([draw.choice(predicates), f"{draw.choice(scalars)} {draw.choice(['<', '>=', '=', '<>'])} "
                                                    f"{draw.randrange(0, 90)}"]) + ")"
            for k in range(draw.randrange(1, 4)))
        kind = draw.randrange(5)
        if kind == 0:
            yield f"SELECT {', '.join(draw.sample(columns, draw.randrange(1, 4)))} FROM {{t}} WHERE {condition}"
        elif kind == 1:
            yield f"SELECT {draw.choice(scalars)}, count(*) FROM {{t}} WHERE {condition} GROUP BY 1"
        elif kind == 2:
            yield (f"SELECT a.id FROM {{t}} a JOIN {{t}} b ON a.id = b.id + {draw.randrange(0, 11)} "
                   f"WHERE a.id IN (SELECT id FROM {{t}} WHERE {condition})")
        elif kind == 3:
            yield (f"SELECT max({draw.choice(scalars)}), min({draw.choice(columns)}) FROM (SELECT * FROM {{t}} "
                   f"WHERE {condition}) HAVING count(*) > {draw.randrange(0, 40)}")
        else:
            yield f"SELECT id, {draw.choice(scalars)} FROM {{t}} WHERE {condition} ORDER BY id LIMIT {draw.randrange(1, 30)}"


def test_generated_statements_are_answered_as_of_the_shadow(pairs):
    draw = random.Random(SEED + 1)
    for statement in generated(GENERATED):
        check(pairs[draw.choice(TABLES)], statement)


@pytest.mark.parametrize("table", ["t_parquet_casting", "t_iceberg_hidden"])
def test_prepared_statements_are_answered_as_of_the_shadow(pairs, table):
    """Parameters in the statement, after USING and of the call; plans of what is prepared."""
    pair = pairs[table]
    for number, (text, values) in enumerate((
            ("SELECT id, name FROM {t} WHERE id > ? AND name LIKE ?", ["380", "'ok%'"]), ("SELECT count(*) FROM {t} WHERE name LIKE ?", ["'LEAK%'"]),
            ("SELECT CAST(? AS integer) / CAST(n AS integer) FROM {t}", ["7"]), ("SELECT redacted_column FROM {t} WHERE id = ?", ["3"]),
            ("SELECT id FROM {t} WHERE CAST(n AS integer) > ?", ["'x'"]))):
        outcomes = []
        for who, name in ((pair.user, pair.table), (pair.root, pair.shadow)):
            made = f"p{number}_{name}"
            assert who.ask(f"PREPARE {made} FROM " + text.replace("{t}", name), "lab").ok
            said = who.ask(f"EXECUTE {made} USING {', '.join(values)}", "lab")
            called = who.ask(text.replace("{t}", name), "lab", ExecutionParameters=values)
            plan = who.ask("EXPLAIN " + text.replace("{t}", name), "lab", ExecutionParameters=values)
            told = said.reason + repr(said.rows) + called.reason + repr(called.rows) + (plan.reason + repr(plan.rows) if who is pair.user else "")
            assert set(SECRET.findall(told)) <= set(SECRET.findall(text + repr(values))), told
            outcomes.append((outcome(said, False), outcome(called, False), plan.ok))
        assert outcomes[0] == outcomes[1], text


def test_there_are_enough_statements():
    assert len(SHAPES) * len(PREDICATES) + len(OTHERS) + len(MORE) >= 200


@pytest.mark.parametrize("table", TABLES)
def test_nothing_about_a_table_tells_of_what_is_hidden(pairs, table):
    pair = pairs[table]
    told = []
    for statement in ["DESCRIBE {t}", "DESCRIBE FORMATTED {t}", "SHOW COLUMNS IN {t}", "SHOW CREATE TABLE {t}",
                      "SHOW TBLPROPERTIES {t}", "SHOW PARTITIONS {t}", 'SELECT * FROM "{t}$partitions"',
                      'SELECT * FROM "{t}$files"', 'SELECT * FROM "{t}$manifests"', 'SELECT * FROM "{t}$history"',
                      'SELECT * FROM "{t}$snapshots"', 'SELECT * FROM "{t}$refs"', 'SELECT "$path" FROM {t}',
                      'SELECT "$file_size", id FROM {t}', 'SELECT "$pos" FROM {t}', 'SELECT "_row_id" FROM {t}',
                      "EXPLAIN SELECT * FROM {t}", "EXPLAIN ANALYZE SELECT * FROM {t} WHERE id > 300",
                      "EXPLAIN ANALYZE SELECT count(*) FROM {t}",
                      "SELECT * FROM information_schema.columns WHERE table_name = '{t}'",
                      "SELECT * FROM information_schema.tables WHERE table_schema = 'lab'"]:
        answer = pair.user.ask(statement.replace("{t}", table), "lab")
        told.append(statement + "\n" + answer.reason + repr(answer.rows))
    glue = pair.user.client("glue")
    for call, arguments in [
            (glue.get_table, {"Name": table}), (glue.get_tables, {}), (glue.get_table_versions, {"TableName": table}),
            (glue.get_partitions, {"TableName": table}),
            (glue.get_column_statistics_for_table, {"TableName": table, "ColumnNames": ["id", "name"]})]:
        try:
            told.append(repr(call(DatabaseName="lab", **arguments)))
        except glue.exceptions.ClientError as error:
            told.append(str(error))
    told.append(repr(pair.user.client("athena").get_table_metadata(
        CatalogName="AwsDataCatalog", DatabaseName="lab", TableName=table)))
    for text in told:
        assert not re.search(r"LEAK|SECRET|91919|redacted_column", text), text[:3000]
        assert not re.search(r"region[=\s'\"|]", text.replace("region=us-east-1", "")), text[:3000]


def test_a_restricted_principal_changes_nothing(pairs):
    for table in ("t_iceberg_plain", "t_parquet_plain"):
        user = pairs[table].user
        for statement in ["DELETE FROM {t} WHERE id = 3", "UPDATE {t} SET name = 'x' WHERE id = 3", "DROP TABLE {t}",
                          "INSERT INTO {t} SELECT * FROM {t}", "ALTER TABLE {t} ADD COLUMNS (x int)",
                          "ALTER TABLE {t} SET TBLPROPERTIES ('a'='b')", "OPTIMIZE {t} REWRITE DATA USING BIN_PACK",
                          "VACUUM {t}", "CREATE TABLE lab.mine AS SELECT * FROM {t}", "CREATE DATABASE mine",
                          "CREATE VIEW lab.seen AS SELECT * FROM {t}", "DROP DATABASE lab CASCADE",
                          "MERGE INTO {t} a USING {t} b ON a.id = b.id WHEN MATCHED THEN DELETE"]:
            answer = user.ask(statement.replace("{t}", table), "lab")
            assert not answer.ok, statement
            assert not SECRET.search(answer.reason), answer.reason
        assert pairs[table].root.run(f"SELECT count(*) FROM {table}", "lab")[1] == ("400",)


def test_results_of_others_are_not_reused(pairs):
    pair = pairs["t_parquet_plain"]
    reuse = {"ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": 60}}}
    sql = f"SELECT count(*) FROM {pair.table}"
    assert pair.root.run(sql, "lab", **reuse)[1] == ("400",)
    assert pair.user.run(sql, "lab", **reuse)[1] == ("80",)
    assert pair.root.run(sql, "lab", **reuse)[1] == ("400",)


def test_unloads_and_views_hold_visible_rows_alone(pairs, governed):  # noqa: F811
    pair = pairs["t_parquet_plain"]
    target = governed.results.rsplit("results/", 1)[0] + "unload/" + os.urandom(4).hex() + "/"
    pair.user.run(f"UNLOAD (SELECT * FROM {pair.table}) TO '{target}' WITH (format='JSON', compression='NONE')", "lab")
    bucket, _, prefix = target[5:].partition("/")
    s3 = pair.root.client("s3")
    found = s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]
    text = "".join(s3.get_object(Bucket=bucket, Key=o["Key"])["Body"].read().decode() for o in found)
    assert text.count("\n") == 80 and not SECRET.search(text)

    # A view of root's is read with the reader's own rights to what is below it.
    pair.root.run(f"CREATE VIEW v_all AS SELECT id, name FROM {pair.table}", "lab")
    pair.root.run(f"CREATE VIEW v_hidden AS SELECT id, redacted_column FROM {pair.table}", "lab")
    for view in ("v_all", "v_hidden"):
        assert not pair.user.ask(f"SELECT * FROM {view}", "lab").ok
        lakes.grant(governed, pair.user, {"Table": {"DatabaseName": "lab", "Name": view}}, ["SELECT", "DESCRIBE"])
    assert pair.user.run("SELECT count(*) FROM v_all", "lab")[1] == ("80",)
    hidden = pair.user.ask("SELECT * FROM v_hidden", "lab")
    assert not hidden.ok and not SECRET.search(hidden.reason.replace("'redacted_column'", ""))
