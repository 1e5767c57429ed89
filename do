#!/usr/bin/env python3
"""./do <verb>: everything one does with this checkout. Each verb runs the ones that it needs.

  deps    install what is missing (Debian packages, pinned downloads, test clients)
  build   build/tarn
  demo    a lake in a temporary directory: real data in, three answers out
  serve   run a lake on ./lake (further arguments go to `tarn serve`)
  test    unit tests, sanitizers, fuzz replay, real clients, crash loop   [--full for the long forms]
  bench   benchmarks in bench/   [NAME ...]
  lint    layers, formatting, scripts, headers, clang-tidy on changed files
"""
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "tools"))
sys.dont_write_bytecode = True
import deps  # noqa: E402

BINARY = ROOT / "build/tarn"
JOBS = os.environ.get("TARN_JOBS", str(os.cpu_count() or 2))


def configure(preset, folder):
    if not (folder / "build.ninja").exists():
        subprocess.run(["cmake", "--preset", preset], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def build(preset="release", folder=ROOT / "build", targets=("tarn",)):
    deps.ensure()
    configure(preset, folder)
    started = time.monotonic()
    quiet = [] if sys.stdout.isatty() else ["--quiet"]
    subprocess.run(["ninja", "-C", str(folder), "-j", JOBS, *quiet, *targets], check=True)
    return time.monotonic() - started


def verb_deps(_):
    deps.ensure(clients=deps.TEST_CLIENTS, lint=True)


def verb_build(arguments):
    if not BINARY.exists():
        print("build: the first build takes about ten minutes on two cores", flush=True)
    seconds = build(targets=arguments or ["tarn"])
    print(f"build: {BINARY.relative_to(ROOT)} is ready ({seconds:.0f} s)")


def verb_demo(arguments):
    verb_build([])
    deps.ensure(build=False, clients=deps.DEMO_CLIENTS)
    python = str(ROOT / ".venv/bin/python")
    os.execv(python, [python, str(ROOT / "tools/demo/demo.py"), "--binary", str(BINARY), *arguments])


def verb_serve(arguments):
    verb_build([])
    where = [] if "--data" in arguments else ["--data", str(ROOT / "lake")]
    os.execv(str(BINARY), [str(BINARY), "serve", *where, *arguments])


def verb_test(arguments):
    import run_tests
    sys.exit(run_tests.main(arguments, build))


def verb_bench(arguments):
    build(targets=("tarn", "bench_replay", "bench_fill"))
    deps.ensure(build=False, clients=deps.TEST_CLIENTS)
    python = str(ROOT / ".venv/bin/python")
    os.execv(python, [python, str(ROOT / "bench/run.py"), *arguments])


def verb_lint(arguments):
    import lint
    deps.ensure(lint=True)
    build(targets=("generated",))
    sys.exit(lint.main(arguments))


def main():
    verbs = {name[5:]: function for name, function in globals().items() if name.startswith("verb_")}
    if len(sys.argv) < 2 or sys.argv[1] not in verbs:
        print(__doc__)
        sys.exit(0 if sys.argv[1:] in ([], ["--help"], ["help"]) else 2)
    try:
        verbs[sys.argv[1]](sys.argv[2:])
    except deps.Missing as problem:
        sys.exit(f"do {sys.argv[1]}: {problem}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"do {sys.argv[1]}: this command failed: {' '.join(map(str, error.cmd))}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
