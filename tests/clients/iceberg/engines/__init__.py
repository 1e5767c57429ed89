"""Query engines driven by the tests: each is one process that takes SQL on its input and answers JSON."""
import json
import os
import re
import socket
import subprocess
import threading
import time
import urllib.request
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[3]
JARS = ROOT / "third_party/spark"
DUCK_PYTHON = ROOT / ".venv-engines/bin/python"
# What Spark's own launcher opens to it on Java 17.
OPENED = """java.lang java.lang.invoke java.lang.reflect java.io java.net java.nio java.util java.util.concurrent
java.util.concurrent.atomic sun.nio.ch sun.nio.cs sun.security.action sun.util.calendar""".split()


class EngineError(Exception):
    """What the engine said."""


class Engine:
    def __init__(self, name, command, env, log):
        self.name = name
        self.log = Path(log)
        with open(self.log, "w") as errors:
            self.process = subprocess.Popen([str(part) for part in command], env=env, stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, stderr=errors, text=True)
        self.turn = threading.Lock()  # one statement at a time
        said = self.process.stdout.readline()
        assert said == "ready\n", f"{name} did not start: {said}{self.log.read_text()[-3000:]}"

    def rows(self, sql):
        """The rows as dictionaries."""
        with self.turn:
            self.process.stdin.write(json.dumps(sql) + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        assert answer, f"{self.name} ended at: {sql}\n{self.log.read_text()[-3000:]}"
        answer = json.loads(answer)
        if "error" in answer:
            raise EngineError(f"{self.name}: {answer['error'][:4000]}\nof: {sql}")
        return answer["rows"]

    def sql(self, sql):
        """The rows as tuples."""
        return [tuple(row.values()) for row in self.rows(sql)]

    def value(self, sql):
        (row,) = self.sql(sql)
        return row[0] if len(row) == 1 else row

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def absent(what):
    """In CI an engine that is not there is a failure; elsewhere its tests are skipped."""
    message = f"{what} is not there; ./do deps brings it"
    if os.environ.get("TARN_CI"):
        pytest.fail(message)
    pytest.skip(message)


def start_duck(folder):
    if not DUCK_PYTHON.exists():
        absent(DUCK_PYTHON)
    env = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    return Engine("DuckDB", [DUCK_PYTHON, HERE / "duck_shell.py"], env, Path(folder) / "duckdb.log")


def attach_duck(duck, lake, name="lake", how="oauth2"):
    """Attaches the lake's catalog; its files are read and written with the same access key."""
    duck.sql(f"CREATE OR REPLACE SECRET files (TYPE s3, KEY_ID '{lake.access_key}', SECRET '{lake.secret_key}',"
             f" REGION '{lake.region}', ENDPOINT '{lake.endpoint.split('//')[1]}', URL_STYLE 'path', USE_SSL false)")
    endpoint = lake.endpoint
    if how == "oauth2":
        duck.sql(f"CREATE OR REPLACE SECRET catalog (TYPE iceberg, CLIENT_ID '{lake.access_key}',"
                 f" CLIENT_SECRET '{lake.secret_key}', OAUTH2_SERVER_URI '{endpoint}/iceberg/v1/oauth/tokens')")
        signed = "SECRET catalog"
    else:  # the extension takes service and region from the host's name
        endpoint = endpoint.replace("127.0.0.1", f"glue.{lake.region}.localhost")
        signed = "AUTHORIZATION_TYPE 'sigv4', SECRET files"
    duck.sql(f"ATTACH '' AS {name} (TYPE iceberg, ENDPOINT '{endpoint}/iceberg', {signed},"
             f" ACCESS_DELEGATION_MODE 'none')")


def spark_files(lake, access_key=None, secret_key=None):
    """How a catalog of Spark's reaches files: with these keys, or with those that the catalog hands out."""
    files = {"s3.endpoint": lake.endpoint, "s3.path-style-access": "true", "client.region": lake.region,
             "io-impl": "org.apache.iceberg.aws.s3.S3FileIO", "cache-enabled": "false"}
    return {**files, "s3.access-key-id": access_key, "s3.secret-access-key": secret_key} if access_key else files


def spark_rest(lake, access_key, secret_key, signed=False):
    """The REST catalog of whom these keys are, by token or by signing each request."""
    rest = {"type": "rest", "uri": lake.endpoint + "/iceberg"}
    if not signed:
        return {**rest, "credential": f"{access_key}:{secret_key}"}
    return {**rest, "rest.sigv4-enabled": "true", "rest.signing-name": "glue", "rest.signing-region": lake.region,
            "rest.access-key-id": access_key, "rest.secret-access-key": secret_key}


def spark_glue(lake):
    return {"type": "glue", "glue.endpoint": lake.endpoint, "warehouse": f"s3://tarn-warehouse-{lake.account}-{lake.region}"}


def start_spark(lake, folder, catalogs=None, environment=None):
    """Spark with these catalogs, a catalog's options by its name; else with `lake`, `signed` and `glue` of root."""
    if not any(JARS.glob("*.jar")):
        absent(JARS)
    keys = (lake.access_key, lake.secret_key)
    catalogs = catalogs or {
        "lake": {**spark_files(lake, *keys), **spark_rest(lake, *keys)},
        "signed": {**spark_files(lake, *keys), **spark_rest(lake, *keys, signed=True)},
        "glue": {**spark_files(lake, *keys), **spark_glue(lake)},
    }
    environment = environment or lake.environment()
    settings = {
        "spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "1", "spark.sql.session.timeZone": "UTC",
        "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1",
        "spark.sql.warehouse.dir": f"file:{folder}/warehouse", "spark.local.dir": str(folder),
        "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
        "spark.hadoop.fs.s3a.endpoint": lake.endpoint, "spark.hadoop.fs.s3a.endpoint.region": lake.region,
        "spark.hadoop.fs.s3a.path.style.access": "true",
        "spark.hadoop.fs.s3a.access.key": environment["AWS_ACCESS_KEY_ID"],
        "spark.hadoop.fs.s3a.secret.key": environment["AWS_SECRET_ACCESS_KEY"],
        "spark.hadoop.mapreduce.outputcommitter.factory.scheme.s3a": "org.apache.hadoop.fs.s3a.commit.S3ACommitterFactory",
        "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
    }
    for name, options in catalogs.items():
        settings[f"spark.sql.catalog.{name}"] = "org.apache.iceberg.spark.SparkCatalog"
        settings.update({f"spark.sql.catalog.{name}.{key}": value for key, value in options.items()})
    command = ["java", "-Xmx1g", "-XX:ActiveProcessorCount=1", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
               "-Djava.net.preferIPv4Stack=true", f"-Dlog4j2.configurationFile={HERE}/log4j2.properties",
               f"-Dderby.system.home={folder}", *(f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in OPENED),
               "-cp", f"{JARS}/*", HERE / "SparkShell.java", *(f"{key}={value}" for key, value in settings.items())]
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "SPARK_LOCAL_IP": "127.0.0.1",
           **environment, "AWS_REGION": lake.region}
    return Engine("Spark", command, env, Path(folder) / "spark.log")


TRINO = ROOT / "third_party/trino/server"


class Trino:
    """A Trino server with the catalogs `lake` (REST) and `glue`; asked by its HTTP protocol."""

    def __init__(self, java, lake, folder):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"http://127.0.0.1:{probe.getsockname()[1]}"
        files = {"connector.name": "iceberg", "fs.native-s3.enabled": "true", "s3.endpoint": lake.endpoint,
                 "s3.region": lake.region, "s3.path-style-access": "true", "s3.aws-access-key": lake.access_key,
                 "s3.aws-secret-key": lake.secret_key}
        self.write(folder / "etc/catalog/lake.properties", {
            **files, "iceberg.catalog.type": "rest", "iceberg.rest-catalog.uri": lake.endpoint + "/iceberg",
            "iceberg.rest-catalog.security": "OAUTH2",
            "iceberg.rest-catalog.oauth2.credential": f"{lake.access_key}:{lake.secret_key}",
            "iceberg.rest-catalog.oauth2.server-uri": lake.endpoint + "/iceberg/v1/oauth/tokens"})
        self.write(folder / "etc/catalog/glue.properties", {
            **files, "iceberg.catalog.type": "glue", "hive.metastore.glue.region": lake.region,
            "hive.metastore.glue.endpoint-url": lake.endpoint, "hive.metastore.glue.aws-access-key": lake.access_key,
            "hive.metastore.glue.aws-secret-key": lake.secret_key})
        self.write(folder / "etc/config.properties", {
            "coordinator": "true", "node-scheduler.include-coordinator": "true", "discovery.uri": self.address,
            "http-server.http.port": self.address.rpartition(":")[2], "catalog.config-dir": folder / "etc/catalog",
            "query.max-memory-per-node": "200MB", "memory.heap-headroom-per-node": "200MB"})
        of_node = {"node.environment": "test", "node.id": "one", "node.data-dir": folder, "plugin.dir": TRINO / "plugin",
                   "node.internal-address": "127.0.0.1", "config": folder / "etc/config.properties"}
        self.log = folder / "trino.log"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                [java, "-Xmx1500m", "-XX:ActiveProcessorCount=1", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                 "--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED",
                 "--sun-misc-unsafe-memory-access=allow", "-Djdk.attach.allowAttachSelf=true",
                 *(f"-D{key}={value}" for key, value in of_node.items()), "-cp", f"{TRINO}/lib/*",
                 "io.trino.server.TrinoServer"], cwd=folder, stdout=log, stderr=log)
        end = time.monotonic() + 300
        while "SERVER STARTED" not in self.log.read_text():
            assert self.process.poll() is None and time.monotonic() < end, self.log.read_text()[-3000:]
            time.sleep(0.2)
        self.knows_nodes = time.monotonic() + 60

    @staticmethod
    def write(path, settings):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{key}={value}\n" for key, value in settings.items()))

    def sql(self, sql):
        ask = urllib.request.Request(self.address + "/v1/statement", sql.encode(), {"X-Trino-User": "test"})
        rows = []
        while ask:
            with urllib.request.urlopen(ask, timeout=120) as response:
                answer = json.load(response)
            rows += map(tuple, answer.get("data") or [])
            if "error" in answer:
                # A server that has only just started does not know its own node for some seconds; nothing was done.
                if answer["error"]["message"] == "nodes is empty" and time.monotonic() < self.knows_nodes:
                    time.sleep(0.5)
                    return self.sql(sql)
                raise EngineError(f"Trino: {answer['error']['errorName']}: {answer['error']['message']}\nof: {sql}")
            ask = answer.get("nextUri")
        return rows

    def stop(self):
        self.process.kill()
        self.process.wait()


def newest_java():
    """(version, path) of the newest Java found."""
    found = [Path("/usr/bin/java"), *Path("/usr/lib/jvm").glob("*/bin/java")]
    versions = []
    for java in filter(Path.exists, found):
        said = subprocess.run([java, "-version"], capture_output=True, text=True).stderr
        versions.append((int(re.search(r'version "(\d+)', said)[1]), java))
    return max(versions, default=(0, None))


def start_trino(lake, folder):
    """Only what ./do test --full brings, and only where there is a Java for it: skipped elsewhere, also in CI."""
    if not TRINO.exists():
        pytest.skip("Trino is not there; ./do test --full brings it")
    version, java = newest_java()
    if version < 24:
        pytest.skip(f"Trino 476 needs Java 24; the newest here is {version}")
    return Trino(java, lake, Path(folder))
