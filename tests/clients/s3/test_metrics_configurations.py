"""Which requests a bucket counts metrics of: configurations are checked, kept and listed."""
import pytest
from refusals import refused


@pytest.fixture
def s3(lake):
    return lake.client("s3")


def put(s3, bucket, identity, **filters):
    wanted = {"Id": identity}
    if filters:
        wanted["Filter"] = filters
    s3.put_bucket_metrics_configuration(Bucket=bucket, Id=identity, MetricsConfiguration=wanted)
    return wanted


def test_configurations_are_kept_replaced_and_removed(s3, bucket):
    assert refused(s3.get_bucket_metrics_configuration, Bucket=bucket, Id="all") == (404, "NoSuchConfiguration")
    for wanted in (put(s3, bucket, "all"), put(s3, bucket, "all", Prefix="logs/"),
                   put(s3, bucket, "all", Tag={"Key": "team", "Value": "a"}),
                   put(s3, bucket, "all", And={"Prefix": "x/", "Tags": [{"Key": "team", "Value": "a"}]})):
        pass
    assert s3.get_bucket_metrics_configuration(Bucket=bucket, Id="all")["MetricsConfiguration"] == wanted
    s3.delete_bucket_metrics_configuration(Bucket=bucket, Id="all")
    assert refused(s3.delete_bucket_metrics_configuration, Bucket=bucket, Id="all") == (404, "NoSuchConfiguration")
    assert not s3.list_bucket_metrics_configurations(Bucket=bucket).get("MetricsConfigurationList")


def test_configurations_are_listed_by_pages(s3, bucket):
    for i in range(101):
        put(s3, bucket, f"m{i:03}")
    first = s3.list_bucket_metrics_configurations(Bucket=bucket)
    assert first["IsTruncated"] and len(first["MetricsConfigurationList"]) == 100
    rest = s3.list_bucket_metrics_configurations(Bucket=bucket, ContinuationToken=first["NextContinuationToken"])
    assert not rest["IsTruncated"] and [c["Id"] for c in rest["MetricsConfigurationList"]] == ["m100"]


@pytest.mark.parametrize("filters, code", [({"Prefix": "a", "Tag": {"Key": "k", "Value": "v"}}, "MalformedXML"),
                                           ({"And": {"Prefix": "a"}}, "MalformedXML"),
                                           ({"Tag": {"Key": "aws:k", "Value": "v"}}, "InvalidTag")])
def test_impossible_filters_are_refused(s3, bucket, filters, code):
    assert refused(s3.put_bucket_metrics_configuration, Bucket=bucket, Id="m",
                   MetricsConfiguration={"Id": "m", "Filter": filters}) == (400, code)
    assert refused(s3.get_bucket_metrics_configuration, Bucket=bucket, Id="m")[0] == 404


def test_impossible_ids_are_refused(s3, bucket):
    for identity, other in (("m", "n"), ("a b", "a b"), ("m" * 65, "m" * 65)):
        assert refused(s3.put_bucket_metrics_configuration, Bucket=bucket, Id=identity,
                       MetricsConfiguration={"Id": other}) == (400, "InvalidArgument")
