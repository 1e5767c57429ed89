"""What holds a table, and what a table may name: ways around the rules that were open once."""
import json
import os

import pytest

from governance import lakes
from governance.lakes import governed  # noqa: F401

pytestmark = pytest.mark.xdist_group("crafted")  # one lake


@pytest.fixture(scope="module")
def lab(governed):  # noqa: F811
    lab = lakes.Lab(governed, "crafted")
    lab.root.client("lakeformation").register_resource(
        ResourceArn=f"arn:aws:s3:::{lab.bucket}/closed", UseServiceLinkedRole=True)
    for name in ("closed", "open"):
        lab.root.client("glue").create_database(
            DatabaseInput={"Name": name, "LocationUri": f"s3://{lab.bucket}/{name}/"})
    lab.root.run("CREATE TABLE secret WITH (table_type='ICEBERG', is_external=false, "
                 f"location='s3://{lab.bucket}/closed/secret/') AS SELECT 1 AS id, 'SECRET' AS name", "closed")
    lab.user = lakes.make_user(governed, "crafter")
    lakes.grant(governed, lab.user, {"Database": {"Name": "open"}}, ["CREATE_TABLE", "DESCRIBE"])
    lab.user.run(f"CREATE TABLE mine (id int, name string) LOCATION 's3://{lab.bucket}/open/mine/' "
                 "TBLPROPERTIES ('table_type'='ICEBERG')", "open")
    lab.user.run("INSERT INTO mine VALUES (1, 'own')", "open")
    return lab


def catalog_of(lab, principal):
    from pyiceberg.catalog.rest import RestCatalog
    keys = principal.keys
    given = {} if not keys else {"credential": keys["aws_access_key_id"] + ":" + keys["aws_secret_access_key"]}
    return RestCatalog("lake", uri=lab.lake.endpoint + "/iceberg", **given,
                       **{"s3.endpoint": lab.lake.endpoint, "s3.region": "us-east-1",
                          "header.X-Iceberg-Access-Delegation": "vended-credentials"})


def test_who_makes_a_table_holds_it(lab):
    """By SQL and by REST as by Glue: without a grant of anybody's."""
    lab.user.run(f"CREATE TABLE again WITH (table_type='ICEBERG', is_external=false, "
                 f"location='s3://{lab.bucket}/open/again/') AS SELECT * FROM mine", "open")
    assert lab.user.run("SELECT name FROM again", "open")[1] == ("own",)
    made = catalog_of(lab, lab.user).create_table(
        "open.rested", catalog_of(lab, lab.user).load_table("open.mine").schema(),
        location=f"s3://{lab.bucket}/open/rested")
    assert made.metadata.location.endswith("/open/rested")
    lab.user.run("INSERT INTO rested VALUES (2, 'rest')", "open")
    assert lab.user.run("SELECT name FROM rested", "open")[1] == ("rest",)
    other = lakes.make_user(lab.lake, "bystander")
    assert not other.ask("SELECT * FROM mine", "open").ok


def test_a_commit_names_no_place_of_others(lab):
    from pyiceberg.exceptions import ForbiddenError
    catalog = catalog_of(lab, lab.user)
    table = catalog.load_table("open.mine")
    closed = f"s3://{lab.bucket}/closed/secret"
    for scheme in ("s3", "s3a"):
        for key in ("write.data.path", "write.metadata.path", "write.object-storage.path"):
            with pytest.raises(ForbiddenError):
                with table.transaction() as change:
                    change.set_properties({key: scheme + closed[2:]})
    secret = lab.root.client("glue").get_table(DatabaseName="closed", Name="secret")["Table"]
    with pytest.raises(Exception):
        catalog.register_table("open.stolen", secret["Parameters"]["metadata_location"])
    # A copy of its metadata at a place of the user's own: the table would lie in the closed folder.
    s3 = lab.root.client("s3")
    key = secret["Parameters"]["metadata_location"].split("/", 3)[3]
    body = s3.get_object(Bucket=lab.bucket, Key=key)["Body"].read()
    s3.put_object(Bucket=lab.bucket, Key="open/copied/v1.metadata.json", Body=body)
    with pytest.raises(ForbiddenError):
        catalog.register_table("open.stolen", f"s3://{lab.bucket}/open/copied/v1.metadata.json")
    # The same with a location of its own: its manifests are the closed table's.
    moved = json.loads(body)
    moved["location"] = f"s3://{lab.bucket}/open/copied"
    s3.put_object(Bucket=lab.bucket, Key="open/copied/v2.metadata.json", Body=json.dumps(moved).encode())
    stolen = catalog.register_table("open.stolen", f"s3://{lab.bucket}/open/copied/v2.metadata.json")
    for statement in ("SELECT * FROM stolen", 'SELECT * FROM "stolen$files"', "DELETE FROM stolen",
                      "OPTIMIZE stolen REWRITE DATA USING BIN_PACK", "INSERT INTO stolen VALUES (2, 'x')"):
        answer = lab.user.ask(statement, "open")
        assert not answer.ok and "SECRET" not in answer.reason, statement
        assert "Insufficient Lake Formation permission" in answer.reason, answer.reason
    with pytest.raises(Exception):
        stolen.scan().to_arrow()
    assert lab.root.run("SELECT name FROM secret", "closed")[1] == ("SECRET",)


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": effect, "Action": actions, "Resource": resource} for effect, actions, resource in statements]})


def test_data_is_opened_by_lake_formation_or_by_iam(lab):
    """Registered: lakeformation:GetDataAccess. Not registered: the caller's own rights to S3, governed or not."""
    results = lab.lake.results.split("/")[2]
    basics = ("Allow", ["athena:*", "glue:*"], "*"), ("Allow", "s3:*", [f"arn:aws:s3:::{results}*"])
    nothing = lakes.make_user(lab.lake, "no_s3", policy(*basics))
    vended = lakes.make_user(lab.lake, "vended", policy(*basics, ("Allow", "lakeformation:GetDataAccess", "*")))
    lab.root.run(f"CREATE TABLE plain WITH (format='PARQUET', external_location='s3://{lab.bucket}/open/plain/') AS "
                 "SELECT 1 AS id", "open")
    for principal in (nothing, vended):
        lakes.grant(lab.lake, principal, {"Table": {"DatabaseName": "closed", "Name": "secret"}}, ["SELECT"])
        lakes.grant(lab.lake, principal, {"Table": {"DatabaseName": "open", "Name": "plain"}}, ["SELECT"])
    assert vended.run("SELECT name FROM secret", "closed")[1] == ("SECRET",)
    assert "lakeformation:GetDataAccess" in nothing.ask("SELECT name FROM secret", "closed").reason
    for principal in (nothing, vended):
        assert "s3:GetObject" in principal.ask("SELECT * FROM plain", "open").reason


def test_prepared_statements_ask_for_their_actions(lab):
    shy = lakes.make_user(lab.lake, "shy", policy(
        ("Allow", ["athena:*", "glue:*", "s3:*"], "*"), ("Deny", "athena:*PreparedStatement", "*")))
    assert "athena:CreatePreparedStatement" in shy.ask("PREPARE one FROM SELECT 1").reason
    lab.root.run("PREPARE one FROM SELECT 1")
    assert "athena:GetPreparedStatement" in shy.ask("EXECUTE one").reason
    assert "athena:DeletePreparedStatement" in shy.ask("DEALLOCATE PREPARE one").reason


def test_the_catalogs_policy_holds_in_sql_and_rest(lab):
    glue = lab.root.client("glue")
    arn = f"arn:aws:glue:us-east-1:{lab.lake.account}:"
    glue.put_resource_policy(PolicyInJson=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Principal": {"AWS": lab.user.arn}, "Action": "glue:GetTable",
         "Resource": [arn + "catalog", arn + "database/open", arn + "table/open/mine"]}]}))
    try:
        assert "glue:GetTable" in lab.user.ask("SELECT * FROM mine", "open").reason
        with pytest.raises(Exception):
            catalog_of(lab, lab.user).load_table("open.mine")
    finally:
        glue.delete_resource_policy()
    assert lab.user.run("SELECT name FROM mine", "open")[1] == ("own",)


@pytest.mark.parametrize("kind", ["PARQUET", "ICEBERG"])
def test_classification_follows_data(lab, kind):
    formation = lab.root.client("lakeformation")
    name = "people_" + kind.lower()
    how = {"PARQUET": "format='PARQUET', external_location=",
           "ICEBERG": "table_type='ICEBERG', is_external=false, location="}

    def make(table, query):
        lab.root.run(f"CREATE TABLE {table} WITH ({how[kind]}'s3://{lab.bucket}/open/{table}/') AS {query}", "open")

    def level(table):
        found = formation.get_resource_lf_tags(Resource={"Table": {"DatabaseName": "open", "Name": table}})
        return {tag["TagKey"]: tag["TagValues"][0] for tag in found.get("LFTagsOnTable", [])}.get("classification")

    def classify(table, value, *columns):
        where = {"DatabaseName": "open", "Name": table}
        formation.add_lf_tags_to_resource(
            Resource={"TableWithColumns": {**where, "ColumnNames": list(columns)}} if columns else {"Table": where},
            LFTags=[{"TagKey": "classification", "TagValues": [value]}])

    make(name, "SELECT 1 AS id, 'rome' AS city, 'IT60' AS iban")
    make(name + "_free", f"SELECT id, city, iban FROM {name}")
    assert level(name + "_free") is None
    classify(name, "internal")
    classify(name, "restricted", "iban")
    make(name + "_cities", f"SELECT city FROM {name}")
    make(name + "_all", f"SELECT length(iban) AS n FROM {name}")
    assert (level(name + "_cities"), level(name + "_all")) == ("internal", "restricted")
    lab.root.run(f"INSERT INTO {name}_cities SELECT city FROM {name} WHERE id > 0", "open")
    assert level(name + "_cities") == "internal"
    lab.root.run(f"INSERT INTO {name}_cities SELECT iban FROM {name}", "open")
    assert level(name + "_cities") == "restricted"
    lab.root.run(f"INSERT INTO {name} SELECT id, city, iban FROM {name}", "open")
    assert level(name) == "internal"
    # UNLOAD's files tell it by a tag.
    s3 = lab.root.client("s3")
    for query, expected in ((f"SELECT city FROM {name}", "internal"), (f"SELECT iban FROM {name}", "restricted"),
                            ("SELECT 1 AS one", None)):
        folder = "open/unloaded/" + os.urandom(4).hex() + "/"
        lab.root.run(f"UNLOAD ({query}) TO 's3://{lab.bucket}/{folder}' WITH (format='JSON')", "open")
        files = s3.list_objects_v2(Bucket=lab.bucket, Prefix=folder)["Contents"]
        for file in files:
            tags = s3.get_object_tagging(Bucket=lab.bucket, Key=file["Key"])["TagSet"]
            assert tags == ([{"Key": "classification", "Value": expected}] if expected else [])


def test_changes_of_rows_carry_the_classification(lab):
    """UPDATE and MERGE bring what they read along, as INSERT does."""
    formation = lab.root.client("lakeformation")

    def make(table, query):
        lab.root.run(f"CREATE TABLE {table} WITH (table_type='ICEBERG', is_external=false, "
                     f"location='s3://{lab.bucket}/open/{table}/') AS {query}", "open")

    def level(table):
        found = formation.get_resource_lf_tags(Resource={"Table": {"DatabaseName": "open", "Name": table}})
        return {tag["TagKey"]: tag["TagValues"][0] for tag in found.get("LFTagsOnTable", [])}.get("classification")

    make("ranked", "SELECT 1 AS id, 'rome' AS city, 'IT60' AS iban")
    for columns, value in ((["city"], "confidential"), (["iban"], "restricted")):
        formation.add_lf_tags_to_resource(
            Resource={"TableWithColumns": {"DatabaseName": "open", "Name": "ranked", "ColumnNames": columns}},
            LFTags=[{"TagKey": "classification", "TagValues": [value]}])
    make("updated", "SELECT 1 AS id, 'x' AS city")
    lab.root.run("UPDATE updated SET city = 'y' WHERE id = 1", "open")
    lab.root.run("UPDATE updated SET id = id + 1 WHERE id IN (SELECT id FROM ranked)", "open")
    assert level("updated") is None
    lab.root.run("UPDATE updated SET city = (SELECT max(city) FROM ranked)", "open")
    assert level("updated") == "confidential"
    make("merged", "SELECT 1 AS id, 'x' AS city")
    merge = ("MERGE INTO merged m USING ranked r ON m.id = r.id WHEN MATCHED THEN UPDATE SET city = r.{0} "
             "WHEN NOT MATCHED THEN INSERT (id, city) VALUES (r.id, r.{0})")
    lab.root.run(merge.format("city"), "open")
    assert level("merged") == "confidential"
    lab.root.run(merge.format("iban"), "open")
    assert level("merged") == "restricted"


def test_tables_of_table_buckets_carry_the_classification(lab):
    """By their tag, both ways."""
    formation, tables = lab.root.client("lakeformation"), lab.root.client("s3tables")
    name = "house-" + os.urandom(3).hex()
    arn = tables.create_table_bucket(name=name)["arn"]
    tables.create_namespace(tableBucketARN=arn, namespace=["sales"])

    def tag(table):
        found = tables.get_table(tableBucketARN=arn, namespace="sales", name=table)["tableARN"]
        return tables.list_tags_for_resource(resourceArn=found)["tags"].get("classification")

    lab.root.run(f"CREATE TABLE source_of_buckets WITH (format='PARQUET', "
                 f"external_location='s3://{lab.bucket}/open/source_of_buckets/') AS SELECT 1 AS id, 'x' AS secret", "open")
    formation.add_lf_tags_to_resource(
        Resource={"TableWithColumns": {"DatabaseName": "open", "Name": "source_of_buckets", "ColumnNames": ["secret"]}},
        LFTags=[{"TagKey": "classification", "TagValues": ["restricted"]}])
    house = f'"s3tablescatalog/{name}"."sales"'
    source = '"awsdatacatalog"."open"."source_of_buckets"'
    lab.root.run(f"CREATE TABLE {house}.\"ids\" AS SELECT id FROM {source}", "open")
    lab.root.run(f"CREATE TABLE {house}.\"all_of_it\" AS SELECT * FROM {source}", "open")
    assert (tag("ids"), tag("all_of_it")) == (None, "restricted")
    lab.root.run(f"INSERT INTO {house}.\"ids\" SELECT CAST(length(secret) AS integer) FROM {source}", "open")
    assert tag("ids") == "restricted"
    lab.root.run(f"CREATE TABLE back WITH (format='PARQUET', external_location='s3://{lab.bucket}/open/back/') AS "
                 f"SELECT id FROM {house}.\"ids\"", "open")
    found = formation.get_resource_lf_tags(Resource={"Table": {"DatabaseName": "open", "Name": "back"}})
    assert found["LFTagsOnTable"][0]["TagValues"] == ["restricted"]


def test_who_makes_a_database_holds_it(lab):
    """And what is made in it is its maker's: to see, change, hand on and drop."""
    maker = lakes.make_user(lab.lake, "maker", policy(
        ("Allow", ["athena:*", "glue:*", "s3:*", "lakeformation:*"], "*")))
    lakes.grant(lab.lake, maker, {"Catalog": {}}, ["CREATE_DATABASE"])
    other = lakes.make_user(lab.lake, "colleague")
    glue, formation = maker.client("glue"), maker.client("lakeformation")
    rest = catalog_of(lab, maker)
    maker.run("CREATE DATABASE by_sql")
    glue.create_database(DatabaseInput={"Name": "by_glue"})
    rest.create_namespace("by_rest")
    for database in ("by_sql", "by_glue", "by_rest"):
        table = {"Name": "made", "TableType": "EXTERNAL_TABLE", "Parameters": {"EXTERNAL": "TRUE"},
                 "StorageDescriptor": {**lakes.ID_AND_NAME, "Location": f"s3://{lab.bucket}/open/{database}/made/"}}
        assert lakes.refused(other.client("glue").get_database, Name=database) == "AccessDeniedException"
        assert lakes.refused(other.client("glue").create_table, DatabaseName=database,
                             TableInput=table) == "AccessDeniedException"
        glue.create_table(DatabaseName=database, TableInput=table)
        assert lakes.refused(other.client("glue").get_table, DatabaseName=database,
                             Name="made") == "AccessDeniedException"
        glue.update_table(DatabaseName=database, TableInput={**table, "Description": "mine"})
        assert maker.ask("SELECT count(*) FROM made", database).ok
        formation.grant_permissions(Principal={"DataLakePrincipalIdentifier": other.arn}, Permissions=["SELECT"],
                                    Resource={"Table": {"DatabaseName": database, "Name": "made"}})
        assert other.ask("SELECT count(*) FROM made", database).ok
        assert lakes.refused(other.client("glue").delete_table, DatabaseName=database,
                             Name="made") == "AccessDeniedException"
        glue.delete_table(DatabaseName=database, Name="made")
    maker.run("DROP DATABASE by_sql")
    glue.delete_database(Name="by_glue")
    rest.drop_namespace("by_rest")


def test_opening_data_is_an_action_of_its_own(lab):
    """lakeformation:GetDataAccess, and a grant to read: one to describe opens no data."""
    glue = ("Allow", "glue:*", "*")
    opens = glue, ("Allow", "lakeformation:GetDataAccess", "*")
    principals = {name: lakes.make_user(lab.lake, name, policy(*allowed)) for name, allowed in (
        ("opener", opens), ("closed", (glue,)), ("describer", opens))}
    secret = {"DatabaseName": "closed", "Name": "secret"}
    for name, permission in (("opener", "SELECT"), ("closed", "SELECT"), ("describer", "DESCRIBE")):
        lakes.grant(lab.lake, principals[name], {"Table": secret}, [permission])
    settings = lab.root.client("lakeformation").get_data_lake_settings()["DataLakeSettings"]
    lab.root.client("lakeformation").put_data_lake_settings(
        DataLakeSettings={**settings, "AllowFullTableExternalDataAccess": True})

    def vend(name, permission):
        return lakes.refused(principals[name].client("lakeformation").get_temporary_glue_table_credentials,
                             TableArn=f"arn:aws:glue:us-east-1:{lab.lake.account}:table/closed/secret",
                             Permissions=[permission], SupportedPermissionTypes=["COLUMN_PERMISSION"])
    assert vend("opener", "SELECT") == ""
    assert vend("closed", "SELECT") == vend("describer", "DESCRIBE") == "AccessDeniedException"
