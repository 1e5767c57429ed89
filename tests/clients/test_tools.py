"""The tools that lake users run daily, against a running lake: AWS CLI, awswrangler, PyAthena."""
import os
import pathlib
import subprocess
import sys

import boto3
import pytest


@pytest.fixture
def aws(lake, tmp_path):
    """Runs one `aws` command and returns its output."""
    tool = pathlib.Path(sys.executable).parent / "aws"

    def run(*arguments, check=True):
        env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **lake.environment()}
        done = subprocess.run([sys.executable, str(tool), *arguments], env=env, capture_output=True, text=True,
                              timeout=120)
        if check:
            assert done.returncode == 0, done.stderr
            return done.stdout
        return done
    return run


@pytest.fixture
def session(lake, monkeypatch):
    for variable, value in lake.environment().items():
        monkeypatch.setenv(variable, value)
    return boto3.Session(region_name=lake.region)


def test_the_aws_cli_tells_who_it_is_and_moves_files(aws, lake, name, tmp_path):
    assert lake.account in aws("sts", "get-caller-identity")
    aws("s3", "mb", f"s3://{name}")
    local = tmp_path / "in.bin"
    local.write_bytes(os.urandom(20 << 20))  # several parts
    aws("s3", "cp", str(local), f"s3://{name}/deep/in.bin")
    assert "in.bin" in aws("s3", "ls", f"s3://{name}/deep/")
    aws("s3", "cp", f"s3://{name}/deep/in.bin", str(tmp_path / "out.bin"))
    assert (tmp_path / "out.bin").read_bytes() == local.read_bytes()
    aws("s3", "sync", f"s3://{name}/", str(tmp_path / "copy"))
    assert (tmp_path / "copy/deep/in.bin").stat().st_size == 20 << 20
    aws("s3", "rb", f"s3://{name}", "--force")


def test_the_aws_cli_shows_awss_error_for_a_missing_bucket(aws, name):
    done = aws("s3", "ls", f"s3://{name}", check=False)
    assert done.returncode != 0
    assert "NoSuchBucket" in done.stderr


def test_awswrangler_writes_a_partitioned_table_and_reads_it_by_sql(session, lake, bucket, name):
    import awswrangler as wr
    import pandas as pd
    wr.catalog.create_database(name=name, boto3_session=session)
    frame = pd.DataFrame({"id": [1, 2, 3], "city": ["rome", "oslo", "rome"], "amount": [1.5, 2.5, None],
                          "day": ["2026-01-01", "2026-01-01", "2026-01-02"]})
    wr.s3.to_parquet(df=frame, path=f"s3://{bucket}/sales/", dataset=True, database=name, table="sales",
                     partition_cols=["day"], boto3_session=session)
    assert len(wr.catalog.get_partitions(database=name, table="sales", boto3_session=session)) == 2
    for ctas in (False, True):
        read = wr.athena.read_sql_query("SELECT city, count(*) AS n, sum(amount) AS total FROM sales GROUP BY city ORDER BY city",
                                        database=name, ctas_approach=ctas, s3_output=f"s3://{bucket}/results/",
                                        boto3_session=session)
        assert read["city"].tolist() == ["oslo", "rome"]
        assert read["n"].tolist() == [1, 2]
        assert read["total"].tolist() == [2.5, 1.5]
    appended = pd.DataFrame({"id": [4], "city": ["bern"], "amount": [9.0], "day": ["2026-01-03"]})
    wr.s3.to_parquet(df=appended, path=f"s3://{bucket}/sales/", dataset=True, mode="append", database=name,
                     table="sales", partition_cols=["day"], boto3_session=session)
    one = wr.athena.read_sql_query("SELECT id FROM sales WHERE day = '2026-01-03'", database=name, ctas_approach=False,
                                   s3_output=f"s3://{bucket}/results/", boto3_session=session)
    assert one["id"].tolist() == [4]


def test_pyathena_answers_with_typed_rows_and_parameters(session, lake, bucket, name):
    from pyathena import connect
    s3, glue = lake.client("s3"), lake.client("glue")
    s3.put_object(Bucket=bucket, Key="t/a.csv", Body=b"1,ann,2.5\n2,bob,\n")
    glue.create_database(DatabaseInput={"Name": name})
    cursor = connect(s3_staging_dir=f"s3://{bucket}/results/", region_name=lake.region, schema_name=name,
                     endpoint_url=lake.endpoint, aws_access_key_id=lake.access_key,
                     aws_secret_access_key=lake.secret_key, poll_interval=0.05).cursor()
    cursor.execute(f"CREATE EXTERNAL TABLE people (id bigint, name string, score double) "
                   f"ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION 's3://{bucket}/t/'")
    cursor.execute("SELECT id, name, score FROM people WHERE id >= %(least)d ORDER BY id", {"least": 1})
    assert cursor.fetchall() == [(1, "ann", 2.5), (2, "bob", None)]
    assert [column[0] for column in cursor.description] == ["id", "name", "score"]
    with pytest.raises(Exception, match="COLUMN_NOT_FOUND"):
        cursor.execute("SELECT nonsense FROM people")
