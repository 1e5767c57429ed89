"""The roles of a data lake's blueprint: engineers hold ALL, analysts SELECT and DESCRIBE, scientists named columns.

Each sees exactly what is theirs through Athena, Glue, Iceberg REST (PyIceberg) and plain S3. Levels of classification
come by LF-tag, and another account consumes what it was granted.
"""
import json
import os

import pytest

from conftest import OTHER, OTHER_ACCOUNT, lake_of_two
from governance import lakes
from governance.lakes import governed  # noqa: F401

ROWS = [(1, "rome", "ann@x.io", 10), (2, "oslo", "bob@x.io", 20), (3, "pune", "cyd@x.io", 30)]


class Lab:
    pass


@pytest.fixture(scope="module")
def lab(governed):  # noqa: F811
    lab = Lab()
    lab.lake = governed
    lab.root = lakes.root_of(governed)
    lab.bucket = "zone-" + os.urandom(4).hex()
    s3 = lab.root.client("s3")
    s3.create_bucket(Bucket=lab.bucket)
    formation = governed.client("lakeformation")
    formation.register_resource(ResourceArn=f"arn:aws:s3:::{lab.bucket}/curated", UseServiceLinkedRole=True)
    lab.root.client("glue").create_database(DatabaseInput={"Name": "curated"})
    values = ", ".join(f"({i}, '{city}', '{mail}', {amount})" for i, city, mail, amount in ROWS)
    lab.root.run("CREATE TABLE sales WITH (format='PARQUET', "
                 f"external_location='s3://{lab.bucket}/curated/sales/') AS SELECT * FROM (VALUES {values}) "
                 "AS v (id, city, mail, amount)", "curated")
    lab.root.run("CREATE TABLE orders (id int, city string, mail string, amount int) "
                 f"LOCATION 's3://{lab.bucket}/curated/orders/' TBLPROPERTIES ('table_type'='ICEBERG')", "curated")
    lab.root.run(f"INSERT INTO orders VALUES {values}", "curated")
    lab.engineer, lab.analyst, lab.scientist, lab.stranger = (
        lakes.make_user(governed, name) for name in ("engineer", "analyst", "scientist", "stranger"))
    database = {"Database": {"Name": "curated"}}
    lakes.grant(governed, lab.engineer, database, ["ALL"])
    lakes.grant(governed, lab.analyst, database, ["DESCRIBE"])
    lakes.grant(governed, lab.scientist, database, ["DESCRIBE"])
    for table in ("sales", "orders"):
        named = {"DatabaseName": "curated", "Name": table}
        lakes.grant(governed, lab.engineer, {"Table": named}, ["ALL"])
        lakes.grant(governed, lab.analyst, {"Table": named}, ["SELECT", "DESCRIBE"])
        lakes.grant(governed, lab.scientist, {"TableWithColumns": {**named, "ColumnNames": ["id", "city"]}}, ["SELECT"])
    return lab


@pytest.mark.parametrize("table", ["sales", "orders"])
def test_athena(lab, table):
    everything = sorted((str(i), city, mail, str(amount)) for i, city, mail, amount in ROWS)
    for principal in (lab.engineer, lab.analyst):
        assert sorted(principal.run(f"SELECT * FROM {table}", "curated")[1:]) == everything
        assert principal.run(f"SELECT count(*) FROM {table}", "curated")[1] == ("3",)
    seen = lab.scientist.run(f"SELECT * FROM {table}", "curated")
    assert seen[0] == ("id", "city") and sorted(seen[1:]) == [row[:2] for row in everything]
    missing = lab.scientist.ask(f"SELECT mail FROM {table}", "curated")
    never = lab.scientist.ask(f"SELECT nope FROM {table}", "curated")
    assert missing.kind == "COLUMN_NOT_FOUND" and missing.reason.replace("mail", "nope") == never.reason
    stranger = lab.stranger.ask(f"SELECT * FROM {table}", "curated")
    absent = lab.stranger.ask("SELECT * FROM nothing", "curated")
    assert not stranger.ok and stranger.reason.replace(table, "nothing") == absent.reason


def test_writing(lab):
    assert not lab.analyst.ask("INSERT INTO orders VALUES (9, 'x', 'y', 1)", "curated").ok
    assert not lab.scientist.ask("DELETE FROM orders", "curated").ok
    lab.engineer.run("INSERT INTO orders VALUES (4, 'bonn', 'dan@x.io', 40)", "curated")
    lab.engineer.run("DELETE FROM orders WHERE id = 4", "curated")
    assert lab.analyst.run("SELECT count(*) FROM orders", "curated")[1] == ("3",)
    assert not lab.analyst.ask(f"CREATE TABLE mine WITH (external_location='s3://{lab.bucket}/mine/') AS "
                               "SELECT * FROM sales", "curated").ok


@pytest.mark.parametrize("table", ["sales", "orders"])
def test_glue(lab, table):
    def columns(principal):
        found = principal.client("glue").get_table(DatabaseName="curated", Name=table)["Table"]
        return [column["Name"] for column in found["StorageDescriptor"]["Columns"]]

    assert columns(lab.engineer) == columns(lab.analyst) == ["id", "city", "mail", "amount"]
    assert columns(lab.scientist) == ["id", "city"]
    stranger = lab.stranger.client("glue")
    assert lakes.refused(stranger.get_table, DatabaseName="curated", Name=table) == "AccessDeniedException"
    assert stranger.get_databases()["DatabaseList"] == []
    assert table not in [t["Name"] for t in stranger.search_tables()["TableList"]]
    for principal in (lab.analyst, lab.scientist, lab.stranger):
        glue = principal.client("glue")
        assert lakes.refused(glue.delete_table, DatabaseName="curated", Name=table) == "AccessDeniedException"
        assert lakes.refused(glue.update_table, DatabaseName="curated", TableInput={"Name": table}) == (
            "AccessDeniedException")
        assert lakes.refused(glue.create_table, DatabaseName="curated", TableInput={"Name": "x"}) == (
            "AccessDeniedException")
    with pytest.raises(stranger.exceptions.ClientError) as refusal:
        stranger.get_table(DatabaseName="curated", Name=table)
    assert refusal.value.response["Error"]["Message"] == (
        f"Insufficient Lake Formation permission(s): Required Describe on {table}")


@pytest.mark.parametrize("table", ["sales", "orders"])
def test_s3(lab, table):
    root = lab.root.client("s3")
    key = next(o["Key"] for o in root.list_objects_v2(Bucket=lab.bucket, Prefix=f"curated/{table}/")["Contents"]
               if o["Size"])
    place = {"Bucket": lab.bucket, "Key": key}
    for principal in (lab.engineer, lab.analyst):
        assert principal.client("s3").get_object(**place)["ContentLength"]
    for principal in (lab.scientist, lab.stranger):
        s3 = principal.client("s3")
        assert lakes.refused(s3.get_object, **place) == "AccessDenied"
        assert lakes.refused(s3.head_object, **place) == "403"
        assert lakes.refused(s3.get_object_attributes, ObjectAttributes=["ObjectSize"], **place) == "AccessDenied"
        assert lakes.refused(s3.get_object_tagging, **place) == "AccessDenied"
        assert lakes.refused(s3.copy_object, Bucket=lab.bucket, Key="copy", CopySource=place) == "AccessDenied"
        assert lakes.refused(s3.list_objects_v2, Bucket=lab.bucket, Prefix=f"curated/{table}/") == "AccessDenied"
        import urllib.error
        import urllib.request
        with pytest.raises(urllib.error.HTTPError) as refusal:
            urllib.request.urlopen(s3.generate_presigned_url("get_object", Params=place))
        assert refusal.value.code == 403
        assert lakes.refused(s3.put_object, Bucket=lab.bucket, Key=f"curated/{table}/more", Body=b"x") == "AccessDenied"
        assert lakes.refused(s3.delete_object, **place) == "AccessDenied"
    assert lakes.refused(lab.analyst.client("s3").put_object, Bucket=lab.bucket, Key=f"curated/{table}/more",
                         Body=b"x") == "AccessDenied"
    # The folder by its bare name, as S3A asks: readers of the folder are told that no object has it, nobody lists by it.
    bare = {"Bucket": lab.bucket, "Key": f"curated/{table}"}
    for principal, answer in ((lab.engineer, "404"), (lab.analyst, "404"), (lab.scientist, "403"), (lab.stranger, "403")):
        assert lakes.refused(principal.client("s3").head_object, **bare) == answer
    assert lakes.refused(lab.analyst.client("s3").list_objects_v2, Bucket=lab.bucket,
                         Prefix=f"curated/{table}") == "AccessDenied"
    # Elsewhere Lake Formation has no say.
    lab.stranger.client("s3").put_object(Bucket=lab.bucket, Key="free/x", Body=b"x")


def catalog_of(lab, principal):
    from pyiceberg.catalog.rest import RestCatalog
    keys = principal.keys
    return RestCatalog("lake", uri=lab.lake.endpoint + "/iceberg",
                       credential=keys["aws_access_key_id"] + ":" + keys["aws_secret_access_key"],
                       **{"header.X-Iceberg-Access-Delegation": "vended-credentials",
                          "s3.endpoint": lab.lake.endpoint, "s3.region": "us-east-1"})


def test_iceberg_rest(lab):
    for principal in (lab.engineer, lab.analyst):
        table = catalog_of(lab, principal).load_table("curated.orders")
        assert sorted(table.scan().to_arrow().to_pylist(), key=lambda row: row["id"]) == [
            dict(zip(("id", "city", "mail", "amount"), row)) for row in ROWS]
    # A writer's credentials write, a reader's do not.
    import pyarrow as pa
    import pyarrow.fs  # noqa: F401
    more = pa.table({"id": pa.array([5], pa.int32()), "city": ["kyiv"], "mail": ["eve@x.io"],
                     "amount": pa.array([50], pa.int32())})
    catalog_of(lab, lab.engineer).load_table("curated.orders").append(more)
    with pytest.raises(Exception):
        catalog_of(lab, lab.analyst).load_table("curated.orders").append(more)
    catalog_of(lab, lab.engineer).load_table("curated.orders").delete("id = 5")
    assert lab.root.run("SELECT count(*) FROM orders", "curated")[1] == ("3",)

    restricted = catalog_of(lab, lab.scientist).load_table("curated.orders")
    assert [field.name for field in restricted.schema().fields] == ["id", "city"]
    assert "mail" not in restricted.metadata.model_dump_json()
    assert not restricted.config.get("s3.access-key-id")
    with pytest.raises(Exception):
        restricted.scan().to_arrow()
    assert catalog_of(lab, lab.scientist).list_tables("curated") == [("curated", "orders")]

    stranger = catalog_of(lab, lab.stranger)
    assert stranger.list_namespaces() == []
    with pytest.raises(Exception):
        stranger.load_table("curated.orders")


def test_revoked_rights_are_gone_at_once(lab):
    named = {"DatabaseName": "curated", "Name": "sales"}
    late = lakes.make_user(lab.lake, "late")
    # Who holds nothing in a database does not see the database; a table's grant shows it.
    before = late.ask("SELECT count(*) FROM sales", "curated")
    assert before.kind == "SCHEMA_NOT_FOUND"
    assert late.ask("SELECT count(*) FROM sales", "nowhere").reason == before.reason.replace("curated", "nowhere")
    lakes.grant(lab.lake, late, {"Table": named}, ["SELECT"])
    assert late.run("SELECT count(*) FROM sales", "curated")[1] == ("3",)
    lab.lake.client("lakeformation").revoke_permissions(
        Principal={"DataLakePrincipalIdentifier": late.arn}, Resource={"Table": named}, Permissions=["SELECT"])
    assert late.ask("SELECT count(*) FROM sales", "curated").reason == before.reason
    # Who sees the database misses the table alone.
    lakes.grant(lab.lake, late, {"Database": {"Name": "curated"}}, ["DESCRIBE"])
    assert late.ask("SELECT count(*) FROM sales", "curated").kind == "TABLE_NOT_FOUND"


def test_levels_of_classification(lab):
    """Public and internal are everyone's; confidential and restricted are theirs to whom the level was granted."""
    formation = lab.lake.client("lakeformation")
    lab.root.client("glue").create_database(DatabaseInput={"Name": "classed"})
    lab.root.run(f"CREATE TABLE people WITH (format='PARQUET', external_location='s3://{lab.bucket}/curated/people/') "
                 "AS SELECT * FROM (VALUES (1, 'rome', 'ann@x.io', 'IT60')) AS v (id, city, mail, iban)", "classed")
    people = {"DatabaseName": "classed", "Name": "people"}
    anyone, steward, officer = (lakes.make_user(lab.lake, name) for name in ("anyone", "dpo", "officer"))

    def classify(resource, level):
        tag = {"TagKey": "classification", "TagValues": [level]}
        assert formation.add_lf_tags_to_resource(Resource=resource, LFTags=[tag])["Failures"] == []

    def column(name):
        return {"TableWithColumns": {**people, "ColumnNames": [name]}}

    def seen(principal):
        """The columns that are seen, the same in SQL and in Glue; none where the table is not there."""
        answer = principal.ask("SELECT * FROM people", "classed")
        glue = principal.client("glue")
        if not answer.ok:
            assert answer.kind in ("SCHEMA_NOT_FOUND", "TABLE_NOT_FOUND")
            assert lakes.refused(glue.get_table, **people) == "AccessDeniedException"
            return []
        assert len(answer.rows) == 2
        found = glue.get_table(**people)["Table"]["StorageDescriptor"]["Columns"]
        assert [each["Name"] for each in found] == list(answer.rows[0])
        return list(answer.rows[0])

    assert seen(anyone) == []
    classify({"Table": people}, "internal")
    assert seen(anyone) == ["id", "city", "mail", "iban"]
    classify(column("mail"), "confidential")
    classify(column("iban"), "restricted")
    assert seen(anyone) == ["id", "city"]
    for principal, levels in ((steward, ["confidential"]), (officer, ["confidential", "restricted"])):
        lakes.grant(lab.lake, principal, {"LFTagPolicy": {"ResourceType": "TABLE", "Expression": [
            {"TagKey": "classification", "TagValues": levels}]}}, ["SELECT"])
    assert seen(steward) == ["id", "city", "mail"]
    assert seen(officer) == ["id", "city", "mail", "iban"]
    # The nearer value wins: a restricted database does not close a table that is internal by itself.
    classify({"Database": {"Name": "classed"}}, "restricted")
    assert seen(anyone) == ["id", "city"]
    classify({"Table": people}, "restricted")
    assert (seen(anyone), seen(steward), seen(officer)) == ([], ["mail"], ["id", "city", "mail", "iban"])
    classify({"Table": people}, "public")
    formation.remove_lf_tags_from_resource(Resource=column("mail"), LFTags=[
        {"TagKey": "classification", "TagValues": ["confidential"]}])
    assert seen(anyone) == ["id", "city", "mail"]


@pytest.fixture
def two(tmp_path):
    """A governed lake of two accounts."""
    running = lake_of_two(tmp_path)
    running.client("s3").create_bucket(Bucket="results-of-two")
    running.results = "s3://results-of-two/"
    lakes.take_over(running)
    yield running
    running.stop()


def open_by_policy(two):
    lakes.root_of(two).client("glue").put_resource_policy(EnableHybrid="TRUE", PolicyInJson=json.dumps({
        "Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"}, "Action": "glue:*",
             "Resource": f"arn:aws:glue:{two.region}:{two.account}:*"}]}))


def open_by_share(two):
    two.client("ram").create_resource_share(name="curated", principals=[OTHER_ACCOUNT], resourceArns=[
        f"arn:aws:glue:{two.region}:{two.account}:database/curated"])
    ram = two.client("ram", **OTHER)
    (invitation,) = ram.get_resource_share_invitations()["resourceShareInvitations"]
    place = {"CatalogId": two.account, "DatabaseName": "curated", "Name": "sales"}
    # An invitation opens nothing before it is accepted.
    assert lakes.refused(two.client("glue", **OTHER).get_table, **place) == "AccessDeniedException"
    ram.accept_resource_share_invitation(resourceShareInvitationArn=invitation["resourceShareInvitationArn"])


DOORS = {"policy": open_by_policy, "share": open_by_share}


@pytest.mark.parametrize("door", DOORS)
def test_a_consuming_account(two, door):
    """Glue's policy or a share lets the account ask, Lake Formation says for what; it hands that on to its users."""
    root = lakes.root_of(two)
    s3, glue, formation = (root.client(each) for each in ("s3", "glue", "lakeformation"))
    s3.create_bucket(Bucket="produced")
    formation.register_resource(ResourceArn="arn:aws:s3:::produced/curated", UseServiceLinkedRole=True)
    glue.create_database(DatabaseInput={"Name": "curated"})
    for table in ("sales", "wages"):
        root.run(f"CREATE TABLE {table} WITH (format='PARQUET', external_location='s3://produced/curated/{table}/') AS "
                 "SELECT * FROM (VALUES (1, 'ann@x.io')) AS v (id, mail)", "curated")
    place = {"CatalogId": two.account, "DatabaseName": "curated"}
    part = {"TableWithColumns": {**place, "Name": "sales", "ColumnNames": ["id"]}}
    whole = {"Table": {**place, "Name": "sales"}}
    theirs = {each: two.client(each, **OTHER) for each in ("glue", "lakeformation", "iam")}
    arn = theirs["iam"].create_user(UserName="consumer")["User"]["Arn"]
    theirs["iam"].put_user_policy(UserName="consumer", PolicyName="all", PolicyDocument=lakes.ANYTHING)
    key = theirs["iam"].create_access_key(UserName="consumer")["AccessKey"]
    consumer = lakes.Principal(two, arn, dict(aws_access_key_id=key["AccessKeyId"],
                                              aws_secret_access_key=key["SecretAccessKey"]))

    def columns(client, table="sales"):
        try:
            found = client.get_table(Name=table, **place)["Table"]
        except client.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == "AccessDeniedException"
            return []
        return [each["Name"] for each in found["StorageDescriptor"]["Columns"]]

    # Glue's policy or a share alone shows nothing.
    DOORS[door](two)
    assert columns(theirs["glue"]) == []
    account = {"DataLakePrincipalIdentifier": OTHER_ACCOUNT}
    formation.grant_permissions(Principal=account, Resource=part, Permissions=["SELECT"],
                                PermissionsWithGrantOption=["SELECT"])
    assert columns(theirs["glue"]) == ["id"] and columns(theirs["glue"], "wages") == []
    assert [each["Name"] for each in theirs["glue"].get_tables(**place)["TableList"]] == ["sales"]
    assert lakes.refused(theirs["glue"].delete_table, Name="sales", **place) == "AccessDeniedException"

    # Its users hold what the account handed on, and no more than it holds.
    mine = consumer.client("glue")
    assert columns(mine) == []
    person = {"DataLakePrincipalIdentifier": arn}
    hand_on = theirs["lakeformation"].grant_permissions
    more = {"TableWithColumns": {**place, "Name": "sales", "ColumnNames": ["id", "mail"]}}
    assert lakes.refused(hand_on, Principal=person, Resource=more, Permissions=["SELECT"]) == "AccessDeniedException"
    assert lakes.refused(hand_on, Principal=person, Resource=whole, Permissions=["DROP"]) == "AccessDeniedException"
    hand_on(Principal=person, Resource=part, Permissions=["SELECT"])
    assert columns(mine) == ["id"] and columns(mine, "wages") == []
    assert "mail" not in repr(mine.get_tables(**place))
    key = s3.list_objects_v2(Bucket="produced", Prefix="curated/sales/")["Contents"][0]["Key"]
    assert lakes.refused(consumer.client("s3").get_object, Bucket="produced", Key=key) == "AccessDenied"

    # What the producer takes back is gone for the account and for those to whom it was handed on.
    formation.revoke_permissions(Principal=account, Resource=part, Permissions=["SELECT"],
                                 PermissionsWithGrantOption=["SELECT"])
    assert columns(theirs["glue"]) == [] and columns(mine) == []


def test_a_share_opens_what_it_names(two):
    """A table that is left to IAM, shared by name: it is read, by whom the account lets; its neighbours are not."""
    glue, theirs = two.client("glue"), two.client("glue", **OTHER)
    columns = {"Columns": [{"Name": "id", "Type": "int"}], "Location": "s3://produced/"}
    grant = two.client("lakeformation").grant_permissions
    iam_allowed = {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}
    glue.create_database(DatabaseInput={"Name": "open"})
    grant(Principal=iam_allowed, Resource={"Database": {"Name": "open"}}, Permissions=["ALL"])
    for table in ("one", "two"):
        glue.create_table(DatabaseName="open", TableInput={"Name": table, "StorageDescriptor": columns})
        grant(Principal=iam_allowed, Resource={"Table": {"DatabaseName": "open", "Name": table}}, Permissions=["ALL"])
    place = {"CatalogId": two.account, "DatabaseName": "open"}
    ram, their_ram = two.client("ram"), two.client("ram", **OTHER)
    share = ram.create_resource_share(name="one", principals=[OTHER_ACCOUNT], resourceArns=[
        f"arn:aws:glue:{two.region}:{two.account}:table/open/one"])["resourceShare"]["resourceShareArn"]
    (invitation,) = their_ram.get_resource_share_invitations()["resourceShareInvitations"]
    their_ram.accept_resource_share_invitation(resourceShareInvitationArn=invitation["resourceShareInvitationArn"])
    assert theirs.get_table(Name="one", **place)["Table"]["Name"] == "one"
    denied = "AccessDeniedException"
    assert lakes.refused(theirs.get_table, Name="two", **place) == denied
    assert lakes.refused(theirs.get_tables, **place) == denied
    assert lakes.refused(theirs.get_database, CatalogId=two.account, Name="open") == denied
    assert lakes.refused(theirs.get_databases, CatalogId=two.account) == denied
    assert lakes.refused(theirs.delete_table, Name="one", **place) == denied
    assert lakes.refused(theirs.update_table, TableInput={"Name": "one"}, **place) == denied
    # The account's own policies say for whom.
    iam = two.client("iam", **OTHER)
    iam.create_user(UserName="nobody")
    key = iam.create_access_key(UserName="nobody")["AccessKey"]
    nobody = two.client("glue", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    assert lakes.refused(nobody.get_table, Name="one", **place) == denied
    ram.associate_resource_share(resourceShareArn=share, resourceArns=[
        f"arn:aws:glue:{two.region}:{two.account}:database/open"])
    assert [each["Name"] for each in theirs.get_tables(**place)["TableList"]] == ["one", "two"]
    ram.delete_resource_share(resourceShareArn=share)
    assert lakes.refused(theirs.get_table, Name="one", **place) == denied
