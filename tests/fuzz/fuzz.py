"""Builds the fuzz targets and lets each run a while from the inputs that the tests have: for `tests/run --all`.

usage: fuzz.py SOURCE_ROOT BUILD_FOLDER [SECONDS] [TARGET…]
A crash leaves its input in BUILD_FOLDER/crashes; run BUILD_FOLDER/tests/fuzz/<target>-fuzz on it to see it again.
"""
import glob
import json
import os
import subprocess
import sys

root, build = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
seconds = int(sys.argv[3]) if len(sys.argv) > 3 else 60
shared = os.environ.get("PITOT_SHARED") or os.environ.get("PITOT_SHARED_DEFAULT") or os.path.join(root, "..", "shared")


def files(pattern, folder=shared, limit=100_000):
    for path in sorted(glob.glob(os.path.join(folder, pattern), recursive=True)):
        if os.path.isfile(path) and os.path.getsize(path) <= limit:
            with open(path, "rb") as f:
                yield f.read()


def sections(tool, ending):
    """The input files inside the text cases of a tool."""
    for text in files(f"tests/cli/{tool}/*.txt", root):
        for part in text.split(b"\n--- ")[1:]:
            head, _, body = part.partition(b"\n")
            if head.startswith(b"file ") and head.endswith(ending.encode()):
                yield body


def expressions():
    for name in ("parse_cases", "probe_cases"):
        for text in files(f"promql/parser/{name}.jsonl", limit=10_000_000):
            for line in text.splitlines():
                yield json.loads(line)["input"].encode()


# Where each target's first inputs come from; a target without a row starts from nothing.
SEEDS = {
    "json": lambda: [*files("json/*.json"), *sections("dashboard-lint", ".json")],
    "dashboard": lambda: [*files("dashboards/fixtures/**/*.json"), *sections("dashboard-lint", ".json")],
    "openmetrics": lambda: [*files("openmetrics/*/metrics"), *sections("promcheck", ".txt")],
    "text": lambda: [*sections("promcheck", ".prom"), *files("openmetrics/*/metrics")],
    "promql-lexer": expressions,
    "promql-parser": expressions,
    "promql-script": lambda: files("promql/promqltest/*.test"),
    "logql": lambda: [b'sum by (x) (rate({app="a", b=~"c|d"} |= "e" | json | f > 5ms [5m])) > 1', b'{a="b"} | logfmt | label_format x=y | unwrap z'],
    "rule-file": lambda: [*sections("dashboard-lint", ".yml"), *sections("promcheck", ".yml"), *files("promql/rules/**/*.y*ml")],
    "yaml": lambda: [*sections("exporter-run", ".yml"), *files("**/*.yml", os.path.join(root, "examples"))],
    "procfs": lambda: files("tests/host/fixtures/**/*", root),
}


def sh(*command, **more):
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, **more)


def must(*command, **more):
    done = sh(*command, **more)
    if done.returncode:
        print("$", " ".join(command), done.stdout[-8000:], done.stderr[-4000:], sep="\n")
        print("0 passed, 1 failed")
        sys.exit(1)
    return done.stdout


if not os.path.exists(os.path.join(build, "build.ninja")):
    must("meson", "setup", build, root, "-Dfuzz=true", "-Dtests=enabled", "-Dexamples=disabled", "-Db_lundef=false",
         "-Dbuildtype=debugoptimized", env={**os.environ, "CXX": "clang++-16", "CC": "clang-16"})
targets = {t["name"].removesuffix("-fuzz"): os.path.relpath(t["filename"][0], build)
           for t in json.loads(must("meson", "introspect", "--targets", build)) if t["name"].endswith("-fuzz")}
chosen = sys.argv[4:] or sorted(targets)
must("ninja", "-C", build, *(targets[name] for name in chosen))

crashes = os.path.join(build, "crashes", "")
os.makedirs(crashes, exist_ok=True)
failed = 0
for name in chosen:
    corpus = os.path.join(build, "corpus", name)
    os.makedirs(corpus, exist_ok=True)
    for number, text in enumerate(SEEDS.get(name, list)()):
        with open(os.path.join(corpus, f"seed-{number:05}"), "wb") as f:
            f.write(text)
    done = sh(os.path.join(build, targets[name]), f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048",
              "-max_len=65536", f"-artifact_prefix={crashes}{name}-", "-print_final_stats=1", corpus)
    runs = [line.split(":")[-1].strip() for line in done.stderr.splitlines() if "number_of_executed_units" in line]
    print(f"{name}: {runs[0] if runs else 'no'} inputs in {seconds} s", "" if done.returncode == 0 else "FAILED")
    if done.returncode:
        failed += 1
        print(done.stderr[-6000:])
print(f"{len(chosen) - failed} passed, {failed} failed")
sys.exit(1 if failed else 0)
