"""Engines that write one table at the same time: what they were told is done is there once, and nothing else is.

Every writer keeps a model of its own rows. A commit that lost a race is refused and made again; any other refusal fails
the test.
"""
import random
import re
import threading
import time

import pyarrow as pa
import pytest
from iceberg import engines
from pyiceberg.exceptions import CommitFailedException, ValidationException
from pyiceberg.expressions import In
from pyiceberg.schema import Schema
from pyiceberg.types import LongType, NestedField, StringType

from test_rest_catalog import connect

pytestmark = pytest.mark.xdist_group("spark")

SCHEMA = Schema(NestedField(1, "id", LongType(), required=False), NestedField(2, "v", StringType(), required=False))
LOST_RACE = re.compile(r"CommitFailed|Conflict_409|ValidationException|Found conflicting|ICEBERG_COMMIT_ERROR")
TRIES = 60


class PyIceberg:
    def __init__(self, lake, table):
        self.catalog, self.table = connect(lake), table

    def do(self, change):
        change(self.catalog.load_table(self.table))

    @staticmethod
    def rows(ids, value):
        return pa.table({"id": pa.array(ids, pa.int64()), "v": [value] * len(ids)})

    def insert(self, ids, value):
        self.do(lambda table: table.append(self.rows(ids, value)))

    def delete(self, ids):
        self.do(lambda table: table.delete(In("id", ids)))

    def update(self, ids, value):
        self.do(lambda table: table.overwrite(self.rows(ids, value), In("id", ids)))


class Sql:
    """An engine that takes SQL; `run` takes a statement, `table` is what it calls the table."""

    def __init__(self, run, table):
        self.run, self.table = run, table

    def insert(self, ids, value):
        self.run(f"INSERT INTO {self.table} VALUES " + ", ".join(f"({i}, '{value}')" for i in ids))

    def delete(self, ids):
        self.run(f"DELETE FROM {self.table} WHERE id IN ({', '.join(map(str, ids))})")

    def update(self, ids, value):
        self.run(f"UPDATE {self.table} SET v = '{value}' WHERE id IN ({', '.join(map(str, ids))})")


class Athena:
    """SQL through Athena's API; what it refuses comes as an engine's error."""

    def __init__(self, lake, bucket):
        self.athena, self.output = lake.client("athena"), {"OutputLocation": f"s3://{bucket}/results/"}

    def sql(self, statement):
        key = self.athena.start_query_execution(QueryString=statement, ResultConfiguration=self.output)["QueryExecutionId"]
        end = time.monotonic() + 120
        while (status := self.athena.get_query_execution(QueryExecutionId=key)["QueryExecution"]["Status"])["State"] in (
                "QUEUED", "RUNNING"):
            assert time.monotonic() < end, f"no end of {statement}"
            time.sleep(0.01)
        if status["State"] != "SUCCEEDED":
            raise engines.EngineError(f"Athena: {status.get('StateChangeReason')}\nof: {statement}")
        found = []
        for page in self.athena.get_paginator("get_query_results").paginate(QueryExecutionId=key):
            found += [tuple(cell.get("VarCharValue") for cell in row["Data"]) for row in page["ResultSet"]["Rows"]]
        return found[1:]


class Writer(threading.Thread):
    """Changes rows of its own ids and keeps what must be there."""

    def __init__(self, number, engine, changes, kinds):
        super().__init__()
        self.first, self.engine, self.kinds = number * 100_000, engine, kinds
        self.random = random.Random(number)
        self.changes, self.model, self.races, self.commits, self.problem = changes, {}, 0, 0, None

    def run(self):
        try:
            for turn in range(self.changes):
                kind = self.random.choice(self.kinds) if self.model else "insert"
                if kind == "insert":
                    ids = [self.first + turn * 100 + i for i in range(self.random.randint(1, 5))]
                else:
                    ids = sorted(self.random.sample(sorted(self.model), min(len(self.model), self.random.randint(1, 3))))
                self.make(kind, ids, f"{self.first}/{turn}")
        except BaseException as problem:
            self.problem = problem

    def make(self, kind, ids, value):
        for _ in range(TRIES):
            try:
                self.engine.delete(ids) if kind == "delete" else getattr(self.engine, kind)(ids, value)
                break
            except (CommitFailedException, ValidationException):
                self.races += 1
            except engines.EngineError as refused:
                if not LOST_RACE.search(str(refused)):
                    raise
                self.races += 1
        else:
            raise AssertionError(f"{type(self.engine).__name__} lost {TRIES} races for one change")
        self.commits += 1
        for i in ids:
            if kind == "delete":
                del self.model[i]
            else:
                self.model[i] = value


@pytest.fixture
def athena(lake, bucket):
    return Athena(lake, bucket)


@pytest.fixture
def second_duck(lake, tmp_path):
    running = engines.start_duck(tmp_path)
    engines.attach_duck(running, lake)
    yield running
    running.stop()


def let_write(writers):
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    for writer in writers:
        if writer.problem:
            raise writer.problem
    return {i: value for writer in writers for i, value in writer.model.items()}


def check_content(lake, table, model, athena, duck, spark):
    """All readers see the model, each row once, and the history is one unbroken line."""
    wanted = sorted(model.items())
    loaded = connect(lake).load_table(table)
    seen = loaded.scan().to_arrow()
    assert sorted(zip(seen["id"].to_pylist(), seen["v"].to_pylist())) == wanted
    assert duck.sql(f"SELECT id, v FROM lake.{table} ORDER BY id") == wanted
    assert spark.sql(f"SELECT id, v FROM lake.{table} ORDER BY id") == wanted
    found = athena.sql("SELECT id, v FROM {}.{} ORDER BY id".format(*table.split(".")))
    assert [(int(i), v) for i, v in found] == wanted
    snapshots = loaded.snapshots()
    assert [s.sequence_number for s in snapshots] == list(range(1, len(snapshots) + 1))
    assert [s.parent_snapshot_id for s in snapshots] == [None] + [s.snapshot_id for s in snapshots[:-1]]


def test_appends_of_all_engines_are_all_there(lake, athena, duck, second_duck, spark, name):
    connect(lake).create_namespace(name)
    table = f"{name}.t"
    connect(lake).create_table(table, SCHEMA)
    appends = ["insert"]
    writers = [Writer(1, PyIceberg(lake, table), 10, appends), Writer(2, PyIceberg(lake, table), 10, appends),
               Writer(3, Sql(duck.sql, f"lake.{table}"), 10, appends),
               Writer(4, Sql(second_duck.sql, f"lake.{table}"), 10, appends),
               Writer(5, Sql(spark.sql, f"lake.{table}"), 6, appends), Writer(6, Sql(athena.sql, table), 10, appends)]
    model = let_write(writers)
    check_content(lake, table, model, athena, duck, spark)
    assert len(connect(lake).load_table(table).snapshots()) == 56
    # The server moves appends onto the head that won.
    assert sum(writer.races for writer in writers) == 0


@pytest.mark.parametrize("version, how", [(2, "copy-on-write"), (2, "merge-on-read"), (3, "merge-on-read")],
                         ids=["copy on write", "position deletes", "deletion vectors"])
def test_changes_of_all_engines_make_the_models_rows(lake, athena, duck, second_duck, spark, name, version, how):
    connect(lake).create_namespace(name)
    table = f"{name}.t"
    modes = {f"write.{kind}.mode": how for kind in ("delete", "update", "merge")}
    connect(lake).create_table(table, SCHEMA, properties={"format-version": str(version), **modes})
    all_kinds = ["insert", "insert", "update", "delete"]
    of_duck = ["insert"] if how == "copy-on-write" else all_kinds  # it refuses to change such tables
    writers = [Writer(1, Sql(duck.sql, f"lake.{table}"), 6, of_duck),
               Writer(2, Sql(second_duck.sql, f"lake.{table}"), 6, of_duck),
               Writer(3, Sql(spark.sql, f"lake.{table}"), 6, all_kinds),
               Writer(6, Sql(athena.sql, table), 6, all_kinds)]
    if version == 2:  # PyIceberg writes no tables of version 3
        writers += [Writer(number, PyIceberg(lake, table), 6, all_kinds) for number in (4, 5)]
    model = let_write(writers)
    check_content(lake, table, model, athena, duck, spark)
