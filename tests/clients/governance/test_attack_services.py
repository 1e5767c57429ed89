"""Other services' ways to closed data: whoever sees a part of a table gets no more of it by having the lake work for them.

The attacker's IAM policy allows all of S3, Glue and Athena and what asks Lake Formation, and to pass a role that S3 and Glue
may act as, which IAM lets do as much and which holds no grant.
"""
import io
import json
import re
import time
import urllib.parse
import uuid

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import BotoCoreError, ClientError

from governance import lakes
from governance.lakes import governed  # noqa: F401

pytestmark = pytest.mark.xdist_group("attack_services")  # one lake

POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", "Action": [
    "athena:*", "glue:*", "s3:*", "s3tables:*", "iam:PassRole", "sts:*", "cloudwatch:Get*", "cloudwatch:List*", "lakeformation:Get*",
    "lakeformation:List*", "lakeformation:Search*", "lakeformation:Describe*"]}]})
ROLE = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["s3:*", "glue:*", "lakeformation:GetDataAccess", "logs:*"], "Resource": "*"}]})
# Of rows and columns that are hidden, in the tables' places and values.
SECRET = re.compile(r"hidden_wage|SECRET|oslo")


@pytest.fixture(scope="module")
def lab(governed):  # noqa: F811
    lab = lakes.Lab(governed, "victim")
    lab.root.client("lakeformation").register_resource(ResourceArn=f"arn:aws:s3:::{lab.bucket}/closed", UseServiceLinkedRole=True)
    glue, iam = lab.root.client("glue"), lab.root.client("iam")
    for name in ("closed", "own"):
        glue.create_database(DatabaseInput={"Name": name, "LocationUri": f"s3://{lab.bucket}/{name}/"})
    values = "SELECT * FROM (VALUES (1, 'SECRET1', 'rome'), (2, 'SECRET2', 'oslo')) AS v (id, hidden_wage, city)"
    place = f"s3://{lab.bucket}/closed/"
    lab.root.run(f"CREATE TABLE parts WITH (format='PARQUET', external_location='{place}parts/', "
                 f"partitioned_by=ARRAY['city']) AS {values}", "closed")
    lab.root.run(f"CREATE TABLE iced WITH (table_type='ICEBERG', is_external=false, location='{place}iced/', "
                 f"partitioning=ARRAY['city']) AS {values}", "closed")
    lab.root.client("s3").put_object(Bucket=lab.bucket, Key="closed/text/a.json", Body=b'{"id": 1, "hidden_wage": "SECRET1", "city": "rome"}\n'
                                     b'{"id": 2, "hidden_wage": "SECRET2", "city": "oslo"}\n')
    lab.root.run("CREATE EXTERNAL TABLE text (id int, hidden_wage string, city string) ROW FORMAT SERDE "
                 f"'org.openx.data.jsonserde.JsonSerDe' LOCATION '{place}text/'", "closed")
    lab.user = lakes.make_user(governed, "mallory", POLICY)
    for name, rights in (("closed", ["DESCRIBE"]), ("own", ["CREATE_TABLE", "DESCRIBE"])):
        lakes.grant(governed, lab.user, {"Database": {"Name": name}}, rights)
    for table in ("parts", "iced", "text"):
        lakes.grant_filter(governed, lab.user, "closed", table, "rome", "city = 'rome'", ["id", "city"])
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": [
        "glue.amazonaws.com", "s3.amazonaws.com", "batchoperations.s3.amazonaws.com"]}}
    lab.role = iam.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [trust]}))["Role"]["Arn"]
    iam.put_role_policy(RoleName="worker", PolicyName="all", PolicyDocument=ROLE)
    lab.mine = "loot-" + uuid.uuid4().hex[:8]
    lab.user.client("s3").create_bucket(Bucket=lab.mine)
    lab.output = f"s3://{lab.mine}/out/"
    return lab


def keys_of(lab, bucket, prefix="", who=None):
    pages = (who or lab.root).client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [each["Key"] for page in pages for each in page.get("Contents", [])]


def told(call, **arguments):
    """All that a call tells, in its answer or its refusal."""
    try:
        answer = call(**arguments)
    except (ClientError, BotoCoreError) as error:
        return str(getattr(error, "response", error))
    body = answer.pop("Body", None)
    return repr(answer) + (body.read().decode("latin-1") if body else "")


def loot(lab):
    """Everything that lies in the attacker's own bucket."""
    s3, text = lab.root.client("s3"), ""
    for key in keys_of(lab, lab.mine):
        text += key + s3.get_object(Bucket=lab.mine, Key=key)["Body"].read().decode("latin-1")
    return text


def until(ends, seconds=60):
    deadline = time.monotonic() + seconds
    while not ends():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_access_points(lab, names_of_this_machine):
    control, s3 = lab.user.client("s3control"), lab.user.client("s3")
    made = control.create_access_point(AccountId=lab.lake.account, Name="way-in", Bucket=lab.bucket)
    key = [each for each in keys_of(lab, lab.bucket, "closed/text/")][0]
    for name in (made["Alias"], made["AccessPointArn"]):
        for call, more in ((s3.get_object, {"Key": key}), (s3.head_object, {"Key": key}), (s3.list_objects_v2, {"Prefix": "closed/text/"}),
                           (s3.get_object_attributes, {"Key": key, "ObjectAttributes": ["ObjectSize"]})):
            text = told(call, Bucket=name, **more)
            assert "denied" in text.lower() or "403" in text or "Forbidden" in text, (name, call, text)
            assert not SECRET.search(text)
        lab.user.client("s3").put_object(Bucket=lab.mine, Key="x", Body=b"x")
    for source in (f"{lab.bucket}/{key}", f"{made['Alias']}/{key}", f"{made['AccessPointArn']}/object/{key}"):
        text = told(s3.copy_object, Bucket=lab.mine, Key="copied", CopySource=source)
        assert "AccessDenied" in text, (source, text)
    assert not SECRET.search(loot(lab))


def test_crawlers(lab):
    """A crawler reads as the role that it is given, which holds no grant; one that may place data there reads it."""
    glue = lab.user.client("glue")
    for number, path in enumerate(("closed/parts/", "closed/text/", "closed/", "")):
        name = f"spider{number}"
        text = told(glue.create_crawler, Name=name, Role=lab.role, DatabaseName="own",
                    Targets={"S3Targets": [{"Path": f"s3://{lab.bucket}/{path}"}]}, TablePrefix=f"c{number}_")
        if "AccessDenied" in text:
            continue
        assert not SECRET.search(told(glue.start_crawler, Name=name))
        until(lambda: glue.get_crawler(Name=name)["Crawler"]["State"] == "READY" and
              glue.get_crawler(Name=name)["Crawler"].get("LastCrawl"))
        assert not SECRET.search(told(glue.get_crawler, Name=name)), told(glue.get_crawler, Name=name)
        found = lab.root.client("glue").get_tables(DatabaseName="own", Expression=f"c{number}_.*")["TableList"]
        assert not SECRET.search(repr(found)), found
        assert "Lake Formation" in glue.get_crawler(Name=name)["Crawler"]["LastCrawl"]["ErrorMessage"]
    role = lakes.Principal(lab.lake, lab.role, {})
    place = {"DataLocation": {"ResourceArn": f"arn:aws:s3:::{lab.bucket}/closed"}}
    lakes.grant(lab.lake, role, place, ["DATA_LOCATION_ACCESS"])
    glue.start_crawler(Name="spider1")
    until(lambda: glue.get_crawler(Name="spider1")["Crawler"]["State"] == "READY")
    lab.root.client("lakeformation").revoke_permissions(Principal={"DataLakePrincipalIdentifier": lab.role}, Resource=place,
                                                        Permissions=["DATA_LOCATION_ACCESS"])
    assert [each["Name"] for each in lab.root.client("glue").get_tables(DatabaseName="own", Expression="c1_.*")["TableList"]] == ["c1_text"]
    lab.root.client("glue").delete_table(DatabaseName="own", Name="c1_text")


def test_what_copies_by_itself(lab, names_of_this_machine):
    """Jobs and replication, which would copy as a role: what is not served makes no copies."""
    s3, control = lab.user.client("s3"), lab.user.client("s3control")
    manifest = "".join(f"{lab.bucket},{urllib.parse.quote(key)}\n" for key in keys_of(lab, lab.bucket, "closed/")).encode()
    etag = s3.put_object(Bucket=lab.mine, Key="jobs/manifest.csv", Body=manifest)["ETag"].strip('"')
    made = told(control.create_job, AccountId=lab.lake.account, ConfirmationRequired=False, Priority=1, RoleArn=lab.role,
                ClientRequestToken=uuid.uuid4().hex, Operation={"S3PutObjectCopy": {"TargetResource": f"arn:aws:s3:::{lab.mine}"}},
                Report={"Enabled": False}, Manifest={"Spec": {"Format": "S3BatchOperations_CSV_20180820", "Fields": ["Bucket", "Key"]},
                                                     "Location": {"ObjectArn": f"arn:aws:s3:::{lab.mine}/jobs/manifest.csv", "ETag": etag}})
    assert "NotImplemented" in made or "denied" in made, made
    s3.delete_object(Bucket=lab.mine, Key="jobs/manifest.csv")
    for bucket in (lab.bucket, lab.mine):
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    made = told(s3.put_bucket_replication, Bucket=lab.bucket, ReplicationConfiguration={"Role": lab.role, "Rules": [
        {"ID": "all", "Status": "Enabled", "Priority": 1, "Filter": {"Prefix": ""}, "DeleteMarkerReplication": {"Status": "Disabled"},
         "Destination": {"Bucket": f"arn:aws:s3:::{lab.mine}"}}]})
    assert "NotImplemented" in made or "denied" in made, made
    assert not SECRET.search(loot(lab)), keys_of(lab, lab.mine)


def test_other_words_of_s3(lab):
    s3 = lab.user.client("s3")
    key = keys_of(lab, lab.bucket, "closed/text/")[0]
    root = lab.root.client("s3")
    root.create_multipart_upload(Bucket=lab.bucket, Key="closed/text/SECRET")
    for call, more in ((s3.select_object_content, {"Key": key, "ExpressionType": "SQL", "Expression": "SELECT * FROM S3Object",
                                                   "InputSerialization": {"JSON": {"Type": "LINES"}}, "OutputSerialization": {"JSON": {}}}),
                       (s3.list_multipart_uploads, {"Prefix": "closed/text/"}), (s3.list_object_versions, {"Prefix": "closed/text/"}),
                       (s3.get_object_torrent, {"Key": key}), (s3.restore_object, {"Key": key, "RestoreRequest": {"Days": 1}})):
        text = told(call, Bucket=lab.bucket, **more)
        assert not SECRET.search(text), (more, text)
        assert "AccessDenied" in text or "NotImplemented" in text or "MethodNotAllowed" in text, (call, text)


def test_tables_of_ones_own_by_odd_addresses(lab):
    """Wildcards, escapes and templates that come to a closed folder."""
    s3, glue = lab.user.client("s3"), lab.user.client("glue")
    bucket = lab.bucket
    places = [f"s3://{bucket}/clos*/text/", f"s3://{bucket}/clos?d/text/", f"s3://{bucket}/{{closed}}/text/", f"s3://{bucket}/[c]losed/text/",
              f"s3://{bucket}/%63losed/text/", f"s3://{bucket}/./closed/text/", f"s3://{bucket}/x/../closed/text/", f"s3://{bucket}//closed/text/",
              f"S3://{bucket}/closed/text/", f"s3a://{bucket}/closed/text/", f"s3n://{bucket}/closed/text", f"s3://{bucket}/closed/tex",
              f"s3://{bucket[:-1]}?/closed/text/", f"s3://{lab.mine}/**/../../{bucket}/closed/text/", f"s3://{bucket}/**"]
    for number, place in enumerate(places):
        answer = lab.user.ask(f"CREATE EXTERNAL TABLE o{number} (id int, hidden_wage string, city string) ROW FORMAT SERDE "
                              f"'org.openx.data.jsonserde.JsonSerDe' LOCATION '{place}'", "own", output=lab.output)
        if answer.ok:
            rows = lab.user.ask(f"SELECT * FROM o{number}", "own", output=lab.output)
            assert not SECRET.search(rows.reason + repr(rows.rows).replace("hidden_wage", "")), (place, rows.rows)
    storage = {"Columns": [{"Name": "id", "Type": "int"}, {"Name": "hidden_wage", "Type": "string"}], "Location": f"s3://{lab.mine}/t/",
               "InputFormat": "org.apache.hadoop.mapred.TextInputFormat", "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
               "SerdeInfo": {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"}}
    for number, (template, kind, value) in enumerate((
            ("s3://${p}/closed/text/", "injected", bucket), (f"s3://{bucket}/${{p}}/text/", "injected", "closed"),
            (f"s3://{bucket[:-1]}${{p}}/closed/text/", "injected", bucket[-1]), ("s3:${p}", "injected", f"//{bucket}/closed/text/"),
            ("${p}", "injected", f"s3://{bucket}/closed/text/"), (f"s3://{lab.mine}/${{p}}", "injected", f"../{bucket}/closed/text/"),
            (f"s3://{bucket}/${{p}}/text/", "enum", "closed"))):
        parameters = {"projection.enabled": "true", "projection.p.type": kind, "storage.location.template": template,
                      **({"projection.p.values": value} if kind == "enum" else {})}
        text = told(glue.create_table, DatabaseName="own", TableInput={
            "Name": f"p{number}", "TableType": "EXTERNAL_TABLE", "StorageDescriptor": storage, "Parameters": parameters,
            "PartitionKeys": [{"Name": "p", "Type": "string"}]})
        if "ResponseMetadata': {'RequestId" in text and "Error" not in text:
            rows = lab.user.ask(f"SELECT * FROM p{number} WHERE p = '{value}'", "own", output=lab.output)
            assert not re.search("SECRET", rows.reason + repr(rows.rows)), (template, rows.rows)
    # Files that say where others are.
    s3.put_object(Bucket=lab.mine, Key="links/a", Body=f"s3://{bucket}/closed/text/a.json\n".encode())
    text = told(glue.create_table, DatabaseName="own", TableInput={"Name": "symlinks", "TableType": "EXTERNAL_TABLE", "StorageDescriptor": {
        **storage, "Location": f"s3://{lab.mine}/links/", "InputFormat": "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat"}})
    rows = lab.user.ask("SELECT * FROM symlinks", "own", output=lab.output)
    assert not re.search("SECRET", rows.reason + repr(rows.rows))


def test_functions_that_read_files(lab):
    bucket = lab.bucket
    file = f"s3://{bucket}/closed/text/a.json"
    for sql in (f"SELECT * FROM read_json('{file}')", f"SELECT * FROM read_text('{file}')", f"SELECT * FROM '{file}'", f'SELECT * FROM "{file}"',
                f"SELECT * FROM TABLE(read_json('{file}'))", f"SELECT read_blob('{file}')", f"SELECT * FROM glob('s3://{bucket}/**')",
                f"SELECT * FROM TABLE(system.read_json('{file}'))", "SELECT * FROM duckdb_tables()", "SELECT * FROM duckdb_columns",
                "SELECT * FROM pragma_table_info('closed.text')", "SELECT * FROM sqlite_master", "SELECT getenv('HOME')",
                "SELECT current_setting('home_directory')", "SELECT * FROM system.metadata.table_properties", "PRAGMA database_list",
                f"SELECT * FROM query('SELECT * FROM read_json(''{file}'')')", "SELECT * FROM query_table('closed.text')",
                "SELECT * FROM parquet_metadata('s3://x')", f"COPY (SELECT 1) TO '{file}'", "ATTACH 'x'", "SELECT stats(id) FROM closed.parts",
                "SELECT \"hidden_wage\" FROM closed.text t", "SELECT t.* EXCLUDE (id) FROM closed.text t", "SELECT COLUMNS('hid.*') FROM closed.text",
                "SELECT row_to_json(t) FROM closed.text t", "SELECT to_json(t) FROM closed.text t", "SELECT t FROM closed.text t",
                "SELECT rowid FROM closed.text", "SELECT rowid, id FROM closed.iced", "SELECT filename FROM closed.parts", "SELECT file_row_number FROM closed.iced",
                "SELECT file_index FROM closed.parts", "SUMMARIZE closed.text", "SHOW STATS FOR closed.text", "ANALYZE closed.text",
                "SHOW STATS FOR (SELECT * FROM closed.parts)", "DESCRIBE INPUT x", "SELECT * FROM closed.text FOR VERSION AS OF 1"):
        try:
            answer = lab.user.ask(sql, "closed", output=lab.output)
            text = answer.reason + repr(answer.rows)
        except ClientError as error:
            text = str(error)
        assert not re.search("SECRET|oslo", text), (sql, text)
        assert "hidden_wage" not in text.replace(sql, "") or "hid" in sql, (sql, text)


def test_lake_formations_own_words(lab):
    """Who asks what is hidden from them: filters, tags, grants of others."""
    formation = lab.user.client("lakeformation")
    table = {"DatabaseName": "closed", "Name": "text"}
    root = lab.root.client("lakeformation")
    root.create_lf_tag(TagKey="kept", TagValues=["SECRETtag"])
    root.add_lf_tags_to_resource(Resource={"TableWithColumns": {**table, "ColumnNames": ["hidden_wage"]}},
                                 LFTags=[{"TagKey": "kept", "TagValues": ["SECRETtag"]}])
    analyst = lakes.make_user(lab.lake, "somebody" + uuid.uuid4().hex[:4])
    lakes.grant_filter(lab.lake, analyst, "closed", "text", "of_others", "hidden_wage = 'SECRET2'", ["hidden_wage"])
    lakes.grant(lab.lake, analyst, {"TableWithColumns": {**table, "ColumnNames": ["hidden_wage"]}}, ["SELECT"])
    cells = {"TableCatalogId": lab.lake.account, "DatabaseName": "closed", "TableName": "text"}
    for call, more in ((formation.list_data_cells_filter, {"Table": table}), (formation.list_data_cells_filter, {}),
                       (formation.get_data_cells_filter, {**cells, "Name": "of_others"}), (formation.list_permissions, {}),
                       (formation.list_permissions, {"Resource": {"Table": table}}), (formation.get_resource_lf_tags, {"Resource": {"Table": table}}),
                       (formation.list_permissions, {"Resource": {"TableWithColumns": {**table, "ColumnNames": ["hidden_wage"]}}}),
                       (formation.search_tables_by_lf_tags, {"Expression": [{"TagKey": "kept", "TagValues": ["SECRETtag"]}]}),
                       (formation.get_effective_permissions_for_path, {"ResourceArn": f"arn:aws:s3:::{lab.bucket}/closed"}),
                       (formation.list_lake_formation_opt_ins, {})):
        text = told(call, **more)
        assert not re.search("SECRET[0-9]|hidden_wage", text.replace(repr(more), "")), (call, more, text)


def test_searching_by_what_is_hidden(lab):
    glue = lab.user.client("glue")
    for words in ({"SearchText": "hidden_wage"}, {"SearchText": "wage"}, {"Filters": [{"Key": "ColumnName", "Value": "hidden_wage"}]}):
        assert not [each for each in glue.search_tables(**words)["TableList"] if each["DatabaseName"] == "closed"], words
    for table in ("text", "parts", "iced"):
        for call, more in ((glue.get_column_statistics_for_table, {"ColumnNames": ["id"]}), (glue.get_partition_indexes, {}),
                           (glue.get_column_statistics_for_table, {"ColumnNames": ["city"]})):
            assert not SECRET.search(told(call, DatabaseName="closed", TableName=table, **more))


def test_a_file_is_not_a_table_of_ones_own_by_iceberg_migration(lab):
    """Names of closed files in a table of one's own, in a partition, too."""
    glue = lab.user.client("glue")
    body = io.BytesIO()
    pq.write_table(pa.table({"id": [1]}), body)
    lab.user.client("s3").put_object(Bucket=lab.mine, Key="plain/p=1/a.parquet", Body=body.getvalue())
    made = lab.user.ask(f"CREATE EXTERNAL TABLE plain (id int) PARTITIONED BY (p string) STORED AS PARQUET LOCATION 's3://{lab.mine}/plain/'",
                        "own", output=lab.output)
    assert made.ok, made.reason
    for place in (f"s3://{lab.bucket}/closed/parts/city=oslo/", f"s3://{lab.bucket}/clos*/parts/city=oslo/", f"s3://{lab.bucket}/"):
        answer = lab.user.ask(f"ALTER TABLE plain ADD PARTITION (p = '{uuid.uuid4().hex}') LOCATION '{place}'", "own", output=lab.output)
        rows = lab.user.ask("SELECT * FROM plain", "own", output=lab.output)
        assert (not answer.ok or "closed" not in place) and not SECRET.search(repr(rows.rows)), place
    text = told(glue.create_table, DatabaseName="own", TableInput={
        "Name": "pointer", "TableType": "EXTERNAL_TABLE", "Parameters": {"table_type": "ICEBERG", "metadata_location": [
            f"s3://{lab.bucket}/{key}" for key in keys_of(lab, lab.bucket, "closed/iced/metadata/") if key.endswith(".json")][-1]},
        "StorageDescriptor": {"Columns": [], "Location": f"s3://{lab.mine}/pointer/"}})
    assert "AccessDenied" in text, text
