"""Partitions, their expressions, indexes and statistics through boto3."""
import datetime

import pytest
from glue_shapes import refused, storage, table


@pytest.fixture
def glue(lake):
    return lake.client("glue")


@pytest.fixture
def parted(glue, name):
    """A database with table "t" partitioned by (year int, month string)."""
    glue.create_database(DatabaseInput={"Name": name})
    glue.create_table(DatabaseName=name, TableInput=table("t", keys=[("year", "int"), ("month", "string")]))
    return {"DatabaseName": name, "TableName": "t"}


def fill(glue, where, values):
    for start in range(0, len(values), 100):
        got = glue.batch_create_partition(**where, PartitionInputList=[
            {"Values": list(v), "StorageDescriptor": storage(f"s3://b/{'/'.join(v)}/"), "Parameters": {"n": "1"}}
            for v in values[start:start + 100]])
        assert not got.get("Errors")


def listed(glue, where, **options):
    return [tuple(p["Values"]) for page in glue.get_paginator("get_partitions").paginate(**where, **options)
            for p in page["Partitions"]]


def test_a_partition_comes_back_as_it_was_given(lake, glue, parted):
    when = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
    given = {"Values": ["2026", "01"], "StorageDescriptor": storage("s3://b/1/"), "Parameters": {"rows": "7"},
             "LastAccessTime": when}
    glue.create_partition(**parted, PartitionInput=given)
    got = glue.get_partition(**parted, PartitionValues=["2026", "01"])["Partition"]
    assert {k: got[k] for k in given} == given
    assert got["DatabaseName"] == parted["DatabaseName"] and got["TableName"] == "t" and got["CatalogId"] == lake.account
    slim = glue.get_partitions(**parted, ExcludeColumnSchema=True)["Partitions"][0]["StorageDescriptor"]
    assert "Columns" not in slim and slim["Location"] == "s3://b/1/"


def test_partitions_are_refused_in_glues_words(glue, parted):
    glue.create_partition(**parted, PartitionInput={"Values": ["2026", "01"]})
    with refused("AlreadyExistsException", "Partition already exists."):
        glue.create_partition(**parted, PartitionInput={"Values": ["2026", "01"]})
    for values in (["2026"], ["2026", "01", "x"], []):
        with refused("InvalidInputException", "The number of partition keys do not match the number of partition values"):
            glue.create_partition(**parted, PartitionInput={"Values": values})
    with refused("EntityNotFoundException", "Cannot find partition."):
        glue.get_partition(**parted, PartitionValues=["2026", "02"])
    with refused("EntityNotFoundException", "Cannot find partition."):
        glue.delete_partition(**parted, PartitionValues=["2026", "02"])
    with refused("EntityNotFoundException", "Cannot find partition."):
        glue.update_partition(**parted, PartitionValueList=["1", "2"], PartitionInput={"Values": ["1", "2"]})


def test_batches_do_what_they_can_and_name_the_rest(glue, parted):
    fill(glue, parted, [("2026", "01"), ("2026", "02")])
    got = glue.batch_create_partition(**parted, PartitionInputList=[{"Values": ["2026", "02"]}, {"Values": ["2026", "03"]}])
    assert [(e["PartitionValues"], e["ErrorDetail"]["ErrorCode"]) for e in got["Errors"]] == [
        (["2026", "02"], "AlreadyExistsException")]
    got = glue.batch_get_partition(**parted, PartitionsToGet=[{"Values": ["2026", m]} for m in ("03", "09", "01")])
    assert [p["Values"][1] for p in got["Partitions"]] == ["03", "01"]
    got = glue.batch_update_partition(**parted, Entries=[
        {"PartitionValueList": ["2026", "01"], "PartitionInput": {"Values": ["2027", "01"]}},
        {"PartitionValueList": ["2026", "09"], "PartitionInput": {"Values": ["2027", "09"]}}])
    assert [(e["PartitionValueList"], e["ErrorDetail"]["ErrorCode"]) for e in got["Errors"]] == [
        (["2026", "09"], "EntityNotFoundException")]
    got = glue.batch_delete_partition(**parted, PartitionsToDelete=[{"Values": ["2026", "02"]}, {"Values": ["0", "0"]}])
    assert [e["PartitionValues"] for e in got["Errors"]] == [["0", "0"]]
    assert listed(glue, parted) == [("2026", "03"), ("2027", "01")]


def test_a_moved_partition_may_not_overwrite_another(glue, parted):
    fill(glue, parted, [("2026", "01"), ("2026", "02")])
    with refused("AlreadyExistsException"):
        glue.update_partition(**parted, PartitionValueList=["2026", "01"], PartitionInput={"Values": ["2026", "02"]})
    glue.update_partition(**parted, PartitionValueList=["2026", "01"], PartitionInput={"Values": ["2026", "03"]})
    assert listed(glue, parted) == [("2026", "02"), ("2026", "03")]


@pytest.mark.parametrize("expression,expected", [
    ("year = 2025", {"2025"}),
    ("year = '2025' and month = '02'", {"2025"}),
    ("year > 2024 AND NOT month IN ('01', '03')", {"2025", "2026"}),
    ("year between 2024 and 2025 and month like '0_'", {"2024", "2025"}),
    ("(year = 2024 or year = 2026) and month <> '01'", {"2024", "2026"}),
    ("year != 2024 and year <= 2025", {"2025"}),
    ("month is null", set()),
    ("", {"2024", "2025", "2026"}),
])
def test_expressions_choose_partitions(glue, parted, expression, expected):
    fill(glue, parted, [(str(y), m) for y in (2024, 2025, 2026) for m in ("01", "02", "03")])
    assert {year for year, _ in listed(glue, parted, Expression=expression)} == expected


@pytest.mark.parametrize("expression,message", [
    ("nosuch = 1", "Invalid partition expression!"),
    ("year = 'x'", "is not an integer"),
    ("year like '2%'", "Integral data type doesn't support operation 'LIKE'"),
    ("month = 'x", "Unsupported expression"),
    ("month", "Unsupported expression"),
])
def test_broken_expressions_are_refused(glue, parted, expression, message):
    with refused("InvalidInputException", message):
        glue.get_partitions(**parted, Expression=expression)


def test_a_value_that_its_key_cannot_hold_is_named(glue, parted):
    fill(glue, parted, [("late", "01")])
    with refused("InvalidStateException", '"late" is not an integer'):
        glue.get_partitions(**parted, Expression="year = 1")


def test_pages_and_segments_cover_each_partition_once(glue, parted):
    values = [(str(y), f"{m:03}") for y in range(2000, 2010) for m in range(100)]
    fill(glue, parted, values)
    assert listed(glue, parted, PaginationConfig={"PageSize": 300}) == values
    segments = [listed(glue, parted, Segment={"SegmentNumber": i, "TotalSegments": 4}) for i in range(4)]
    assert all(segments) and sorted(sum(segments, [])) == values
    page = glue.get_partitions(**parted, MaxResults=1000)
    assert len(page["Partitions"]) == 1000 and "NextToken" not in page
    with refused("InvalidInputException"):
        glue.get_partitions(**parted, Segment={"SegmentNumber": 4, "TotalSegments": 4})


def test_indexes_are_kept(glue, parted):
    glue.create_partition_index(**parted, PartitionIndex={"IndexName": "by_year", "Keys": ["year"]})
    got = glue.get_partition_indexes(**parted)["PartitionIndexDescriptorList"]
    assert got == [{"IndexName": "by_year", "Keys": [{"Name": "year", "Type": "int"}], "IndexStatus": "ACTIVE"}]
    with refused("AlreadyExistsException"):
        glue.create_partition_index(**parted, PartitionIndex={"IndexName": "by_year", "Keys": ["month"]})
    with refused("InvalidInputException"):
        glue.create_partition_index(**parted, PartitionIndex={"IndexName": "other", "Keys": ["nosuch"]})
    glue.delete_partition_index(**parted, IndexName="by_year")
    with refused("EntityNotFoundException"):
        glue.delete_partition_index(**parted, IndexName="by_year")


def test_column_statistics_are_kept_for_tables_and_partitions(glue, parted):
    when = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    given = {"ColumnName": "id", "ColumnType": "bigint", "AnalyzedTime": when, "StatisticsData": {
        "Type": "LONG", "LongColumnStatisticsData": {"MinimumValue": -5, "MaximumValue": 2**60, "NumberOfNulls": 1,
                                                      "NumberOfDistinctValues": 9}}}
    text = {"ColumnName": "what", "ColumnType": "string", "AnalyzedTime": when, "StatisticsData": {
        "Type": "STRING", "StringColumnStatisticsData": {"MaximumLength": 7, "AverageLength": 2.5, "NumberOfNulls": 0,
                                                          "NumberOfDistinctValues": 3}}}
    got = glue.update_column_statistics_for_table(**parted, ColumnStatisticsList=[
        given, text, {**given, "ColumnName": "nosuch"}])
    assert [e["ColumnStatistics"]["ColumnName"] for e in got["Errors"]] == ["nosuch"]
    got = glue.get_column_statistics_for_table(**parted, ColumnNames=["id", "what", "other"])
    assert got["ColumnStatisticsList"] == [given, text]
    assert [e["ColumnName"] for e in got["Errors"]] == ["other"]
    glue.delete_column_statistics_for_table(**parted, ColumnName="id")
    assert glue.get_column_statistics_for_table(**parted, ColumnNames=["id"])["ColumnStatisticsList"] == []
    fill(glue, parted, [("2026", "01")])
    where = {**parted, "PartitionValues": ["2026", "01"]}
    glue.update_column_statistics_for_partition(**where, ColumnStatisticsList=[given])
    assert glue.get_column_statistics_for_partition(**where, ColumnNames=["id"])["ColumnStatisticsList"] == [given]
    with refused("EntityNotFoundException", "Cannot find partition."):
        glue.get_column_statistics_for_partition(**{**parted, "PartitionValues": ["1", "1"]}, ColumnNames=["id"])
