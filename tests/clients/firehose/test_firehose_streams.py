"""Firehose's operations, as boto3 and Terraform's provider see them."""
import pytest
from botocore.exceptions import ClientError

from firehose.streams import ROLE, s3_destination


@pytest.fixture
def firehose(lake):
    return lake.client("firehose")


def refused(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def describe(firehose, name):
    return firehose.describe_delivery_stream(DeliveryStreamName=name)["DeliveryStreamDescription"]


def test_describes_what_was_made_with_defaults(firehose, name, lake):
    arn = firehose.create_delivery_stream(DeliveryStreamName=name,
                                          ExtendedS3DestinationConfiguration=s3_destination("b"))["DeliveryStreamARN"]
    assert arn == f"arn:aws:firehose:us-east-1:{lake.account}:deliverystream/{name}"
    shown = describe(firehose, name)
    assert (shown["DeliveryStreamARN"], shown["DeliveryStreamStatus"], shown["DeliveryStreamType"]) == (arn, "ACTIVE", "DirectPut")
    assert (shown["VersionId"], shown["HasMoreDestinations"]) == ("1", False)
    assert shown["DeliveryStreamEncryptionConfiguration"] == {"Status": "DISABLED"}
    plain = {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::b", "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 300},
             "CompressionFormat": "UNCOMPRESSED", "EncryptionConfiguration": {"NoEncryptionConfig": "NoEncryption"},
             "CloudWatchLoggingOptions": {"Enabled": False}}
    assert shown["Destinations"] == [{
        "DestinationId": "destinationId-000000000001", "S3DestinationDescription": plain,
        "ExtendedS3DestinationDescription": {**plain, "S3BackupMode": "Disabled"}}]
    assert "LastUpdateTimestamp" not in shown  # until there is an update, as in AWS


def test_refuses_what_firehose_refuses(firehose, name, lake):
    create = firehose.create_delivery_stream
    create(DeliveryStreamName=name, ExtendedS3DestinationConfiguration=s3_destination("b"))
    assert refused(create, DeliveryStreamName=name, ExtendedS3DestinationConfiguration=s3_destination("b")) == (
        "ResourceInUseException", f"Firehose {name} under accountId {lake.account} already exists")
    one = ("InvalidArgumentException", "Exactly one destination configuration is supported for a Firehose")
    assert refused(create, DeliveryStreamName=name + "x") == one
    assert refused(create, DeliveryStreamName=name + "x", S3DestinationConfiguration=s3_destination("b"),
                   ExtendedS3DestinationConfiguration=s3_destination("b")) == one
    assert refused(create, DeliveryStreamName=name + "x", ExtendedS3DestinationConfiguration=s3_destination("b"),
                   KinesisStreamSourceConfiguration={"KinesisStreamARN": f"arn:aws:kinesis:us-east-1:{lake.account}:stream/s",
                                                     "RoleARN": ROLE}) == (
        "InvalidArgumentException", "KinesisSourceStreamConfig is only applicable for KinesisStreamAsSource stream type")
    code, message = refused(create, DeliveryStreamName=name + "x", RedshiftDestinationConfiguration={
        "RoleARN": ROLE, "ClusterJDBCURL": "jdbc:redshift://h.x.redshift.amazonaws.com:5439/d", "CopyCommand": {"DataTableName": "t"},
        "S3Configuration": s3_destination("b")})
    assert code == "InvalidArgumentException" and "Redshift" in message
    missing = ("ResourceNotFoundException", f"Firehose nowhere under account {lake.account} not found.")
    for call in (firehose.describe_delivery_stream, firehose.delete_delivery_stream, firehose.list_tags_for_delivery_stream,
                 firehose.stop_delivery_stream_encryption, firehose.start_delivery_stream_encryption):
        assert refused(call, DeliveryStreamName="nowhere") == missing
    assert refused(firehose.put_record, DeliveryStreamName="nowhere", Record={"Data": b"x"}) == missing


def test_an_update_names_the_version_it_replaces(firehose, name):
    firehose.create_delivery_stream(DeliveryStreamName=name, S3DestinationConfiguration=s3_destination("b", Prefix="raw/"))
    assert set(describe(firehose, name)["Destinations"][0]) == {"DestinationId", "S3DestinationDescription"}
    update = dict(DeliveryStreamName=name, DestinationId="destinationId-000000000001")
    firehose.update_destination(**update, CurrentDeliveryStreamVersionId="1", ExtendedS3DestinationUpdate={
        "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 60}, "CompressionFormat": "GZIP"})
    shown = describe(firehose, name)
    assert shown["VersionId"] == "2" and shown["LastUpdateTimestamp"] > shown["CreateTimestamp"]
    for kind in ("S3DestinationDescription", "ExtendedS3DestinationDescription"):
        described = shown["Destinations"][0][kind]
        assert described["Prefix"] == "raw/" and described["CompressionFormat"] == "GZIP"
        assert described["BufferingHints"] == {"SizeInMBs": 1, "IntervalInSeconds": 60}
    assert refused(firehose.update_destination, **update, CurrentDeliveryStreamVersionId="1", S3DestinationUpdate={}) == (
        "ConcurrentModificationException", f"Cannot update firehose: {name} since the current version id: 2 and "
        "specified version id: 1 do not match")
    assert refused(firehose.update_destination, DeliveryStreamName=name, CurrentDeliveryStreamVersionId="2",
                   DestinationId="destinationId-000000000009", S3DestinationUpdate={}) == (
        "InvalidArgumentException", "Destination Id destinationId-000000000009 not found")
    assert refused(firehose.update_destination, **update, CurrentDeliveryStreamVersionId="2", HttpEndpointDestinationUpdate={
        "EndpointConfiguration": {"Url": "https://example.com"}}) == (
        "InvalidArgumentException", "Changing the destination type to or from HttpEndpoint is not supported at this time.")


def test_lists_by_name_and_type(own_lake):
    firehose = own_lake.client("firehose")
    for i in range(3):
        firehose.create_delivery_stream(DeliveryStreamName=f"s-{i}", S3DestinationConfiguration=s3_destination("b"))
    firehose.create_delivery_stream(
        DeliveryStreamName="k-0", DeliveryStreamType="KinesisStreamAsSource", S3DestinationConfiguration=s3_destination("b"),
        KinesisStreamSourceConfiguration={"KinesisStreamARN": f"arn:aws:kinesis:us-east-1:{own_lake.account}:stream/s",
                                          "RoleARN": ROLE})
    listed = firehose.list_delivery_streams(Limit=2)
    assert (listed["DeliveryStreamNames"], listed["HasMoreDeliveryStreams"]) == (["k-0", "s-0"], True)
    listed = firehose.list_delivery_streams(ExclusiveStartDeliveryStreamName="s-0")
    assert (listed["DeliveryStreamNames"], listed["HasMoreDeliveryStreams"]) == (["s-1", "s-2"], False)
    assert firehose.list_delivery_streams(DeliveryStreamType="KinesisStreamAsSource")["DeliveryStreamNames"] == ["k-0"]
    assert "Source" in describe(firehose, "k-0") and "DeliveryStreamEncryptionConfiguration" not in describe(firehose, "k-0")
    firehose.delete_delivery_stream(DeliveryStreamName="s-1")
    own_lake.restart()
    assert firehose.list_delivery_streams()["DeliveryStreamNames"] == ["k-0", "s-0", "s-2"]


def test_tags(firehose, name):
    firehose.create_delivery_stream(DeliveryStreamName=name, S3DestinationConfiguration=s3_destination("b"),
                                    Tags=[{"Key": "b", "Value": "1"}, {"Key": "a", "Value": "2"}])
    firehose.tag_delivery_stream(DeliveryStreamName=name, Tags=[{"Key": "b", "Value": "3"}, {"Key": "c"}])
    listed = firehose.list_tags_for_delivery_stream(DeliveryStreamName=name)
    assert listed["Tags"] == [{"Key": "b", "Value": "3"}, {"Key": "a", "Value": "2"}, {"Key": "c"}]
    page = firehose.list_tags_for_delivery_stream(DeliveryStreamName=name, ExclusiveStartTagKey="b", Limit=1)
    assert ([tag["Key"] for tag in page["Tags"]], page["HasMoreTags"]) == (["a"], True)
    firehose.untag_delivery_stream(DeliveryStreamName=name, TagKeys=["a", "c", "nothing"])
    assert [tag["Key"] for tag in firehose.list_tags_for_delivery_stream(DeliveryStreamName=name)["Tags"]] == ["b"]


def test_encryption_is_started_and_stopped(firehose, lake, name):
    firehose.create_delivery_stream(DeliveryStreamName=name, S3DestinationConfiguration=s3_destination("b"))
    firehose.start_delivery_stream_encryption(DeliveryStreamName=name, DeliveryStreamEncryptionConfigurationInput={
        "KeyType": "AWS_OWNED_CMK"})
    assert describe(firehose, name)["DeliveryStreamEncryptionConfiguration"] == {"KeyType": "AWS_OWNED_CMK", "Status": "ENABLED"}
    assert firehose.put_record(DeliveryStreamName=name, Record={"Data": b"x"})["Encrypted"] is True
    key = lake.client("kms").create_key()["KeyMetadata"]["Arn"]
    firehose.start_delivery_stream_encryption(DeliveryStreamName=name, DeliveryStreamEncryptionConfigurationInput={
        "KeyType": "CUSTOMER_MANAGED_CMK", "KeyARN": key})
    assert describe(firehose, name)["DeliveryStreamEncryptionConfiguration"]["KeyARN"] == key
    firehose.stop_delivery_stream_encryption(DeliveryStreamName=name)
    assert describe(firehose, name)["DeliveryStreamEncryptionConfiguration"]["Status"] == "DISABLED"


def test_batches_have_bounds(firehose, name):
    firehose.create_delivery_stream(DeliveryStreamName=name, S3DestinationConfiguration=s3_destination("b"))
    put = firehose.put_record_batch(DeliveryStreamName=name, Records=[{"Data": b"one"}, {"Data": b"two"}])
    assert put["FailedPutCount"] == 0 and [set(each) for each in put["RequestResponses"]] == [{"RecordId"}] * 2
    assert refused(firehose.put_record_batch, DeliveryStreamName=name, Records=[{"Data": b"x"}] * 501)[0] == "ValidationException"
    assert refused(firehose.put_record_batch, DeliveryStreamName=name, Records=[{"Data": bytes(1_000_000)}] * 5)[0] == (
        "InvalidArgumentException")
    assert refused(firehose.put_record, DeliveryStreamName=name, Record={"Data": bytes(1_024_001)})[0] == "ValidationException"
