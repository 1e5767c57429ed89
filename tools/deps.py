#!/usr/bin/env python3
"""Installs what building, running and testing Tarn needs; does nothing for what is there already.

Three kinds: Debian packages (apt), pinned downloads checked by SHA-256 (DuckDB's library and headers, botocore's
service models; kept in a per-user cache), and a virtual environment with the test clients.
"""
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
THIRD_PARTY = ROOT / "third_party"
VENV = ROOT / ".venv"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "tarn"

BUILD_PACKAGES = """
g++ cmake ninja-build mold ccache pkg-config python3-venv python3-pip npm
libboost1.81-dev libssl-dev librocksdb-dev libsimdjson-dev libpugixml-dev libfmt-dev libcli11-dev libtomlplusplus-dev
libre2-dev libzstd-dev zlib1g-dev libbz2-dev libisal-dev libnghttp2-dev libxxhash-dev libsnappy-dev libjq-dev libjemalloc-dev libxmlsec1-dev libgtest-dev
tzdata
""".split()
DEMO_CLIENTS = "tools/demo/requirements.txt"
TEST_CLIENTS = "tests/requirements.txt"
S3FS_CLIENTS = "tests/clients/s3/requirements.txt"  # s3fs wants a botocore of its own
S3FS_VENV = ROOT / ".venv-s3fs"
TEST_PACKAGES = """
curl rclone s3cmd s3fs maven openjdk-17-jdk-headless golang-go golang-github-minio-minio-go-v7-dev
""".split()
ENGINES = "tests/clients/iceberg/engines"  # DuckDB with its extensions, Spark with Iceberg
ENGINES_VENV = ROOT / ".venv-engines"
# Folders whose pom.xml names what jars.sha256 lists, and where the jars go.
JARS = {"tests/clients/s3/java": "java", ENGINES: "spark", "tests/clients/iceberg/kit": "kit"}
FULL_JARS = {"tests/clients/streams/kcl": "kcl", "tests/clients/streams/kpl": "kpl", "tests/clients/streams/flink": "flink"}
MAVEN_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
LINT_PACKAGES = ["clang-format-19", "clang-tidy-19", "pyflakes3"]

DUCKDB_NPM = "@duckdb/node-bindings-linux-x64@1.5.6-r.1"
DUCKDB_NPM_SHA256 = "1b9f82478539bb9a1d1df44bd103121a12ae52142c07158dc52b97d2ec1d69ff"
DUCKDB_SDIST = "duckdb==1.5.6"
DUCKDB_SDIST_SHA256 = "166a91dbfacfc0c9f08cc76c0243cb6d3d4296bfab5bad72a3cfb63140a5b7c8"
BOTOCORE = "botocore==1.44.5"
BOTOCORE_SHA256 = "8f16a56d1dff125dd65322ae021efa7ba5195a6db5102b96862566055b748921"

TRINO = ENGINES + "/trino"


class Missing(Exception):
    """What could not be had, and the command that mends it."""


def run(command, **kwargs):
    return subprocess.run(command, check=True, **kwargs)


def have_package(name):
    # Compilers, cmake and npm may come from elsewhere than Debian; the command is what counts.
    command = {"g++": "g++", "cmake": "cmake", "npm": "npm", "ninja-build": "ninja", "maven": "mvn",
               "openjdk-17-jdk-headless": "javac", "golang-go": "go"}.get(name)
    if command and shutil.which(command):
        return True
    shown = subprocess.run(["dpkg-query", "-W", "-f", "${Status}", name], capture_output=True, text=True)
    return "install ok installed" in shown.stdout


def install_packages(names):
    missing = [name for name in names if not have_package(name)]
    if not missing:
        return
    print(f"deps: installing {len(missing)} Debian packages: {' '.join(missing)}", flush=True)
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    if sudo and not shutil.which("sudo"):
        raise Missing(f"Debian packages are missing; as root run: apt-get install {' '.join(missing)}")
    env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    try:
        run([*sudo, "apt-get", "update", "-qq"], env=env, stdout=subprocess.DEVNULL)
        run([*sudo, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing], env=env,
            stdout=subprocess.DEVNULL)
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        raise Missing(f"apt-get failed ({error}); run: apt-get update && apt-get install {' '.join(missing)}")


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def fetch(name, wanted, download):
    """The cached file of that hash; `download(folder)` brings it once."""
    CACHE.mkdir(parents=True, exist_ok=True)
    kept = CACHE / wanted
    if kept.exists() and sha256(kept) == wanted:
        return kept
    print(f"deps: downloading {name}", flush=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        try:
            download(folder)
        except (subprocess.CalledProcessError, FileNotFoundError) as error:
            raise Missing(f"{name} could not be downloaded ({error}); check the network, then run: ./do deps")
        files = [p for p in pathlib.Path(folder).iterdir() if p.suffix in (".tgz", ".gz", ".whl")]
        if len(files) != 1 or sha256(files[0]) != wanted:
            raise Missing(f"{name}: the download does not have the pinned SHA-256 {wanted}; refusing it")
        files[0].rename(kept)
    return kept


def pip_download(*arguments):
    pip = [sys.executable, "-m", "pip"]
    if subprocess.run([*pip, "--version"], capture_output=True).returncode != 0:
        pip = ["python3", "-m", "pip"]
    return lambda folder: run([*pip, "download", "-q", "--disable-pip-version-check", "--no-deps", "-d", folder,
                               *arguments], stdout=subprocess.DEVNULL)


def install_duckdb():
    target = THIRD_PARTY / "duckdb"
    stamp = target / ("." + DUCKDB_NPM_SHA256[:12] + DUCKDB_SDIST_SHA256[:12])
    if stamp.exists():
        return
    library = fetch(DUCKDB_NPM, DUCKDB_NPM_SHA256,
                    lambda folder: run(["npm", "pack", "--silent", DUCKDB_NPM], cwd=folder, stdout=subprocess.DEVNULL))
    headers = fetch(DUCKDB_SDIST, DUCKDB_SDIST_SHA256, pip_download("--no-binary", "duckdb", DUCKDB_SDIST))
    shutil.rmtree(target, ignore_errors=True)
    (target / "lib").mkdir(parents=True)
    with tarfile.open(library) as archive:
        with archive.extractfile("package/libduckdb.so") as source, open(target / "lib/libduckdb.so", "wb") as out:
            shutil.copyfileobj(source, out)
    (target / "lib/libduckdb.so").chmod(0o755)
    wanted = {"external/duckdb/src/include/": "include", "external/duckdb/third_party/utf8proc/include/": "utf8proc"}
    with tarfile.open(headers) as archive:
        for member in archive:
            inside = member.name.partition("/")[2]
            for prefix, folder in wanted.items():
                if member.isfile() and inside.startswith(prefix):
                    path = target / folder / inside[len(prefix):]
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(archive.extractfile(member).read())
    stamp.touch()


def install_botocore():
    target = THIRD_PARTY / "botocore"
    stamp = target / ("." + BOTOCORE_SHA256[:12])
    if stamp.exists():
        return
    wheel = fetch(BOTOCORE, BOTOCORE_SHA256, pip_download(BOTOCORE))
    shutil.rmtree(target, ignore_errors=True)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    stamp.touch()


def install_from_maven(folder, list_name, target):
    """What a pom.xml names, each file checked; False when it is there already."""
    listed = (ROOT / folder / list_name).read_text()
    wanted = {name: digest for digest, name in map(str.split, listed.splitlines())}
    stamp = target / ("." + hashlib.sha256(listed.encode()).hexdigest()[:12])
    if stamp.exists():
        return False
    print(f"deps: downloading {len(wanted)} files of {folder}", flush=True)
    shutil.rmtree(target, ignore_errors=True)
    try:
        run(["mvn", "-q", "-B", "-f", str(ROOT / folder / "pom.xml"), MAVEN_COPY, "-DincludeScope=runtime",
             f"-DoutputDirectory={target}"], stdout=subprocess.DEVNULL)
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        raise Missing(f"{folder} could not be downloaded ({error}); check the network, then run: ./do deps")
    got = {file.name: sha256(file) for file in target.iterdir()}
    if got != wanted:
        other = ", ".join(sorted(name for name in got.keys() | wanted.keys() if got.get(name) != wanted.get(name)))
        shutil.rmtree(target)
        raise Missing(f"these files do not have their pinned SHA-256, refusing them: {other}")
    stamp.touch()
    return True


def install_full():
    """What only ./do test --full has: Trino, the Kinesis Client Library."""
    install_trino()
    for folder, name in FULL_JARS.items():
        install_from_maven(folder, "jars.sha256", THIRD_PARTY / name)


def install_trino():
    """The server with the Iceberg connector, unpacked into third_party/trino/server."""
    target = THIRD_PARTY / "trino"
    if not install_from_maven(TRINO, "archives.sha256", target):
        return
    server, plugins = target / "server", target / "server/plugin"
    for archive in sorted(target.glob("trino-*"), reverse=True):
        if archive.suffix == ".gz":
            with tarfile.open(archive) as packed:
                packed.extractall(target)
            (target / archive.name.removesuffix(".tar.gz")).rename(server)
        else:
            with zipfile.ZipFile(archive) as packed:
                packed.extractall(plugins)
        archive.unlink()


def install_venv(requirements, venv=VENV):
    """The clients that the demo, tests and benchmarks use, at pinned versions."""
    listed = ROOT / requirements
    wanted = listed.read_text() + (ROOT / DEMO_CLIENTS).read_text()
    stamp = venv / (listed.parent.name + ".done")
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"deps: making {venv.name} with {requirements}", flush=True)
    try:
        if not (venv / "bin/python").exists():
            run([sys.executable, "-m", "venv", str(venv)])
        run([str(venv / "bin/python"), "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", str(listed)])
    except subprocess.CalledProcessError as error:
        raise Missing(f"the test clients could not be installed ({error}); remove {venv.name} and run: ./do deps")
    stamp.write_text(wanted)


def ensure(build=True, clients=None, lint=False):
    """Brings what is missing of each kind (`clients`: a requirements file); raises Missing."""
    if build:
        install_packages(BUILD_PACKAGES)
        install_duckdb()
        install_botocore()
    if lint:
        install_packages(LINT_PACKAGES)
    if clients == TEST_CLIENTS:
        install_packages(TEST_PACKAGES)
        for folder, name in JARS.items():
            install_from_maven(folder, "jars.sha256", THIRD_PARTY / name)
        install_venv(S3FS_CLIENTS, S3FS_VENV)
        install_venv(ENGINES + "/requirements.txt", ENGINES_VENV)
    if clients:
        install_venv(clients)


if __name__ == "__main__":
    try:
        ensure(clients=TEST_CLIENTS, lint=True)
    except Missing as problem:
        sys.exit(f"deps: {problem}")
