"""The streams of the user's platform text: a processor's stream, a fan-out, aggregation before sending, and an archive."""
import json
import time

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError


@pytest.fixture
def stream(lake, name):
    """An active stream of two shards: its name and ARN, found as AWSStreamProcessor does."""
    kinesis = lake.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=2)
    kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    yield name, kinesis.describe_stream(StreamName=name)["StreamDescription"]["StreamARN"]
    kinesis.delete_stream(StreamName=name, EnforceConsumerDeletion=True)


def read_all(kinesis, stream_name, expected):
    """Every record of every shard, until as many were seen as were expected."""
    iterators = {shard["ShardId"]: kinesis.get_shard_iterator(
        StreamName=stream_name, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        for shard in kinesis.list_shards(StreamName=stream_name)["Shards"]}
    records, until = [], time.monotonic() + 20
    while len(records) < expected and time.monotonic() < until:
        for shard, iterator in iterators.items():
            answer = kinesis.get_records(ShardIterator=iterator, Limit=1000)
            iterators[shard] = answer["NextShardIterator"]
            records += answer["Records"]
        time.sleep(0.25)  # five reads a second and shard
    return records


def test_a_processor_gets_its_stream(lake, stream):
    name, arn = stream
    assert arn == f"arn:aws:kinesis:{lake.region}:{lake.account}:stream/{name}"
    described = lake.client("kinesis").describe_stream(StreamName=name)["StreamDescription"]
    assert described["StreamStatus"] == "ACTIVE"
    assert [shard["ShardId"] for shard in described["Shards"]] == ["shardId-000000000000", "shardId-000000000001"]


def test_a_fan_out_registers_consumers_by_the_streams_arn_and_not_by_its_name(lake, stream):
    name, arn = stream
    kinesis = lake.client("kinesis")
    for consumer in ("fraud", "billing"):
        registered = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName=consumer)["Consumer"]
        assert registered["ConsumerARN"].startswith(f"{arn}/consumer/{consumer}:")
    listed = kinesis.list_stream_consumers(StreamARN=arn)["Consumers"]
    assert sorted(consumer["ConsumerName"] for consumer in listed) == ["billing", "fraud"]
    with pytest.raises(ClientError) as refused:
        kinesis.register_stream_consumer(StreamARN=name, ConsumerName="late")
    assert refused.value.response["Error"]["Code"] == "ValidationException"


class Aggregation:
    """Collects records until a megabyte of them is full, as KinesisAggregation does."""

    def __init__(self, max_size=1_000_000):
        self.max_size, self.buffer, self.size = max_size, [], 0

    def add(self, record):
        size = len(json.dumps(record).encode())
        if self.size + size > self.max_size:
            return True
        self.buffer.append(record)
        self.size += size
        return False


def test_aggregated_records_come_back_as_they_were_put(lake, stream):
    name, _ = stream
    kinesis = lake.client("kinesis", config=Config(retries={"max_attempts": 10}))  # a shard takes a megabyte a second
    events = [{"id": i, "text": "x" * 1000} for i in range(1500)]
    batch, sent = Aggregation(), 0

    def send():
        kinesis.put_record(StreamName=name, Data=json.dumps(batch.buffer), PartitionKey=str(sent))

    for event in events:
        if batch.add(event):
            send()
            sent += 1
            batch = Aggregation()
            assert not batch.add(event)
    send()
    sent += 1
    got = [event for record in read_all(kinesis, name, sent) for event in json.loads(record["Data"])]
    assert sorted(got, key=lambda event: event["id"]) == events


def test_transactions_are_streamed_archived_and_reported(lake, stream, bucket, name):
    stream_name, _ = stream
    kinesis, s3, athena = lake.client("kinesis"), lake.client("s3"), lake.client("athena")
    transactions = [{"id": f"t{i}", "customer_id": i % 7, "amount": 10 + i} for i in range(40)]
    for transaction in transactions:
        kinesis.put_record(StreamName=stream_name, Data=json.dumps(transaction),
                           PartitionKey=str(transaction["customer_id"]))
        s3.put_object(Bucket=bucket, Key=f"transactions/2026/11/21/10/{transaction['id']}.json",
                      Body=json.dumps(transaction), ContentType="application/json")

    records = read_all(kinesis, stream_name, len(transactions))
    assert sorted((json.loads(record["Data"]) for record in records), key=lambda t: int(t["id"][1:])) == transactions
    for customer in {t["customer_id"] for t in transactions}:
        own = [r for r in records if r["PartitionKey"] == str(customer)]
        numbers = [int(r["SequenceNumber"]) for r in own]
        assert numbers == sorted(numbers)  # one customer's transactions stay in order
        assert [json.loads(r["Data"])["id"] for r in own] == [t["id"] for t in transactions if t["customer_id"] == customer]

    lake.client("glue").create_database(DatabaseInput={"Name": name})
    lake.client("glue").create_table(DatabaseName=name, TableInput={
        "Name": "transactions", "TableType": "EXTERNAL_TABLE", "StorageDescriptor": {
            "Columns": [{"Name": "id", "Type": "string"}, {"Name": "customer_id", "Type": "int"},
                        {"Name": "amount", "Type": "double"}],
            "Location": f"s3://{bucket}/transactions/",
            "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
            "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
            "SerdeInfo": {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"}}})
    query = athena.start_query_execution(
        QueryString="SELECT count(*), sum(amount), count(DISTINCT customer_id) FROM transactions",
        QueryExecutionContext={"Database": name},
        ResultConfiguration={"OutputLocation": f"s3://{bucket}/results/"})["QueryExecutionId"]
    until = time.monotonic() + 30
    while (state := athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"])["State"] in (
            "QUEUED", "RUNNING") and time.monotonic() < until:
        time.sleep(0.05)
    assert state["State"] == "SUCCEEDED", state
    row = athena.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"][1]["Data"]
    assert [cell["VarCharValue"] for cell in row] == ["40", str(float(sum(t["amount"] for t in transactions))), "7"]
