"""Athena SELECTs over Iceberg tables that PyIceberg made, appended to, evolved and deleted from."""
import time

import pyarrow as pa
import pytest
from pyiceberg.catalog.rest import RestCatalog
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import BucketTransform, DayTransform, IdentityTransform
from pyiceberg.types import (DateType, DecimalType, DoubleType, FloatType, IntegerType, ListType, LongType, MapType,
                             NestedField, StringType, StructType, TimestampType, TimestamptzType)


class Athena:
    def __init__(self, lake, bucket, database):
        self.client = lake.client("athena")
        self.bucket, self.database = bucket, database
        self.last = None

    def run(self, sql):
        started = self.client.start_query_execution(
            QueryString=sql, QueryExecutionContext={"Database": self.database},
            ResultConfiguration={"OutputLocation": f"s3://{self.bucket}/results/"})["QueryExecutionId"]
        while True:
            self.last = self.client.get_query_execution(QueryExecutionId=started)["QueryExecution"]
            if self.last["Status"]["State"] not in ("QUEUED", "RUNNING"):
                return started
            time.sleep(0.02)

    def rows(self, sql):
        """Rows as tuples of texts, without the header."""
        started = self.run(sql)
        assert self.last["Status"]["State"] == "SUCCEEDED", self.last["Status"].get("StateChangeReason")
        pages = self.client.get_paginator("get_query_results").paginate(QueryExecutionId=started)
        rows = [tuple(cell.get("VarCharValue") for cell in row["Data"]) for page in pages
                for row in page["ResultSet"]["Rows"]]
        return rows[1:]

    def error(self, sql):
        self.run(sql)
        assert self.last["Status"]["State"] == "FAILED", sql
        return self.last["Status"]["StateChangeReason"]

    @property
    def scanned(self):
        return self.last["Statistics"]["DataScannedInBytes"]


@pytest.fixture
def catalog(lake):
    return RestCatalog("lake", uri=lake.endpoint + "/iceberg", credential=f"{lake.access_key}:{lake.secret_key}",
                       **{"s3.access-key-id": lake.access_key, "s3.secret-access-key": lake.secret_key})


@pytest.fixture
def athena(lake, catalog, bucket, name):
    catalog.create_namespace(name, {"location": f"s3://{bucket}/warehouse"})
    return Athena(lake, bucket, name)


def optional(number, name, kind, **more):
    return NestedField(number, name, kind, required=False, **more)


def test_what_pyiceberg_appends_athena_reads(catalog, athena, name):
    table = catalog.create_table((name, "t"), Schema(optional(1, "id", LongType()), optional(2, "City", StringType())))
    assert athena.rows("SELECT * FROM t") == []
    table.append(pa.table({"id": pa.array([1, 2], pa.int64()), "City": ["rome", None]}))
    table.append(pa.table({"id": pa.array([3], pa.int64()), "City": ["oslo"]}))
    assert athena.rows("SELECT * FROM t ORDER BY id") == [("1", "rome"), ("2", None), ("3", "oslo")]
    assert athena.rows("SELECT count(*), max(city) FROM t") == [("3", "rome")]
    assert athena.rows('SELECT a."$pos", a.id FROM t a JOIN t b ON a.id = b.id WHERE b.city = \'oslo\'') == [("0", "3")]


def test_columns_are_known_by_number_whatever_became_of_their_names(catalog, athena, name):
    nested = StructType(optional(11, "x", IntegerType()), optional(12, "y", StringType()))
    schema = Schema(optional(1, "id", IntegerType()), optional(2, "name", StringType()),
                    optional(3, "price", FloatType()), optional(4, "cost", DecimalType(9, 2)), optional(5, "place", nested),
                    optional(6, "tags", ListType(13, StringType(), element_required=False)),
                    optional(7, "seen", MapType(14, StringType(), 15, IntegerType(), value_required=False)))
    table = catalog.create_table((name, "t"), schema)
    rows = pa.Table.from_pylist([
        {"id": 1, "name": "a", "price": 0.1, "cost": "1.50", "place": {"x": 1, "y": "p"}, "tags": ["t"], "seen": [("k", 1)]},
        {"id": 2, "name": "b", "price": None, "cost": None, "place": None, "tags": None, "seen": None}],
        schema=pa.schema([("id", pa.int32()), ("name", pa.string()), ("price", pa.float32()), ("cost", pa.string()),
                          ("place", pa.struct([("x", pa.int32()), ("y", pa.string())])), ("tags", pa.list_(pa.string())),
                          ("seen", pa.map_(pa.string(), pa.int32()))]))
    rows = rows.set_column(3, "cost", rows["cost"].cast(pa.decimal128(9, 2)))
    table.append(rows)
    with table.update_schema() as change:
        change.rename_column("name", "title")
        change.update_column("id", LongType())
        change.update_column("price", DoubleType())
        change.update_column("cost", DecimalType(18, 2))
        change.update_column("place.x", LongType())
        change.rename_column("place.y", "z")
        change.add_column(("place", "w"), StringType())
        change.delete_column("tags")
        change.move_first("price")
    with table.update_schema() as change:
        change.add_column("name", StringType())  # the old name, another column
    assert athena.rows("SELECT id, title, name, cost, place.x, place.z, place.w, seen['k'] FROM t WHERE id = 1") == [
        ("1", "a", None, "1.50", "1", "p", None, "1")]
    assert athena.rows("SELECT place IS NULL, seen IS NULL FROM t WHERE title = 'b'") == [("true", "true")]
    # As a double, the float nearest to 0.1 is not 0.1.
    assert athena.rows("SELECT count(*) FROM t WHERE price = 0.1") == [("0",)]
    assert athena.rows("SELECT count(*) FROM t WHERE price > 0.1 AND price < 0.10001") == [("1",)]
    assert athena.rows("SELECT count(*) FROM t WHERE id < 3000000000 AND place.x = 1") == [("1",)]
    assert "COLUMN_NOT_FOUND" in athena.error("SELECT tags FROM t")
    assert athena.rows("SELECT * FROM t WHERE id = 1")[0][:4] == ("0.10000000149011612", "1", "a", "1.50")
