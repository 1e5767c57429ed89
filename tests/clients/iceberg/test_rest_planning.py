"""Server-side scan planning: PyIceberg in server mode, and plain requests against plan, tasks and cancel."""
import datetime
import uuid

import pyarrow as pa
import pytest
from pyiceberg.expressions import EqualTo, GreaterThan
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import IdentityTransform
from pyiceberg.types import DateType, DoubleType, LongType, NestedField, StringType

from test_rest_catalog import ask, connect, token_of

SCHEMA = Schema(NestedField(1, "id", LongType(), required=False), NestedField(2, "city", StringType(), required=False),
                NestedField(3, "day", DateType(), required=False), NestedField(4, "x", DoubleType(), required=False))
SPEC = PartitionSpec(PartitionField(2, 1000, IdentityTransform(), "city"),
                     PartitionField(3, 1001, IdentityTransform(), "day"))


def rows(ids, city, day=1, x=1.0):
    return pa.table({"id": pa.array(ids, pa.int64()), "city": [city] * len(ids),
                     "day": pa.array([datetime.date(2026, 11, day)] * len(ids)), "x": [x] * len(ids)})


@pytest.fixture
def served(lake):
    """A catalog whose scans are planned by the server."""
    return connect(lake, **{"scan-planning-mode": "server"})


@pytest.fixture
def table(served, name):
    served.create_namespace(name)
    table = served.create_table(f"{name}.trips", SCHEMA, partition_spec=SPEC)
    for number, city in enumerate(["rome", "oslo", "rome"]):
        table.append(rows([number * 10, number * 10 + 1], city, number + 1))
    return table


def path(table, rest=""):
    space, name = table.name()
    return f"/v1/namespaces/{space}/tables/{name}/plan{rest}"


def plan(lake, table, **body):
    body = {key.replace("_", "-"): value for key, value in body.items()}
    status, answer, _ = ask(lake, "POST", path(table), body, token_of(lake))
    return status, answer


def test_pyiceberg_reads_what_the_server_plans(served, lake, table):
    assert served.supports_server_side_planning()
    assert sorted(table.scan().to_arrow()["id"].to_pylist()) == [0, 1, 10, 11, 20, 21]
    scan = table.scan(row_filter=EqualTo("city", "rome"))
    tasks = list(scan.plan_files())
    assert len(tasks) == 2 and all("city=rome" in task.file.file_path for task in tasks)
    local = connect(lake).load_table(table.name()).scan(row_filter=EqualTo("city", "rome"))
    assert {task.file.file_path for task in tasks} == {task.file.file_path for task in local.plan_files()}
    assert sorted(table.scan(row_filter=GreaterThan("id", 10)).to_arrow()["id"].to_pylist()) == [11, 20, 21]
    assert table.scan(row_filter=GreaterThan("id", 99)).to_arrow().num_rows == 0


def test_residuals_are_what_partitions_leave(lake, table):
    city = {"type": "eq", "term": "city", "value": "rome"}
    above = {"type": "gt", "term": "id", "value": 0}
    status, answer = plan(lake, table, filter={"type": "and", "left": city, "right": above}, stats_fields=["id"])
    assert status == 200 and answer["status"] == "completed" and answer["plan-id"]
    assert len(answer["file-scan-tasks"]) == 2
    for task in answer["file-scan-tasks"]:
        assert task["residual-filter"] == above
        file = task["data-file"]
        assert file["content"] == "data" and file["file-format"] == "parquet" and file["record-count"] == 2
        assert file["partition"][0] == "rome" and file["partition"][1] in ("2026-11-01", "2026-11-03")
        assert file["value-counts"] == {"keys": [1], "values": [2]} and file["lower-bounds"]["keys"] == [1]
    # Little-endian, as the reference has it.
    bounds = sorted(task["data-file"]["upper-bounds"]["values"][0] for task in answer["file-scan-tasks"])
    assert bounds == ["0100000000000000", "1500000000000000"]
    _, plain = plan(lake, table, filter=city)
    assert all(task["residual-filter"] is True for task in plain["file-scan-tasks"])
    assert not any("value-counts" in task["data-file"] for task in plain["file-scan-tasks"])
    _, upper = plan(lake, table, filter={"type": "eq", "term": "CITY", "value": "oslo"}, case_sensitive=False)
    assert len(upper["file-scan-tasks"]) == 1


def test_scans_name_a_snapshot_or_what_came_between_two(lake, table):
    first, second, third = [snapshot.snapshot_id for snapshot in table.snapshots()]
    assert len(plan(lake, table, snapshot_id=first)[1]["file-scan-tasks"]) == 1
    _, between = plan(lake, table, start_snapshot_id=first, end_snapshot_id=third)
    assert len(between["file-scan-tasks"]) == 2
    assert len(plan(lake, table, start_snapshot_id=first, end_snapshot_id=second)[1]["file-scan-tasks"]) == 1
    assert len(plan(lake, table, min_rows_requested=1)[1]["file-scan-tasks"]) < 3
    with table.update_schema() as update:
        update.rename_column("city", "town")
    town = {"type": "eq", "term": "town", "value": "rome"}
    assert len(plan(lake, table, snapshot_id=first, filter=town)[1]["file-scan-tasks"]) == 1
    assert plan(lake, table, snapshot_id=first, filter=town, use_snapshot_schema=True)[0] == 400
    city = {"type": "eq", "term": "city", "value": "rome"}
    assert len(plan(lake, table, snapshot_id=first, filter=city, use_snapshot_schema=True)[1]["file-scan-tasks"]) == 1


def test_what_is_asked_wrongly_is_refused(lake, table):
    first, _, third = [snapshot.snapshot_id for snapshot in table.snapshots()]
    for body in ({"snapshot_id": 5}, {"start_snapshot_id": first}, {"end_snapshot_id": first},
                 {"snapshot_id": first, "start_snapshot_id": first, "end_snapshot_id": third},
                 {"start_snapshot_id": third, "end_snapshot_id": first}, {"filter": {"type": "eq"}},
                 {"filter": {"type": "eq", "term": "nope", "value": 1}}, {"stats_fields": ["nope"]},
                 {"snapshot_id": "x"}, {"min_rows_requested": -1}, {"select": "id"}):
        status, answer = plan(lake, table, **body)
        assert status == 400 and answer["error"]["type"] in ("BadRequestException", "ValidationException"), body
    token = token_of(lake)
    status, answer, _ = ask(lake, "POST", path(table).replace("trips", "none"), {}, token)
    assert status == 404 and answer["error"]["type"] == "NoSuchTableException"
    for method in ("GET", "DELETE"):
        status, answer, _ = ask(lake, method, path(table, "/1-2-3"), None, token)
        assert status == 404 and answer["error"]["type"] == "NoSuchPlanIdException"
    status, answer, _ = ask(lake, "POST", path(table)[:-4] + "tasks", {"plan-task": "x"}, token)
    assert status == 404 and answer["error"]["type"] == "NoSuchPlanTaskException"


def test_a_plan_is_fetched_again_until_it_is_cancelled(lake, table):
    _, answer = plan(lake, table)
    token = token_of(lake)
    status, again, _ = ask(lake, "GET", path(table, "/" + answer["plan-id"]), None, token)
    assert status == 200 and again["status"] == "completed" and len(again["file-scan-tasks"]) == 3
    assert ask(lake, "DELETE", path(table, "/" + answer["plan-id"]), None, token)[0] == 204
    status, gone, _ = ask(lake, "GET", path(table, "/" + answer["plan-id"]), None, token)
    assert status == 200 and gone == {"status": "cancelled"}


def test_a_large_plan_comes_in_tasks_that_survive_a_restart(own_lake):
    catalog = connect(own_lake, **{"scan-planning-mode": "server"})
    catalog.create_namespace("big")
    table = catalog.create_table("big.files", Schema(SCHEMA.fields[0]))
    table.append(pa.table({"id": pa.array([1, 2, 3], pa.int64())}))
    task = next(iter(table.scan().plan_files()))
    # Many entries of one file: what its rows are does not matter to a plan.
    with table.transaction() as change, change.update_snapshot().fast_append() as append:
        for number in range(12_000):
            file = task.file.__class__.from_args(**{
                "content": task.file.content, "file_path": f"{task.file.file_path}.{number}",
                "file_format": task.file.file_format, "partition": task.file.partition, "record_count": 3,
                "file_size_in_bytes": task.file.file_size_in_bytes})
            file.spec_id = 0
            append.append_data_file(file)
    _, answer = plan(own_lake, table)
    assert answer["file-scan-tasks"] == [] and len(answer["plan-tasks"]) == 2
    own_lake.restart()
    paths = []
    for task in answer["plan-tasks"]:
        status, tasks, _ = ask(own_lake, "POST", path(table)[:-4] + "tasks", {"plan-task": task}, token_of(own_lake))
        assert status == 200
        paths += [each["data-file"]["file-path"] for each in tasks["file-scan-tasks"]]
    assert len(paths) == len(set(paths)) == 12_001
    status, gone, _ = ask(own_lake, "GET", path(table, "/" + answer["plan-id"]), None, token_of(own_lake))
    assert status == 404 and "plan the scan again" in gone["error"]["message"]
    assert len(list(connect(own_lake, **{"scan-planning-mode": "server"}).load_table("big.files").scan().plan_files())) == 12_001


def test_a_plan_asked_for_again_by_its_key_is_the_same_plan(lake, table):
    token, key = token_of(lake), str(uuid.uuid4())
    body = {"filter": {"type": "eq", "term": "city", "value": "rome"}}
    first = ask(lake, "POST", path(table), body, token, headers={"Idempotency-Key": key})
    table.append(rows([99], "rome"))
    assert ask(lake, "POST", path(table), body, token, headers={"Idempotency-Key": key})[:2] == first[:2]
    status, answer, _ = ask(lake, "POST", path(table), {}, token, headers={"Idempotency-Key": key})
    assert status == 422 and "another request" in answer["error"]["message"]
    assert ask(lake, "POST", path(table), body, token, headers={"Idempotency-Key": "no-uuid"})[0] == 400
    assert len(plan(lake, table, **body)[1]["file-scan-tasks"]) == len(first[1]["file-scan-tasks"]) + 1
