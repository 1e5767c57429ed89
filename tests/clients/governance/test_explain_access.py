"""`tarn explain-access` tells what Lake Formation makes of what IAM allows."""
import subprocess

import pytest

from governance.lakes import governed, grant, grant_filter, make_user, root_of  # noqa: F401


@pytest.fixture
def explain(governed):
    def run(who, action, resource):
        done = subprocess.run([str(governed.binary), "explain-access", who, action, resource],
                              env={**governed.environment(), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_tables_and_objects_are_explained_with_lake_formation(governed, explain, name):
    root = root_of(governed)
    root.client("s3").create_bucket(Bucket=name)
    governed.client("lakeformation").register_resource(ResourceArn=f"arn:aws:s3:::{name}", UseServiceLinkedRole=True)
    governed.client("glue").create_database(DatabaseInput={"Name": name})
    root.run(f"CREATE TABLE {name}.orders WITH (format = 'PARQUET', external_location = 's3://{name}/orders/') AS "
             "SELECT 1 AS id, 'a@b.c' AS email, 'ES' AS country", name)
    analyst = make_user(governed, f"analyst-{name}")
    table = f"arn:aws:glue:{governed.region}:{governed.account}:table/{name}/orders"
    told = explain(analyst.arn, "glue:GetTable", table)
    assert told.startswith("denied: ") and "Lake Formation grants nothing on the table" in told, told
    grant_filter(governed, analyst, name, "orders", "spain", "country = 'ES'", ["id", "country"])
    told = explain(analyst.arn, "glue:GetTable", table)
    assert told.startswith("allowed: ") and "grants SELECT" in told, told
    assert "columns id, country, rows where country = 'ES'" in told, told
    [key] = [o["Key"] for o in root.client("s3").list_objects_v2(Bucket=name, Prefix="orders/")["Contents"]]
    told = explain(analyst.arn, "s3:GetObject", f"arn:aws:s3:::{name}/{key}")
    assert told.startswith("denied: ") and "Lake Formation closes the object" in told, told
    grant(governed, analyst, {"Table": {"DatabaseName": name, "Name": "orders"}}, ["SELECT"])
    assert "all columns, every row" in explain(analyst.arn, "glue:GetTable", table)
    assert explain(analyst.arn, "s3:GetObject", f"arn:aws:s3:::{name}/{key}").startswith("allowed: ")
