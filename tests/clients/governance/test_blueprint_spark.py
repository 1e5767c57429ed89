"""The roles of the blueprint in Spark: each with keys of its own, by every way in which Spark reaches a table.

Engineers hold ALL, analysts SELECT and DESCRIBE, scientists named columns, regional ones rows, another account what it
was granted. Spark reads files by itself: who sees the whole of a table gets it, who sees a part gets no file of it.
  own      REST, requests signed; files with the keys of the principal's own
  vended   REST by token; files with the keys that come with the table
  remote   REST by token; each request for a file signed by the lake
  glue     Iceberg's Glue catalog in an assumed role, which holds the same rights
"""
import json
import os
import re
import time

import pytest

from conftest import OTHER, OTHER_ACCOUNT, lake_of_two
from governance import lakes
from iceberg import engines

pytestmark = pytest.mark.xdist_group("blueprint_spark")  # one lake, one JVM

ROWS = [(1, "rome", "ann@x.io", 10), (2, "oslo", "bob@x.io", 20), (3, "pune", "cyd@x.io", 30)]
GONE = (4, "bonn", "dan@x.io", 40)  # deleted, and in the files still
WAYS = ("own", "vended", "remote", "glue")
# What must stand nowhere in what a principal is told.
HIDDEN = {"scientist": re.compile(r"\bmail\b|\bamount\b|@x\.io|bonn"), "regional": re.compile(r"oslo|pune|bonn|bob@|cyd@|dan@"),
          "masked": re.compile(r"@x\.io|bonn"), "stranger": re.compile(r"\bmail\b|rome|oslo|pune|@x\.io")}
SEEN = {"scientist": ["id", "city"], "regional": ["id", "city", "mail", "amount"], "masked": ["id", "city", "mail", "amount"]}
CLEAR = re.compile(r"Insufficient Lake Formation permission|Access ?Denied|not authorized to perform|Status Code: 403")
# Iceberg's Glue catalog tries a metadata file that it may not read twenty times, for 90 s. Who sees a part of a table is not
# told where that is, and finds no Iceberg table at once.
ABSENT = re.compile(r"TABLE_OR_VIEW_NOT_FOUND|Table does not exist")
SOON_SECONDS = 45


class Lab:
    """The lake, its bucket, the principals by name (of glue's way: roles), and Spark."""


def principals(lab):
    """A user and a role for each; the role is for the host of Spark to assume, which has no rights beside."""
    lab.host = lakes.make_user(lab.lake, "spark_host", json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}]}))
    trust = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": lab.host.arn}, "Action": "sts:AssumeRole"}]})
    lab.users, lab.roles = {}, {}

    def add(iam, name):
        arn = iam.create_user(UserName=name)["User"]["Arn"]
        iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=lakes.ANYTHING)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        lab.users[name] = lakes.Principal(lab.lake, arn, dict(aws_access_key_id=key["AccessKeyId"],
                                                              aws_secret_access_key=key["SecretAccessKey"]))
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=lakes.ANYTHING)
        lab.roles[name] = lakes.Principal(lab.lake, role, {})

    for name in ("engineer", "analyst", "scientist", "regional", "masked", "stranger"):
        add(lab.lake.client("iam"), name)
    add(lab.lake.client("iam", **OTHER), "consumer")


def tables(lab):
    lab.root.client("glue").create_database(DatabaseInput={"Name": "curated", "LocationUri": f"s3://{lab.bucket}/curated/"})
    values = ", ".join(f"({i}, '{city}', '{mail}', {amount})" for i, city, mail, amount in [*ROWS, GONE])
    for name in ("orders", "wages"):
        lab.root.run(f"CREATE TABLE {name} (id int, city string, mail string, amount int) PARTITIONED BY (city) "
                     f"LOCATION 's3://{lab.bucket}/curated/{name}/' TBLPROPERTIES ('table_type'='ICEBERG')", "curated")
        lab.root.run(f"INSERT INTO {name} VALUES {values}", "curated")
        lab.root.run(f"DELETE FROM {name} WHERE id = {GONE[0]}", "curated")
    lab.root.run(f"CREATE TABLE sales WITH (format='PARQUET', external_location='s3://{lab.bucket}/curated/sales/') AS "
                 f"SELECT * FROM (VALUES {values}) AS v (id, city, mail, amount) WHERE id < {GONE[0]}", "curated")
    lab.root.client("glue").create_database(DatabaseInput={"Name": "desk", "LocationUri": f"s3://{lab.bucket}/desk/"})


def grants(lab):
    lake, place = lab.lake, {"DatabaseName": "curated"}
    for held in (lab.users, lab.roles):
        for name in ("engineer", "analyst", "scientist", "regional", "masked"):
            lakes.grant(lake, held[name], {"Database": {"Name": "curated"}}, ["ALL" if name == "engineer" else "DESCRIBE"])
            lakes.grant(lake, held[name], {"Database": {"Name": "desk"}}, ["CREATE_TABLE", "DESCRIBE"])
        lakes.grant(lake, held["engineer"], {"DataLocation": {"ResourceArn": f"arn:aws:s3:::{lab.bucket}/curated"}},
                    ["DATA_LOCATION_ACCESS"])
        for table in ("orders", "sales"):
            named = {**place, "Name": table}
            lakes.grant(lake, held["engineer"], {"Table": named}, ["ALL"])
            lakes.grant(lake, held["analyst"], {"Table": named}, ["SELECT", "DESCRIBE"])
            lakes.grant(lake, held["scientist"], {"TableWithColumns": {**named, "ColumnNames": ["id", "city"]}}, ["SELECT"])
    key = {"TableCatalogId": lake.account, "DatabaseName": "curated", "TableName": "orders"}
    for name, cells in (("regional", {"RowFilter": {"FilterExpression": "city = 'rome'"}, "ColumnWildcard": {}}),
                        ("masked", {"RowFilter": {"AllRowsWildcard": {}},
                                    "ColumnWildcard": {"ExcludedColumnNames": ["mask_hash(mail)"]}})):
        lab.root.client("lakeformation").create_data_cells_filter(TableData={**key, "Name": name, **cells})
        for held in (lab.users, lab.roles):
            lakes.grant(lake, held[name], {"DataCellsFilter": {**key, "Name": name}}, ["SELECT"])


def share(lab):
    """Another account gets the whole of `orders` and a column of `wages`, and hands them on."""
    lake = lab.lake
    lab.root.client("glue").put_resource_policy(EnableHybrid="TRUE", PolicyInJson=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"}, "Action": "glue:Get*",
         "Resource": f"arn:aws:glue:{lake.region}:{lake.account}:*"}]}))
    lab.root.client("s3").put_bucket_policy(Bucket=lab.bucket, Policy=json.dumps({
        "Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"}, "Action": "s3:*",
             "Resource": [f"arn:aws:s3:::{lab.bucket}", f"arn:aws:s3:::{lab.bucket}/*"]}]}))
    place = {"CatalogId": lake.account, "DatabaseName": "curated"}
    theirs = lake.client("lakeformation", **OTHER)
    for resource in ({"Table": {**place, "Name": "orders"}},
                     {"TableWithColumns": {**place, "Name": "wages", "ColumnNames": ["id"]}}):
        lab.root.client("lakeformation").grant_permissions(
            Principal={"DataLakePrincipalIdentifier": OTHER_ACCOUNT}, Resource=resource, Permissions=["SELECT"],
            PermissionsWithGrantOption=["SELECT"])
        for held in (lab.users, lab.roles):
            theirs.grant_permissions(Principal={"DataLakePrincipalIdentifier": held["consumer"].arn}, Resource=resource,
                                     Permissions=["SELECT"])


def catalogs(lab):
    made = {}
    for name, user in lab.users.items():
        keys = (user.keys["aws_access_key_id"], user.keys["aws_secret_access_key"])
        handed = {**engines.spark_files(lab.lake), **engines.spark_rest(lab.lake, *keys)}
        made[f"{name}_own"] = {**engines.spark_files(lab.lake, *keys), **engines.spark_rest(lab.lake, *keys, signed=True)}
        made[f"{name}_vended"] = {**handed, "header.X-Iceberg-Access-Delegation": "vended-credentials"}
        made[f"{name}_remote"] = {**handed, "header.X-Iceberg-Access-Delegation": "remote-signing"}
        made[f"{name}_glue"] = {
            **engines.spark_files(lab.lake), **engines.spark_glue(lab.lake), "client.assume-role.region": lab.lake.region,
            "client.factory": "org.apache.iceberg.aws.AssumeRoleAwsClientFactory", "client.assume-role.arn": lab.roles[name].arn}
    for way in WAYS:
        made[f"consumer_{way}"] |= {"glue.id": lab.lake.account} if way == "glue" else {"warehouse": lab.lake.account}
    return made


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    lab = Lab()
    lab.lake = lake_of_two(tmp_path_factory.mktemp("blueprint"))
    lab.root = lakes.root_of(lab.lake)
    lab.bucket, results = "zone-" + os.urandom(4).hex(), "results-" + os.urandom(4).hex()
    for bucket in (lab.bucket, results):
        lab.root.client("s3").create_bucket(Bucket=bucket)
    lab.lake.results = f"s3://{results}/"
    lakes.take_over(lab.lake)
    formation = lab.root.client("lakeformation")
    formation.register_resource(ResourceArn=f"arn:aws:s3:::{lab.bucket}/curated", UseServiceLinkedRole=True)
    settings = formation.get_data_lake_settings()["DataLakeSettings"]
    formation.put_data_lake_settings(DataLakeSettings={**settings, "AllowFullTableExternalDataAccess": True})
    for step in (principals, tables, grants, share):
        step(lab)
    host = {**lab.lake.environment(), "AWS_ACCESS_KEY_ID": lab.host.keys["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": lab.host.keys["aws_secret_access_key"]}
    lab.spark = engines.start_spark(lab.lake, tmp_path_factory.mktemp("spark"), catalogs(lab), host)
    yield lab
    lab.spark.stop()
    lab.lake.stop()


def refusal(lab, sql, clear=CLEAR):
    """What Spark says, soon, which must be why: a missing right, not what comes of it."""
    began = time.monotonic()
    with pytest.raises(engines.EngineError) as told:
        rows = lab.spark.sql(sql)
        raise AssertionError(f"{sql}\n{rows}")
    said = str(told.value).rpartition("\nof: ")[0]
    assert clear.search(said), f"{sql}\n{said}"
    assert time.monotonic() - began < SOON_SECONDS, sql
    return said


def state(lab):
    """The current metadata file and rows of `orders`."""
    shown = lab.root.client("glue").get_table(DatabaseName="curated", Name="orders")["Table"]["Parameters"]
    return shown["metadata_location"], sorted(lab.root.run("SELECT * FROM orders", "curated")[1:])


def keys_below(lab, folder):
    found = lab.root.client("s3").list_objects_v2(Bucket=lab.bucket, Prefix=f"curated/{folder}/")["Contents"]
    return [each["Key"] for each in found if each["Size"]]


def as_principal(lab, who):
    """Plain files of Spark's (S3A) from here on with the user's keys."""
    keys = lab.users[who].keys
    lab.spark.sql("SET fs.s3a.impl.disable.cache=true")
    lab.spark.sql(f"SET fs.s3a.access.key={keys['aws_access_key_id']}")
    lab.spark.sql(f"SET fs.s3a.secret.key={keys['aws_secret_access_key']}")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("who", ["engineer", "analyst"])
def test_who_sees_the_whole_table_reads_it(lab, who, way):
    table = f"{who}_{way}.curated.orders"
    assert lab.spark.sql(f"SELECT * FROM {table} ORDER BY id") == ROWS
    assert lab.spark.value(f"SELECT count(*), max(mail), min(amount) FROM {table}") == (3, "cyd@x.io", 10)
    assert lab.spark.value(f"SELECT count(*) FROM {table}.files") >= 3
    first = lab.spark.sql(f"SELECT snapshot_id FROM {table}.snapshots ORDER BY committed_at")[0][0]
    assert lab.spark.sql(f"SELECT * FROM {table} VERSION AS OF {first} ORDER BY id") == [*ROWS, GONE]
    assert {row["tableName"] for row in lab.spark.rows(f"SHOW TABLES IN {who}_{way}.curated")} >= {"orders"}


@pytest.mark.parametrize("way", WAYS)
def test_who_holds_all_changes_it(lab, way):
    table = f"engineer_{way}.curated.mine_{way}"
    made = f"CREATE TABLE {table} {{}} USING iceberg TBLPROPERTIES ('write.delete.mode' = 'merge-on-read')"
    rows = f"SELECT * FROM engineer_{way}.curated.orders"
    lab.spark.sql(f"{made.format('')} AS {rows}")
    lab.spark.sql(f"INSERT INTO {table} VALUES (5, 'kyiv', 'eve@x.io', 50)")
    lab.spark.sql(f"DELETE FROM {table} WHERE id = 1")
    lab.spark.sql(f"UPDATE {table} SET amount = 21 WHERE id = 2")
    lab.spark.sql(f"MERGE INTO {table} t USING (SELECT 3 AS id, 31 AS amount) s ON t.id = s.id "
                  "WHEN MATCHED THEN UPDATE SET amount = s.amount")
    lab.spark.sql(f"ALTER TABLE {table} ADD COLUMN note STRING")
    rows = lab.root.run(f"SELECT id, amount, note FROM mine_{way} ORDER BY id", "curated")[1:]
    assert rows == [("2", "21", None), ("3", "31", None), ("5", "50", None)]
    # It is its maker's: nobody else's, who may describe the database.
    assert f"mine_{way}" not in {row["tableName"] for row in lab.spark.rows(f"SHOW TABLES IN analyst_{way}.curated")}
    refusal(lab, f"SELECT * FROM analyst_{way}.curated.mine_{way}")
    lab.spark.sql(f"DROP TABLE {table}")
    assert not lab.root.ask(f"SELECT * FROM mine_{way}", "curated").ok
    # And of the table that all read, whose rows stay as they were.
    shared = f"engineer_{way}.curated.orders"
    lab.spark.sql(f"INSERT INTO {shared} VALUES (6, 'lima', 'fay@x.io', 60)")
    assert lab.spark.value(f"SELECT count(*) FROM analyst_{way}.curated.orders") == 4
    lab.spark.sql(f"DELETE FROM {shared} WHERE id = 6")
    assert lab.spark.sql(f"SELECT * FROM analyst_{way}.curated.orders ORDER BY id") == ROWS


@pytest.mark.parametrize("who, way", [("analyst", "own"), ("analyst", "vended"), ("scientist", "remote"), ("regional", "glue"),
                                      ("masked", "own"), ("stranger", "vended"), ("consumer", "own"), ("consumer", "glue")])
def test_who_may_not_write_changes_nothing(lab, who, way):
    before = state(lab)
    table = f"{who}_{way}.curated.orders"
    for change in (f"INSERT INTO {table} VALUES (9, 'x', 'y', 1)", f"DELETE FROM {table} WHERE id = 1",
                   f"UPDATE {table} SET amount = 0", f"DROP TABLE {table}", f"ALTER TABLE {table} ADD COLUMN z INT",
                   f"ALTER TABLE {table} SET TBLPROPERTIES ('a' = 'b')"):
        with pytest.raises(engines.EngineError):
            lab.spark.sql(change)
    assert state(lab) == before


@pytest.mark.parametrize("who, way", [*(("scientist", way) for way in WAYS), ("regional", "vended"), ("regional", "glue"),
                                      ("masked", "own"), ("masked", "glue")])
def test_who_sees_a_part_gets_no_file_of_it(lab, who, way):
    table, hidden = f"{who}_{way}.curated.orders", HIDDEN[who]
    first = re.search(r"\d{8,}", str(lab.spark.value(
        "SELECT min(snapshot_id) FROM engineer_own.curated.orders.snapshots")))[0]
    for sql in ("SELECT * FROM {t}", "SELECT id FROM {t}", "SELECT count(*) FROM {t}", "SELECT max(id) FROM {t}",
                "SELECT id FROM {t} WHERE city = 'oslo'", "SELECT _file, _pos FROM {t}", "SELECT * FROM {t}.files",
                "SELECT * FROM {t}.entries", "SELECT * FROM {t}.manifests", "SELECT * FROM {t}.partitions",
                "SELECT * FROM {t}.all_data_files", "SELECT * FROM {t}.delete_files", "SELECT * FROM {t}.position_deletes"):
        said = refusal(lab, sql.replace("{t}", table), ABSENT if way == "glue" else CLEAR)
        assert not hidden.search(said.partition("SQLSTATE")[0]), f"{sql}\n{said}"  # behind it is the statement again
    asked = [f"SELECT * FROM {table} VERSION AS OF {first}", f"SELECT mail FROM {table}"]
    asked += [f"SELECT * FROM {table}.{each}" for each in ("snapshots", "history", "refs", "metadata_log_entries")]
    asked += [f"DESCRIBE TABLE EXTENDED {table}", f"SHOW CREATE TABLE {table}", f"SHOW TBLPROPERTIES {table}"]
    for sql in asked:
        try:
            said = repr(lab.spark.rows(sql))
            assert "VERSION AS OF" not in sql
        except engines.EngineError as error:
            said = str(error).rpartition("\nof: ")[0].partition("SQLSTATE")[0]
            said = said.replace("`mail`", "") if "SELECT mail" in sql else said
        assert not hidden.search(said), f"{sql}\n{said}"
    if way != "glue":
        described = [row["col_name"] for row in lab.spark.rows(f"DESCRIBE TABLE {table}")]
        assert [name for name in described if name in ("id", "city", "mail", "amount")][:len(SEEN[who])] == SEEN[who]


@pytest.mark.parametrize("way", WAYS)
def test_a_stranger_sees_nothing(lab, way):
    said = refusal(lab, f"SELECT * FROM stranger_{way}.curated.orders")
    assert not HIDDEN["stranger"].search(said), said
    for sql in (f"SHOW NAMESPACES IN stranger_{way}", f"SHOW TABLES IN stranger_{way}.curated"):
        try:
            assert lab.spark.sql(sql) == [], sql
        except engines.EngineError as error:
            assert CLEAR.search(str(error)), error


@pytest.mark.parametrize("who", ["analyst", "scientist", "regional", "masked", "stranger"])
def test_files_by_their_paths(lab, who):
    """What Spark reads without a catalog, with the user's own keys."""
    as_principal(lab, who)
    data = [key for key in keys_below(lab, "orders") if key.endswith(".parquet")]
    rest = [key for key in keys_below(lab, "orders") if key not in data]
    asked = [f"SELECT * FROM parquet.`s3a://{lab.bucket}/curated/orders/data/`",
             f"SELECT * FROM parquet.`s3a://{lab.bucket}/curated/sales`",
             *(f"SELECT * FROM parquet.`s3a://{lab.bucket}/{key}`" for key in data[:2]),
             *(f"SELECT length(content) FROM binaryFile.`s3a://{lab.bucket}/{key}`" for key in data[:1] + rest[:1]),
             *(f"SELECT * FROM text.`s3a://{lab.bucket}/{key}`" for key in rest if key.endswith(".json"))]
    if who == "analyst":
        assert all(lab.spark.sql(sql) for sql in asked)
        return
    for sql in asked:
        said = refusal(lab, sql)
        for key in [lab.bucket, *data, *rest]:  # what was asked for, by its name
            said = said.replace(key, "")
        assert not HIDDEN[who].search(said), sql


@pytest.mark.parametrize("who", ["scientist", "regional"])
def test_tables_of_ones_own_over_files_of_others(lab, who):
    """What the catalog could be talked into: a table of mine that names your files."""
    as_principal(lab, who)
    mine, theirs = f"{who}_own.desk", f"s3://{lab.bucket}/curated/orders"
    metadata = state(lab)[0]
    refusal(lab, f"CALL {who}_own.system.register_table(table => 'desk.stolen', metadata_file => '{metadata}')")
    refusal(lab, f"CREATE TABLE {mine}.over (id INT) USING iceberg LOCATION '{theirs}'")
    refusal(lab, f"CREATE TABLE {mine}.copied USING iceberg AS SELECT * FROM {who}_own.curated.orders")
    lab.spark.sql(f"CREATE TABLE {mine}.held_{who} (id INT, city STRING, mail STRING, amount INT) USING iceberg")
    refusal(lab, f"ALTER TABLE {mine}.held_{who} SET LOCATION '{theirs}'")
    refusal(lab, f"ALTER TABLE {mine}.held_{who} SET TBLPROPERTIES ('write.data.path' = '{theirs}/data')")
    refusal(lab, f"CALL {who}_own.system.add_files(table => 'desk.held_{who}', "
                 f"source_table => '`parquet`.`s3a://{lab.bucket}/curated/orders/data`')")
    assert lab.spark.sql(f"SELECT * FROM {mine}.held_{who}") == []
    # What is one's own is read and written.
    lab.spark.sql(f"INSERT INTO {mine}.held_{who} VALUES (1, 'a', 'b', 2)")
    assert lab.spark.sql(f"SELECT * FROM {mine}.held_{who}") == [(1, "a", "b", 2)]


@pytest.mark.parametrize("way", WAYS)
def test_a_consuming_account(lab, way):
    """The producer's catalog, asked by a user (a role) of the other account: what was granted and handed on."""
    assert lab.spark.sql(f"SELECT * FROM consumer_{way}.curated.orders ORDER BY id") == ROWS
    assert lab.spark.value(f"SELECT count(*) FROM consumer_{way}.curated.orders.files") >= 3
    said = refusal(lab, f"SELECT * FROM consumer_{way}.curated.wages", ABSENT if way == "glue" else CLEAR)
    assert not HIDDEN["scientist"].search(said), said
    tables = {row["tableName"] for row in lab.spark.rows(f"SHOW TABLES IN consumer_{way}.curated")}
    assert {"orders", "wages"} >= tables >= {"orders"}
    refusal(lab, f"CREATE TABLE consumer_{way}.curated.more (id INT) USING iceberg",
            CLEAR if way == "glue" else re.compile("does not support endpoint"))
