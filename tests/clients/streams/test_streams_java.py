"""The AWS SDK for Java v2 on Kinesis: HTTP/2 and CBOR, a subscription from its first record to its shard's end."""
import os
from pathlib import Path

import pytest

from conftest import ROOT, run

HERE = Path(__file__).parent


def test_a_subscription_of_java_follows_its_shard_to_the_end(lake, program, environment, name, tmp_path):
    jars = ROOT / "third_party/java"
    java = program("java")
    if not jars.exists() and not os.environ.get("TARN_CI"):
        pytest.skip(f"{jars} is not there; ./do deps brings it")
    said = run([java, "-XX:TieredStopAtLevel=1", "-cp", f"{jars}/*", HERE / "java/Subscriber.java", lake.endpoint, name],
               environment, tmp_path, timeout=240)
    assert said.splitlines() == [
        "created true",
        "got 3 early0 true",
        "refused ResourceNotFoundException",
        "first true",
        "all true [early0, early1, early2, late0, late1, late2]",
        "ended null [shardId-000000000001, shardId-000000000002]",
    ]
