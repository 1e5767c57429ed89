"""Request metrics: what metrics configurations ask for is counted, and read through CloudWatch."""
import time

import pytest
from botocore.exceptions import ClientError


def configure(s3, bucket, identity, **filters):
    wanted = {"Id": identity, **({"Filter": filters} if filters else {})}
    s3.put_bucket_metrics_configuration(Bucket=bucket, Id=identity, MetricsConfiguration=wanted)


def read(lake, bucket, identity, metric, statistic="Sum"):
    now = time.time()
    data = lake.client("cloudwatch").get_metric_data(
        StartTime=now - 600, EndTime=now + 120,
        MetricDataQueries=[{"Id": "m", "MetricStat": {
            "Metric": {"Namespace": "AWS/S3", "MetricName": metric, "Dimensions": [
                {"Name": "BucketName", "Value": bucket}, {"Name": "FilterId", "Value": identity}]},
            "Period": 3600, "Stat": statistic}}])
    return sum(data["MetricDataResults"][0]["Values"])


def test_requests_are_counted_by_kind_size_and_outcome(own_lake):
    s3 = own_lake.client("s3")
    s3.create_bucket(Bucket="counted")
    s3.put_object(Bucket="counted", Key="before", Body=b"not counted")
    configure(s3, "counted", "all")
    configure(s3, "counted", "logs", Prefix="logs/")
    configure(s3, "counted", "hot", Tag={"Key": "heat", "Value": "hot"})
    own_lake.client("cloudwatch")
    start = {metric: read(own_lake, "counted", "all", metric) for metric in ("AllRequests", "PutRequests", "PostRequests")}
    s3.put_object(Bucket="counted", Key="logs/a b", Body=b"x" * 1000)
    s3.put_object(Bucket="counted", Key="other", Body=b"x" * 10, Tagging="heat=hot")
    s3.get_object(Bucket="counted", Key="logs/a b")["Body"].read()
    s3.get_object(Bucket="counted", Key="other")["Body"].read()
    s3.head_object(Bucket="counted", Key="other")
    s3.list_objects_v2(Bucket="counted")
    with pytest.raises(ClientError):
        s3.get_object(Bucket="counted", Key="logs/none")
    s3.delete_objects(Bucket="counted", Delete={"Objects": [{"Key": "before"}]})
    s3.delete_object(Bucket="counted", Key="other")
    for restarted in (False, True):
        if restarted:
            own_lake.restart(kill=False)

        def total(metric, identity="all", statistic="Sum"):
            return read(own_lake, "counted", identity, metric, statistic)

        assert total("AllRequests") - start["AllRequests"] == 9
        assert total("PutRequests") - start["PutRequests"] == 2
        assert (total("GetRequests"), total("HeadRequests"), total("ListRequests"), total("DeleteRequests")) == (3, 1, 1, 2)
        assert total("PostRequests") == start["PostRequests"]
        assert (total("4xxErrors"), total("5xxErrors")) == (1, 0)
        assert total("BytesUploaded") >= 1010 and total("BytesDownloaded") >= 1010
        assert total("TotalRequestLatency", statistic="Maximum") >= total("FirstByteLatency", statistic="Minimum") > 0
        assert (total("AllRequests", "logs"), total("GetRequests", "logs"), total("4xxErrors", "logs")) == (3, 2, 1)
        assert (total("AllRequests", "hot"), total("BytesDownloaded", "hot")) == (3, 10)
        listed = own_lake.client("cloudwatch").list_metrics(
            Namespace="AWS/S3", MetricName="GetRequests", Dimensions=[{"Name": "BucketName", "Value": "counted"}])["Metrics"]
        assert {d["Value"] for row in listed for d in row["Dimensions"] if d["Name"] == "FilterId"} == {"all", "logs", "hot"}


def test_what_get_metric_data_refuses(lake):
    cloudwatch = lake.client("cloudwatch")
    stat = {"Metric": {"Namespace": "AWS/S3", "MetricName": "AllRequests"}, "Period": 60, "Stat": "Sum"}

    def code(*queries, start=0, end=60):
        with pytest.raises(ClientError) as refused:
            cloudwatch.get_metric_data(StartTime=start, EndTime=end, MetricDataQueries=list(queries))
        return refused.value.response["Error"]["Code"]

    assert code({"Id": "m", "MetricStat": stat}, start=60) == "InvalidParameterCombination"
    assert code({"Id": "M", "MetricStat": stat}) == "InvalidParameterValue"
    assert code({"Id": "m", "MetricStat": stat}, {"Id": "m", "MetricStat": stat}) == "InvalidParameterValue"
    assert code({"Id": "m", "Expression": "a+b"}) == "InvalidParameterValue"
    assert code({"Id": "m", "MetricStat": {**stat, "Stat": "p99"}}) == "InvalidParameterValue"
