"""Whichever path leads to a table, a restricted principal meets what would be there without the hidden rows and columns.

A seeded generator makes tables, rows and grants. What only a hidden row or column holds is a word that stands nowhere
else, the hidden columns' names are such words, too: a leak on any path tells on itself by one of them in an answer. What
should be seen is compared with a shadow, made by root from what the grant shows.
  TARN_SEED=n    another sequence
  TARN_TABLES=n  so many tables (6), each of another makeup
"""
import json
import os
import random
import re
import urllib.request

import pytest
from botocore.exceptions import ClientError

from conftest import OTHER_ACCOUNT  # noqa: F401  (the module's neighbours are found by it)
from governance import lakes
from governance.lakes import governed  # noqa: F401
from iceberg.test_rest_catalog import ask

pytestmark = pytest.mark.xdist_group("attack_paths")  # one lake

SEED = int(os.environ.get("TARN_SEED", "11"))
TABLES = int(os.environ.get("TARN_TABLES", "6"))
KINDS = ("parquet", "iceberg", "partitioned", "iced_parts", "projected", "json")
WORD = re.compile(r"[A-Za-z0-9_]{4,}")
# Root's results are root's: the user's own IAM policy keeps them apart, as a lake's owner would.
POLICY = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["athena:*", "glue:*", "s3:*", "lakeformation:GetDataAccess"], "Resource": "*"},
    {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::*/results/*"}]}


class Made:
    """One table, what the user may see of it, and what it must not meet."""

    def __init__(self, draw, number, bucket):
        self.kind = KINDS[number % len(KINDS)]
        self.name, self.bucket = f"t{number}_{self.kind}", bucket
        self.folder = f"closed/{self.name}/"
        word = lambda start: start + "".join(draw.choice("bcdfghjklmnpqrstvwxz") for _ in range(7))  # noqa: E731
        self.groups = [word("g") for _ in range(4)]
        types = {"id": "bigint", "grp": "string", "txt": "string", "num": "bigint"}
        types |= {word("c"): draw.choice(["string", "bigint"]) for _ in range(draw.randrange(1, 4))}
        names = [name for name in types if name != "grp"]
        self.types = {name: types[name] for name in names} | {"grp": "string"}  # partition columns come last
        self.rows = []
        for _ in range(draw.randrange(20, 60)):
            self.rows.append([draw.choice(self.groups) if name == "grp" else word("w") if kind == "string" else
                              draw.randrange(10**9, 10**10) for name, kind in self.types.items()])
        drawn = [name for name in names if name not in ("id", "txt", "num")]
        self.hidden = sorted(draw.sample(drawn, draw.randrange(0, len(drawn) + 1)))
        if draw.random() < 0.4:
            self.hidden.append("grp")
        some_rows = condition(draw, self, draw.randrange(1, 4)) if not self.hidden or draw.random() < 0.7 else None
        self.grants = [(some_rows, self.hidden)]  # a filter's rows and the columns that it leaves out
        self.mask = draw.choice([None, None, "hash", "null", "partial"])
        if not self.mask and draw.random() < 0.5:  # another filter beside: its rows show what it holds
            self.grants.append((condition(draw, self, 1), draw.sample(names, draw.randrange(1, 3))))
            self.hidden = [name for name in self.hidden if name in self.grants[1][1]]
        self.filter = " OR ".join(f"({rows})" for rows, _ in self.grants) if some_rows else None
        self.seen = [name for name in self.types if name not in self.hidden]

    @property
    def iceberg(self):
        return self.kind.startswith("ice")

    @property
    def parts(self):
        return self.kind in ("partitioned", "projected")

    def cells(self, name):
        """The condition under which the column's cell is seen in a row that is; nothing where it always is."""
        holders = [rows for rows, hidden in self.grants if name not in hidden]
        return None if None in holders or len(holders) == len(self.grants) else " OR ".join(f"({r})" for r in holders)

    def masked(self, name):
        """What stands for the column, by hand."""
        if name != "txt" or not self.mask:
            return f"CASE WHEN {self.cells(name)} THEN {name} END" if self.cells(name) else name
        return {"null": "CAST(NULL AS varchar)", "hash": "lower(to_hex(sha256(to_utf8(txt))))",
                "partial": "substr(txt, 1, 1) || '******' || substr(txt, 8)"}[self.mask]

    def shadow_sql(self):
        columns = ", ".join(f"{self.masked(name)} AS {name}" for name in self.seen)
        return f"SELECT {columns} FROM closed.{self.name}" + (f" WHERE {self.filter}" if self.filter else "")

    def values_sql(self):
        columns = ", ".join(f"CAST({n} AS {'varchar' if k == 'string' else k}) AS {n}" for n, k in self.types.items())
        rows = ", ".join("(" + ", ".join(repr(value) for value in row) + ")" for row in self.rows)
        return f"SELECT {columns} FROM (VALUES {rows}) v ({', '.join(self.types)})"


def condition(draw, made, depth):
    """A row filter from a small grammar over all columns, hidden ones too."""
    if depth > 1:
        left, right = condition(draw, made, depth - 1), condition(draw, made, 1)
        return draw.choice([f"({left} AND {right})", f"({left} OR {right})", f"({left} AND NOT ({right}))"])
    name, kind = draw.choice(list(made.types.items()))
    if name == "grp":
        return draw.choice([f"grp = '{made.groups[0]}'", "grp IN ('{}', '{}')".format(*made.groups[:2]),
                            f"grp <> '{made.groups[2]}'"])
    if kind == "string":
        return draw.choice([f"{name} < 'wm'", f"{name} LIKE 'w%{draw.choice('bcdfg')}%'", f"length({name}) = 8 AND "
                            f"{name} > 'wh'", f"substr({name}, 2, 1) IN ('b', 'c', 'd', 'f', 'g', 'h', 'j')"])
    return draw.choice([f"{name} % 3 = {draw.randrange(3)}", f"{name} > {draw.randrange(2, 8)}000000000",
                        f"{name} BETWEEN 2000000000 AND 7000000000", f"CAST({name} AS varchar) LIKE '%7%'"])


def make(root, made):
    """The table, by root, with statistics and properties that tell of its columns and values."""
    place = f"s3://{made.bucket}/{made.folder}"
    if made.iceberg:
        columns = ", ".join(f"{name} {kind}" for name, kind in made.types.items())
        parts = " PARTITIONED BY (grp)" if made.kind == "iced_parts" else ""
        root.run(f"CREATE TABLE {made.name} ({columns}){parts} LOCATION '{place}' "
                 "TBLPROPERTIES ('table_type'='ICEBERG')", "closed")
        root.run(f"INSERT INTO {made.name} {made.values_sql()}", "closed")
        return
    if made.kind == "json":
        text = "\n".join(json.dumps(dict(zip(made.types, row))) for row in made.rows)
        root.client("s3").put_object(Bucket=made.bucket, Key=made.folder + "a.json", Body=text.encode())
        columns = ", ".join(f"{name} {kind}" for name, kind in made.types.items())
        root.run(f"CREATE EXTERNAL TABLE {made.name} ({columns}) ROW FORMAT SERDE "
                 f"'org.openx.data.jsonserde.JsonSerDe' LOCATION '{place}'", "closed")
    else:
        parts = ", partitioned_by=ARRAY['grp']" if made.parts else ""
        root.run(f"CREATE TABLE {made.name} WITH (format='PARQUET', external_location='{place}'{parts}) AS "
                 + made.values_sql(), "closed")
    glue = root.client("glue")
    table = glue.get_table(DatabaseName="closed", Name=made.name)["Table"]
    told = {key: table[key] for key in ("Name", "StorageDescriptor", "PartitionKeys", "TableType")}
    told["Parameters"] = {**table.get("Parameters", {}), "parquet.bloom.filter.columns": ",".join(made.types),
                          "spark.sql.sources.schema": json.dumps(list(made.types)), "numRows": str(len(made.rows))}
    if made.kind == "projected":
        told["Parameters"] |= {"projection.enabled": "true", "projection.grp.type": "enum",
                               "projection.grp.values": ",".join(made.groups),
                               "storage.location.template": place + "grp=${grp}"}
    glue.update_table(DatabaseName="closed", TableInput=told)
    for at, (name, kind) in enumerate(made.types.items()):
        if made.parts and name == "grp":
            continue
        values = [row[at] for row in made.rows]
        about = {"string": {"Type": "STRING", "StringColumnStatisticsData": {
            "MaximumLength": 8, "AverageLength": 8.0, "NumberOfNulls": 0, "NumberOfDistinctValues": len(values)}},
                 "bigint": {"Type": "LONG", "LongColumnStatisticsData": {
                     "MinimumValue": min(v for v in values if isinstance(v, int)) if kind == "bigint" else 0,
                     "MaximumValue": max(v for v in values if isinstance(v, int)) if kind == "bigint" else 0,
                     "NumberOfNulls": 0, "NumberOfDistinctValues": len(values)}}}[kind]
        glue.update_column_statistics_for_table(DatabaseName="closed", TableName=made.name, ColumnStatisticsList=[
            {"ColumnName": name, "ColumnType": kind, "AnalyzedTime": 0, "StatisticsData": about}])


def grant(lab, made):
    mask = {"hash": "mask_hash(txt)", "null": "mask_null(txt)", "partial": "mask_partial(txt, 1, 1)"}.get(made.mask)
    for number, (rows, hidden) in enumerate(made.grants):
        cells = {"TableCatalogId": lab.lake.account, "DatabaseName": "closed", "TableName": made.name,
                 "Name": f"part{number}"}
        excluded = hidden + ([mask] if mask else [])
        lab.root.client("lakeformation").create_data_cells_filter(TableData={
            **cells, "RowFilter": {"FilterExpression": rows} if rows else {"AllRowsWildcard": {}},
            "ColumnWildcard": {"ExcludedColumnNames": excluded} if excluded else {}})
        lakes.grant(lab.lake, lab.user, {"DataCellsFilter": cells}, ["SELECT"])


@pytest.fixture(scope="module")
def lab(governed):  # noqa: F811
    lab = lakes.Lab(governed, "paths")
    lab.root.client("lakeformation").register_resource(
        ResourceArn=f"arn:aws:s3:::{lab.bucket}/closed", UseServiceLinkedRole=True)
    glue = lab.root.client("glue")
    for name in ("closed", "own", "links", "views", "shadows"):
        glue.create_database(DatabaseInput={"Name": name, "LocationUri": f"s3://{lab.bucket}/{name}/"})
    lab.user = lakes.make_user(governed, "pathfinder", json.dumps(POLICY))
    lab.output = f"s3://{lab.bucket}/asked/"
    lab.token = ask(governed, "POST", "/v1/oauth/tokens", form={
        "grant_type": "client_credentials", "client_id": lab.user.keys["aws_access_key_id"],
        "client_secret": lab.user.keys["aws_secret_access_key"]})[1]["access_token"]
    for name in ("closed", "links", "views"):
        lakes.grant(governed, lab.user, {"Database": {"Name": name}}, ["DESCRIBE"])
    lakes.grant(governed, lab.user, {"Database": {"Name": "own"}}, ["CREATE_TABLE", "DESCRIBE"])
    lab.tables = []
    draw = random.Random(SEED)
    for number in range(TABLES):
        made = Made(draw, number, lab.bucket)
        make(lab.root, made)
        grant(lab, made)
        lab.root.run(f"CREATE TABLE {made.name} WITH (format='PARQUET', external_location="
                     f"'s3://{lab.bucket}/shadows/{made.name}/') AS {made.shadow_sql()}", "shadows")
        made.shadow = sorted(lab.root.run(f"SELECT * FROM {made.name}", "shadows")[1:], key=repr)
        told = {str(value) for row in made.shadow for value in row} | {made.name} | set(made.seen)
        # Table names hold the kinds' names; the grant's own words are told to nobody but who grants.
        held = {str(value) for row in made.rows for value in row} | set(made.hidden) | set(made.groups)
        made.secrets = held - told
        lab.tables.append(made)
    return lab


@pytest.fixture(params=range(TABLES))
def made(request, lab):
    return lab.tables[request.param]


def closed(made, path, answer):
    """Fails when an answer holds what the user must not see."""
    text = answer if isinstance(answer, str) else repr(answer)
    found = made.secrets & set(WORD.findall(text))
    assert not found, f"seed {SEED}, {made.name}, filter {made.filter}, hidden {made.hidden}, mask {made.mask}: {path} " \
                      f"tells of {sorted(found)[:5]}\n{text[:3000]}"
    return answer


def called(made, client, operation, **arguments):
    """The answer of an AWS call, or nothing where it was refused; watched in either case."""
    try:
        answer = getattr(client, operation)(**arguments)
    except ClientError as error:
        closed(made, operation, json.dumps(error.response, default=str))
        return None
    body = answer.pop("Body", None)
    return closed(made, operation, (answer, body.read()) if body is not None else answer)


def asked(lab, made, sql, database="closed"):
    answer = lab.user.ask(sql, database, output=lab.output)
    closed(made, sql, answer.reason + repr(answer.rows) if made.name in sql else answer.reason)
    return answer


def same_rows(lab, made, sql, database="closed"):
    answer = asked(lab, made, sql, database)
    assert answer.ok, f"seed {SEED}: {sql}: {answer.reason}"
    assert list(answer.rows[0]) == made.seen and sorted(answer.rows[1:], key=repr) == made.shadow, f"seed {SEED}: {sql}"


def test_rows_by_every_name(lab, made):
    """The table, a link to it, a link to its database, views of root's."""
    glue = lab.root.client("glue")
    target = {"CatalogId": lab.lake.account, "DatabaseName": "closed"}
    glue.create_table(DatabaseName="links", TableInput={"Name": f"l_{made.name}", "TargetTable": {
        **target, "Name": made.name}})
    lakes.grant(lab.lake, lab.user, {"Table": {"DatabaseName": "links", "Name": f"l_{made.name}"}}, ["DESCRIBE"])
    lab.root.run(f"CREATE OR REPLACE VIEW v_{made.name} AS SELECT {', '.join(made.seen)} FROM closed.{made.name}", "views")
    lab.root.run(f"CREATE OR REPLACE VIEW w_{made.name} AS SELECT * FROM closed.{made.name}", "views")
    for view in ("v_", "w_"):
        lakes.grant(lab.lake, lab.user, {"Table": {"DatabaseName": "views", "Name": view + made.name}},
                    ["SELECT", "DESCRIBE"])
    same_rows(lab, made, f"SELECT * FROM {made.name}")
    same_rows(lab, made, f"SELECT * FROM links.l_{made.name}")
    same_rows(lab, made, f"SELECT * FROM views.v_{made.name}")
    # A star has the columns of the view's making: none moves into the place of one that is hidden from the reader.
    if made.hidden:
        assert asked(lab, made, f"SELECT * FROM views.w_{made.name}").kind == "VIEW_IS_STALE"
    else:
        same_rows(lab, made, f"SELECT * FROM views.w_{made.name}")
    for column in made.hidden:
        mine = asked(lab, made, f"SELECT x.{column} FROM links.l_{made.name} x".replace(column, "nowhere"))
        hidden = lab.user.ask(f"SELECT x.{column} FROM links.l_{made.name} x", output=lab.output)
        assert not hidden.ok and hidden.reason.replace(column, "nowhere") == mine.reason


def test_what_is_said_of_the_table(lab, made):
    """DESCRIBE, SHOW, information_schema, metadata tables, plans."""
    told = asked(lab, made, f"SELECT column_name FROM information_schema.columns WHERE table_schema = 'closed' AND "
                            f"table_name = '{made.name}' ORDER BY ordinal_position")
    assert [row[0] for row in told.rows[1:]] == made.seen
    for sql in ("DESCRIBE {t}", "DESCRIBE FORMATTED {t}", "SHOW COLUMNS IN {t}", "SHOW CREATE TABLE {t}",
                "SHOW TBLPROPERTIES {t}", "SHOW PARTITIONS {t}", 'SELECT * FROM "{t}$partitions"',
                'SELECT * FROM "{t}$files"', 'SELECT * FROM "{t}$manifests"', 'SELECT * FROM "{t}$history"',
                'SELECT * FROM "{t}$snapshots"', 'SELECT * FROM "{t}$refs"', 'SELECT * FROM "{t}$properties"',
                'SELECT * FROM "{t}$entries"', 'SELECT * FROM "{t}$live"', 'SELECT "$path" FROM {t}',
                "EXPLAIN SELECT * FROM {t}", "EXPLAIN SELECT count(*) FROM {t} a JOIN {t} b ON a.id = b.id",
                "EXPLAIN ANALYZE SELECT count(*) FROM {t} WHERE id > 5000000000",
                "SELECT * FROM information_schema.tables WHERE table_schema = 'closed'"):
        answer = asked(lab, made, sql.replace("{t}", made.name))
        if "$" in sql and made.filter and "$live" not in sql:
            assert not answer.ok, f"seed {SEED}: {sql} of {made.name}"
        if sql.startswith("EXPLAIN SELECT"):  # an estimate would be of all rows
            assert answer.ok and not re.search(rf"~\s?{len(made.rows)}\b", repr(answer.rows))
    shown = asked(lab, made, f"SHOW COLUMNS IN {made.name}")
    assert [row[0].strip() for row in shown.rows] == made.seen
    athena = lab.user.client("athena")
    shown = called(made, athena, "get_table_metadata", CatalogName="AwsDataCatalog", DatabaseName="closed",
                   TableName=made.name)["TableMetadata"]
    assert [column["Name"] for column in shown["Columns"] + shown["PartitionKeys"]] == made.seen
    called(made, athena, "list_table_metadata", CatalogName="AwsDataCatalog", DatabaseName="closed")


def test_aggregates_and_conditions(lab, made):
    """What is asked of the table equals what is asked of its shadow, errors too."""
    draw = random.Random(f"{SEED} {made.name}")
    words = [value for row in made.rows for value in row if isinstance(value, str)]
    numbers = [value for row in made.rows for value in row if isinstance(value, int)]
    for _ in range(6):
        seen = [name for name in made.seen if made.types[name] == "bigint"] or ["id"]
        texts = [name for name in made.seen if made.types[name] == "string"]
        clauses = [f"{draw.choice(seen)} = {draw.choice(numbers)}", f"{draw.choice(seen)} > {draw.choice(numbers)}",
                   f"{draw.choice(texts)} = '{draw.choice(words)}'", f"{draw.choice(texts)} >= '{draw.choice(words)}'",
                   f"{draw.choice(seen)} IN ({', '.join(map(str, draw.sample(numbers, 6)))})",
                   f"{draw.choice(texts)} LIKE '%{draw.choice('bcdfgh')}%'", f"{draw.choice(texts)} IS NULL",
                   f"100 / ({draw.choice(seen)} % 10) > 20", f"CAST({draw.choice(texts)} AS integer) > 1"]
        text = " AND ".join(draw.sample(clauses[:7], draw.randrange(1, 3)))
        if draw.random() < 0.3:
            text = draw.choice(clauses[7:])
        column = draw.choice(made.seen)
        sql = draw.choice([
            f"SELECT * FROM {{t}} WHERE {text}", f"SELECT count(*) FROM {{t}} WHERE {text}",
            f"SELECT min({column}), max({column}), count(DISTINCT {column}) FROM {{t}} WHERE {text}",
            f"SELECT {column}, count(*) FROM {{t}} WHERE NOT ({text}) GROUP BY {column}",
            f"SELECT count(*) FROM {{t}} a JOIN {{t}} b ON a.{column} = b.{column} WHERE a.id > 4000000000",
            f"SELECT id FROM {{t}} ORDER BY id LIMIT {draw.randrange(1, 9)}",
            f"SELECT count(*) FROM {{t}} WHERE {column} IN (SELECT {column} FROM {{t}} WHERE {text})"])
        mine = asked(lab, made, sql.replace("{t}", f"closed.{made.name}"))
        shadow = lab.root.ask(sql.replace("{t}", f"shadows.{made.name}"))
        assert (mine.state, mine.kind, sorted(mine.rows, key=repr)) == (
            shadow.state, shadow.kind, sorted(shadow.rows, key=repr)), f"seed {SEED}: {sql}\n{mine.reason}\n{shadow.reason}"


def test_glue(lab, made):
    glue = lab.user.client("glue")
    named = {"DatabaseName": "closed", "TableName": made.name}
    table = called(made, glue, "get_table", DatabaseName="closed", Name=made.name)["Table"]
    columns = [each["Name"] for each in table["StorageDescriptor"]["Columns"] + table.get("PartitionKeys", [])]
    assert columns == made.seen
    found = [each for each in glue.search_tables(SearchText=made.name)["TableList"] if each["DatabaseName"] == "closed"]
    assert [each["Name"] for each in closed(made, "search_tables", found)] == [made.name]
    for column in made.hidden:  # nor is it found by them, unless they are a part of a word that it is found by
        if column in json.dumps(table, default=str).lower():
            continue
        found = [each for each in glue.search_tables(SearchText=column)["TableList"] if each["Name"] == made.name]
        assert not found, f"seed {SEED}: by {column}: {found}"
    for operation, more in (("get_table_versions", {}), ("get_table_version", {}), ("get_partition_indexes", {}),
                            ("get_partitions", {}),
                            ("get_partition", {"PartitionValues": made.groups[:1]}),
                            ("batch_get_partition", {"PartitionsToGet": [{"Values": [g]} for g in made.groups]}),
                            ("get_column_statistics_for_table", {"ColumnNames": list(made.types)}),
                            ("get_column_statistics_for_partition", {"PartitionValues": made.groups[:1],
                                                                     "ColumnNames": list(made.types)})):
        if operation == "get_column_statistics_for_partition" or operation == "get_column_statistics_for_table":
            # Asked column by column: the names asked for come back in what is refused.
            for column in made.seen:
                called(made, glue, operation, **named, **{**more, "ColumnNames": [column]})
            continue
        if "PartitionValues" in more or "PartitionsToGet" in more or "Expression" in more:
            answer = None
            try:
                answer = getattr(glue, operation)(**named, **more)
            except ClientError as error:
                code = error.response["Error"]["Code"]
            if made.parts and (made.filter or "grp" in made.hidden or made.cells("grp")):
                assert answer is None and code == "AccessDeniedException", f"seed {SEED}: {operation} {code}"
            continue
        called(made, glue, operation, **named, **more)
    called(made, glue, "get_tables", DatabaseName="closed", Expression=made.name)
    called(made, glue, "get_unfiltered_table_metadata", CatalogId=lab.lake.account, DatabaseName="closed",
           Name=made.name, SupportedPermissionTypes=["COLUMN_PERMISSION"])
    called(made, glue, "get_unfiltered_partitions_metadata", CatalogId=lab.lake.account, DatabaseName="closed",
           TableName=made.name, SupportedPermissionTypes=["COLUMN_PERMISSION"])


def test_iceberg_rest(lab, made):
    path = f"/v1/namespaces/closed/tables/{made.name}"
    delegated = {"X-Iceberg-Access-Delegation": "vended-credentials,remote-signing"}

    def rest(method, path, body=None):
        status, answer, headers = ask(lab.lake, method, path, body, lab.token, headers=delegated)
        told = json.loads(json.dumps(answer))
        if isinstance(told, dict):  # the row filter's own words are told to readers, where Iceberg has such
            told.get("read-restrictions", {}).pop("required-row-filter", None)
        closed(made, path, json.dumps(told) + repr(list(headers.items())))
        return status, answer

    for view in ("", "?snapshots=refs", "?snapshots=all"):
        status, answer = rest("GET", path + view)
        if not made.iceberg:
            assert status in (400, 404), answer
            continue
        assert status == 200
        metadata = answer["metadata"]
        assert [[field["name"] for field in schema["fields"]] for schema in metadata["schemas"]] == [made.seen]
        ids = {field["id"] for field in metadata["schemas"][0]["fields"]}
        assert {field["source-id"] for spec in metadata["partition-specs"] for field in spec["fields"]} <= ids
        assert not answer.get("storage-credentials") and not re.search(r"s3\.(access|secret|session)", repr(answer))
        assert not metadata.get("next-row-id") and not metadata.get("statistics") and not metadata.get("metadata-log")
        for snapshot in metadata["snapshots"]:
            assert set(snapshot.get("summary", {})) <= {"operation"} and not snapshot.get("added-rows")
        restrictions = answer.get("read-restrictions", {})
        assert ("required-row-filter" in restrictions) == bool(made.filter)
        assert not [name for name in made.hidden if name in json.dumps(restrictions)]
        masked = made.mask or any(made.cells(name) for name in made.seen)
        assert bool(restrictions.get("required-column-projections")) == bool(masked)
    refused = (403, 404, 400)
    assert rest("GET", path + "/credentials")[0] in refused
    assert rest("POST", path + "/plan", {})[0] in refused
    assert rest("POST", path + "/plan", {"select": made.seen, "filter": {
        "type": "gt", "term": "id", "value": 5000000000}})[0] in refused
    assert rest("POST", path + "/tasks", {"plan-task": "0"})[0] in refused
    for key in lab.keys_of(made)[:2]:
        assert rest("POST", path + "/sign", {"method": "GET", "region": "us-east-1", "headers": {},
                                             "uri": f"{lab.lake.endpoint}/{made.bucket}/{key}"})[0] in refused
    rest("GET", "/v1/namespaces/closed/tables")
    rest("GET", "/v1/namespaces/closed")
    assert rest("POST", path, {"requirements": [], "updates": [
        {"action": "set-properties", "updates": {"a": "b"}}]})[0] in refused


def keys_of(lab):
    def listed(made):
        found = lab.root.client("s3").list_objects_v2(Bucket=made.bucket, Prefix=made.folder)["Contents"]
        return [each["Key"] for each in found]
    return listed


@pytest.fixture(autouse=True)
def _keys(lab):
    lab.keys_of = keys_of(lab)


def test_s3(lab, made):
    """Data, manifests and metadata files, in whatever way they are asked for."""
    s3 = lab.user.client("s3")
    keys = lab.keys_of(made)
    assert keys
    for key in keys:
        place = {"Bucket": made.bucket, "Key": key}
        for operation, more in (("get_object", {}), ("head_object", {}), ("get_object", {"Range": "bytes=0-9"}),
                                ("get_object_attributes", {"ObjectAttributes": ["ObjectSize", "ETag"]}),
                                ("get_object_tagging", {}), ("get_object_acl", {})):
            code = lakes.refused(getattr(s3, operation), **place, **more)
            assert code in ("AccessDenied", "403"), f"seed {SEED}: {operation} {key}: {code!r}"
        copy = {"Bucket": made.bucket, "Key": "asked/copy", "CopySource": place}
        assert lakes.refused(s3.copy_object, **copy) == "AccessDenied"
        url = s3.generate_presigned_url("get_object", Params=place)
        try:
            urllib.request.urlopen(url)
            raise AssertionError(f"seed {SEED}: a presigned link opens {key}")
        except urllib.error.HTTPError as error:
            assert error.code == 403
    place = {"Bucket": made.bucket, "Key": keys[0]}
    upload = s3.create_multipart_upload(Bucket=made.bucket, Key="asked/parts")["UploadId"]
    assert lakes.refused(s3.upload_part_copy, Bucket=made.bucket, Key="asked/parts", UploadId=upload, PartNumber=1,
                         CopySource=place) == "AccessDenied"
    for operation in ("list_objects_v2", "list_objects", "list_object_versions"):
        for prefix in (made.folder, keys[0]):
            assert lakes.refused(getattr(s3, operation), Bucket=made.bucket, Prefix=prefix) == "AccessDenied"
    for operation, more in (("put_object", {"Body": b"x"}), ("delete_object", {})):
        assert lakes.refused(getattr(s3, operation), **place, **more) == "AccessDenied"
    code = lakes.refused(s3.delete_objects, Bucket=made.bucket, Delete={"Objects": [{"Key": keys[0]}]})
    assert code or lab.keys_of(made) == keys


def test_what_is_written_of_it(lab, made):
    """CTAS, INSERT and UNLOAD hold what is seen and no more; so do results, which are nobody else's."""
    lab.user.run(f"CREATE TABLE c_{made.name} WITH (format='PARQUET') AS SELECT * FROM closed.{made.name}", "own",
                 output=lab.output)
    written = sorted(lab.root.run(f"SELECT * FROM c_{made.name}", "own")[1:], key=repr)
    assert written == made.shadow
    lab.user.run(f"INSERT INTO c_{made.name} SELECT * FROM closed.{made.name}", "own", output=lab.output)
    assert lab.root.run(f"SELECT count(*) FROM c_{made.name}", "own")[1] == (str(2 * len(made.shadow)),)
    place = f"asked/unload/{made.name}/"
    lab.user.run(f"UNLOAD (SELECT * FROM closed.{made.name}) TO 's3://{made.bucket}/{place}' "
                 "WITH (format='JSON', compression='NONE')", output=lab.output)
    s3 = lab.root.client("s3")
    text = ""
    for each in s3.list_objects_v2(Bucket=made.bucket, Prefix=place).get("Contents", []):
        text += s3.get_object(Bucket=made.bucket, Key=each["Key"])["Body"].read().decode()
    assert closed(made, "UNLOAD", text).count("\n") == len(made.shadow)


def test_what_others_asked(lab, made):
    """Another's results stay another's, and are nobody's answer."""
    sql = f"SELECT * FROM closed.{made.name}"
    athena = lab.root.client("athena")
    reuse = {"ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": 60}}}
    assert len(lab.root.run(sql, **reuse)) == len(made.rows) + 1
    executions = athena.list_query_executions(MaxResults=5)["QueryExecutionIds"]
    users = lab.user.client("athena")
    for ident in executions:
        called(made, users, "get_query_execution", QueryExecutionId=ident)
        where = athena.get_query_execution(QueryExecutionId=ident)["QueryExecution"]["ResultConfiguration"][
            "OutputLocation"]
        if "/results/" not in where:
            continue
        assert called(made, users, "get_query_results", QueryExecutionId=ident) is None
        bucket, _, key = where[5:].partition("/")
        assert called(made, lab.user.client("s3"), "get_object", Bucket=bucket, Key=key) is None
        assert called(made, lab.user.client("s3"), "get_object", Bucket=bucket, Key=key + ".metadata") is None
    answer = lab.user.ask(sql, output=lab.output, **reuse)
    assert answer.ok and sorted(answer.rows[1:], key=repr) == made.shadow
