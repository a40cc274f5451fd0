"""dashboard-lint over the dashboards of shared/: the findings that names can show, and only those; no crash, nothing unread."""
import json
import os
import subprocess
import sys

tool = os.path.abspath(sys.argv[1])
shared = os.path.join(os.environ.get("PITOT_SHARED") or os.environ["PITOT_SHARED_DEFAULT"], "dashboards")
if not os.path.isdir(shared):
    print(f"SKIPPED: the dashboards are not at {shared}; set PITOT_SHARED")
    sys.exit(77)

failures = []


def check(holds, what):
    if not holds:
        failures.append(what)


def lint(*args, folder):
    done = subprocess.run([tool, *args, "--format", "json"], cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    check(done.returncode in (0, 1), f"exit {done.returncode}: {args} {done.stderr}")
    return json.loads(done.stdout)


def at_pointer(value, pointer):
    for token in pointer.split("/")[1:]:
        token = token.replace("~1", "/").replace("~0", "~")
        value = value[int(token)] if isinstance(value, list) else value[token]
    return value


def check_places(report, folder):
    for f in report["findings"]:
        with open(os.path.join(folder, f["file"]), "rb") as file:
            text = file.read()
        lines = text[: f["offset"]].decode().split("\n")
        check((len(lines), len(lines[-1]) + 1) == (f["line"], f["column"]), f"line and column of {f}")
        value = at_pointer(json.loads(text), f["pointer"])
        check(value == f["query"] or "legend" in f["rule"] or f["rule"].startswith("element-"), f"pointer of {f}")


# The seed's dashboards against its scrapes: exactly the names that nobody exposes.
devstack = os.path.join(shared, "devstack")
with open(os.path.join(devstack, "expected.json"), encoding="utf-8") as file:
    expected = json.load(file)["queries"]
sources = [a for job in ("vector", "voip-nodes", "reference-api", "forgejo", "vault") for a in ("--metrics", f"metrics/{job}.prom,job={job}")]
report = lint("dashboards", *sources, folder=devstack)
wanted = {(q["dashboard"], q["pointer"]) for q in expected if "metric-not-exposed" in q["findings"]}
found = {(os.path.basename(f["file"]), f["pointer"]) for f in report["findings"] if f["rule"] == "metric-not-exposed"}
check(found == wanted, f"missed {wanted - found}, false {found - wanted}")
check(report["summary"]["queries"] == len(expected), f"queries {report['summary']['queries']} of {len(expected)}")
check_places(report, devstack)

# Real dashboards: each is read, and of their queries only the one that is broken on purpose does not lex.
report = lint("corpus", "fixtures", folder=shared)
errors = [f for f in report["findings"] if f["severity"] == "error"]
check([os.path.basename(f["file"]) for f in errors] == ["dashboard_broken_expr.json"], f"errors {errors}")
check(report["summary"]["queries"] > 1500, f"only {report['summary']['queries']} queries")
check_places(report, shared)

for failure in failures:
    print("FAILED", failure)
print(f"{len(wanted)} expected findings of {len(expected)} queries, {report['summary']['queries']} queries of real dashboards read")
sys.exit(1 if failures else 0)
