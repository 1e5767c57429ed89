"""Flink's Kinesis connector reads a resharding stream and counts exactly once over a failure of its job (./do test --full)."""
import os
import subprocess
import threading
import time
from pathlib import Path

import pytest

import kcl
import shard_order
from conftest import ROOT
from test_kcl import reshard

JARS = ROOT / "third_party/flink"


@pytest.mark.parametrize("publisher", ["POLLING", "EFO"])
def test_flink_counts_a_resharding_stream_exactly_once(lake, name, tmp_path, publisher):
    if not JARS.exists():
        pytest.skip("Flink is not there; ./do test --full brings it")
    kinesis = lake.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=2, Tags={"tarn:shard-limits": "off"})
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8", "AWS_ACCESS_KEY_ID": lake.access_key,
           "AWS_SECRET_ACCESS_KEY": lake.secret_key, "AWS_EC2_METADATA_DISABLED": "true"}
    # Flink looks for a job's classes by name, and so in files.
    subprocess.run([kcl.java() + "c", "-nowarn", "-d", tmp_path, "-cp", f"{JARS}/*", Path(__file__).parent / "flink/Counts.java"],
                   check=True)
    log = tmp_path / "flink.log"
    with open(log, "w") as errors:
        job = subprocess.Popen([kcl.java(), "-XX:TieredStopAtLevel=1", "-Xmx768m", "--add-opens", "java.base/java.util=ALL-UNNAMED",
                                "--add-opens", "java.base/java.lang=ALL-UNNAMED", "-cp", f"{tmp_path}:{JARS}/*", "Counts",
                                lake.endpoint, name, publisher, "200"],
                               env=env, cwd=tmp_path, stdout=subprocess.PIPE, stderr=errors, text=True)
    lines = []
    threading.Thread(target=lambda: lines.extend(line.rstrip("\n").split("\t") for line in job.stdout), daemon=True).start()

    def until(condition, what, seconds=120):
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline and job.poll() is None, f"{what}: {lines[-3:]}\n{log.read_text()[-4000:]}"
            time.sleep(0.1)
    producers = [shard_order.Producer(lake.client("kinesis"), name, f"k{i}", pause=0.02) for i in range(8)]
    try:
        for producer in producers:
            producer.start()
        until(lambda: ["restored"] in lines, "the job to fail and come back")
        reshard(kinesis, name)
        for producer in producers:
            producer.end()
        totals = {producer.key: len(producer.answered) for producer in producers}

        def counted():
            return {line[1]: int(line[3]) for line in list(lines) if line[0] == "count"}
        until(lambda: counted() == totals, "all records")
    finally:
        job.kill()
        job.wait()
    assert ["failing"] in lines
    # Flink reads children beside their parents: a key's order holds within each shard, and what its state adds up is exact.
    started = lines.index(["restored"])
    last = {}
    for _, key, number, _, _, shard in (line for line in lines[started:] if line[0] == "count"):
        assert last.get((key, shard), -1) < int(number), f"{shard}: {key}:{number} after {last[key, shard]}"
        last[key, shard] = int(number)
    assert len({shard for _, shard in last}) == 7
    sums = {line[1]: int(line[4]) for line in lines if line[0] == "count"}
    assert sums == {key: total * (total - 1) // 2 for key, total in totals.items()}
    assert shard_order.check(kinesis, name, producers) == sum(totals.values())
