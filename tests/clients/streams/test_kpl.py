"""The Kinesis Producer Library with aggregation: KCL and a Firehose stream find its records (./do test --full)."""
import json
import os
import subprocess
from pathlib import Path

import pytest

import kcl
from conftest import ROOT, Lake, run
from firehose.streams import ROLE, athena, make_role, s3_destination, wait_for

JARS = ROOT / "third_party/kpl"
COUNT = 150  # of each of eight keys


@pytest.fixture
def secured(tmp_path):
    """A lake that speaks TLS too, as KPL wants it; `endpoint` is cleartext on the same port."""
    if not JARS.exists():
        pytest.skip("KPL is not there; ./do test --full brings it")
    key, certificate = str(tmp_path / "key.pem"), str(tmp_path / "cert.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-keyout", key, "-out", certificate], check=True, capture_output=True)
    running = Lake(tmp_path / "data", "--tls-cert", certificate, "--tls-key", key, "--firehose-seconds-max", "1")
    running.secure, running.endpoint = running.endpoint, running.endpoint.replace("https", "http")
    yield running
    running.stop()


def put_by_kpl(lake, stream, folder):
    """KPL's word on each record: [key, data, shard, sequence number, attempts]."""
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "TMPDIR": str(folder),
           "AWS_ACCESS_KEY_ID": lake.access_key, "AWS_SECRET_ACCESS_KEY": lake.secret_key, "AWS_EC2_METADATA_DISABLED": "true"}
    said = run([kcl.java(), f"-Djava.io.tmpdir={folder}", "-cp", f"{JARS}/*:{kcl.JARS}/*",
                Path(__file__).parent / "kpl/Puts.java", lake.port, stream, COUNT], env, folder, timeout=240)
    lines = [line.split("\t") for line in said.splitlines()]
    assert lines[-1] == ["over", str(8 * COUNT)], [line for line in lines if line[0] != "put"][:5]
    return [line[1:] for line in lines if line[0] == "put"]


def test_what_kpl_aggregates_reaches_kcl_and_a_table(secured, name, tmp_path):
    kinesis, firehose = secured.client("kinesis"), secured.client("firehose")
    kinesis.create_stream(StreamName=name, ShardCount=2)
    arn = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
    make_role(secured)
    secured.client("s3").create_bucket(Bucket=name)
    secured.client("glue").create_database(DatabaseInput={"Name": name})
    athena(secured, f"CREATE TABLE t (key string, number int) LOCATION 's3://{name}/t/' TBLPROPERTIES ('table_type'='ICEBERG')",
           name, name)
    firehose.create_delivery_stream(
        DeliveryStreamName=name, DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration={"KinesisStreamARN": arn, "RoleARN": ROLE},
        IcebergDestinationConfiguration={
            "RoleARN": ROLE, "CatalogConfiguration": {"CatalogARN": f"arn:aws:glue:us-east-1:{secured.account}:catalog"},
            "DestinationTableConfigurationList": [{"DestinationDatabaseName": name, "DestinationTableName": "t"}],
            "S3Configuration": s3_destination(name, ErrorOutputPrefix="bad/")})

    told = put_by_kpl(secured, name, tmp_path)
    wanted = sorted((key, json.loads(data)["number"]) for key, data, *_ in told)
    assert wanted == sorted((f"k{key}", number) for key in range(8) for number in range(COUNT))
    places = {(shard, sequence) for _, _, shard, sequence, _ in told}
    assert len(places) < len(told) / 4, "KPL aggregates"

    reader = kcl.Consumers(secured, name, tmp_path)
    try:
        reader.start("polling", "w")
        reader.until(lambda: len(reader.records("polling")) >= len(told), "all records")
        assert sorted((record.key, record.data, record.shard, record.sequence) for record in reader.records("polling")) == \
            sorted((key, data, shard, sequence) for key, data, shard, sequence, _ in told)
    finally:
        reader.close()

    def all_there():
        return athena(secured, "SELECT count(*) FROM t", name, name)[0] == [str(len(told))]
    wait_for(all_there)
    rows = athena(secured, "SELECT key, number FROM t", name, name, all_rows=True)
    assert sorted((key, int(number)) for key, number in rows) == wanted
    metrics = secured.client("cloudwatch").get_paginator("list_metrics").paginate(Namespace="KinesisProducerLibrary")
    assert "UserRecordsPut" in {metric["MetricName"] for page in metrics for metric in page["Metrics"]}
