"""Iceberg REST and Glue: who makes a table or a view, where, and what files the lake opens or writes for whom."""
import json
import uuid

import pytest
from botocore.exceptions import ClientError

from governance import lakes
from governance.lakes import governed  # noqa: F401
from iceberg.test_rest_catalog import ask

pytestmark = pytest.mark.xdist_group("rest_places")  # one lake

SCHEMA = {"type": "struct", "schema-id": 0, "fields": [
    {"id": 1, "name": "id", "type": "long", "required": False},
    {"id": 2, "name": "wage", "type": "long", "required": False, "doc": "of the id"},
    {"id": 3, "name": "city", "type": "string", "required": False, "doc": "where the wage is paid"}]}
CATALOG_ALONE = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["glue:*", "lakeformation:GetDataAccess"], "Resource": "*"}]})


class Rest:
    """The REST catalog as one principal asks it."""

    def __init__(self, lab, principal, **headers):
        self.lake, self.headers = lab.lake, headers
        form = {"grant_type": "client_credentials", "client_id": principal.keys["aws_access_key_id"],
                "client_secret": principal.keys["aws_secret_access_key"]}
        self.token = ask(lab.lake, "POST", "/v1/oauth/tokens", form=form)[1]["access_token"]

    def __call__(self, method, path, body=None):
        status, answer, _ = ask(self.lake, method, path, body, self.token, headers=self.headers)
        return status, answer


@pytest.fixture(scope="module")
def lab(governed):  # noqa: F811
    lab = lakes.Lab(governed, "places")
    lab.root.client("lakeformation").register_resource(
        ResourceArn=f"arn:aws:s3:::{lab.bucket}/closed", UseServiceLinkedRole=True)
    glue = lab.root.client("glue")
    for name in ("closed", "open"):
        glue.create_database(DatabaseInput={"Name": name, "LocationUri": f"s3://{lab.bucket}/{name}/"})
    lab.root.run(f"CREATE TABLE orders (id int, wage int, city string) PARTITIONED BY (city) LOCATION "
                 f"'s3://{lab.bucket}/closed/orders/' TBLPROPERTIES ('table_type'='ICEBERG')", "closed")
    lab.root.run("INSERT INTO orders VALUES (1, 7, 'rome'), (2, 8, 'oslo')", "closed")
    lab.root.run(f"CREATE TABLE parts WITH (format='PARQUET', external_location='s3://{lab.bucket}/closed/parts/', "
                 "partitioned_by=ARRAY['city']) AS SELECT * FROM (VALUES (1, 'rome'), (2, 'oslo')) AS v (id, city)", "closed")
    return lab


def principal(lab, name, policy=lakes.ANYTHING):
    return lakes.make_user(lab.lake, f"{name}_{uuid.uuid4().hex[:6]}", policy)


def creation(location):
    updates = [{"action": "assign-uuid", "uuid": str(uuid.uuid4())}, {"action": "upgrade-format-version", "format-version": 2},
               {"action": "add-schema", "schema": SCHEMA, "last-column-id": 3}, {"action": "set-current-schema", "schema-id": -1},
               {"action": "add-spec", "spec": {"spec-id": 0, "fields": []}}, {"action": "set-default-spec", "spec-id": -1},
               {"action": "add-sort-order", "sort-order": {"order-id": 0, "fields": []}},
                {"action": "set-default-sort-order", "sort-order-id": -1}, {"action": "set-location", "location": location}]
    return {"requirements": [{"type": "assert-create"}], "updates": updates}


def in_transaction(name, change):
    return {"table-changes": [{"identifier": {"namespace": ["open"], "name": name}, **change}]}


def test_a_transaction_that_makes_a_table_is_a_creation(lab):
    """By who may create tables and change none; not by who may change those that are there."""
    maker, reader, own = principal(lab, "maker"), principal(lab, "reader"), f"s3://{lab.bucket}/open/made"
    lakes.grant(lab.lake, maker, {"Database": {"Name": "open"}}, ["CREATE_TABLE", "DESCRIBE"])
    lakes.grant(lab.lake, reader, {"Database": {"Name": "open"}}, ["DESCRIBE", "ALTER"])
    assert Rest(lab, reader)("POST", "/v1/transactions/commit", in_transaction("made", creation(own)))[0] == 403
    assert not lab.root.ask("SELECT * FROM made", "open").ok
    rest = Rest(lab, maker)
    status, answer = rest("POST", "/v1/transactions/commit", in_transaction("made", creation(own)))
    assert status == 204, answer
    assert lab.root.run("SELECT count(*) FROM made", "open")[1] == ("0",)
    assert rest("GET", "/v1/namespaces/open/tables/made")[0] == 200
    # It is its maker's; another maker neither makes it again nor changes it.
    other = principal(lab, "other")
    lakes.grant(lab.lake, other, {"Database": {"Name": "open"}}, ["CREATE_TABLE", "DESCRIBE"])
    for change in (creation(own), {"requirements": [], "updates": [{"action": "set-properties", "updates": {"a": "b"}}]}):
        assert Rest(lab, other)("POST", "/v1/transactions/commit", in_transaction("made", change))[0] == 403
    # Nor does a creation say where, that is another's.
    place = f"s3://{lab.bucket}/closed/orders"
    assert rest("POST", "/v1/transactions/commit", in_transaction("over", creation(place)))[0] == 403
    # IAM is asked for the same.
    updater = principal(lab, "updater", json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["glue:Get*", "glue:UpdateTable", "s3:*"], "Resource": "*"}]}))
    lakes.grant(lab.lake, updater, {"Database": {"Name": "open"}}, ["ALL"])
    assert Rest(lab, updater)("POST", "/v1/transactions/commit", in_transaction("more", creation(own + "more")))[0] == 403


def signed(rest, path, uri, method="PUT"):
    return rest("POST", "/" + path if not path.startswith("/") else path,
                {"method": method, "region": "us-east-1", "headers": {}, "uri": uri})


def test_a_staged_tables_files_are_signed_for_who_may_make_it(lab):
    maker = principal(lab, "stager")
    lakes.grant(lab.lake, maker, {"Database": {"Name": "open"}}, ["CREATE_TABLE", "DESCRIBE"])
    stage = {"name": "staged", "schema": SCHEMA, "stage-create": True}
    rest = Rest(lab, maker, **{"X-Iceberg-Access-Delegation": "remote-signing"})
    status, answer = rest("POST", "/v1/namespaces/open/tables", stage)
    assert status == 200, answer
    signer, place = answer["config"]["signer.endpoint"], answer["metadata"]["location"].replace("s3://", lab.lake.endpoint + "/")
    for method in ("PUT", "GET", "HEAD"):
        assert signed(rest, signer, place + "/data/0.parquet", method)[0] == 200
    # Nowhere else, not by another address, and by nobody else who has it.
    elsewhere = f"{lab.lake.endpoint}/{lab.bucket}/closed/orders/data/0.parquet"
    assert signed(rest, signer, elsewhere)[0] == 403
    assert signed(rest, signer.partition("?")[0], place + "/data/0.parquet")[0] == 404
    assert signed(rest, signer.replace("/staged/", "/other/"), place + "/data/0.parquet")[0] == 404
    broken = signer[:-1] + ("0" if signer[-1] != "0" else "1")
    assert signed(rest, broken, place + "/data/0.parquet")[0] == 404
    reader = principal(lab, "stager_reader")
    lakes.grant(lab.lake, reader, {"Database": {"Name": "open"}}, ["DESCRIBE"])
    assert signed(Rest(lab, reader), signer, place + "/data/0.parquet")[0] == 403
    # New keys for a long creation, too.
    lent = Rest(lab, maker, **{"X-Iceberg-Access-Delegation": "vended-credentials"})
    config = lent("POST", "/v1/namespaces/open/tables", stage)[1]["storage-credentials"][0]["config"]
    status, again = lent("GET", "/" + config["client.refresh-credentials-endpoint"])
    assert status == 200, again
    renewed = again["storage-credentials"][0]["config"]
    assert renewed["s3.access-key-id"]
    assert renewed["client.refresh-credentials-endpoint"] == config["client.refresh-credentials-endpoint"]
    # Once it is there, it is a table like any other.
    status, answer = rest("POST", "/v1/namespaces/open/tables/staged", creation(answer["metadata"]["location"]))
    assert status == 200, answer
    assert signed(rest, signer, place + "/data/0.parquet")[0] == 200
    assert signed(Rest(lab, reader), signer, place + "/data/0.parquet", "GET")[0] == 403


def view(location=None, properties=None):
    body = {"name": "v_" + uuid.uuid4().hex[:8], "schema": SCHEMA, "properties": properties or {}, "view-version": {
        "version-id": 1, "timestamp-ms": 1, "schema-id": 0, "summary": {}, "default-namespace": ["closed"],
        "representations": [{"type": "sql", "sql": "SELECT id, wage, city FROM closed.orders", "dialect": "trino"}]}}
    return {**body, "location": location} if location else body


def keys_of(lab, prefix):
    return [each["Key"] for each in lab.root.client("s3").list_objects_v2(Bucket=lab.bucket, Prefix=prefix).get("Contents", [])]


def test_glue_writes_metadata_where_its_caller_may_write(lab):
    """CreateTable with OpenTableFormatInput makes the lake write a metadata file: S3 decides where Lake Formation does not."""
    maker = principal(lab, "glue_maker", CATALOG_ALONE)
    lakes.grant(lab.lake, maker, {"Database": {"Name": "open"}}, ["CREATE_TABLE", "DESCRIBE"])
    writer = principal(lab, "glue_writer")
    lakes.grant(lab.lake, writer, {"Database": {"Name": "open"}}, ["CREATE_TABLE", "DESCRIBE"])

    def create(who, name, folder):
        location = f"s3://{lab.bucket}/{folder}"
        who.client("glue").create_table(
            DatabaseName="open", Name=name,
            TableInput={"Name": name, "TableType": "EXTERNAL_TABLE", "StorageDescriptor": {
                "Location": location, "Columns": [{"Name": "id", "Type": "int"}]}},
            OpenTableFormatInput={"IcebergInput": {"MetadataOperation": "CREATE", "Version": "2"}})

    before = keys_of(lab, "")
    for folder in ("elsewhere/mine", "open/made/mine"):
        with pytest.raises(ClientError) as refused:
            create(maker, "mine", folder)
        assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    assert keys_of(lab, "") == before
    create(writer, "theirs", "elsewhere/theirs")
    assert [key for key in keys_of(lab, "elsewhere/") if key.endswith(".metadata.json")]


def test_views_lie_where_their_makers_may_write(lab):
    """The lake writes a view's file and opens one that is registered: for nobody who may not."""
    maker = principal(lab, "viewer", CATALOG_ALONE)
    lakes.grant(lab.lake, maker, {"Database": {"Name": "open"}}, ["CREATE_TABLE", "DESCRIBE"])
    rest, views = Rest(lab, maker), "/v1/namespaces/open/views"
    before = keys_of(lab, "")
    for place in ("closed/orders", "closed/orders/data", "open/not-mine"):
        assert rest("POST", views, view(f"s3://{lab.bucket}/{place}"))[0] == 403
        assert rest("POST", views, view(properties={"write.metadata.path": f"s3://{lab.bucket}/{place}"}))[0] == 403
    assert keys_of(lab, "") == before
    status, made = rest("POST", views, view())
    assert status == 200, made
    name = made["metadata-location"].split("/metadata/")[0].rpartition("/")[2]
    for update in ({"action": "set-location", "location": f"s3://{lab.bucket}/closed/orders"},
                   {"action": "set-properties", "updates": {"write.metadata.path": f"s3://{lab.bucket}/closed/orders/data"}}):
        assert rest("POST", f"{views}/{name}", {"updates": [update]})[0] == 403
    # Another's file, which is not the maker's to read.
    owner = Rest(lab, lakes.Principal(lab.lake, "", {"aws_access_key_id": lab.lake.access_key,
                                                     "aws_secret_access_key": lab.lake.secret_key}))
    theirs = owner("POST", "/v1/namespaces/closed/views", view())[1]["metadata-location"]
    body = {"name": "stolen", "metadata-location": theirs}
    assert rest("POST", "/v1/namespaces/open/register-view", body)[0] == 403
    assert owner("POST", "/v1/namespaces/open/register-view", body)[0] == 200
    # Tables are no different.
    table = {"name": "t_" + uuid.uuid4().hex[:8], "schema": SCHEMA, "location": f"s3://{lab.bucket}/open/not-mine"}
    for staged in (False, True):
        assert rest("POST", "/v1/namespaces/open/tables", {**table, "stage-create": staged})[0] == 403
    assert rest("POST", f"/v1/namespaces/open/tables/{table['name']}", creation(table["location"]))[0] == 403


def grant_columns(lab, who, table, columns):
    lakes.grant(lab.lake, who, {"TableWithColumns": {"DatabaseName": "closed", "Name": table, "ColumnNames": columns}}, ["SELECT"])


def test_who_sees_a_part_of_a_view_is_not_told_its_query(lab):
    user = principal(lab, "part")
    owner = Rest(lab, lakes.Principal(lab.lake, "", {"aws_access_key_id": lab.lake.access_key,
                                                     "aws_secret_access_key": lab.lake.secret_key}))
    body = view()
    assert owner("POST", "/v1/namespaces/closed/views", body)[0] == 200
    lab.root.run("CREATE OR REPLACE VIEW plain AS SELECT id, wage, city FROM orders", "closed")
    for name in (body["name"], "plain"):
        grant_columns(lab, user, name, ["id", "city"])
        told = user.client("glue").get_table(DatabaseName="closed", Name=name)["Table"]
        assert "wage" not in repr(told) and not told.get("ViewOriginalText") and not told.get("ViewExpandedText")
        assert [each["Name"] for each in told["StorageDescriptor"]["Columns"]] == ["id", "city"]
        assert "wage" not in repr(user.client("glue").get_tables(DatabaseName="closed"))
        assert "wage" not in repr(user.client("glue").search_tables(SearchText=name))
        for sql in (f"SHOW CREATE VIEW {name}", f"DESCRIBE {name}", f"SHOW COLUMNS IN {name}"):
            answer = user.ask(sql, "closed")
            assert "wage" not in answer.reason + repr(answer.rows), sql
    status, answer = Rest(lab, user)("GET", f"/v1/namespaces/closed/views/{body['name']}")
    assert status == 403 and "wage" not in repr(answer)


def test_comments_and_places_of_what_is_hidden(lab):
    """A seen column's comment may name a hidden one; the files of a table's metadata are not for who sees a part."""
    owner = Rest(lab, lakes.Principal(lab.lake, "", {"aws_access_key_id": lab.lake.access_key,
                                                     "aws_secret_access_key": lab.lake.secret_key}))
    name = "told_" + uuid.uuid4().hex[:6]
    status, made = owner("POST", "/v1/namespaces/closed/tables", {"name": name, "schema": SCHEMA, "properties": {
        "comment": "each id and its wage", "kept": "x"}})
    assert status == 200, made
    part, whole = principal(lab, "part"), principal(lab, "whole")
    grant_columns(lab, part, name, ["id", "city"])
    lakes.grant(lab.lake, whole, {"Table": {"DatabaseName": "closed", "Name": name}}, ["SELECT"])
    told = [part.client("glue").get_table(DatabaseName="closed", Name=name)["Table"],
            part.client("glue").get_tables(DatabaseName="closed")["TableList"],
            part.client("glue").get_table_versions(DatabaseName="closed", TableName=name)["TableVersions"],
            Rest(lab, part)("GET", f"/v1/namespaces/closed/tables/{name}")[1],
            *(part.ask(sql, "closed").rows for sql in (f"DESCRIBE {name}", f"SHOW CREATE TABLE {name}", f"SHOW TBLPROPERTIES {name}",
                                                       f"SELECT * FROM information_schema.columns WHERE table_name = '{name}'"))]
    for each in told:
        assert "wage" not in repr(each), each
    assert told[3]["metadata"]["properties"]["kept"] == "x"
    for each in (told[0], *told[1], *(version["Table"] for version in told[2])):
        assert not [key for key in each.get("Parameters", {}) if "metadata_location" in key]
        assert each.get("Parameters", {}).get("table_type", "ICEBERG") == "ICEBERG"
    seen = whole.client("glue").get_table(DatabaseName="closed", Name=name)["Table"]
    assert seen["Parameters"]["metadata_location"] == made["metadata-location"]
    assert seen["StorageDescriptor"]["Columns"][2]["Comment"] == "where the wage is paid"


def test_partitions_of_hidden_rows_are_no_matter_of_errors(lab):
    """Asked for one that is there and one that is not, a principal with a part is told the same."""
    user = principal(lab, "regional")
    lakes.grant_filter(lab.lake, user, "closed", "parts", "rome" + uuid.uuid4().hex[:6], "city = 'rome'")
    lakes.grant(lab.lake, user, {"Table": {"DatabaseName": "closed", "Name": "parts"}}, ["INSERT", "ALTER", "DESCRIBE"])
    glue, formation = user.client("glue"), user.client("lakeformation")
    table = {"DatabaseName": "closed", "TableName": "parts"}
    arn = f"arn:aws:glue:us-east-1:{lab.lake.account}:table/closed/parts"
    storage = lab.root.client("glue").get_table(DatabaseName="closed", Name="parts")["Table"]["StorageDescriptor"]

    def refusal(call, **arguments):
        try:
            return call(**arguments).get("Errors")
        except ClientError as error:
            return error.response["Error"]
    for call in (lambda value: refusal(formation.get_temporary_glue_partition_credentials, TableArn=arn,
                                       Partition={"Values": [value]}, SupportedPermissionTypes=["COLUMN_PERMISSION"]),
                 lambda value: refusal(glue.get_partition, **table, PartitionValues=[value]),
                 lambda value: refusal(glue.batch_get_partition, **table, PartitionsToGet=[{"Values": [value]}]),
                 lambda value: refusal(glue.create_partition, **table, PartitionInput={"Values": [value], "StorageDescriptor": storage}),
                 lambda value: refusal(glue.batch_create_partition, **table, PartitionInputList=[
                     {"Values": [value], "StorageDescriptor": storage}]),
                 lambda value: refusal(glue.update_partition, **table, PartitionValueList=[value], PartitionInput={
                     "Values": [value], "StorageDescriptor": storage}),
                 lambda value: refusal(glue.delete_partition, **table, PartitionValues=[value]),
                 lambda value: refusal(glue.batch_delete_partition, **table, PartitionsToDelete=[{"Values": [value]}]),
                 lambda value: refusal(glue.get_column_statistics_for_partition, **table, PartitionValues=[value], ColumnNames=["id"])):
        there, absent = call("oslo"), call("pune")
        assert there and there == absent, (there, absent)
    assert lab.root.run("SELECT count(*) FROM parts", "closed")[1] == ("2",)
    # Nor does a change of the table move what is hidden into sight.
    shown = {key: value for key, value in glue.get_table(DatabaseName="closed", Name="parts")["Table"].items()
             if key in ("Name", "StorageDescriptor", "PartitionKeys", "TableType", "Parameters")}
    assert lakes.refused(glue.update_table, DatabaseName="closed", TableInput=shown) == "AccessDeniedException"
