"""`./do lint`: layers and budgets, formatting, every header alone, clang-tidy on changed C++ files."""
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
TIDY_MAX_FILES = 12  # about 20 s each on two cores; the rest is named, not silently skipped
CI_HEADER_COMMITS = 100

# Call → what to use in its place. Checked outside the file that owns it.
BANNED = {
    r"\bstd::regex\b": ("re2", ()),
    r"system_clock::now": ("the injected base Clock", ("base/time.cc",)),
    r"\bs?rand\(": ("base/random.h", ()),
    r"\busing namespace std\b(?!::)": ("qualified names", ()),
    r"\b(FIXME|XXX|TODO)\b": ("an issue, or the code itself", ()),
    r"\bgetenv\(": ("options passed from server/", ("server/", "cli/", "testing/fuzz_main.cc")),
}


def sources(*suffixes):
    return sorted(p for p in (ROOT / "src").rglob("*") if p.suffix in suffixes)


def check_layers():
    return subprocess.run([sys.executable, str(ROOT / "tools/check_layers.py"), str(ROOT / "src")]).returncode == 0


def check_banned():
    fine = True
    for path in sources(".h", ".cc"):
        name = path.relative_to(ROOT / "src").as_posix()
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for pattern, (instead, owners) in BANNED.items():
                test_reads_environment = "getenv" in pattern and name.endswith(("_test.cc", "_bench.cc"))
                if re.search(pattern, line) and not name.startswith(owners or ("\0",)) and not test_reads_environment:
                    print(f"src/{name}:{number}: {pattern} is banned; use {instead}")
                    fine = False
        for line in doubly_destroyed(path.read_text()):
            print(f"src/{name}:{line}: g++ 12 destroys twice what this co_await makes in place; name it first, or capture by reference")
            fine = False
    return fine


CLOSURE = re.compile(r"(?<=[(,=\s])\[([^][]*)\]\s*(?:\((?:[^()]|\([^()]*\))*\)\s*)?(?:mutable\s*)?(?:->[^{;]*)?\{")


def doubly_destroyed(text):
    """Lines of co_await operands that make an aggregate (`{…}`) or a closure that holds values.

    g++ 12 copies such temporaries bit by bit and destroys both, which frees twice what they own. Captures by reference
    are as good there: the awaiting frame outlives the operand.
    """
    text = re.sub(r"//[^\n]*", lambda found: " " * len(found.group()), text)
    for found in re.finditer(r"\bco_await\b", text):
        end = matching_end(text, found.end(), ";")
        operand = text[found.end():end]
        bad = False
        while closure := CLOSURE.search(operand):
            captures = [c.strip() for c in closure.group(1).split(",")]
            bad |= any(c and c != "this" and not re.fullmatch(r"&\w*", c) for c in captures)
            operand = operand[:closure.start()] + operand[matching_end(operand, closure.end(), "") + 1:]
        if bad or re.search(r"[\w(,]\s*\{(?!\})", operand):
            yield text.count("\n", 0, found.start()) + 1


def matching_end(text, at, stop):
    """Where the bracket that is open at `at` closes, or `stop` stands outside of all."""
    depth = 0
    while at < len(text):
        depth += (text[at] in "([{") - (text[at] in ")]}")
        if depth < 0 or (depth == 0 and text[at] == stop):
            break
        at += 1
    return at


def check_format():
    tool = shutil.which("clang-format-19")
    files = [str(p) for p in sources(".h", ".cc")]
    if not files:
        return True
    return subprocess.run([tool, "--dry-run", "--Werror", "--ferror-limit=3", *files]).returncode == 0


def check_headers():
    """Compiles each header as a translation unit of its own, through ccache where there is one.

    CI takes those that changed lately: all of them are nine minutes of its two cores.
    """
    import shlex
    headers = sources(".h")
    if os.environ.get("TARN_CI") and (names := changed_since(f"HEAD~{CI_HEADER_COMMITS}", ".h")) is not None:
        headers = [ROOT / name for name in names]
        print(f"lint: {len(headers)} headers changed in the last {CI_HEADER_COMMITS} commits")
    cache = [shutil.which("ccache")] if shutil.which("ccache") else []
    database = ROOT / "build/compile_commands.json"
    system = sorted(set(re.findall(r"-isystem \S+", database.read_text()))) if database.exists() else []
    flags = ["-std=c++23", "-O0", "-Wall", "-Wextra", "-Werror", "-Wno-unused", "-Wno-missing-field-initializers", f"-I{ROOT / 'src'}",
             f"-I{ROOT / 'build/gen'}", *shlex.split(" ".join(system))]

    def compile_alone(header):
        with tempfile.TemporaryDirectory() as folder:
            unit = pathlib.Path(folder) / "alone.cc"
            unit.write_text(f'#include "{header.relative_to(ROOT / "src").as_posix()}"\n')
            done = subprocess.run([*cache, "g++", *flags, "-c", str(unit), "-o", str(unit) + ".o"],
                                  capture_output=True, text=True)
            return header, done.returncode, done.stderr

    fine = True
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for header, status, text in pool.map(compile_alone, headers):
            if status != 0:
                print(f"{header.relative_to(ROOT)} does not compile alone:\n{text[:1500]}")
                fine = False
    return fine


def changed_sources():
    base = os.environ.get("TARN_LINT_BASE")
    if not base:
        merge = subprocess.run(["git", "merge-base", "HEAD", "origin/main"], cwd=ROOT, capture_output=True, text=True)
        head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
        base = merge.stdout.strip() if merge.returncode == 0 and merge.stdout.strip() != head else "HEAD~3"
    return changed_since(base, ".cc") or []


def changed_since(base, suffix):
    """Files under src/ that differ from `base`; None where there is no such commit (a shallow clone)."""
    done = subprocess.run(["git", "diff", "--name-only", "--diff-filter=d", base], cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        return None
    return [name for name in done.stdout.split() if name.startswith("src/") and name.endswith(suffix)]


def check_tidy():
    database = ROOT / "build/compile_commands.json"
    names = changed_sources()
    if not database.exists() or not names:
        print("lint: clang-tidy has no changed files to read")
        return True
    chosen = names[:TIDY_MAX_FILES]
    if len(names) > len(chosen):
        print(f"lint: clang-tidy reads {len(chosen)} of {len(names)} changed files")
    # Clang reads the text of what GCC precompiled. It makes constexpr destructors at once, for which DuckDB's headers
    # have a type too late: GCC 12's library is asked not to have them.
    flags = ["--extra-arg=-Wno-ignored-gch", "--extra-arg=-D_GLIBCXX23_CONSTEXPR="]
    done = subprocess.run(["clang-tidy-19", "-p", str(ROOT / "build"), "--quiet", *flags, *chosen], cwd=ROOT,
                          capture_output=True, text=True)
    if done.returncode != 0:
        print(done.stdout[-6000:], done.stderr[-1500:])
    return done.returncode == 0


# What a script finds out only when it runs; fixtures and their names are pytest's concern.
SCRIPT_FAULTS = re.compile(r"undefined name|undefined local|invalid syntax|unexpected indent")


def check_scripts():
    """Python names that are nowhere defined, and XML files that are none."""
    told = subprocess.run(["pyflakes3", "bench", "tools", "tests", "do"], cwd=ROOT, capture_output=True, text=True)
    faults = [line for line in (told.stdout + told.stderr).splitlines() if SCRIPT_FAULTS.search(line)]
    for path in sorted(p for folder in ("bench", "tests", "docs") for p in (ROOT / folder).rglob("*.xml")):
        try:
            xml.etree.ElementTree.parse(path)
        except xml.etree.ElementTree.ParseError as error:
            faults.append(f"{path.relative_to(ROOT)}: {error}")
    print("\n".join(faults), end="\n" if faults else "")
    return not faults


def check_coverage():
    return subprocess.run([sys.executable, str(ROOT / "tools/coverage.py"), "--check"]).returncode == 0


def main(arguments):
    checks = {"layers": check_layers, "coverage": check_coverage, "banned": check_banned, "scripts": check_scripts,
              "format": check_format, "headers": check_headers, "tidy": check_tidy}
    failed = 0
    for name in arguments or checks:
        started = time.monotonic()
        fine = checks[name]()
        failed += not fine
        print(f"lint {name}: {'ok' if fine else 'FAILED'} ({time.monotonic() - started:.1f} s)", flush=True)
    return 1 if failed else 0
