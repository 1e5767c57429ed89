"""PyIceberg's ways to replace rows: upsert, overwrite by filter, dynamic overwrite of partitions; SQL sees the same."""
import pyarrow as pa
import pytest
from pyiceberg.expressions import EqualTo
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import IdentityTransform
from pyiceberg.types import LongType, NestedField, StringType

from test_athena_reads import Athena
from test_rest_catalog import connect

SCHEMA = Schema(NestedField(1, "id", LongType(), required=True), NestedField(2, "city", StringType()),
                NestedField(3, "n", LongType()), identifier_field_ids=[1])
ARROW = pa.schema([pa.field("id", pa.int64(), nullable=False), pa.field("city", pa.string()), pa.field("n", pa.int64())])
BY_CITY = PartitionSpec(PartitionField(2, 1000, IdentityTransform(), "city"))


def rows(*given):
    return pa.Table.from_pylist([dict(zip(ARROW.names, row)) for row in given], ARROW)


@pytest.fixture(params=[PartitionSpec(), BY_CITY], ids=["plain", "by city"])
def table(lake, bucket, name, request):
    catalog = connect(lake)
    catalog.create_namespace(name, {"location": f"s3://{bucket}/warehouse"})
    table = catalog.create_table(f"{name}.t", SCHEMA, partition_spec=request.param)
    table.append(rows((1, "oslo", 1), (2, "rome", 2), (3, "rome", 3)))
    return table


@pytest.fixture
def content(lake, bucket, name):
    athena = Athena(lake, bucket, name)
    return lambda: [(int(key), city, int(n)) for key, city, n in athena.rows("SELECT id, city, n FROM t ORDER BY id")]


def test_an_upsert_changes_and_adds(table, content):
    done = table.upsert(rows((2, "rome", 20), (3, "rome", 3), (4, "bern", 4)))
    assert (done.rows_updated, done.rows_inserted) == (1, 1)
    assert content() == [(1, "oslo", 1), (2, "rome", 20), (3, "rome", 3), (4, "bern", 4)]
    done = table.upsert(rows((1, "oslo", 10), (9, "bonn", 9)), when_not_matched_insert_all=False)
    assert (done.rows_updated, done.rows_inserted) == (1, 0)
    assert content()[0] == (1, "oslo", 10) and len(content()) == 4


def test_an_overwrite_replaces_what_its_filter_says(table, content):
    table.overwrite(rows((7, "rome", 7)), overwrite_filter=EqualTo("city", "rome"))
    assert content() == [(1, "oslo", 1), (7, "rome", 7)]
    table.overwrite(rows((8, "bern", 8)))
    assert content() == [(8, "bern", 8)]


@pytest.mark.parametrize("table", [BY_CITY], indirect=True)
def test_partitions_that_come_again_are_replaced(table, content):
    table.dynamic_partition_overwrite(rows((5, "rome", 5), (6, "bern", 6)))
    assert content() == [(1, "oslo", 1), (5, "rome", 5), (6, "bern", 6)]


def test_a_transaction_of_several_changes_is_one_state(table, content):
    with table.transaction() as change:
        change.delete(EqualTo("id", 1))
        change.append(rows((4, "bern", 4)))
        change.upsert(rows((2, "rome", 22)))
    assert content() == [(2, "rome", 22), (3, "rome", 3), (4, "bern", 4)]
