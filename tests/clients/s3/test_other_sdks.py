"""The SDKs of other languages: java/Main.java with the AWS SDK for Java v2, go/main.go with minio-go."""
import os
from pathlib import Path

import pytest

from conftest import ROOT, run

HERE = Path(__file__).parent


def test_the_aws_sdk_for_java(lake, program, environment, name, tmp_path):
    jars = ROOT / "third_party/java"
    java = program("java")
    if not jars.exists() and not os.environ.get("TARN_CI"):
        pytest.skip(f"{jars} is not there; ./do deps brings it")
    hosts = tmp_path / "hosts"  # for requests to virtual hosts
    hosts.write_text(f"127.0.0.1 localhost {name}.localhost\n")
    said = run([java, "-XX:TieredStopAtLevel=1", f"-Djdk.net.hosts.file={hosts}", "-cp", f"{jars}/*", HERE / "java/Main.java",
                lake.endpoint, lake.access_key, lake.secret_key, name], environment, tmp_path, timeout=240)
    assert said.count("ok ") == 12 and "left out" not in said


def test_minio_go(lake, program, environment, name, tmp_path):
    # Debian's sources, built without the network.
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "tarn/go"
    environment.update(GO111MODULE="off", GOPATH="/usr/share/gocode", GOFLAGS="", GOCACHE=str(cache), CGO_ENABLED="0")
    run([program("go"), "build", "-o", tmp_path / "client", HERE / "go/main.go"], environment, tmp_path, timeout=400)
    said = run([tmp_path / "client", lake.endpoint, lake.access_key, lake.secret_key, name], environment, tmp_path)
    assert said == "all well\n"
