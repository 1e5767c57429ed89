"""Iceberg REST hands out what opens a table's files: to whom the whole table is granted, and no further."""
import json

import pytest
from botocore.exceptions import ClientError
from pyiceberg.catalog.rest import RestCatalog

from governance import lakes
from governance.lakes import governed  # noqa: F401
from iceberg.test_rest_catalog import ask  # noqa: E402

pytestmark = pytest.mark.xdist_group("vending")  # one lake

NO_S3 = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["glue:*", "lakeformation:GetDataAccess"], "Resource": "*"}]})
NO_DATA = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "glue:*", "Resource": "*"}]})


@pytest.fixture(scope="module")
def lab(governed):  # noqa: F811
    lab = lakes.Lab(governed, "vend")
    s3, formation = lab.root.client("s3"), lab.root.client("lakeformation")
    formation.register_resource(ResourceArn=f"arn:aws:s3:::{lab.bucket}/in", UseServiceLinkedRole=True)
    lab.root.client("glue").create_database(DatabaseInput={"Name": "vend", "LocationUri": f"s3://{lab.bucket}/in/"})
    for name in ("orders", "other"):
        lab.root.run(f"CREATE TABLE {name} WITH (table_type='ICEBERG', is_external=false, "
                     f"location='s3://{lab.bucket}/in/{name}/') AS SELECT 1 AS id, 'a' AS name", "vend")
    settings = formation.get_data_lake_settings()["DataLakeSettings"]
    formation.put_data_lake_settings(DataLakeSettings={**settings, "AllowFullTableExternalDataAccess": True})
    return lab


def credentials(lab, user, table="orders"):
    """Those of the table's load, and those of the endpoint for them; nothing where there are none."""
    keys = user.keys
    status, token, _ = ask(lab.lake, "POST", "/v1/oauth/tokens", form={
        "grant_type": "client_credentials", "client_id": keys["aws_access_key_id"],
        "client_secret": keys["aws_secret_access_key"]})
    assert status == 200
    found = []
    for path in (f"/v1/namespaces/vend/tables/{table}", f"/v1/namespaces/vend/tables/{table}/credentials"):
        status, answer, _ = ask(lab.lake, "GET", path, token=token["access_token"],
                                headers={"X-Iceberg-Access-Delegation": "vended-credentials"})
        found.append((answer.get("storage-credentials") or [{}])[0].get("config") if status == 200 else None)
    return found


def s3_with(lab, config):
    return lab.lake.client("s3", aws_access_key_id=config["s3.access-key-id"],
                           aws_secret_access_key=config["s3.secret-access-key"],
                           aws_session_token=config["s3.session-token"])


def test_who_may_read_the_whole_table_reads_its_files_alone(lab):
    reader = lakes.make_user(lab.lake, "vend_reader", NO_S3)
    lakes.grant(lab.lake, reader, {"Table": {"DatabaseName": "vend", "Name": "orders"}}, ["SELECT"])
    assert lakes.refused(reader.client("s3").list_objects_v2, Bucket=lab.bucket, Prefix="in/orders/") == "AccessDenied"
    for config in credentials(lab, reader):
        s3 = s3_with(lab, config)
        keys = [each["Key"] for each in s3.list_objects_v2(Bucket=lab.bucket, Prefix="in/orders/")["Contents"]]
        assert s3.get_object(Bucket=lab.bucket, Key=keys[0])["Body"].read()
        assert lakes.refused(s3.put_object, Bucket=lab.bucket, Key="in/orders/data/x", Body=b"x") == "AccessDenied"
        assert lakes.refused(s3.delete_object, Bucket=lab.bucket, Key=keys[0]) == "AccessDenied"
        assert lakes.refused(s3.list_objects_v2, Bucket=lab.bucket, Prefix="in/other/") == "AccessDenied"
        other = lab.root.client("s3").list_objects_v2(Bucket=lab.bucket, Prefix="in/other/")["Contents"][0]["Key"]
        assert lakes.refused(s3.get_object, Bucket=lab.bucket, Key=other) == "AccessDenied"
        assert lakes.refused(s3.list_buckets) == "AccessDenied"


def test_who_may_change_it_writes_below_it(lab):
    writer = lakes.make_user(lab.lake, "vend_writer", NO_S3)
    lakes.grant(lab.lake, writer, {"Table": {"DatabaseName": "vend", "Name": "orders"}},
                ["SELECT", "INSERT", "DELETE", "ALTER"])
    keys = writer.keys
    catalog = RestCatalog("lake", uri=lab.lake.endpoint + "/iceberg",
                          credential=keys["aws_access_key_id"] + ":" + keys["aws_secret_access_key"],
                          **{"s3.endpoint": lab.lake.endpoint, "s3.region": "us-east-1",
                             "header.X-Iceberg-Access-Delegation": "vended-credentials"})
    table = catalog.load_table("vend.orders")
    before = len(table.scan().to_arrow())
    table.append(table.scan().to_arrow())
    assert len(catalog.load_table("vend.orders").scan().to_arrow()) == 2 * before
    config = credentials(lab, writer)[0]
    assert lakes.refused(s3_with(lab, config).put_object, Bucket=lab.bucket, Key="in/other/data/x",
                         Body=b"x") == "AccessDenied"


@pytest.mark.parametrize("kind", ["columns", "rows", "nothing"])
def test_who_sees_a_part_gets_nothing_that_opens_files(lab, kind):
    user = lakes.make_user(lab.lake, "vend_" + kind, lakes.ANYTHING)
    if kind == "columns":
        lakes.grant(lab.lake, user, {"TableWithColumns": {"DatabaseName": "vend", "Name": "orders",
                                                          "ColumnNames": ["id"]}}, ["SELECT"])
    elif kind == "rows":
        lakes.grant_filter(lab.lake, user, "vend", "orders", "few", "id > 1")
    assert credentials(lab, user) == [None, None]
    for key in [each["Key"] for each in lab.root.client("s3").list_objects_v2(
            Bucket=lab.bucket, Prefix="in/orders/")["Contents"]]:
        assert lakes.refused(user.client("s3").get_object, Bucket=lab.bucket, Key=key) == "AccessDenied"


def test_without_the_right_to_data_there_is_no_more_than_the_caller_has(lab):
    """lakeformation:GetDataAccess is IAM's word on it: without it a session of the caller, who may not read S3."""
    user = lakes.make_user(lab.lake, "vend_no_data", NO_DATA)
    lakes.grant(lab.lake, user, {"Table": {"DatabaseName": "vend", "Name": "orders"}}, ["SELECT"])
    for config in credentials(lab, user):
        with pytest.raises(ClientError):
            s3_with(lab, config).list_objects_v2(Bucket=lab.bucket, Prefix="in/orders/")


def test_restrictions_are_told_as_the_specification_has_them(lab):
    user = lakes.make_user(lab.lake, "vend_masked", lakes.ANYTHING)
    data = {"TableCatalogId": lab.lake.account, "DatabaseName": "vend", "TableName": "orders", "Name": "masked",
            "RowFilter": {"FilterExpression": "id > 0"}, "ColumnWildcard": {"ExcludedColumnNames": ["mask_hash(name)"]}}
    lab.root.client("lakeformation").create_data_cells_filter(TableData=data)
    lakes.grant(lab.lake, user, {"DataCellsFilter": {k: data[k] for k in (
        "TableCatalogId", "DatabaseName", "TableName", "Name")}}, ["SELECT"])
    keys = user.keys
    _, token, _ = ask(lab.lake, "POST", "/v1/oauth/tokens", form={
        "grant_type": "client_credentials", "client_id": keys["aws_access_key_id"],
        "client_secret": keys["aws_secret_access_key"]})
    status, answer, _ = ask(lab.lake, "GET", "/v1/namespaces/vend/tables/orders", token=token["access_token"])
    assert status == 200
    assert answer["read-restrictions"] == {
        "required-column-projections": [{"field-id": 2, "action": "sha-256-global"}],
        "required-row-filter": {"type": "gt", "term": "id", "value": 0}}
