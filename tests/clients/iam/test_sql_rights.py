"""SQL runs with the rights of who starts it: Glue and S3 are asked besides the workgroup, through boto3 and Athena."""
import json
import time

import pytest
from test_authorization import allow, deny, document, keys_of, refused, session

QUERIES = allow(["athena:StartQueryExecution", "athena:GetQueryExecution", "athena:GetQueryResults"])


class Asker:
    """Runs statements with some keys."""

    def __init__(self, lake, output, keys):
        self.athena, self.output, self.keys = lake.client("athena", **keys), output, keys

    def ask(self, sql):
        """The state and why."""
        made = self.athena.start_query_execution(QueryString=sql, ResultConfiguration={"OutputLocation": self.output})
        self.last = made["QueryExecutionId"]
        while True:
            status = self.athena.get_query_execution(QueryExecutionId=self.last)["QueryExecution"]["Status"]
            if status["State"] not in ("QUEUED", "RUNNING"):
                return status["State"], status.get("StateChangeReason", "")
            time.sleep(0.005)

    def rows(self, sql):
        state, why = self.ask(sql)
        assert state == "SUCCEEDED", f"{sql}\n{why}"
        found = self.athena.get_query_results(QueryExecutionId=self.last)["ResultSet"]["Rows"]
        return [[cell.get("VarCharValue") for cell in row["Data"]] for row in found]

    def refused(self, sql):
        state, why = self.ask(sql)
        assert state == "FAILED", sql
        return why


@pytest.fixture
def place(lake, bucket, name):
    """A database with a table `t` of files, `p` with partitions and `i` of Iceberg's, and who may ask."""
    root = Asker(lake, f"s3://{bucket}/results/", {})
    lake.client("s3").put_object(Bucket=bucket, Key="t/a.csv", Body=b"1\n2\n")
    lake.client("s3").put_object(Bucket=bucket, Key="p/d=x/a.csv", Body=b"1\n")
    lake.client("s3").put_object(Bucket=bucket, Key="p/d=y/a.csv", Body=b"2\n")
    text = "ROW FORMAT DELIMITED FIELDS TERMINATED BY ','"
    root.rows(f"CREATE DATABASE {name}")
    root.rows(f"CREATE EXTERNAL TABLE {name}.t (v int) {text} LOCATION 's3://{bucket}/t/'")
    root.rows(f"CREATE EXTERNAL TABLE {name}.p (v int) PARTITIONED BY (d string) {text} LOCATION 's3://{bucket}/p/'")
    root.rows(f"ALTER TABLE {name}.p ADD PARTITION (d = 'x') PARTITION (d = 'y')")
    root.rows(f"CREATE TABLE {name}.i (v int) LOCATION 's3://{bucket}/i/' TBLPROPERTIES ('table_type' = 'ICEBERG')")
    root.rows(f"INSERT INTO {name}.i VALUES 7")
    return Place(lake, bucket, name, root)


class Place:
    def __init__(self, lake, bucket, name, root):
        self.lake, self.bucket, self.name, self.root, self.users = lake, bucket, name, root, 0

    def glue(self, actions, *tables):
        base = f"arn:aws:glue:{self.lake.region}:{self.lake.account}"
        return allow(actions, [f"{base}:catalog", f"{base}:database/{self.name}"] +
                     [f"{base}:table/{self.name}/{table}" for table in tables])

    def objects(self, actions, *prefixes):
        return allow(actions, [f"arn:aws:s3:::{self.bucket}/{prefix}*" for prefix in prefixes])

    def listing(self):
        return allow("s3:ListBucket", f"arn:aws:s3:::{self.bucket}")

    def output(self):
        return self.objects(["s3:PutObject", "s3:GetObject"], "results/")

    def user(self, *statements):
        self.users += 1
        keys = keys_of(self.lake, f"{self.name}-{self.users}", QUERIES, self.output(), *statements)
        return Asker(self.lake, self.root.output, keys)


def test_who_may_only_start_queries_reads_nothing(place):
    user, n = place.user(), place.name
    assert user.rows("SELECT 1") == [["_col0"], ["1"]]
    for table in ("t", "p", "i"):
        why = user.refused(f"SELECT * FROM {n}.{table}")
        assert "is not authorized to perform: glue:GetTable on resource: arn:aws:glue:" in why
        assert f"table/{n}/{table} because no identity-based policy allows the glue:GetTable action" in why
        assert "(Service: AmazonDataCatalog; Status Code: 400; Error Code: AccessDeniedException;" in why
    assert "glue:GetTable" in user.refused(f'SELECT * FROM {n}."p$partitions"')
    assert "glue:GetTable" in user.refused(f'SELECT * FROM {n}."i$files"')
    assert "glue:GetTable" in user.refused(f"SELECT * FROM {n}.missing")
    assert "glue:GetTable" in user.refused(f"DESCRIBE {n}.t")
    assert "glue:GetTable" in user.refused(f"SHOW CREATE TABLE {n}.t")
    assert "glue:GetTables" in user.refused(f"SHOW TABLES IN {n}")
    assert "glue:GetDatabases" in user.refused("SHOW DATABASES")
    assert "glue:GetDatabases" in user.refused("SELECT * FROM information_schema.tables")


def test_reading_needs_the_table_and_its_objects(place):
    n = place.name
    glue = place.glue(["glue:GetTable", "glue:GetPartitions"], "t", "p", "i")
    blind = place.user(glue)
    for table in ("t", "p", "i"):
        why = blind.refused(f"SELECT count(*) FROM {n}.{table}")
        assert why.startswith("PERMISSION_DENIED") and "s3:GetObject" in why and "Status Code: 403" in why
    reader = place.user(glue, place.objects("s3:GetObject", "t/", "i/"), place.listing())
    assert reader.rows(f"SELECT sum(v) FROM {n}.t")[1:] == [["3"]]
    assert reader.rows(f"SELECT v FROM {n}.i")[1:] == [["7"]]
    assert "s3:GetObject" in reader.refused(f"SELECT * FROM {n}.p")


def test_what_athena_asks_for_is_called_via_athena(place):
    n = place.name
    via = {"ForAnyValue:StringEquals": {"aws:CalledVia": ["athena.amazonaws.com"]}, "Bool": {"aws:ViaAWSService": "true"}}
    rights = [{**place.glue(["glue:GetTable", "glue:GetPartitions"], "t"), "Condition": via},
              {**place.objects("s3:GetObject", "t/"), "Condition": via},
              {**place.listing(), "Condition": {"StringEquals": {"aws:CalledViaFirst": "athena.amazonaws.com"}}}]
    user = place.user(*rights)
    assert user.rows(f"SELECT sum(v) FROM {n}.t")[1:] == [["3"]]
    refused(place.lake.client("glue", **user.keys).get_table, DatabaseName=n, Name="t")


def test_partitions_and_files_are_asked_for_one_by_one(place):
    n, glue = place.name, place.glue(["glue:GetTable", "glue:GetPartitions"], "t", "p")
    half = place.user(glue, place.objects("s3:GetObject", "p/d=x/"), place.listing())
    assert half.rows(f"SELECT v FROM {n}.p WHERE d = 'x'")[1:] == [["1"]]
    assert "s3:GetObject" in half.refused(f"SELECT v FROM {n}.p")
    some = place.user(glue, place.objects("s3:GetObject", "t/"), place.listing(),
                      deny("s3:GetObject", f"arn:aws:s3:::{place.bucket}/t/a.csv"))
    assert "explicit deny" in some.refused(f"SELECT sum(v) FROM {n}.t")


def test_a_policy_of_the_bucket_counts(place):
    n = place.name
    user = place.user(place.glue(["glue:GetTable"], "t"), allow("s3:*"))
    assert user.rows(f"SELECT sum(v) FROM {n}.t")[1:] == [["3"]]
    place.lake.client("s3").put_bucket_policy(Bucket=place.bucket, Policy=document(
        {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject",
         "Resource": f"arn:aws:s3:::{place.bucket}/t/*",
         "Condition": {"StringLike": {"aws:PrincipalArn": f"arn:aws:iam::*:user/{n}-*"}}}))
    assert "explicit deny in a resource-based policy" in user.refused(f"SELECT sum(v) FROM {n}.t")
    assert place.root.rows(f"SELECT sum(v) FROM {n}.t")[1:] == [["3"]]


def test_a_views_tables_are_read_with_the_callers_rights(place):
    n = place.name
    place.root.rows(f"CREATE VIEW {n}.w AS SELECT v FROM {n}.t")
    user = place.user(place.glue(["glue:GetTable"], "w"), allow("s3:*"))
    assert f"table/{n}/t " in user.refused(f"SELECT * FROM {n}.w")


def test_a_sessions_policy_narrows_its_queries(place):
    lake, n = place.lake, place.name
    trust = document({"Effect": "Allow", "Principal": {"AWS": lake.account}, "Action": "sts:AssumeRole"})
    role = lake.client("iam").create_role(RoleName=n, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    lake.client("iam").put_role_policy(RoleName=n, PolicyName="p", PolicyDocument=document(
        allow(["athena:*", "glue:*", "s3:*"])))
    signer = keys_of(lake, n + "s", allow("sts:AssumeRole"))
    whole = Asker(lake, place.root.output, session(lake, role, signer))
    assert whole.rows(f"SELECT sum(v) FROM {n}.t")[1:] == [["3"]]
    narrow = Asker(lake, place.root.output, session(lake, role, signer, Policy=json.dumps(
        {"Version": "2012-10-17", "Statement": [allow(["athena:*", "s3:*"]), place.glue("glue:GetTable", "i")]})))
    assert narrow.rows(f"SELECT v FROM {n}.i")[1:] == [["7"]]
    assert "because no session policy allows the glue:GetTable action" in narrow.refused(f"SELECT sum(v) FROM {n}.t")


def test_writing_needs_the_right_to_put_objects(place):
    n = place.name
    glue = place.glue(["glue:GetTable", "glue:UpdateTable", "glue:CreateTable", "glue:GetDatabase"], "*")
    reader = place.user(glue, place.objects("s3:GetObject", ""), place.listing())
    for sql in (f"INSERT INTO {n}.t VALUES 9", f"INSERT INTO {n}.i VALUES 9", f"DELETE FROM {n}.i WHERE v = 7",
                f"UPDATE {n}.i SET v = 8", f"UNLOAD (SELECT 1 a) TO 's3://{place.bucket}/out/' WITH (format = 'JSON')",
                f"CREATE TABLE {n}.c WITH (external_location = 's3://{place.bucket}/c/') AS SELECT 1 a"):
        assert "s3:PutObject" in reader.refused(sql)
    assert "glue:DeleteTable" in reader.refused(f"DROP TABLE {n}.t")
    assert "glue:CreateDatabase" in reader.refused(f"CREATE DATABASE {n}_more")
    assert place.root.rows(f"SELECT v FROM {n}.i")[1:] == [["7"]]
    writer = place.user(glue, place.objects(["s3:GetObject", "s3:PutObject"], ""), place.listing())
    writer.ask(f"INSERT INTO {n}.i VALUES 9")
    assert sorted(writer.rows(f"SELECT v FROM {n}.i")[1:]) == [["7"], ["9"]]
    writer.ask(f"CREATE TABLE {n}.c WITH (external_location = 's3://{place.bucket}/c/') AS SELECT 1 a")
    assert writer.rows(f"SELECT a FROM {n}.c")[1:] == [["1"]]


def test_lists_and_results_are_asked_for(place):
    lake, n = place.lake, place.name
    lister = place.user(place.glue("glue:GetTables", "*"), place.glue("glue:GetDatabases"))
    assert sorted(lister.rows(f"SHOW TABLES IN {n}")) == [["i"], ["p"], ["t"]]
    assert [n] in lister.rows("SHOW DATABASES")
    mute = Asker(lake, place.root.output, keys_of(lake, n + "m", QUERIES))
    assert "Access denied when writing output to url: s3://" in mute.refused("SELECT 1")
    place.root.rows("SELECT 1")
    why = refused(mute.athena.get_query_results, QueryExecutionId=place.root.last, code="AccessDeniedException")
    assert "s3:GetObject" in why
    elsewhere = Asker(lake, f"s3://{n}-none/", mute.keys)
    assert "Unable to verify/create output bucket" in refused(elsewhere.ask, "SELECT 1", code="InvalidRequestException")


def test_athenas_metadata_calls_ask_glue(place):
    lake, n = place.lake, place.name
    calls = allow(["athena:GetTableMetadata", "athena:ListTableMetadata", "athena:GetDatabase", "athena:ListDatabases"])
    none, some = place.user(calls).athena, place.user(calls, place.glue("glue:Get*", "*")).athena
    table = {"CatalogName": "AwsDataCatalog", "DatabaseName": n, "TableName": "t"}
    for call, arguments, action in (
            ("get_table_metadata", table, "glue:GetTable"),
            ("list_table_metadata", {"CatalogName": "AwsDataCatalog", "DatabaseName": n}, "glue:GetTables"),
            ("get_database", {"CatalogName": "AwsDataCatalog", "DatabaseName": n}, "glue:GetDatabase"),
            ("list_databases", {"CatalogName": "AwsDataCatalog"}, "glue:GetDatabases")):
        assert f"{action} on resource" in refused(getattr(none, call), **arguments, code="MetadataException")
        getattr(some, call)(**arguments)
