"""Inputs that the Glue tests share."""
import pytest
from botocore.exceptions import ClientError


def storage(location="s3://bucket/t/", **extra):
    return {
        "Columns": [{"Name": "id", "Type": "bigint"}, {"Name": "what", "Type": "string", "Comment": "free text"}],
        "Location": location,
        "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
        "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        "Compressed": False,
        "NumberOfBuckets": -1,
        "SerdeInfo": {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe", "Parameters": {"paths": "id,what"}},
        "BucketColumns": [],
        "SortColumns": [{"Column": "id", "SortOrder": 1}],
        "Parameters": {"classification": "json"},
        "SkewedInfo": {"SkewedColumnNames": [], "SkewedColumnValues": [], "SkewedColumnValueLocationMaps": {}},
        "StoredAsSubDirectories": False,
        **extra,
    }


def table(name, keys=(), **extra):
    return {
        "Name": name, "TableType": "EXTERNAL_TABLE", "StorageDescriptor": storage(),
        "PartitionKeys": [{"Name": key, "Type": kind} for key, kind in keys],
        "Parameters": {"EXTERNAL": "TRUE", "classification": "json"}, **extra,
    }


def refused(code, message=None):
    """The call inside must end with this error (and a message that holds `message`)."""
    return pytest.raises(ClientError, match=rf"\({code}\).*{message or ''}")
