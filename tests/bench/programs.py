"""Builds the programs of the table, outside the checkout, and runs one case of one of them."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "pitot" / "bench"
BUILD = CACHE / "build"


def say(text):
    print(text, file=sys.stderr, flush=True)


def quietly(command, what, **more):
    """Runs a command; on failure shows the end of what it wrote and answers False."""
    done = subprocess.run(["nice", *map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    if done.returncode != 0:
        say(f"tests/bench/run: {what} failed:\n" + "\n".join(done.stdout.splitlines()[-15:]))
    return done.returncode == 0


def build():
    """Builds everything there are tools for; returns {library: command prefix}."""
    CACHE.mkdir(parents=True, exist_ok=True)
    programs = {}
    if not (BUILD / "build.ninja").exists():
        say("Configuring, once")
        if not quietly(["meson", "setup", BUILD, ROOT, "-Dbench=enabled", "-Dexamples=disabled"], "meson setup"):
            sys.exit(2)
    say("Building Pitot's side")
    if not quietly(["ninja", "-C", BUILD, "bench-programs"], "building Pitot's side"):
        sys.exit(2)
    at = BUILD / "tests" / "bench"
    programs["floor"] = [at / "bench-floor"]
    programs["Pitot"] = [at / "bench-pitot"]
    if (at / "bench-prometheus-cpp").exists():
        programs["prometheus-cpp"] = [at / "bench-prometheus-cpp"]
    else:
        say("Without prometheus-cpp: Debian's prometheus-cpp-dev is not there")

    if shutil.which("cargo"):
        say("Building the Rust peers; the first time takes minutes")
        source = CACHE / "rust"   # a copy: cargo writes its lock file beside the manifest
        shutil.copytree(HERE / "peers" / "rust", source, dirs_exist_ok=True)
        if quietly(["cargo", "build", "--release", "-j1"], "cargo build", cwd=source):
            program = source / "target" / "release" / "pitot-bench"
            programs["rust measured"] = [program, "measured"]
            programs["rust prometheus"] = [program, "prometheus"]
    else:
        say("Without the Rust peers: cargo is not there")

    if shutil.which("go"):
        say("Building the Go peers; the first time takes minutes")
        program = CACHE / "go-peers"
        if quietly(["go", "build", "-p", "1", "-mod=readonly", "-trimpath", "-o", program, "."], "go build", cwd=HERE / "peers" / "go"):
            programs["go VictoriaMetrics"] = [program, "victoria"]
            programs["go Prometheus textparse"] = [program, "textparse"]
    else:
        say("Without the Go peers: go is not there")
    return programs


def is_cpp(library):
    return library in ("floor", "Pitot", "prometheus-cpp")


def run_case(library, command, case, environment=None):
    """One run of a case: {"ns": …, other figures}, None when the library has not the case; ns None when disturbed."""
    if not is_cpp(library):
        done = subprocess.run([*map(str, command), case], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=300)
        line = done.stdout.strip().splitlines()
        return json.loads(line[-1]) if done.returncode == 0 and line else None
    done = subprocess.run([*map(str, command), f"--benchmark_filter=^{case}/iterations", "--benchmark_format=json"],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=300,
                          env={**os.environ, **(environment or {})})
    if done.returncode != 0 or not done.stdout.strip():
        return None
    rows = json.loads(done.stdout)["benchmarks"]
    if not rows:
        return None
    row = rows[0]
    if row.get("error_occurred"):
        return {"ns": None, "error": row["error_message"]}
    known = ("bytes", "gb_per_s", "allocations", "extra_kib", "bytes_per_series", "windows")
    return {"ns": row["real_time"], **{k: row[k] for k in known if k in row}}


def instructions(command, case, operations=200_000):
    """Instructions of one operation, counted by callgrind: the difference of two runs, so that start-up falls out."""
    def count(n):
        done = subprocess.run(["nice", "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *map(str, command),
                               f"--benchmark_filter=^{case}/iterations"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              text=True, timeout=600, env={**os.environ, "BENCH_OPERATIONS": str(n)})
        for line in done.stderr.splitlines():
            if "Collected :" in line:
                return int(line.split(":")[1].split()[0])
        return None
    few, many = count(1024), count(1024 + operations)
    return None if few is None or many is None else (many - few) / operations
