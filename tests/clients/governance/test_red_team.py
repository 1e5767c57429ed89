"""Ways around the rules that an attack of another session found open: each is closed, and so are its neighbours.

The attacker's IAM policy allows all of S3, Glue, Athena and Lake Formation, but for what others' queries wrote.
"""
import json
import re
import threading
import time
import uuid

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest
import urllib3
from botocore.exceptions import BotoCoreError, ClientError

from governance import lakes
from governance.lakes import governed  # noqa: F401
from iceberg.test_rest_catalog import ask, token_of

pytestmark = pytest.mark.xdist_group("red_team")  # one lake

POLICY = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Resource": "*", "Action": ["athena:*", "glue:*", "s3:*", "lakeformation:*", "sts:*", "cloudtrail:*", "cloudwatch:*"]},
    {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::*/results/*"}]})
SECRET = re.compile(r"SECRET|hidden_wage|oslo")
VALUES = ("SELECT * FROM (VALUES (1, 'SECRET1', 'rome', 'anna'), (2, 'SECRET2', 'oslo', 'berta'), (3, 'SECRET3', 'rome', 'clara')) "
          "AS v (id, hidden_wage, city, name)")


@pytest.fixture(scope="module")
def lab(governed):  # noqa: F811
    lab = lakes.Lab(governed, "red")
    lab.root.client("lakeformation").register_resource(ResourceArn=f"arn:aws:s3:::{lab.bucket}/closed", UseServiceLinkedRole=True)
    glue = lab.root.client("glue")
    for name in ("closed", "own", "free"):
        glue.create_database(DatabaseInput={"Name": name, "LocationUri": f"s3://{lab.bucket}/{name}/"})
    place = f"s3://{lab.bucket}/closed/"
    lab.root.run(f"CREATE TABLE parts WITH (format='PARQUET', external_location='{place}parts/', partitioned_by=ARRAY['city']) AS "
                 "SELECT id, hidden_wage, name, city FROM (" + VALUES + ")", "closed")
    lab.root.run(f"CREATE TABLE iced WITH (table_type='ICEBERG', is_external=false, location='{place}iced/', "
                 f"partitioning=ARRAY['city']) AS {VALUES}", "closed")
    lab.root.run(f"CREATE TABLE seen WITH (format='PARQUET', external_location='{place}seen/') AS SELECT 1 AS x", "closed")
    lab.user = lakes.make_user(governed, "mallory", POLICY)
    lakes.grant(governed, lab.user, {"Database": {"Name": "closed"}}, ["DESCRIBE"])
    lakes.grant(governed, lab.user, {"Database": {"Name": "own"}}, ["CREATE_TABLE", "DESCRIBE"])
    lakes.grant(governed, lab.user, {"Table": {"DatabaseName": "closed", "Name": "seen"}}, ["SELECT", "DESCRIBE"])
    for table in ("parts", "iced"):
        lakes.grant_filter(governed, lab.user, "closed", table, "rome", "city = 'rome'", ["id", "city", "name"])
    lab.output = f"s3://{lab.bucket}/asked/"
    return lab


def told(call, **arguments):
    """All that a call tells, in its answer or its refusal."""
    try:
        answer = call(**arguments)
    except (ClientError, BotoCoreError) as error:
        return str(getattr(error, "response", error))
    body = answer.pop("Body", None)
    return repr(answer) + (body.read().decode("latin-1") if body else "")


def rest_token(lab, who):
    return ask(lab.lake, "POST", "/v1/oauth/tokens", form={
        "grant_type": "client_credentials", "client_id": who.keys["aws_access_key_id"],
        "client_secret": who.keys["aws_secret_access_key"]})[1]["access_token"]


@pytest.mark.parametrize("prefix", ["", "clo", "closed", "closed/", "closed/p", "closed/parts"])
@pytest.mark.parametrize("delimiter", ["", "/"])
def test_listings_from_above_show_no_closed_objects(lab, prefix, delimiter):
    root, s3 = lab.root.client("s3"), lab.user.client("s3")
    root.put_object(Bucket=lab.bucket, Key="closedness", Body=b"x")
    root.put_object(Bucket=lab.bucket, Key="zzz", Body=b"x")
    root.create_multipart_upload(Bucket=lab.bucket, Key="closed/parts/city=oslo/up")
    for call in (s3.list_objects_v2, s3.list_objects, s3.list_object_versions, s3.list_multipart_uploads):
        text = told(call, Bucket=lab.bucket, Prefix=prefix, **({"Delimiter": delimiter} if delimiter else {}))
        text = text.replace("closedness", "")
        assert "closed/parts/" not in text and "closed/iced/" not in text and not SECRET.search(text), (call, text)
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=lab.bucket, Prefix=prefix, PaginationConfig={"PageSize": 1})
    if not prefix.startswith("closed"):  # those below the location itself are for who may place data there
        found = [each["Key"] for page in pages for each in page.get("Contents", [])]
        everything = [each["Key"] for each in root.list_objects_v2(Bucket=lab.bucket, Prefix=prefix)["Contents"]]
        assert found == [key for key in everything if not key.startswith("closed/") or key.startswith("closed/seen/")]


@pytest.mark.parametrize("more", ["&prefix=closed/parts/", "&Prefix=closed/parts/", "&prefi%78=closed/parts/"])
def test_a_prefix_given_twice(lab, more):
    """What is checked is what is listed."""
    client = lab.user.client("s3")

    def add(request, **_):
        request.url += more
    client.meta.events.register("before-sign.s3.ListObjectsV2", add)
    try:
        found = client.list_objects_v2(Bucket=lab.bucket, Prefix="asked/").get("Contents", [])
    except ClientError:
        return
    assert not [each["Key"] for each in found if each["Key"].startswith("closed/")]


def test_the_query_of_a_view_is_not_told_by_sql(lab):
    """Of Iceberg views and of Hive's, to who sees some columns, or describes alone."""
    token = token_of(lab.lake)
    body = {"name": "rested", "location": f"s3://{lab.bucket}/free/rested", "schema": {"type": "struct", "schema-id": 0, "fields": [
        {"id": 1, "name": "id", "type": "int", "required": False}, {"id": 2, "name": "hidden_wage", "type": "string", "required": False}]},
        "view-version": {"version-id": 1, "schema-id": 0, "timestamp-ms": 1, "summary": {}, "default-namespace": ["closed"], "representations": [
            {"type": "sql", "dialect": "trino", "sql": "SELECT id, hidden_wage FROM closed.iced WHERE hidden_wage <> 'SECRET7'"}]}, "properties": {}}
    status, answer, _ = ask(lab.lake, "POST", "/v1/namespaces/free/views", body, token)
    assert status == 200, answer
    lab.root.run("CREATE VIEW hived AS SELECT id, hidden_wage FROM closed.iced WHERE hidden_wage <> 'SECRET7'", "free")
    for view in ("rested", "hived"):
        lakes.grant(lab.lake, lab.user, {"TableWithColumns": {"DatabaseName": "free", "Name": view, "ColumnNames": ["id"]}}, ["SELECT"])
        for sql in (f"SHOW CREATE VIEW {view}", f"SHOW CREATE TABLE {view}", f"DESCRIBE FORMATTED {view}", f"SHOW TBLPROPERTIES {view}",
                    f"SELECT * FROM information_schema.views WHERE table_name = '{view}'"):
            answer = lab.user.ask(sql, "free", output=lab.output)
            assert not SECRET.search(answer.reason + repr(answer.rows)), (sql, answer.reason, answer.rows)
        text = told(lab.user.client("athena").get_table_metadata, CatalogName="AwsDataCatalog", DatabaseName="free", TableName=view)
        assert not SECRET.search(text), text


def test_names_with_dots(lab):
    """A column "a.b" is not the field b of a column a."""
    lab.root.run(f"CREATE TABLE dotted WITH (format='PARQUET', external_location='s3://{lab.bucket}/closed/dotted/') AS "
                 "SELECT 1 AS id, 2 AS \"a\", 'SECRETdot' AS \"a.b\"", "closed")
    lakes.grant(lab.lake, lab.user, {"TableWithColumns": {"DatabaseName": "closed", "Name": "dotted", "ColumnNames": ["id", "a"]}}, ["SELECT"])
    for sql in ("SELECT * FROM dotted", 'SELECT "a.b" FROM dotted', "DESCRIBE dotted", "SELECT * FROM information_schema.columns"):
        answer = lab.user.ask(sql, "closed", output=lab.output)
        text = answer.reason + repr(answer.rows)
        assert "SECRETdot" not in text and ("a.b" not in text or "a.b" in sql), (sql, text)
    assert "a.b" not in told(lab.user.client("glue").get_table, DatabaseName="closed", Name="dotted")
    assert lab.user.run("SELECT id FROM dotted", "closed", output=lab.output)[1] == ("1",)


def test_a_mask_is_no_more_open_than_each_rows_grants(lab):
    """Some rows partly, all rows hashed: the others are hashed, not partly shown."""
    lab.root.run(f"CREATE TABLE masked WITH (format='PARQUET', external_location='s3://{lab.bucket}/closed/masked/') AS {VALUES}", "closed")
    cells = {"TableCatalogId": lab.lake.account, "DatabaseName": "closed", "TableName": "masked"}
    for name, rows, mask in (("some", {"FilterExpression": "city = 'rome'"}, "mask_partial(hidden_wage, 3, 0)"),
                             ("all", {"AllRowsWildcard": {}}, "mask_hash(hidden_wage)")):
        lab.root.client("lakeformation").create_data_cells_filter(TableData={**cells, "Name": name, "RowFilter": rows, "ColumnNames": ["id", mask]})
        lakes.grant(lab.lake, lab.user, {"DataCellsFilter": {**cells, "Name": name}}, ["SELECT"])
    rows = dict(lab.user.run("SELECT id, hidden_wage FROM masked", "closed", output=lab.output)[1:])
    assert set(rows) == {"1", "2", "3"} and all(re.fullmatch("[0-9a-f]{64}", value) for value in rows.values()), rows


def test_a_filter_that_fails_takes_no_row_from_another(lab):
    """Two grants: the cast of one fails in rows that the other shows."""
    lab.root.run(f"CREATE TABLE casts WITH (format='PARQUET', external_location='s3://{lab.bucket}/closed/casts/') AS SELECT * FROM "
                 "(VALUES (1, '7', 'a'), (2, 'x', 'b'), (3, '-7', 'c'), (4, 'y', 'SECRET')) AS v (id, n, name)", "closed")
    lakes.grant_filter(lab.lake, lab.user, "closed", "casts", "one", "CAST(n AS integer) > 0", ["id", "n", "name"])
    lakes.grant_filter(lab.lake, lab.user, "closed", "casts", "two", "id = 2", ["id", "name"])
    lakes.grant_filter(lab.lake, lab.user, "closed", "casts", "three", "CAST(n AS integer) < 0", ["id"])
    assert sorted(lab.user.run("SELECT * FROM casts", "closed", output=lab.output)[1:]) == [
        ("1", "7", "a"), ("2", None, "b"), ("3", None, None)]


def test_a_load_looks_at_what_is_seen(lab):
    """What tarn load asks first: fields of structs, and whether a file is there already."""
    lab.root.run(f"CREATE TABLE structs (id int, s struct<shown:string,hidden_wage:string>) LOCATION 's3://{lab.bucket}/closed/structs/' "
                 "TBLPROPERTIES ('table_type'='ICEBERG')", "closed")
    lakes.grant_filter(lab.lake, lab.user, "closed", "structs", "f", "id > 1", ["id", "s.shown"])
    keys = lab.user.keys
    url = f"{lab.lake.endpoint}/_tarn/load?table=closed.structs&source={'a' * 64}"
    request = botocore.awsrequest.AWSRequest("GET", url)
    botocore.auth.SigV4Auth(botocore.credentials.Credentials(keys["aws_access_key_id"], keys["aws_secret_access_key"]), "tarn", "us-east-1").add_auth(request)
    answer = urllib3.PoolManager().request("GET", url, headers=dict(request.headers))
    assert answer.status == 200, answer.data
    assert [each["name"] for each in json.loads(answer.data)["columns"]] == ["id", "s"] and not SECRET.search(answer.data.decode()), answer.data


def test_what_others_queries_met_is_theirs(lab):
    """The words of a failure hold values; the counts of rows tell of hidden ones."""
    athena = lab.root.client("athena")
    failed = lab.root.ask("SELECT CAST(hidden_wage AS integer) FROM iced", "closed")
    assert "SECRET" in failed.reason
    assert lab.root.run("SELECT * FROM iced", "closed")
    users = lab.user.client("athena")
    for ident in athena.list_query_executions(MaxResults=2)["QueryExecutionIds"]:
        for call, more in ((users.get_query_execution, {"QueryExecutionId": ident}), (users.batch_get_query_execution, {"QueryExecutionIds": [ident]}),
                           (users.get_query_runtime_statistics, {"QueryExecutionId": ident}), (users.get_query_results, {"QueryExecutionId": ident})):
            text = told(call, **more)
            assert not re.search("SECRET[0-9]", text), text
            assert "'OutputRows'" not in text, text
    mine = lab.user.ask("SELECT CAST(name AS integer) FROM iced", "closed", output=lab.output)
    assert "Cannot cast" in mine.reason


def test_errors_of_lake_formation_tell_nothing_of_names(lab):
    formation = lab.user.client("lakeformation")
    tag = [{"TagKey": "classification", "TagValues": ["public"]}]
    analyst = {"DataLakePrincipalIdentifier": lab.user.arn}

    def both(call, there, nowhere):
        answers = []
        for arguments in (there, nowhere):
            text = told(call, **arguments)
            words = text if "Error" not in text else re.search(r"'Error': (\{.*?\})", text)[1]
            answers.append(re.sub(r"hidden_wage|nowhere\w*|'RequestId': '[^']*'|'(date|x-amz[^']*|connection|content-length)': '[^']*'", "N", words))
        assert answers[0] == answers[1], (call.__name__, answers)
    columns = lambda name: {"TableWithColumns": {"DatabaseName": "closed", "Name": "iced", "ColumnNames": [name]}}  # noqa: E731
    lab.root.run(f"CREATE TABLE hidden_wage WITH (format='PARQUET', external_location='s3://{lab.bucket}/free/hidden/') AS SELECT 1 AS x", "free")
    for call in (formation.add_lf_tags_to_resource, formation.remove_lf_tags_from_resource):
        both(call, {"Resource": columns("hidden_wage"), "LFTags": tag}, {"Resource": columns("nowhere"), "LFTags": tag})
        both(call, *({"Resource": {"Table": {"DatabaseName": "free", "Name": name}}, "LFTags": tag} for name in ("hidden_wage", "nowhere")))
    both(formation.get_resource_lf_tags, {"Resource": columns("hidden_wage")}, {"Resource": columns("nowhere")})
    both(formation.get_resource_lf_tags, *({"Resource": {"Table": {"DatabaseName": "free", "Name": name}}} for name in ("hidden_wage", "nowhere")))
    for call in (formation.grant_permissions, formation.revoke_permissions):
        both(call, *({"Principal": analyst, "Resource": columns(name), "Permissions": ["SELECT"]} for name in ("hidden_wage", "nowhere")))
        both(call, *({"Principal": analyst, "Resource": {"Table": {"DatabaseName": "free", "Name": name}}, "Permissions": ["SELECT"]} for name in ("hidden_wage", "nowhere")))
    cells = {"TableCatalogId": lab.lake.account, "DatabaseName": "closed", "TableName": "iced", "Name": "mine"}
    both(formation.create_data_cells_filter, *({"TableData": {**cells, "RowFilter": {"FilterExpression": f"{name} = 'x'"}, "ColumnNames": ["id"]}} for name in ("hidden_wage", "nowhere")))
    both(formation.create_data_cells_filter, *({"TableData": {**cells, "RowFilter": {"AllRowsWildcard": {}}, "ColumnNames": [name]}} for name in ("hidden_wage", "nowhere")))
    hidden = {"TableCatalogId": lab.lake.account, "DatabaseName": "free", "Name": "mine"}
    for call in (formation.get_data_cells_filter, formation.delete_data_cells_filter):
        both(call, *({**hidden, "TableName": name} for name in ("hidden_wage", "nowhere")))
    both(formation.list_data_cells_filter, *({"Table": {"DatabaseName": "free", "Name": name}} for name in ("hidden_wage", "nowhere")))
    both(formation.list_permissions, *({"Resource": {"Table": {"DatabaseName": "free", "Name": name}}} for name in ("hidden_wage", "nowhere")))
    both(formation.list_permissions, *({"Resource": columns(name)} for name in ("hidden_wage", "nowhere")))
    both(formation.get_temporary_glue_table_credentials, *({"TableArn": f"arn:aws:glue:us-east-1:{lab.lake.account}:table/free/{name}"} for name in ("hidden_wage", "nowhere")))
    both(formation.create_lake_formation_opt_in, *({"Principal": analyst, "Resource": {"Table": {"DatabaseName": "free", "Name": name}}} for name in ("hidden_wage", "nowhere")))


def test_who_alters_alone_moves_nothing_to_where_more_is_theirs(lab):
    lab.root.run(f"CREATE TABLE moved WITH (table_type='ICEBERG', is_external=false, location='s3://{lab.bucket}/closed/moved/') AS {VALUES}", "closed")
    lab.root.run(f"CREATE TABLE moved2 WITH (format='PARQUET', external_location='s3://{lab.bucket}/closed/moved2/') AS {VALUES}", "closed")
    lakes.grant(lab.lake, lab.user, {"Table": {"DatabaseName": "own", "TableWildcard": {}}}, ["SELECT"])
    for table in ("moved", "moved2"):
        lakes.grant(lab.lake, lab.user, {"Table": {"DatabaseName": "closed", "Name": table}}, ["ALTER"])
        renamed = lab.user.ask(f"ALTER TABLE {table} RENAME TO own.{table}", "closed", output=lab.output)
        answer = lab.user.ask(f"SELECT * FROM {table}", "own", output=lab.output)
        assert not SECRET.search(repr(answer.rows)), (renamed.reason, answer.rows)


def test_metadata_counts_no_hidden_columns(lab):
    lab.root.run(f"CREATE TABLE counted (id int, hidden_wage string) PARTITIONED BY (hidden_wage) LOCATION 's3://{lab.bucket}/closed/counted/' "
                 "TBLPROPERTIES ('table_type'='ICEBERG')", "closed")
    lakes.grant(lab.lake, lab.user, {"TableWithColumns": {"DatabaseName": "closed", "Name": "counted", "ColumnNames": ["id"]}}, ["SELECT"])
    status, answer, _ = ask(lab.lake, "GET", "/v1/namespaces/closed/tables/counted", token=rest_token(lab, lab.user))
    assert status == 200, answer
    assert (answer["metadata"]["last-column-id"], answer["metadata"]["last-partition-id"]) == (1, 999)


def test_websites_forms_and_regions_are_doors_of_s3(lab, names_of_this_machine):
    s3, root = lab.user.client("s3"), lab.root.client("s3")
    s3.delete_public_access_block(Bucket=lab.bucket)
    s3.put_bucket_policy(Bucket=lab.bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": ["s3:*"], "Resource": [f"arn:aws:s3:::{lab.bucket}", f"arn:aws:s3:::{lab.bucket}/*"]}]}))
    key = [each["Key"] for each in root.list_objects_v2(Bucket=lab.bucket, Prefix="closed/iced/data/")["Contents"]][0]
    s3.put_bucket_website(Bucket=lab.bucket, WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": key}})
    http = urllib3.PoolManager()
    for path in ("/" + key, "/nowhere", "/"):
        answer = http.request("GET", lab.lake.endpoint + path, redirect=False, headers={"Host": f"{lab.bucket}.s3-website.localhost:{lab.lake.port}"})
        assert b"PAR1" not in answer.data and not SECRET.search(answer.data.decode("latin-1").replace(key, "")), (path, answer.data)
    answer = http.request("GET", f"{lab.lake.endpoint}/{lab.bucket}/{key}")
    assert answer.status == 403
    answer = http.request("GET", f"{lab.lake.endpoint}/{lab.bucket}?list-type=2")
    assert "closed/" not in answer.data.decode().replace("closed/seen/", "").replace("closedness", ""), answer.data
    made = s3.generate_presigned_post(lab.bucket, "closed/iced/data/x.parquet")
    answer = http.request("POST", made["url"], fields={**made["fields"], "file": ("x", b"x")})
    assert answer.status == 403, answer.data
    control = lab.lake.client("s3control", region="us-west-2", **lab.user.keys)
    text = told(control.create_multi_region_access_point, AccountId=lab.lake.account, ClientToken=uuid.uuid4().hex,
                Details={"Name": "everywhere", "Regions": [{"Bucket": lab.bucket}]})
    shown = [each for each in control.list_multi_region_access_points(AccountId=lab.lake.account)["AccessPoints"] if each["Name"] == "everywhere"]
    assert shown, text
    for call, more in ((s3.get_object, {"Key": key}), (s3.head_object, {"Key": key}), (s3.list_objects_v2, {"Prefix": "closed/iced/"}),
                       (s3.list_objects_v2, {})):
        for name in (shown[0]["Alias"], f"arn:aws:s3::{lab.lake.account}:accesspoint/{shown[0]['Alias']}"):
            text = told(call, Bucket=name, **more)
            assert "PAR1" not in text and "closed/iced/data" not in text.replace(key, ""), (name, call, text)
    s3.delete_bucket_policy(Bucket=lab.bucket)


def test_what_the_lake_does_to_all_of_a_bucket_is_not_set_by_strangers(lab):
    """Rules that delete closed objects; logs and events that name them. Of a bucket without closed ones they are anybody's."""
    other = "open-" + uuid.uuid4().hex[:8]
    s3 = lab.user.client("s3")
    s3.create_bucket(Bucket=other)
    for bucket in (lab.bucket, other):
        queue = f"arn:aws:sqs:us-east-1:{lab.lake.account}:q"
        for call, more in ((s3.put_bucket_lifecycle_configuration, {"LifecycleConfiguration": {"Rules": [
                {"ID": "all", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}]}}),
                (s3.put_bucket_logging, {"BucketLoggingStatus": {"LoggingEnabled": {"TargetBucket": other, "TargetPrefix": "x/"}}}),
                (s3.put_bucket_notification_configuration, {"NotificationConfiguration": {"QueueConfigurations": [
                    {"QueueArn": queue, "Events": ["s3:ObjectCreated:*"]}]}, "SkipDestinationValidation": True})):
            assert lakes.refused(call, Bucket=bucket, **more) == ("AccessDenied" if bucket == lab.bucket else ""), (bucket, call)
    place = {"DataLocation": {"ResourceArn": f"arn:aws:s3:::{lab.bucket}/closed"}}
    lakes.grant(lab.lake, lab.user, place, ["DATA_LOCATION_ACCESS"])
    try:
        s3.delete_bucket_lifecycle(Bucket=lab.bucket)
    finally:
        lab.root.client("lakeformation").revoke_permissions(Principal={"DataLakePrincipalIdentifier": lab.user.arn}, Resource=place,
                                                            Permissions=["DATA_LOCATION_ACCESS"])


def test_credentials_write_by_the_rights_to_write(lab):
    """ALTER of a table is no right to its files."""
    root = lab.root.client("lakeformation")
    settings = root.get_data_lake_settings()["DataLakeSettings"]
    root.put_data_lake_settings(DataLakeSettings={**settings, "AllowFullTableExternalDataAccess": True})
    lab.root.run(f"CREATE TABLE lent WITH (format='PARQUET', external_location='s3://{lab.bucket}/closed/lent/') AS SELECT 1 AS x", "closed")
    lakes.grant(lab.lake, lab.user, {"Table": {"DatabaseName": "closed", "Name": "lent"}}, ["SELECT", "ALTER", "INSERT"])
    formation = lab.user.client("lakeformation")

    def made(*asked):
        keys = formation.get_temporary_glue_table_credentials(
            TableArn=f"arn:aws:glue:us-east-1:{lab.lake.account}:table/closed/lent", Permissions=list(asked))
        return lab.lake.client("s3", aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"],
                               aws_session_token=keys["SessionToken"])
    place = {"Bucket": lab.bucket, "Key": "closed/lent/more"}
    assert lakes.refused(made("ALTER").put_object, **place, Body=b"x") == "AccessDenied"
    assert lakes.refused(made("SELECT", "INSERT").put_object, **place, Body=b"x") == ""
    assert lakes.refused(made("SELECT", "INSERT").delete_object, **place) == "AccessDenied"
    root.put_data_lake_settings(DataLakeSettings=settings)


def test_no_thread_remembers_what_was_taken_away(lab):
    """Whatever asks after a change was acknowledged meets it: grants, IAM's policies and keys, hammered from many threads."""
    lab.root.run(f"CREATE TABLE churn WITH (table_type='ICEBERG', is_external=false, location='s3://{lab.bucket}/closed/churn/') AS {VALUES}", "closed")
    formation, iam = lab.root.client("lakeformation"), lab.root.client("iam")
    table = {"Resource": {"Table": {"DatabaseName": "closed", "Name": "churn"}}, "Permissions": ["SELECT", "DESCRIBE"]}
    users = [lakes.make_user(lab.lake, f"churner{number}", POLICY) for number in range(3)]
    key = [each["Key"] for each in lab.root.client("s3").list_objects_v2(Bucket=lab.bucket, Prefix="closed/churn/data/")["Contents"]][0]
    keys = {"UserName": "churner2", "AccessKeyId": users[2].keys["aws_access_key_id"]}
    for user in users[1:]:
        formation.grant_permissions(Principal={"DataLakePrincipalIdentifier": user.arn}, **table)
    changes = [
        (lambda: formation.grant_permissions(Principal={"DataLakePrincipalIdentifier": users[0].arn}, **table),
         lambda: formation.revoke_permissions(Principal={"DataLakePrincipalIdentifier": users[0].arn}, **table)),
        (lambda: iam.put_user_policy(UserName="churner1", PolicyName="all", PolicyDocument=POLICY),
         lambda: iam.put_user_policy(UserName="churner1", PolicyName="all", PolicyDocument=POLICY.replace("Allow", "Deny"))),
        (lambda: iam.update_access_key(**keys, Status="Active"), lambda: iam.update_access_key(**keys, Status="Inactive"))]
    turns = [0, 0, 0]  # even: open or on the way; odd: closed, as was answered
    wrong, seen, stop = [], [0, 0, 0], threading.Event()

    def hammer(number, kind):
        s3, glue = users[number].client("s3"), users[number].client("glue")
        while not stop.is_set():
            turn = turns[number]
            if kind == "s3":
                ok = not lakes.refused(s3.head_object, Bucket=lab.bucket, Key=key)
            else:
                ok = not lakes.refused(glue.get_table, DatabaseName="closed", Name="churn")
            seen[number] += ok
            if ok and turn % 2 and turns[number] == turn:
                wrong.append((number, kind, turn))

    def change(number):
        opens, closes = changes[number]
        for _ in range(25):
            opens()
            time.sleep(0.02)
            closes()
            turns[number] += 1
            time.sleep(0.02)
            turns[number] += 1
    threads = [threading.Thread(target=hammer, args=(number, kind)) for number in range(3) for kind in ("s3", "s3", "glue")]
    changing = [threading.Thread(target=change, args=(number,)) for number in range(3)]
    for thread in threads + changing:
        thread.start()
    for thread in changing:
        thread.join()
    stop.set()
    for thread in threads:
        thread.join()
    assert not wrong, wrong[:5]
