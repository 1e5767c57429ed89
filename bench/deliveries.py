"""What `streams.py` measures of Firehose, and of streams that wait: intake, freshness of tables, the cost of idle."""
import base64
import json
import os
import pathlib
import threading
import time

from load import Client, replay
from servers import ACCESS_KEY, SECRET_KEY, Tarn

CLIENTS = 16
RECORDS = 500
RECORD_BYTES = 1024
ROLE = "arn:aws:iam::000000000000:role/firehose"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "firehose.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
ANYTHING = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})


def client(server, service, region="us-east-1"):
    import boto3
    return boto3.client(service, endpoint_url=f"http://127.0.0.1:{server.port}", region_name=region,
                        aws_access_key_id=ACCESS_KEY, aws_secret_access_key=SECRET_KEY)


def call(signer, target, body):
    return signer.request("POST", "/", body=json.dumps(body).encode(), headers={
        "content-type": "application/x-amz-json-1.1", "x-amz-target": target})


def make_place(server):
    iam = client(server, "iam")
    iam.create_role(RoleName="firehose", AssumeRolePolicyDocument=TRUST)
    iam.put_role_policy(RoleName="firehose", PolicyName="all", PolicyDocument=ANYTHING)
    client(server, "s3").create_bucket(Bucket="landing")


def s3_destination(**hints):
    return {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::landing", "BufferingHints": hints}


def intake(server, seconds):
    """PutRecordBatch as fast as clients can, delivered to S3 meanwhile."""
    make_place(server)
    client(server, "firehose").create_delivery_stream(
        DeliveryStreamName="bench", ExtendedS3DestinationConfiguration=s3_destination(SizeInMBs=128, IntervalInSeconds=900))
    signer = server.signer("firehose")
    requests = [(call(signer, "Firehose_20150804.PutRecordBatch", {"DeliveryStreamName": "bench", "Records": [
        {"Data": base64.b64encode(os.urandom(RECORD_BYTES)).decode()} for _ in range(RECORDS)]}), 0) for _ in range(32)]
    before = server.cpu()
    outcome = replay(signer, requests, CLIENTS, seconds)
    cpu = server.cpu() - before
    calls = max(outcome.tallies.values(), key=lambda one: one.count)
    print(f"  {server.name:10} PutRecordBatch 500 x 1 KiB, {CLIENTS} clients: {outcome.rate * RECORDS:9,.0f} records/s "
          f"{outcome.rate * RECORDS * RECORD_BYTES / 2**20:7.1f} MiB/s  p50 {calls.p50:6.2f}  p99 {calls.p99:6.2f} ms  "
          f"server CPU {cpu / (calls.count * RECORDS) * 1e6:5.2f} us a record", flush=True)


def query(athena, sql):
    """Rows of the first page, and the seconds that it took to the end."""
    began = time.perf_counter()
    ident = athena.start_query_execution(QueryString=sql, QueryExecutionContext={"Database": "db"},
                                         ResultConfiguration={"OutputLocation": "s3://landing/results/"})["QueryExecutionId"]
    while True:
        status = athena.get_query_execution(QueryExecutionId=ident)["QueryExecution"]["Status"]
        if status["State"] in ("SUCCEEDED", "FAILED"):
            break
        time.sleep(0.002)
    took = time.perf_counter() - began
    if status["State"] == "FAILED":
        raise RuntimeError(status["StateChangeReason"])
    rows = athena.get_query_results(QueryExecutionId=ident)["ResultSet"]["Rows"][1:]
    return [[cell.get("VarCharValue") for cell in row["Data"]] for row in rows], took


def freshness(server, seconds, rate=50_000):
    """JSON of about 150 bytes into an Iceberg table at `rate` records/s: what a record costs and how old the youngest
    rows are. Every batch's first record is sent with its time."""
    client(server, "glue").create_database(DatabaseInput={"Name": "db"})
    athena = client(server, "athena")
    query(athena, "CREATE TABLE clicks (id bigint, sent bigint, page string, visitor string, price double) "
                  "LOCATION 's3://landing/clicks/' TBLPROPERTIES ('table_type'='ICEBERG')")
    table = {"DestinationDatabaseName": "db", "DestinationTableName": "clicks"}
    client(server, "firehose").create_delivery_stream(DeliveryStreamName="clicks", IcebergDestinationConfiguration={
        "RoleARN": ROLE, "CatalogConfiguration": {"CatalogARN": "arn:aws:glue:us-east-1:000000000000:catalog"},
        "DestinationTableConfigurationList": [table], "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 0},
        "S3Configuration": {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::landing"}})
    fillers = [{"Data": base64.b64encode(json.dumps(
        {"id": i, "page": f"/shop/{i % 97}/item/{i}", "visitor": f"visitor-{i * 7919 % 100_000:06}", "price": i * 0.25,
         "agent": "a member that is no column"}).encode()).decode()} for i in range(1, RECORDS)]
    ended, sent, late = time.time() + seconds, [0] * 4, [0.0] * 4

    def produce(who):
        connection = Client(server.signer("firehose"))
        pause, due = RECORDS * len(sent) / rate, time.time() + who * RECORDS / rate
        while due < ended:
            time.sleep(max(0.0, due - time.time()))
            late[who] = max(late[who], time.time() - due)
            marked = {"Data": base64.b64encode(json.dumps({"id": 0, "sent": int(time.time() * 1e6)}).encode()).decode()}
            connection.send(call(connection.signer, "Firehose_20150804.PutRecordBatch",
                                 {"DeliveryStreamName": "clicks", "Records": [marked, *fillers]}))
            sent[who] += RECORDS
            due += pause

    before = server.cpu()
    began = time.time()
    producers = [threading.Thread(target=produce, args=(who,)) for who in range(len(sent))]
    for producer in producers:
        producer.start()
    live = []
    while any(producer.is_alive() for producer in producers):
        time.sleep(seconds / 10)
        live.append(query(athena, 'SELECT count(*) FROM "clicks$live"')[1])
    for producer in producers:
        producer.join()
    took = time.time() - began
    count = str(sum(sent))
    while query(athena, "SELECT count(*) FROM clicks")[0] != [[count]]:
        time.sleep(0.2)
    cpu = server.cpu() - before
    rows, _ = query(athena, 'SELECT approx_percentile(age, 0.5), approx_percentile(age, 0.99), max(age) FROM (SELECT '
                            'to_unixtime("$file_modified_time") - sent / 1e6 AS age FROM clicks WHERE id = 0)')
    p50, p99, longest = (float(value) for value in rows[0])
    print(f"  {server.name:10} JSON to Parquet to Iceberg at {sum(sent) / took:9,.0f} records/s (asked {rate:,}): "
          f"{sum(sent) / cpu:9,.0f} records/s a core, freshness p50 {p50:5.2f}  p99 {p99:5.2f}  max {longest:5.2f} s; "
          f'"clicks$live" asked under load {min(live):5.2f} to {max(live):5.2f} s', flush=True)


def wakes(server):
    """How often the process's threads slept and woke so far."""
    count = 0
    for status in pathlib.Path(f"/proc/{server.process.pid}/task").glob("*/status"):
        for line in status.read_text().splitlines():
            if line.startswith("voluntary_ctxt_switches"):
                count += int(line.split()[1])
    return count


def settled(server, seconds=10):
    """Private bytes, and wake-ups a second, of a server that nobody asks anything."""
    time.sleep(3)
    before = wakes(server)
    time.sleep(seconds)
    return server.memory()[1], (wakes(server) - before) / seconds


def idle(streams=10_000, shards=1_000, check=False):
    """What streams cost that wait: after a start, and after each got one more record."""
    kinesis, firehose = "Kinesis_20131202.", "Firehose_20150804."

    def signers():
        for region in ("us-east-1", "eu-west-1"):
            signer = server.signer("firehose")
            signer.region = region
            yield signer

    def fill_caches():
        """Those of metadata, bounded and full after use whatever it is of: all streams are looked at, and as many sets
        of metrics as they have are written down in other regions."""
        for signer in signers():
            replay(signer, [(call(signer, firehose + "DescribeDeliveryStream", {"DeliveryStreamName": f"d{i}"}), 0)
                            for i in range(streams // 2)], CLIENTS)
        for region in ("sa-east-1", "ap-south-1"):
            metrics = client(server, "cloudwatch", region)
            for first in range(0, streams, 100):
                metrics.put_metric_data(Namespace="Bench", MetricData=[
                    {"MetricName": f"PutRecords.Something{m}", "Value": 1, "Unit": "Count",
                     "Dimensions": [{"Name": "StreamName", "Value": f"s{i}"}]}
                    for i in range(first, min(streams, first + 100)) for m in range(8)])

    def put(everywhere):
        """One record into each stream, or as many into one: what the load itself leaves in memory."""
        each = 1 if everywhere else 0
        signer = server.signer("kinesis")
        replay(signer, [(call(signer, kinesis + "PutRecord", {
            "StreamName": f"s{i}" if everywhere else "wide", "PartitionKey": str(i), "Data": "eA=="}), 0)
                        for i in range(streams)], CLIENTS)
        wide = [{"Data": "eA==", "PartitionKey": str(i)} for i in range(RECORDS)]
        replay(signer, [(call(signer, kinesis + "PutRecords", {"StreamName": "wide", "Records": wide}), 0)] * 20, CLIENTS)
        for signer in signers():
            replay(signer, [(call(signer, firehose + "PutRecord", {
                "DeliveryStreamName": f"d{i * each}", "Record": {"Data": "eA=="}}), 0) for i in range(streams // 2)], CLIENTS)

    with Tarn() as server:
        before, woke_before = settled(server)
        signer = server.signer("kinesis")
        replay(signer, [(call(signer, kinesis + "CreateStream", {"StreamName": "wide", "ShardCount": shards}), 0)], 1)
        replay(signer, [(call(signer, kinesis + "CreateStream", {"StreamName": f"s{i}", "ShardCount": 1}), 0)
                        for i in range(streams)], CLIENTS)
        make_place(server)
        for signer in signers():
            replay(signer, [(call(signer, firehose + "CreateDeliveryStream", {
                "DeliveryStreamName": f"d{i}", "ExtendedS3DestinationConfiguration": s3_destination(
                    SizeInMBs=5, IntervalInSeconds=900)}), 0) for i in range(streams // 2)], CLIENTS)
        put(everywhere=True)
        server.stop()
        server.start()
        started, woke_started = settled(server)
        put(everywhere=False)
        fill_caches()
        time.sleep(60)  # metrics of a minute are written down at its end
        loaded, _ = settled(server)
        put(everywhere=True)
        time.sleep(60)
        used, woke_used = settled(server)
    things = 2 * streams + shards
    kept = (started - before) / things
    in_use = kept + (used - loaded) / things
    print(f"  {streams:,} streams of Kinesis, as many of Firehose and {shards:,} shards: {kept:6.0f} bytes each after a start, "
          f"{in_use:6.0f} after each was used; wake-ups/s {woke_before:5.1f} before, {woke_started:5.1f} after a start, "
          f"{woke_used:5.1f} after use", flush=True)
    if check and (kept > 2048 or max(woke_started, woke_used) > woke_before + 5):
        raise SystemExit("idle streams cost more than they may")
