"""Deliveries into tables that Lake Formation governs, and to places that their metadata names."""
import json

import pytest

from conftest import Lake
from firehose.streams import ROLE, athena, bodies, make_role, s3_destination, wait_for
from governance import lakes


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    running = Lake(tmp_path_factory.mktemp("governed-firehose") / "data", "--firehose-seconds-max", "1")
    make_role(running)
    yield running
    running.stop()


def deliver(lake, name, bucket, *records, role=ROLE):
    firehose = lake.client("firehose")
    firehose.create_delivery_stream(DeliveryStreamName=name, IcebergDestinationConfiguration={
        "RoleARN": role, "CatalogConfiguration": {"CatalogARN": f"arn:aws:glue:us-east-1:{lake.account}:catalog"},
        "DestinationTableConfigurationList": [{"DestinationDatabaseName": bucket, "DestinationTableName": "t"}],
        "RetryOptions": {"DurationInSeconds": 0},
        "S3Configuration": s3_destination(bucket, ErrorOutputPrefix=f"bad-{name}/")})
    firehose.put_record_batch(DeliveryStreamName=name, Records=[{"Data": json.dumps(each).encode()} for each in records])


def refusal(lake, name, bucket):
    """The error output's code for what could not be delivered."""
    found = wait_for(lambda: bodies(lake, bucket, f"bad-{name}/"))
    return json.loads(b"".join(found.values()).splitlines()[0])["errorCode"]


def test_metadata_leads_no_delivery_elsewhere(lake, bucket, name):
    from pyiceberg.catalog.rest import RestCatalog
    lake.client("glue").create_database(DatabaseInput={"Name": bucket, "LocationUri": f"s3://{bucket}/own/"})
    athena(lake, f"CREATE TABLE t (id bigint) LOCATION 's3://{bucket}/own/t/' TBLPROPERTIES ('table_type'='ICEBERG')",
           bucket, bucket)
    role = make_role(lake, name, json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "glue:*", "Resource": "*"},
        {"Effect": "Allow", "Action": "s3:*", "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/own/*"]}]}))
    deliver(lake, name + "-1", bucket, {"id": 1}, role=role)
    wait_for(lambda: athena(lake, "SELECT id FROM t", bucket, bucket) == [["1"]])
    keys = lake.environment()
    catalog = RestCatalog("lake", uri=lake.endpoint + "/iceberg",
                          credential=keys["AWS_ACCESS_KEY_ID"] + ":" + keys["AWS_SECRET_ACCESS_KEY"])
    with catalog.load_table(f"{bucket}.t").transaction() as change:
        change.set_properties({"write.data.path": f"s3://{bucket}/others/t"})
    deliver(lake, name + "-2", bucket, {"id": 2}, role=role)
    assert refusal(lake, name + "-2", bucket) == "Iceberg.AccessDenied"
    assert lake.client("s3").list_objects_v2(Bucket=bucket, Prefix="others/")["KeyCount"] == 0


def test_a_governed_table_takes_what_the_grants_let(lake, bucket, name):
    lake.results = f"s3://{bucket}/results/"
    lakes.take_over(lake)
    root = lakes.root_of(lake)
    root.client("lakeformation").register_resource(ResourceArn=f"arn:aws:s3:::{bucket}/own", UseServiceLinkedRole=True)
    root.client("glue").create_database(DatabaseInput={"Name": bucket, "LocationUri": f"s3://{bucket}/own/"})
    root.run(f"CREATE TABLE t WITH (table_type='ICEBERG', is_external=false, location='s3://{bucket}/own/t/') AS "
             "SELECT CAST(0 AS bigint) AS id", bucket)
    deliver(lake, name + "-1", bucket, {"id": 1})
    assert refusal(lake, name + "-1", bucket) == "Iceberg.AccessDenied"
    lake.client("lakeformation").grant_permissions(
        Principal={"DataLakePrincipalIdentifier": ROLE}, Permissions=["ALL"],
        Resource={"Table": {"DatabaseName": bucket, "Name": "t"}})
    deliver(lake, name + "-2", bucket, {"id": 2})
    wait_for(lambda: [row[0] for row in root.run("SELECT id FROM t ORDER BY id", bucket)[1:]] == ["0", "2"])
