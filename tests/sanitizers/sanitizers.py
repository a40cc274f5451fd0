"""A build of its own under a sanitizer, and the tests that mean something there: for `tests/run --all`.

usage: sanitizers.py SOURCE_ROOT BUILD_FOLDER address|thread
"""
import json
import os
import subprocess
import sys

root, build, kind = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), sys.argv[3]
sys.path.insert(0, os.path.join(root, "tests"))
import report  # noqa: E402  the count of passed and failed cases

# What runs under which sanitizer. Threads meet in metrics, serving and scraping only; the rest would run for nothing.
KINDS = {
    "address": ("address,undefined", ["unit ", "cli ", "flags"]),
    "thread": ("thread", ["unit metrics", "unit connect", "unit collect", "exporter-run"]),
}
sanitizers, wanted = KINDS[kind]

environment = {**os.environ, "CXX": "clang++-16", "CC": "clang-16",
               "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1",
               "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
               "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1"}


def run(*command):
    done = subprocess.run(command, cwd=root, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        print("$", " ".join(command))
        print(done.stdout[-8000:], done.stderr[-4000:], sep="\n")
        print("0 passed, 1 failed")
        sys.exit(1)
    return done.stdout


if not os.path.exists(os.path.join(build, "build.ninja")):
    run("meson", "setup", build, root, "-Dtests=enabled", "-Dexamples=disabled", "-Dbench=disabled",
        "-Dbuildtype=debugoptimized", "-Dwerror=false", "-Db_lundef=false", "-Db_sanitize=" + sanitizers)
tests = [t for t in json.loads(run("meson", "introspect", "--tests", build))
         if "heavy" not in "".join(t["suite"]) and any(t["name"].startswith(w) for w in wanted)]
by_id = {t["id"]: t["filename"] for t in json.loads(run("meson", "introspect", "--targets", build))}
needed = {os.path.relpath(file, build) for t in tests for id_ in t["depends"] for file in by_id.get(id_, [])}
run("ninja", "-C", build, *sorted(needed))

log = os.path.join(build, "meson-logs", "testlog.json")
if os.path.exists(log):
    os.unlink(log)
subprocess.run(["meson", "test", "-C", build, "--no-rebuild", "--print-errorlogs", "--timeout-multiplier", "5",
                *(t["name"] for t in tests)], env=environment, stdin=subprocess.DEVNULL, check=False)
totals = [0, 0, 0]
with open(log, encoding="utf-8", errors="replace") as lines:
    for line in lines:
        test = json.loads(line)
        part = report.count(test["result"], test.get("stdout") or "")
        totals = [a + b for a, b in zip(totals, part)]
        if part[1]:
            print(f"{test['name']}: {part[1]} failed ({test['result']})")
print(f"{totals[0]} passed, {totals[1]} failed" + (f", {totals[2]} skipped" if totals[2] else ""))
sys.exit(1 if totals[1] or not totals[0] else 0)
