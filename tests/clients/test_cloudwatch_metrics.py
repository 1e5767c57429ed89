"""Metrics that clients put and that the lake counts of its streams, read through CloudWatch."""
import time

import pytest
from botocore.exceptions import ClientError

DIMENSIONS = [{"Name": "Operation", "Value": "Poll"}, {"Name": "App", "Value": "reader"}]


@pytest.fixture
def cloudwatch(lake):
    return lake.client("cloudwatch")


def statistics(cloudwatch, space, metric, dimensions, **more):
    now = time.time()
    asked = {"StartTime": now - 7200, "EndTime": now + 120, "Period": 3600,
             "Statistics": ["Sum", "SampleCount", "Minimum", "Maximum"], **more}
    return cloudwatch.get_metric_statistics(Namespace=space, MetricName=metric, Dimensions=dimensions, **asked)["Datapoints"]


def total(cloudwatch, space, metric, dimensions, statistic="Sum"):
    return sum(point[statistic] for point in statistics(cloudwatch, space, metric, dimensions))


def refused(code, cloudwatch, space="app", **datum):
    with pytest.raises(ClientError) as caught:
        cloudwatch.put_metric_data(Namespace=space, MetricData=[{"MetricName": "m", **datum}])
    assert caught.value.response["Error"]["Code"] == code, caught.value
    return caught.value.response["Error"]["Message"]


def test_put_metrics_are_kept_listed_and_added_up(own_lake, name):
    cloudwatch = own_lake.client("cloudwatch")
    assert cloudwatch.put_metric_data(Namespace=name, MetricData=[
        {"MetricName": "Time", "Dimensions": DIMENSIONS, "Value": 5, "Unit": "Milliseconds"},
        {"MetricName": "Time", "Dimensions": DIMENSIONS, "Values": [1, 2], "Counts": [3, 1], "Unit": "Milliseconds"},
        {"MetricName": "Time", "Dimensions": DIMENSIONS, "Unit": "Milliseconds",
         "StatisticValues": {"SampleCount": 2, "Sum": 30, "Minimum": 10, "Maximum": 20}},
        {"MetricName": "Plain", "Value": 1}])["ResponseMetadata"]["HTTPStatusCode"] == 200
    own_lake.restart()  # by kill
    assert total(cloudwatch, name, "Time", DIMENSIONS) == 5 + 5 + 30
    assert total(cloudwatch, name, "Time", DIMENSIONS[::-1], "SampleCount") == 1 + 4 + 2
    assert max(p["Maximum"] for p in statistics(cloudwatch, name, "Time", DIMENSIONS)) == 20
    assert statistics(cloudwatch, name, "Time", DIMENSIONS, Unit="Bytes") == []
    assert statistics(cloudwatch, name, "Time", DIMENSIONS[:1]) == []
    listed = cloudwatch.list_metrics(Namespace=name)["Metrics"]
    assert sorted(metric["MetricName"] for metric in listed) == ["Plain", "Time"]
    assert cloudwatch.list_metrics(Namespace=name, Dimensions=[{"Name": "App"}], RecentlyActive="PT3H")["Metrics"] == [
        {"Namespace": name, "MetricName": "Time", "Dimensions": sorted(DIMENSIONS, key=lambda d: d["Name"])}]
    now = time.time()
    data = cloudwatch.get_metric_data(StartTime=now - 7200, EndTime=now + 120, MetricDataQueries=[
        {"Id": "t", "MetricStat": {"Metric": {"Namespace": name, "MetricName": "Time", "Dimensions": DIMENSIONS},
                                   "Period": 3600, "Stat": "Average"}}])["MetricDataResults"]
    assert data[0]["StatusCode"] == "Complete" and data[0]["Values"]


def test_a_large_batch_comes_packed(cloudwatch, name):
    """Clients pack bodies from 10 KiB on with gzip."""
    cloudwatch.put_metric_data(Namespace=name, MetricData=[
        {"MetricName": "Count", "Value": 1, "Dimensions": [{"Name": "Shard", "Value": f"shard {i % 4} " + "x" * 30}]}
        for i in range(400)])
    assert len(cloudwatch.list_metrics(Namespace=name)["Metrics"]) == 4
    assert total(cloudwatch, name, "Count", [{"Name": "Shard", "Value": "shard 1 " + "x" * 30}]) == 100


def test_impossible_data_are_refused_and_change_nothing(cloudwatch, name):
    assert refused("InvalidParameterCombination", cloudwatch, Value=1, Values=[1]) == (
        "The parameters MetricData.member.1.Value and MetricData.member.1.Values are mutually exclusive and you have "
        "specified both.")
    assert refused("InvalidParameterValue", cloudwatch, Values=[1, 2], Counts=[1]) == (
        "The parameters MetricData.member.1.Values and MetricData.member.1.Counts must be of the same size.")
    assert refused("InvalidParameterValue", cloudwatch, Value=float("nan")) == (
        "The value NaN for parameter MetricData.member.1.Value is invalid.")
    refused("MissingParameter", cloudwatch)
    refused("InvalidParameterValue", cloudwatch, "AWS/Kinesis", Value=1)
    refused("InvalidParameterValue", cloudwatch, Value=1, Timestamp=time.time() - 15 * 86400)
    refused("InvalidParameterValue", cloudwatch, Value=1, Timestamp=time.time() + 3 * 3600)
    with pytest.raises(ClientError):
        cloudwatch.put_metric_data(Namespace=name, MetricData=[{"MetricName": "a", "Value": 1}, {"MetricName": "b"}])
    assert cloudwatch.list_metrics(Namespace=name)["Metrics"] == []


def test_streams_are_measured(lake, cloudwatch, name):
    kinesis = lake.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    kinesis.enable_enhanced_monitoring(StreamName=name, ShardLevelMetrics=["IncomingRecords"])
    kinesis.put_record(StreamName=name, Data=b"12345", PartitionKey="a")
    kinesis.put_records(StreamName=name, Records=[{"Data": b"123", "PartitionKey": "b"}] * 3)
    iterator = kinesis.get_shard_iterator(StreamName=name, ShardId="shardId-000000000000",
                                          ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    assert len(kinesis.get_records(ShardIterator=iterator)["Records"]) == 4
    of_stream = [{"Name": "StreamName", "Value": name}]
    for metric, value in {"IncomingRecords": 4, "IncomingBytes": 14, "PutRecord.Success": 1, "PutRecords.Success": 1,
                          "PutRecords.TotalRecords": 3, "GetRecords.Records": 4, "GetRecords.Bytes": 14,
                          "GetRecords.IteratorAgeMilliseconds": 0, "WriteProvisionedThroughputExceeded": 0}.items():
        assert total(cloudwatch, "AWS/Kinesis", metric, of_stream) == value, metric
    of_shard = [*of_stream, {"Name": "ShardId", "Value": "shardId-000000000000"}]
    assert total(cloudwatch, "AWS/Kinesis", "IncomingRecords", of_shard) == 4
    assert statistics(cloudwatch, "AWS/Kinesis", "IncomingBytes", of_shard) == []
