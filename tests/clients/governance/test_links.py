"""SQL through resource links: the target's rights, in one account and in another."""
import json
import os

import pytest

from conftest import OTHER, OTHER_ACCOUNT, lake_of_two
from governance import lakes

pytestmark = pytest.mark.xdist_group("links")  # one lake


class Lab:
    pass


def link(name, account, database, table=None):
    target = {"CatalogId": account, "DatabaseName": database, **({"Name": table} if table else {})}
    return {"Name": name, ("TargetTable" if table else "TargetDatabase"): target}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A lake of two accounts: the first has the tables, both have links to them."""
    lab = Lab()
    lab.lake = lab_lake = lake_of_two(tmp_path_factory.mktemp("links"))
    lab.bucket, results = "links-" + os.urandom(4).hex(), "results-" + os.urandom(4).hex()
    for name in (lab.bucket, results):
        lab_lake.client("s3").create_bucket(Bucket=name)
    lab_lake.results = f"s3://{results}/results/"
    lakes.take_over(lab_lake)
    lab.root = lakes.root_of(lab_lake)
    glue, formation = lab.root.client("glue"), lab.root.client("lakeformation")
    formation.register_resource(ResourceArn=f"arn:aws:s3:::{lab.bucket}/sales", UseServiceLinkedRole=True)
    for name in ("sales", "mine"):
        glue.create_database(DatabaseInput={"Name": name, "LocationUri": f"s3://{lab.bucket}/{name}/"})
    rows = "SELECT * FROM (VALUES (1, 'eu', 'SECRET1'), (2, 'us', 'SECRET2')) t (id, region, secret)"
    lab.root.run(f"CREATE TABLE orders WITH (format='PARQUET', external_location='s3://{lab.bucket}/sales/orders/') AS "
                 + rows, "sales")
    lab.root.run(f"CREATE TABLE parts WITH (format='PARQUET', external_location='s3://{lab.bucket}/sales/parts/', "
                 f"partitioned_by=ARRAY['region']) AS SELECT id, secret, region FROM ({rows})", "sales")
    lab.root.run("CREATE TABLE iced WITH (table_type='ICEBERG', is_external=false, "
                 f"location='s3://{lab.bucket}/sales/iced/') AS {rows}", "sales")
    for table in ("orders", "parts", "iced"):
        glue.create_table(DatabaseName="mine", TableInput=link("l_" + table, lab_lake.account, "sales", table))
    glue.create_database(DatabaseInput=link("sales_link", lab_lake.account, "sales"))
    yield lab
    lab_lake.stop()


TABLES = ["orders", "parts", "iced"]


def test_a_link_shows_what_its_target_does(lab):
    user = lakes.make_user(lab.lake, "linked")
    for table in TABLES:
        for sql, database in ((f"SELECT * FROM l_{table}", "mine"), (f"SELECT * FROM {table}", "sales_link")):
            assert not user.ask(sql, database).ok
    lakes.grant(lab.lake, user, {"Database": {"Name": "mine"}}, ["DESCRIBE"])
    lakes.grant(lab.lake, user, {"Database": {"Name": "sales_link"}}, ["DESCRIBE"])
    for table in TABLES:
        # The link alone shows nothing, and rights on the target nothing of the link.
        lakes.grant(lab.lake, user, {"Table": {"DatabaseName": "mine", "Name": "l_" + table}}, ["DESCRIBE"])
        for sql, database in ((f"SELECT * FROM l_{table}", "mine"), (f"SELECT * FROM {table}", "sales_link"),
                              (f"DESCRIBE l_{table}", "mine"), (f"DESCRIBE {table}", "sales_link")):
            answer = user.ask(sql, database)
            assert not answer.ok and "SECRET" not in answer.reason, sql
        lakes.grant_filter(lab.lake, user, "sales", table, "eu", "region = 'eu'", ["id", "region"])
        for sql, database in ((f"SELECT * FROM l_{table}", "mine"), (f"SELECT * FROM {table}", "sales_link"),
                              (f"SELECT * FROM {table}", "sales")):
            assert user.run(sql, database) == [("id", "region"), ("1", "eu")], sql
            assert user.run(sql + " WHERE region = 'us'", database) == [("id", "region")]
            assert not user.ask(sql.replace("*", "secret"), database).ok
        for sql, database in ((f"DESCRIBE l_{table}", "mine"), (f"DESCRIBE {table}", "sales_link")):
            shown = repr(user.run(sql, database))
            assert "region" in shown and "secret" not in shown, sql
    assert not user.ask('SELECT * FROM "l_iced$files"', "mine").ok
    assert not user.ask('SELECT * FROM "iced$files"', "sales_link").ok
    assert not user.ask('SELECT * FROM "l_parts$partitions"', "mine").ok


def test_an_owner_reads_all_through_links(lab):
    for table in TABLES:
        assert lab.root.run(f"SELECT count(*) FROM l_{table}", "mine")[1] == ("2",)
        assert lab.root.run(f"SELECT count(*) FROM {table} WHERE region = 'us'", "sales_link")[1] == ("1",)
        assert not lab.root.ask(f"INSERT INTO l_{table} SELECT * FROM l_{table}", "mine").ok
    assert lab.root.run('SELECT count(*) FROM "l_iced$files"', "mine")[1] == ("1",)
    assert not lab.root.ask("SELECT * FROM nosuch", "sales_link").ok


def test_another_account_reads_what_is_granted_to_it(lab):
    """Metadata by the catalog's policy, rows by the grant, bytes by Lake Formation."""
    other = lakes.Principal(lab.lake, f"arn:aws:iam::{OTHER_ACCOUNT}:root", dict(OTHER))
    bucket = "others-" + os.urandom(4).hex()
    other.client("s3").create_bucket(Bucket=bucket)
    output = f"s3://{bucket}/results/"
    glue = other.client("glue")
    glue.create_database(DatabaseInput={"Name": "theirs"})
    glue.create_database(DatabaseInput=link("shared", lab.lake.account, "sales"))
    for table in TABLES:
        glue.create_table(DatabaseName="theirs", TableInput=link("l_" + table, lab.lake.account, "sales", table))

    def ask(sql, database):
        return other.ask(sql, database, output=output)
    queries = [(f"SELECT id FROM l_{table}", "theirs") for table in TABLES]
    queries += [(f"SELECT id FROM {table}", "shared") for table in TABLES]
    for sql, database in queries:
        answer = ask(sql, database)
        assert not answer.ok and "SECRET" not in answer.reason, sql
    arn = f"arn:aws:glue:us-east-1:{lab.lake.account}:"
    lab.root.client("glue").put_resource_policy(PolicyInJson=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": OTHER_ACCOUNT}, "Action": ["glue:GetTable", "glue:GetPartitions"],
         "Resource": [arn + "catalog", arn + "database/sales", arn + "table/sales/*"]}]}), EnableHybrid="TRUE")
    # The catalog's policy opens no rows, and lists nothing.
    for sql, database in queries:
        assert not ask(sql, database).ok, sql
    assert ask("SHOW TABLES IN shared", "shared").rows == [] and glue.get_tables(DatabaseName="shared")["TableList"] == []
    for table in TABLES:
        lab.root.client("lakeformation").grant_permissions(
            Principal={"DataLakePrincipalIdentifier": OTHER_ACCOUNT}, Permissions=["SELECT"],
            Resource={"TableWithColumns": {"DatabaseName": "sales", "Name": table, "ColumnNames": ["id", "region"]}})
    for sql, database in queries:
        answer = ask(sql, database)
        assert answer.ok and sorted(answer.rows[1:]) == [("1",), ("2",)], sql + answer.reason
        assert not ask(sql.replace("id", "secret"), database).ok, sql
        assert "secret" not in repr(ask(sql.replace("id", "*"), database).rows)
    # The linked database lists what is granted, under its own name.
    assert sorted(ask("SHOW TABLES IN shared", "shared").rows) == [("iced",), ("orders",), ("parts",)]
    listed = {t["Name"]: t for t in glue.get_tables(DatabaseName="shared")["TableList"]}
    assert sorted(listed) == sorted(TABLES) and "secret" not in repr(listed)
    told = glue.get_table(DatabaseName="shared", Name="orders")["Table"]
    assert told["DatabaseName"] == "shared"
    assert [c["Name"] for c in told["StorageDescriptor"]["Columns"]] == ["id", "region"]
    names = other.client("athena").list_table_metadata(CatalogName="AwsDataCatalog", DatabaseName="shared")
    assert sorted(t["Name"] for t in names["TableMetadataList"]) == sorted(TABLES)
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_table(DatabaseName="shared", Name="nosuch")
