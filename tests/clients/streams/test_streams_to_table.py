"""The lake is killed again and again while producers put into a stream and Firehose delivers it: the table has each record of
the log once.

TARN_FIREHOSE_KILLS sets how often (3), TARN_FIREHOSE_PAUSE the seconds between kills ("0.8,2.2"), TARN_FIREHOSE_SEED repeats.
"""
import collections
import json
import os
import random
import time

from botocore.config import Config

import shard_order
from conftest import Lake
from firehose.streams import ROLE, athena, make_role, s3_destination, wait_for

KILLS = int(os.environ.get("TARN_FIREHOSE_KILLS", "3"))
PAUSE = tuple(map(float, os.environ.get("TARN_FIREHOSE_PAUSE", "0.8,2.2").split(",")))


class Rows(shard_order.Producer):
    """Puts {"id": "key:number"}."""

    @staticmethod
    def data_of(text):
        return json.dumps({"id": text}).encode()


def test_each_record_of_a_killed_streams_log_is_in_the_table_once(tmp_path, name):
    seed = os.environ.get("TARN_FIREHOSE_SEED") or str(random.randrange(10**6))
    print(f"TARN_FIREHOSE_SEED={seed}")
    rng = random.Random(seed)
    lake = Lake(tmp_path / "data", "--firehose-seconds-max", "1")
    try:
        kinesis = lake.client("kinesis")
        kinesis.create_stream(StreamName=name, ShardCount=2, Tags={"tarn:shard-limits": "off"})
        arn = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
        make_role(lake)
        lake.client("s3").create_bucket(Bucket=name)
        lake.client("glue").create_database(DatabaseInput={"Name": name})
        athena(lake, f"CREATE TABLE t (id string) LOCATION 's3://{name}/t/' TBLPROPERTIES ('table_type'='ICEBERG')", name, name)
        lake.client("firehose").create_delivery_stream(
            DeliveryStreamName=name, DeliveryStreamType="KinesisStreamAsSource",
            KinesisStreamSourceConfiguration={"KinesisStreamARN": arn, "RoleARN": ROLE},
            IcebergDestinationConfiguration={
                "RoleARN": ROLE, "CatalogConfiguration": {"CatalogARN": f"arn:aws:glue:us-east-1:{lake.account}:catalog"},
                "DestinationTableConfigurationList": [{"DestinationDatabaseName": name, "DestinationTableName": "t"}],
                "S3Configuration": s3_destination(name, ErrorOutputPrefix="bad/")})
        impatient = Config(retries={"max_attempts": 0}, connect_timeout=2, read_timeout=10)
        producers = [Rows(lake.client("kinesis", config=impatient), name, f"k{i}") for i in range(4)]
        for producer in producers:
            producer.start()
        for _ in range(KILLS):
            time.sleep(rng.uniform(*PAUSE))
            lake.restart(kill=True)
        for producer in producers:
            producer.end()

        shards, records = shard_order.read_shards(kinesis, name)
        shard_order.check_shards(shards, records)
        log = collections.Counter(json.loads(record["Data"])["id"] for shard in shards for record in records[shard])
        answered = {f"{producer.key}:{number}" for producer in producers for number in range(len(producer.answered))}
        assert answered and answered <= set(log)
        wait_for(lambda: int(athena(lake, "SELECT count(*) FROM t", name, name)[0][0]) >= log.total())
        table = collections.Counter(row[0] for row in athena(lake, "SELECT id FROM t", name, name, all_rows=True))
        assert table == log, (table - log, log - table)
        print(f"{KILLS} kills, {log.total()} records in the log, {log.total() - len(log)} of them again after a lost answer")
    finally:
        lake.stop()
