"""Partition projection: partitions that a table's properties tell, without one in the catalog."""
import datetime

import pytest
from test_athena_queries import Shop


@pytest.fixture(scope="module")
def shop(lake):
    return Shop(lake)


def make(shop, table, keys, location, **properties):
    told = {"projection.enabled": "true", **{key.replace("__", "."): value for key, value in properties.items()}}
    listed = ", ".join(f"'{key}' = '{value}'" for key, value in told.items())
    shop.ok(f"""CREATE EXTERNAL TABLE {table} (n int) PARTITIONED BY ({keys})
        LOCATION 's3://{shop.bucket}/{location}/' TBLPROPERTIES ({listed})""")


def scanned(shop, sql):
    return shop.ok(sql)["Statistics"]["DataScannedInBytes"]


def test_dates_and_enums_are_read_without_any_partition_in_the_catalog(shop):
    for day, kind, number in (("2024-01-01", "a", 1), ("2024-01-02", "b", 2), ("2024-02-01", "a", 3)):
        shop.put(f"days/dt={day}/kind={kind}/x.csv", b"%d\n" % number)
    shop.put("days/dt=2030-01-01/kind=a/x.csv", b"100\n")  # outside the range: not there
    shop.put("days/dt=2024-01-01/kind=z/x.csv", b"200\n")  # no value of the enum
    make(shop, "days", "dt string, kind string", "days", projection__dt__type="date",
         projection__dt__format="yyyy-MM-dd", projection__dt__range="2024-01-01,2024-12-31",
         projection__kind__type="enum", projection__kind__values="a,b")
    assert shop.rows("SELECT n, dt, kind FROM days ORDER BY n") == [
        ["1", "2024-01-01", "a"], ["2", "2024-01-02", "b"], ["3", "2024-02-01", "a"]]
    assert shop.rows("SELECT n FROM days WHERE dt = '2024-01-02'") == [["2"]]
    assert shop.rows("SELECT n FROM days WHERE dt BETWEEN '2024-01-02' AND '2024-02-01' AND kind = 'a'") == [["3"]]
    assert shop.rows("SELECT n FROM days WHERE dt = '2030-01-01'") == []
    assert scanned(shop, "SELECT n FROM days WHERE kind = 'b'") == 2
    assert shop.lake.client("glue").get_partitions(DatabaseName=shop.database, TableName="days")["Partitions"] == []


def test_a_location_template_and_padded_numbers(shop):
    for year, month, number in ((2023, 12, 1), (2024, 1, 2), (2024, 2, 3)):
        shop.put(f"logs/y{year}/{month:02}/x.csv", b"%d\n" % number)
    make(shop, "logs", "year int, month string", "unused", projection__year__type="integer",
         projection__year__range="2020,2030", projection__month__type="integer", projection__month__range="1,12",
         projection__month__digits="2", storage__location__template=f"s3://{shop.bucket}/logs/y${{year}}/${{month}}")
    assert shop.rows("SELECT n, year, month FROM logs ORDER BY n") == [
        ["1", "2023", "12"], ["2", "2024", "01"], ["3", "2024", "02"]]
    assert shop.rows("SELECT n FROM logs WHERE year = 2024 AND month = '02'") == [["3"]]
    assert shop.rows("SELECT sum(n) FROM logs WHERE year >= 2024") == [["5"]]
    assert scanned(shop, "SELECT n FROM logs WHERE year = 2023") == 2


def test_ranges_reach_to_now_and_hours_need_their_unit(shop):
    now = datetime.datetime.now(datetime.timezone.utc)
    for age in (0, 1, 400):
        day = now - datetime.timedelta(days=age)
        shop.put(f"recent/{day:%Y/%m/%d}/x.csv", b"%d\n" % age)
    make(shop, "recent", "day string", "recent", projection__day__type="date", projection__day__format="yyyy/MM/dd",
         projection__day__range="NOW-2YEARS,NOW", storage__location__template=f"s3://{shop.bucket}/recent/${{day}}")
    assert shop.rows("SELECT n FROM recent ORDER BY n") == [["0"], ["1"], ["400"]]
    since = now - datetime.timedelta(days=30)
    assert shop.rows(f"SELECT count(*) FROM recent WHERE day > '{since:%Y/%m/%d}'") == [["2"]]
    make(shop, "hourly", "hour string", "hourly", projection__hour__type="date",
         projection__hour__format="yyyy-MM-dd HH", projection__hour__range="NOW-1DAYS,NOW")
    assert "interval.unit" in shop.fails("SELECT * FROM hourly")["StateChangeReason"]


def test_an_injected_column_must_be_pinned(shop):
    for device, number in (("d1", 1), ("d2", 2), ("d3", 3)):
        shop.put(f"devices/device={device}/x.csv", b"%d\n" % number)
    make(shop, "devices", "device string", "devices", projection__device__type="injected")
    assert shop.rows("SELECT n FROM devices WHERE device = 'd2'") == [["2"]]
    assert shop.rows("SELECT n FROM devices WHERE device IN ('d1', 'd3') ORDER BY n") == [["1"], ["3"]]
    reason = shop.fails("SELECT * FROM devices")["StateChangeReason"]
    assert reason.startswith("CONSTRAINT_VIOLATION: For the injected projected partition column device")
    assert "CONSTRAINT_VIOLATION" in shop.fails("SELECT * FROM devices WHERE device > 'd1'")["StateChangeReason"]


def test_a_column_without_projection_is_named(shop):
    make(shop, "half", "a string, b string", "half", projection__a__type="enum", projection__a__values="x")
    reason = shop.fails("SELECT * FROM half")["StateChangeReason"]
    assert reason.startswith("INVALID_TABLE_PROPERTY") and "projection.b.type" in reason
