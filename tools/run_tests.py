"""`./do test`: every phase on its own line with its time, the counts of all at the end.

  release   clean build time, one-file rebuild time
  unit      unit tests and fuzz replay under ASan and UBSan
  clients   real SDKs and tools against build/tarn (pytest in tests/)
  crash     kill -9 under load, then verification
With --full also: TSan, longer fuzzing, longer crash loops.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import time

import deps

ROOT = pathlib.Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv/bin/python"
CI = bool(os.environ.get("TARN_CI"))


class Counts:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.phases = []

    def phase(self, name, function, *arguments):
        print(f"== {name}", flush=True)
        started = time.monotonic()
        before = self.failed
        try:
            function(self, *arguments)
        except subprocess.CalledProcessError as error:
            print(f"{name}: this command failed: {' '.join(map(str, error.cmd))}")
            self.failed += 1
        seconds = time.monotonic() - started
        self.phases.append((name, seconds, self.failed == before))
        print(f"== {name}: {'ok' if self.failed == before else 'FAILED'} in {seconds:.0f} s", flush=True)


def release(counts, build):
    # CI compiles everything anew (the cache is refilled, not read), so that its figure is a clean build's.
    fresh = CI and not (ROOT / "build/tarn").exists()
    if fresh:
        os.environ["CCACHE_RECACHE"] = "1"
    seconds = build(targets=("tarn", "test_tools"))
    os.environ.pop("CCACHE_RECACHE", None)
    print(f"release: {'clean ' if fresh else ''}build {seconds:.0f} s")
    one = ROOT / "src/catalog/tables.cc"
    if fresh and one.exists():
        one.touch()
        os.environ["CCACHE_RECACHE"] = "1"
        print(f"release: one file rebuilt and linked in {build(targets=('tarn',)):.0f} s")
        os.environ.pop("CCACHE_RECACHE", None)


def gtest_binaries(folder):
    listed = subprocess.run(["ctest", "--show-only=json-v1"], cwd=folder, check=True, capture_output=True, text=True)
    import json
    return [(t["name"], t["command"]) for t in json.loads(listed.stdout)["tests"] if "command" in t]


def unit(counts, build, preset, folder):
    seconds = build(preset, folder, ("unit_tests",))
    print(f"unit: {preset} build {seconds:.0f} s")
    env = dict(os.environ, ASAN_OPTIONS="detect_leaks=1:strict_string_checks=1", UBSAN_OPTIONS="print_stacktrace=1",
               LSAN_OPTIONS=f"suppressions={ROOT / 'tests/lsan.supp'}",
               TSAN_OPTIONS=f"halt_on_error=1:suppressions={ROOT / 'tests/tsan.supp'}")
    for name, command in gtest_binaries(folder):
        started = time.monotonic()
        done = subprocess.run(command, env=env, capture_output=True, text=True, cwd=folder)
        passed = sum(map(int, re.findall(r"\[  PASSED  \] (\d+) test", done.stdout)))
        skipped = sum(map(int, re.findall(r"\[  SKIPPED \] (\d+) test", done.stdout)))
        failed = max(map(int, re.findall(r"(\d+) FAILED TEST", done.stdout)), default=0)
        if done.returncode != 0:
            failed = max(failed, 1)
            print(done.stdout[-6000:], done.stderr[-6000:])
        if not passed and not failed:
            passed = 1  # a fuzz replay counts as one
        counts.passed += passed
        counts.failed += failed
        counts.skipped += skipped
        print(f"  {name}: {passed} passed, {failed} failed ({time.monotonic() - started:.1f} s)", flush=True)


# What a test that passed left on the disk goes at once: a run makes hundreds of lakes.
KEEP_FAILED = ("-o", "tmp_path_retention_policy=failed", "-o", "tmp_path_retention_count=1")


def pytest(counts, *arguments):
    env = dict(os.environ, PYTHONDONTWRITEBYTECODE="1", TARN_BINARY=str(ROOT / "build/tarn"),
               TARN_BUILD=str(ROOT / "build"))
    done = subprocess.run([str(PYTHON), "-m", "pytest", "-q", "-rsfE", "-p", "no:cacheprovider", *KEEP_FAILED,
                           *arguments], cwd=ROOT, env=env, capture_output=True, text=True)
    closing = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""
    counted = {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|skipped|error)", closing)}
    counts.passed += counted.get("passed", 0)
    counts.failed += counted.get("failed", 0) + counted.get("error", 0)
    counts.skipped += counted.get("skipped", 0)
    if done.returncode not in (0, 1) and not counted.get("error"):
        counts.failed += 1
    if done.returncode != 0:
        print(done.stdout[-20000:], done.stderr[-3000:])
    for line in done.stdout.splitlines():
        if line.startswith("SKIPPED"):
            print(f"  {line}")
    print(f"  {closing}", flush=True)


def crash(counts, rounds):
    subprocess.run([str(PYTHON), str(ROOT / "tests/crash/kill_loop.py"), "--binary", str(ROOT / "build/tarn"),
                    "--rounds", str(rounds)], check=True)
    counts.passed += 1


def main(arguments, build):
    parser = argparse.ArgumentParser(prog="./do test", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="also TSan, longer fuzzing and crash loops")
    parser.add_argument("phases", nargs="*", help="only these phases")
    options = parser.parse_args(arguments)
    deps.ensure(clients=deps.TEST_CLIENTS)
    if options.full:
        deps.install_full()
    counts = Counts()

    def wanted(name):
        return not options.phases or name in options.phases

    if wanted("release"):
        counts.phase("release", release, build)
    if wanted("unit"):
        os.environ.setdefault("TARN_FUZZ_SECONDS", "60" if options.full else "1")
        counts.phase("unit", unit, build, "asan", ROOT / "build-asan")
    if wanted("clients") and (ROOT / "build/tarn").exists():
        counts.phase("clients", pytest, "-n", "2", "--dist", "loadgroup", "tests")
    if wanted("crash") and (ROOT / "tests/crash/kill_loop.py").exists():
        counts.phase("crash", crash, 40 if options.full else 5)
    if options.full and wanted("tsan"):
        counts.phase("tsan", unit, build, "tsan", ROOT / "build-tsan")
    print("\nphases: " + ", ".join(f"{n} {s:.0f} s{'' if ok else ' FAILED'}" for n, s, ok in counts.phases))
    print(f"{counts.passed} passed, {counts.failed} failed, {counts.skipped} skipped")
    return 1 if counts.failed or not counts.passed else 0
