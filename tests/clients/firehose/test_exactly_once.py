"""The lake is killed again and again while producers put and retry: every acknowledged record is in the table once.

TARN_FIREHOSE_KILLS sets how often (3), TARN_FIREHOSE_SEED repeats a run.
"""
import json
import os
import random
import threading
import time

from conftest import Lake
from firehose.streams import ROLE, athena, make_role, s3_destination, wait_for

KILLS = int(os.environ.get("TARN_FIREHOSE_KILLS", "3"))


class Producer(threading.Thread):
    """Puts batches; one whose answer is lost is put again as another attempt."""

    def __init__(self, lake, stream, number):
        super().__init__(daemon=True)
        self.lake, self.stream, self.number = lake, stream, number
        self.acknowledged, self.tried, self.ended = set(), set(), False

    def run(self):
        attempt = 0
        while not self.ended:
            attempt += 1
            ids = [f"{self.number}-{attempt}-{i}" for i in range(20)]
            self.tried.update(ids)
            try:
                put = self.lake.client("firehose").put_record_batch(
                    DeliveryStreamName=self.stream, Records=[{"Data": json.dumps({"id": each}).encode()} for each in ids])
                assert put["FailedPutCount"] == 0
                self.acknowledged.update(ids)
            except Exception:  # the lake is down: any error of the connection
                time.sleep(0.05)


def test_every_acknowledged_record_is_there_once(tmp_path, name):
    seed = os.environ.get("TARN_FIREHOSE_SEED") or str(random.randrange(10**6))
    print(f"TARN_FIREHOSE_SEED={seed}")
    rng = random.Random(seed)
    lake = Lake(tmp_path / "data", "--firehose-seconds-max", "1")
    try:
        make_role(lake)
        lake.client("s3").create_bucket(Bucket=name)
        lake.client("glue").create_database(DatabaseInput={"Name": name})
        athena(lake, f"CREATE TABLE t (id string) LOCATION 's3://{name}/t/' TBLPROPERTIES ('table_type'='ICEBERG')", name, name)
        lake.client("firehose").create_delivery_stream(DeliveryStreamName=name, IcebergDestinationConfiguration={
            "RoleARN": ROLE, "CatalogConfiguration": {"CatalogARN": f"arn:aws:glue:us-east-1:{lake.account}:catalog"},
            "DestinationTableConfigurationList": [{"DestinationDatabaseName": name, "DestinationTableName": "t"}],
            "S3Configuration": s3_destination(name, ErrorOutputPrefix="bad/")})
        producers = [Producer(lake, name, i) for i in range(2)]
        for producer in producers:
            producer.start()
        for _ in range(KILLS):
            time.sleep(rng.uniform(0.8, 2.2))
            lake.restart(kill=True)
        for producer in producers:
            producer.ended = True
        for producer in producers:
            producer.join(60)
        acknowledged = set().union(*(producer.acknowledged for producer in producers))
        tried = set().union(*(producer.tried for producer in producers))
        assert acknowledged

        def all_there():
            rows = athena(lake, "SELECT count(*), count(DISTINCT id) FROM t", name, name)
            return int(rows[0][1]) >= len(acknowledged)
        wait_for(all_there)
        rows = [row[0] for row in athena(lake, "SELECT id FROM t", name, name, all_rows=True)]
        assert len(rows) == len(set(rows)), "a record is there twice"
        assert acknowledged <= set(rows) <= tried
    finally:
        lake.stop()
