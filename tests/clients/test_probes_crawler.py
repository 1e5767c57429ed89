"""Crawls of what real folders hold, checked by asking the tables that come out."""
import bz2
import gzip
import io
import json
import time

import pyarrow
import pyarrow.orc
import pyarrow.parquet
import pytest

from test_athena_queries import Shop


class Crawled(Shop):
    def crawl(self, name, path="", **extra):
        try:
            self.glue.create_crawler(Name=name, Role="arn:aws:iam::000000000000:role/crawl", DatabaseName=self.database,
                                     Targets={"S3Targets": [{"Path": f"s3://{self.bucket}/{path}", **extra.pop("target", {})}]}, **extra)
        except self.glue.exceptions.AlreadyExistsException:
            pass
        self.glue.start_crawler(Name=name)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            crawler = self.glue.get_crawler(Name=name)["Crawler"]
            if crawler["State"] == "READY":
                return self.glue.list_crawls(CrawlerName=name)["Crawls"][0], crawler
            time.sleep(0.02)
        raise AssertionError("the crawl did not end")

    def table(self, name):
        return self.glue.get_table(DatabaseName=self.database, Name=name)["Table"]

    def columns(self, name):
        return {c["Name"]: c["Type"] for c in self.table(name)["StorageDescriptor"]["Columns"]}

    def tables(self):
        return {t["Name"] for t in self.glue.get_tables(DatabaseName=self.database)["TableList"]}


@pytest.fixture
def shop(lake):
    return Crawled(lake)


def parquet(table, **options):
    out = io.BytesIO()
    pyarrow.parquet.write_table(table, out, **options)
    return out.getvalue()


def test_a_raw_zone_of_many_formats_becomes_tables_that_answer(shop, name):
    for day in (1, 2):
        lines = "\n".join(json.dumps({"id": n, "user": {"name": f"u{n}", "tags": ["a", "b"]}, "amount": n * 1.5, "ok": n % 2 == 0, "big": 2**40})
                          for n in range(20))
        shop.put(f"raw/events/year=2024/month=0{day}/e.json.gz", gzip.compress(lines.encode()))
        shop.put(f"raw/products/2024/0{day}/p.csv", b"sku,price,stock,added\nA1,9.99,5,2024-01-01\nB2,12.50,7,2024-01-02\n")
    shop.put("raw/measures/a.parquet", parquet(pyarrow.table({"t": pyarrow.array([1, 2], pyarrow.timestamp("ms")), "v": [1.5, 2.5]}), compression="zstd"))
    shop.put("raw/tsv/a.tsv.bz2", bz2.compress(b"name\tcount\nx\t1\ny\t2\n"))
    shop.put("raw/pipe/a.txt", b"1|foo|2.5\n2|bar|3.5\n3|baz|4.5\n")
    shop.put("raw/quoted/a.csv", b'id,text\n1,"hello, world"\n2,"a ""b"""\n')
    shop.put("raw/_temporary/x.csv", b"a,b\n1,2\n")
    shop.put("raw/events/_SUCCESS", b"")
    shop.put("raw/.hidden/x.csv", b"a,b\n1,2\n")
    crawl, crawler = shop.crawl(name, "raw/")
    assert crawl["State"] == "COMPLETED" and crawler["LastCrawl"]["Status"] == "SUCCEEDED"
    assert shop.tables() == {"events", "products", "measures", "tsv", "pipe", "quoted"}, shop.tables()
    assert shop.columns("events") == {"id": "int", "user": "struct<name:string,tags:array<string>>", "amount": "double", "ok": "boolean", "big": "bigint"}
    assert [k["Name"] for k in shop.table("events")["PartitionKeys"]] == ["year", "month"]
    assert [k["Name"] for k in shop.table("products")["PartitionKeys"]] == ["partition_0", "partition_1"]
    assert shop.table("events")["Parameters"]["classification"] == "json"
    assert shop.table("events")["Parameters"]["recordCount"] == "40"
    assert shop.table("pipe")["Parameters"]["delimiter"] == "|"
    assert shop.rows("SELECT count(*), sum(amount), min(user.name) FROM events WHERE month = '02'") == [["20", "285.0", "u0"]]
    assert shop.rows("SELECT sku, sum(stock) FROM products GROUP BY sku ORDER BY sku") == [["A1", "10"], ["B2", "14"]]
    assert shop.rows("SELECT sum(v) FROM measures") == [["4.0"]]
    assert shop.rows("SELECT name, count FROM tsv ORDER BY 1") == [["x", "1"], ["y", "2"]]
    assert shop.rows("SELECT sum(col0), sum(col2) FROM pipe") == [["6", "10.5"]]
    assert shop.rows("SELECT text FROM quoted ORDER BY id") == [["hello, world"], ['a "b"']]
    versions = len(shop.glue.get_table_versions(DatabaseName=shop.database, TableName="events")["TableVersions"])
    shop.crawl(name, "raw/")
    assert len(shop.glue.get_table_versions(DatabaseName=shop.database, TableName="events")["TableVersions"]) == versions
    shop.put("raw/events/year=2024/month=03/e.json.gz", gzip.compress(b'{"id": 1, "amount": 1, "later": "x"}\n'))
    shop.crawl(name, "raw/")
    assert shop.columns("events")["later"] == "string"
    assert shop.rows("SELECT id, later, month FROM events WHERE later IS NOT NULL") == [["1", "x", "03"]]
    assert len(shop.glue.get_table_versions(DatabaseName=shop.database, TableName="events")["TableVersions"]) == versions + 1


def test_broken_and_foreign_files_are_named_and_end_nothing(shop, name):
    shop.put("mix/good/a.csv", b"id,name\n1,a\n2,b\n")
    shop.put("mix/bad/a.parquet", b"PAR1" + b"\x00" * 500 + b"PAR1")
    shop.put("mix/other/a.csv", b"x,y,z\n1,2,3\n4,5,6\n")
    orc = io.BytesIO()
    pyarrow.orc.write_table(pyarrow.table({"a": [1]}), orc)
    shop.put("mix/orc/a.orc", orc.getvalue())
    shop.put("mix/avro/a.avro", b"Obj\x01" + b"\x00" * 60)
    shop.put("mix/photo/a.jpg", b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4)
    shop.put("mix/empty/a.csv", b"")
    crawl, crawler = shop.crawl(name, "mix/")
    assert crawl["State"] == "COMPLETED" and crawler["LastCrawl"]["Status"] == "SUCCEEDED", crawl
    assert "good" in shop.tables() and not {"bad", "orc", "avro", "empty"} & shop.tables(), shop.tables()
    told = json.dumps([crawl, crawler], default=str)
    for key in ("bad/a.parquet", "orc/a.orc", "avro/a.avro"):
        assert key in told, told


def test_policies_and_exclusions_rule(shop, name):
    shop.put("p/keep/a.csv", b"id,name\n1,a\n2,b\n")
    shop.put("p/keep/b.tmp", b"{")
    shop.put("p/skip/a.csv", b"id,name\n1,a\n2,b\n")
    shop.crawl(name, "p/", target={"Exclusions": ["skip/**", "**.tmp"]}, TablePrefix="pre_",
               SchemaChangePolicy={"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"})
    assert shop.tables() == {"pre_keep"}, shop.tables()
    before = shop.columns("pre_keep")
    shop.put("p/keep/a.csv", b"id,name,more\n1,a,1\n2,b,2\n")
    shop.crawl(name)
    assert shop.columns("pre_keep") == before
    shop.glue.update_crawler(Name=name, SchemaChangePolicy={"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "DEPRECATE_IN_DATABASE"})
    shop.crawl(name)
    assert "more" in shop.columns("pre_keep")
    shop.s3.delete_object(Bucket=shop.bucket, Key="p/keep/a.csv")
    shop.s3.delete_object(Bucket=shop.bucket, Key="p/keep/b.tmp")
    shop.crawl(name)
    assert any(p.upper() == "DEPRECATED_BY_CRAWLER" for p in shop.table("pre_keep")["Parameters"])
    shop.glue.update_crawler(Name=name, SchemaChangePolicy={"UpdateBehavior": "LOG", "DeleteBehavior": "DELETE_FROM_DATABASE"})
    shop.crawl(name)
    assert "pre_keep" not in shop.tables()


def test_a_missing_bucket_fails_the_crawl_with_a_reason(shop, name):
    shop.glue.create_crawler(Name=name, Role="r", DatabaseName=shop.database, Targets={"S3Targets": [{"Path": "s3://no-such-bucket-at-all/x/"}]})
    shop.glue.start_crawler(Name=name)
    end = time.monotonic() + 20
    while shop.glue.get_crawler(Name=name)["Crawler"]["State"] != "READY":
        assert time.monotonic() < end
        time.sleep(0.02)
    last = shop.glue.get_crawler(Name=name)["Crawler"]["LastCrawl"]
    assert last["Status"] == "FAILED" and "no-such-bucket-at-all" in last["ErrorMessage"], last


def test_a_crawl_in_flight_survives_a_kill_as_a_told_failure(own_lake):
    shop = Crawled(own_lake)
    for n in range(60):
        shop.put(f"many/t{n}/a.csv", f"id{n},name{n},more{n}\n1,a,2\n2,b,3\n".encode())
    shop.glue.create_crawler(Name="c", Role="r", DatabaseName=shop.database, Targets={"S3Targets": [{"Path": f"s3://{shop.bucket}/many/"}]})
    shop.glue.start_crawler(Name="c")
    own_lake.restart()
    end = time.monotonic() + 20
    while shop.glue.get_crawler(Name="c")["Crawler"]["State"] != "READY":
        assert time.monotonic() < end
        time.sleep(0.02)
    crawl, _ = shop.crawl("c", "many/")
    assert crawl["State"] == "COMPLETED" and len(shop.tables()) == 60
