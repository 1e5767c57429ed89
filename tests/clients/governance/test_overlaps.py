"""A table laid over another table's data shows nothing of it."""
import json
import os

import pytest

from governance import lakes
from governance.lakes import governed  # noqa: F401

pytestmark = pytest.mark.xdist_group("overlaps")  # one lake

REFUSED = "Insufficient Lake Formation permission"


@pytest.fixture(scope="module")
def lab(governed):  # noqa: F811
    """A database at a registered location with a table of each kind, and one who may make tables there, or anywhere."""
    lab = lakes.Lab(governed, "overlap")
    formation = lab.root.client("lakeformation")
    formation.register_resource(ResourceArn=f"arn:aws:s3:::{lab.bucket}/sales", UseServiceLinkedRole=True)
    lab.home = f"s3://{lab.bucket}/sales"
    lab.root.client("glue").create_database(DatabaseInput={"Name": "sales", "LocationUri": lab.home + "/"})
    lab.root.client("glue").create_database(DatabaseInput={"Name": "free", "LocationUri": f"s3://{lab.bucket}/free/"})
    lab.root.run(f"CREATE TABLE orders WITH (format='PARQUET', external_location='{lab.home}/orders/') AS "
                 "SELECT 1 AS id, 'SECRET' AS name", "sales")
    lab.root.run(f"CREATE TABLE iced WITH (table_type='ICEBERG', is_external=false, location='{lab.home}/iced/') AS "
                 "SELECT 1 AS id, 'SECRET' AS name", "sales")
    # Files of no table.
    lab.root.run(f"CREATE TABLE gone WITH (format='PARQUET', external_location='{lab.home}/gone/') AS "
                 "SELECT 1 AS id, 'SECRET' AS name", "sales")
    lab.root.run("DROP TABLE gone", "sales")
    lab.mal = lakes.make_user(governed, "mal")
    lab.trusted = lakes.make_user(governed, "trusted")
    for user in (lab.mal, lab.trusted):
        for database in ("sales", "free"):
            lakes.grant(governed, user, {"Database": {"Name": database}}, ["CREATE_TABLE", "DESCRIBE"])
    lakes.grant(governed, lab.trusted, {"DataLocation": {"ResourceArn": f"arn:aws:s3:::{lab.bucket}/sales"}},
                ["DATA_LOCATION_ACCESS"])
    return lab


def table(lab, name, location, **more):
    return {"Name": name, "TableType": "EXTERNAL_TABLE", **more,
            "StorageDescriptor": {**lakes.ID_AND_NAME, "Location": location}}


@pytest.mark.parametrize("database", ["sales", "free"])
def test_nobody_lays_a_table_over_data(lab, database):
    """CREATE_TABLE makes tables where nothing lies; by Glue, SQL and REST."""
    glue = lab.mal.client("glue")
    places = [lab.home + end for end in ("/orders/", "/orders", "/orders/day=1/", "/", "", "/gone/", "/iced/data")]
    places += [place.replace("s3:", "s3a:") for place in places] + [f"s3://{lab.bucket}/", f"s3://{lab.bucket}"]
    for place in places:
        assert lakes.refused(glue.create_table, DatabaseName=database,
                             TableInput=table(lab, "mine", place)) == "AccessDeniedException", place
        sql = lab.mal.ask(f"CREATE EXTERNAL TABLE mine (id int, name string) STORED AS PARQUET LOCATION '{place}'",
                          database)
        assert not sql.ok and REFUSED in sql.reason, place
        as_select = lab.mal.ask(f"CREATE TABLE mine WITH (format='PARQUET', external_location='{place}') AS SELECT 1 x",
                                database)
        assert not as_select.ok, place
        native = {"IcebergInput": {"MetadataOperation": "CREATE", "CreateIcebergTableInput": {
            "Location": place, "Schema": {"Type": "struct", "Fields": [
                {"Id": 1, "Name": "id", "Type": "int", "Required": False}]}}}}
        assert lakes.refused(glue.create_table, DatabaseName=database, TableInput={"Name": "mine"},
                             OpenTableFormatInput=native) == "AccessDeniedException", place
    # A projection's template says where partitions lie.
    projected = {"projection.enabled": "true", "projection.day.type": "enum", "projection.day.values": "orders,gone",
                 "storage.location.template": lab.home + "/${day}/"}
    inside = table(lab, "mine", f"s3://{lab.bucket}/free/mine/", Parameters=projected,
                   PartitionKeys=[{"Name": "day", "Type": "string"}])
    assert lakes.refused(glue.create_table, DatabaseName="free", TableInput=inside) == "AccessDeniedException"
    plain = {**inside, "Parameters": {}}
    glue.create_table(DatabaseName="free", TableInput=plain)
    assert lakes.refused(glue.update_table, DatabaseName="free", TableInput=inside) == "AccessDeniedException"
    assert lakes.refused(glue.update_table, DatabaseName="free", TableInput={
        **plain, "StorageDescriptor": {**plain["StorageDescriptor"], "Location": lab.home + "/orders"}}
    ) == "AccessDeniedException"
    there = {"Values": ["x"], "StorageDescriptor": {**lakes.ID_AND_NAME, "Location": lab.home + "/orders/"}}
    assert lakes.refused(glue.create_partition, DatabaseName="free", TableName="mine",
                         PartitionInput=there) == "AccessDeniedException"
    for statement in (f"ALTER TABLE mine ADD PARTITION (day = 'x') LOCATION '{lab.home}/orders/'",
                      f"ALTER TABLE mine SET LOCATION '{lab.home}/orders/'",
                      f"ALTER TABLE mine SET TBLPROPERTIES ('storage.location.template'='{lab.home}/${{day}}/')"):
        answer = lab.mal.ask(statement, "free")
        assert not answer.ok and REFUSED in answer.reason, statement
    glue.delete_table(DatabaseName="free", Name="mine")


def test_an_empty_folder_below_the_database_is_free(lab):
    lab.mal.client("glue").create_table(DatabaseName="sales", TableInput=table(lab, "fresh", lab.home + "/fresh/"))
    lab.mal.run("INSERT INTO fresh VALUES (7, 'own')", "sales")
    assert lab.mal.run("SELECT name FROM fresh", "sales")[1] == ("own",)
    lab.mal.run(f"CREATE TABLE iced_fresh (id int) LOCATION '{lab.home}/iced_fresh/' "
                "TBLPROPERTIES ('table_type'='ICEBERG')", "sales")
    lab.mal.run("INSERT INTO iced_fresh VALUES 7", "sales")
    lab.mal.run("DROP TABLE iced_fresh", "sales")


def reads(lab, principal, name, database):
    """What every way to rows answers: none gives any."""
    for statement in (f"SELECT * FROM {name}", f"SELECT count(*) FROM {name}", f'SELECT "$path" FROM {name}',
                      f"CREATE TABLE copied AS SELECT * FROM {name}",
                      f"UNLOAD (SELECT * FROM {name}) TO '{lab.lake.results}u{os.urandom(4).hex()}/' "
                      "WITH (format='JSON')",
                      f"INSERT INTO {name} VALUES (9, 'mine')", f"EXPLAIN ANALYZE SELECT * FROM {name}"):
        answer = principal.ask(statement, database)
        assert not answer.ok and "SECRET" not in answer.reason, statement
    glue = principal.client("glue")
    assert lakes.refused(glue.get_column_statistics_for_table, DatabaseName=database, TableName=name,
                         ColumnNames=["name"]) == "AccessDeniedException"


@pytest.mark.parametrize("place", ["/orders/", "/", "/orders"])
def test_who_may_place_reads_nothing_of_others(lab, place):
    """DATA_LOCATION_ACCESS places a table; reading it takes the rights on the table below."""
    glue = lab.trusted.client("glue")
    glue.create_table(DatabaseName="free", TableInput=table(lab, "over", lab.home + place))
    try:
        reads(lab, lab.trusted, "over", "free")
        assert lab.root.run("SELECT count(*) FROM orders", "sales")[1] == ("1",)
        # A view over it, and a grant on it to somebody else, give no more.
        other = lakes.make_user(lab.lake, "other" + os.urandom(3).hex())
        lakes.grant(lab.lake, other, {"Table": {"DatabaseName": "free", "Name": "over"}}, ["SELECT", "INSERT"])
        reads(lab, other, "over", "free")
        columns = {"TableWithColumns": {"DatabaseName": "sales", "Name": "orders", "ColumnNames": ["id"]}}
        lakes.grant(lab.lake, other, columns, ["SELECT"])
        reads(lab, other, "over", "free")
        for name in ("orders", "iced", "fresh"):
            found = lab.root.client("glue").get_tables(DatabaseName="sales", Expression=name)["TableList"]
            if found:
                lakes.grant(lab.lake, other, {"Table": {"DatabaseName": "sales", "Name": name}}, ["SELECT"])
        answer = other.ask("SELECT * FROM over", "free")  # "/" holds metadata too, no Parquet: any file of it is named
        assert answer.ok or place == "/" and "/metadata/" in answer.reason, answer.reason
        assert not other.ask("INSERT INTO over VALUES (9, 'mine')", "free").ok
    finally:
        glue.delete_table(DatabaseName="free", Name="over")


def test_partitions_and_templates_elsewhere_read_nothing_of_others(lab):
    glue = lab.trusted.client("glue")
    glue.create_table(DatabaseName="free", TableInput=table(
        lab, "parts", f"s3://{lab.bucket}/free/parts/", PartitionKeys=[{"Name": "day", "Type": "string"}]))
    there = {"Values": ["x"], "StorageDescriptor": {**lakes.ID_AND_NAME, "Location": lab.home + "/orders/"}}
    glue.create_partition(DatabaseName="free", TableName="parts", PartitionInput=there)
    answer = lab.trusted.ask("SELECT * FROM parts", "free")
    assert not answer.ok and REFUSED in answer.reason
    assert lab.trusted.ask("SELECT * FROM parts WHERE day = 'y'", "free").ok
    glue.update_table(DatabaseName="free", TableInput=table(
        lab, "parts", f"s3://{lab.bucket}/free/parts/", PartitionKeys=[{"Name": "day", "Type": "string"}],
        Parameters={"projection.enabled": "true", "projection.day.type": "enum", "projection.day.values": "orders",
                    "storage.location.template": lab.home + "/${day}/"}))
    answer = lab.trusted.ask("SELECT * FROM parts", "free")
    assert not answer.ok and REFUSED in answer.reason
    glue.delete_table(DatabaseName="free", Name="parts")


def test_iceberg_tables_over_others_open_nothing(lab):
    """Registered by REST over the other's metadata: no scan, no credentials, no purge of the other's files."""
    from pyiceberg.catalog.rest import RestCatalog
    from pyiceberg.exceptions import ForbiddenError
    keys = lab.trusted.keys
    catalog = RestCatalog("lake", uri=lab.lake.endpoint + "/iceberg",
                          credential=keys["aws_access_key_id"] + ":" + keys["aws_secret_access_key"],
                          **{"s3.endpoint": lab.lake.endpoint, "s3.region": "us-east-1",
                             "header.X-Iceberg-Access-Delegation": "vended-credentials"})
    record = lab.root.client("glue").get_table(DatabaseName="sales", Name="iced")["Table"]
    metadata = record["Parameters"]["metadata_location"]
    with pytest.raises(ForbiddenError):
        catalog.register_table("free.iced_too", metadata)
    # By a copy that names another place than the other's.
    s3 = lab.root.client("s3")
    body = json.loads(s3.get_object(Bucket=lab.bucket, Key=metadata.split("/", 3)[3])["Body"].read())
    body["location"] = lab.home + "/iced/data"
    s3.put_object(Bucket=lab.bucket, Key="free/copied/v1.metadata.json", Body=json.dumps(body).encode())
    copied = f"s3://{lab.bucket}/free/copied/v1.metadata.json"
    with pytest.raises(ForbiddenError):
        catalog.register_table("free.iced_too", copied)
    # Even where the lake's owner placed it: rights on it open nothing of the other.
    root = RestCatalog("lake", uri=lab.lake.endpoint + "/iceberg",
                       credential=f"{lab.lake.access_key}:{lab.lake.secret_key}",
                       **{"s3.endpoint": lab.lake.endpoint, "s3.region": "us-east-1"})
    root.register_table("free.iced_too", copied)
    lakes.grant(lab.lake, lab.trusted, {"Table": {"DatabaseName": "free", "Name": "iced_too"}}, ["SELECT", "INSERT"])
    try:
        reads(lab, lab.trusted, "iced_too", "free")
        for statement in ('SELECT * FROM "iced_too$files"', "DELETE FROM iced_too", "DROP TABLE iced_too",
                          "VACUUM iced_too", "OPTIMIZE iced_too REWRITE DATA USING BIN_PACK"):
            answer = lab.trusted.ask(statement, "free")
            assert not answer.ok and "SECRET" not in answer.reason, statement
        with pytest.raises(ForbiddenError):
            catalog.load_table("free.iced_too")
        with pytest.raises(ForbiddenError):
            catalog.purge_table("free.iced_too")
    finally:
        lab.root.client("glue").delete_table(DatabaseName="free", Name="iced_too")
    assert lab.root.run("SELECT name FROM iced", "sales")[1] == ("SECRET",)


def test_tables_left_to_iam_are_bound_too(lab):
    """IAMAllowedPrincipals on the upper table opens nothing of the lower."""
    glue = lab.root.client("glue")
    glue.create_table(DatabaseName="free", TableInput=table(lab, "of_iam", lab.home + "/orders/"))
    lab.root.client("lakeformation").grant_permissions(
        Principal={"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}, Permissions=["ALL"],
        Resource={"Table": {"DatabaseName": "free", "Name": "of_iam"}})
    reads(lab, lab.mal, "of_iam", "free")
    glue.delete_table(DatabaseName="free", Name="of_iam")
