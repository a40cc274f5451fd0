"""Files that no dashboard should be: too large, too deep, cut off, of other types. Each has a clear message, memory stays bounded, and the
file beside it is judged all the same.

usage: bad_input.py DASHBOARD-LINT
"""
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile

tool = os.path.abspath(sys.argv[1])
GOOD = {"title": "good", "panels": [{"title": "p", "targets": [{"expr": "up{"}]}]}
passed, failures = 0, []


def check(what, holds, done):
    global passed
    if holds:
        passed += 1
    else:
        failures.append(f"{what}: exit {done.returncode}\n{done.stdout[-1500:]}{done.stderr[-1500:]}")


def lint(folder, *more):
    return subprocess.run([tool, folder, *more], capture_output=True, text=True, timeout=120, check=False)


def case(name, write, says, code=2, *more):
    """A folder with one bad file and one good one, whose broken query must be found."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "good.json"), "w", encoding="utf-8") as f:
            json.dump(GOOD, f)
        with open(os.path.join(folder, name), "wb") as f:
            write(f)
        done = lint(folder, *more)
        out = done.stdout + done.stderr
        if says:
            check(f"{name}: says {says!r}", says in out and name in out, done)
        check(f"{name}: exit {code}", done.returncode == code, done)
        check(f"{name}: the other file is judged", "good.json:1:" in out and "promql-parse" in out, done)


def large_dashboard(f):
    f.write(b'{"panels":[')
    panel = b'{"title":"x","targets":[{"expr":"up"}],"description":"' + b"x" * 100_000 + b'"},'
    for _ in range(100_000_000 // len(panel)):
        f.write(panel)
    f.write(b"{}]}")


def broken_panels(count, *before):
    """Judges a dashboard in which every panel has a finding of its own place in one long list. before  a program to run it under"""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "many.json"), "w", encoding="utf-8") as f:
            json.dump({"panels": [{"title": "p", "targets": [{"expr": "up{"}]}] * count}, f, indent=0)
        done = subprocess.run([*before, tool, folder], capture_output=True, text=True, timeout=600, check=False)
    check(f"{count} broken panels", done.returncode == 1 and f"{count} broken" in done.stdout[-200:], done)
    return done


COUNTED = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")


def instructions(what, done):
    """Of a run under it, as callgrind counts them: the same on every machine, however busy."""
    found = re.search(r"Collected : (\d+)", done.stderr)
    check(f"{what} counted", found, done)
    return int(found[1]) if found else 0


def dead_alternatives(count):
    """A regular expression of which one alternative lives: what is said of the others stays small."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "a.prom"), "w", encoding="utf-8") as f:
            f.write('disk{dev="a"} 1\n')
        with open(os.path.join(folder, "many.json"), "w", encoding="utf-8") as f:
            json.dump({"panels": [{"targets": [{"expr": 'disk{dev=~"a|' + "|".join(f"b{i}" for i in range(count)) + '"}'}]}]}, f)
        done = lint(folder, "--format", "json", "--metrics", os.path.join(folder, "a.prom"))
        check(f"{count} dead alternatives", done.returncode == 0 and f"and {count - 20} more select nothing" in done.stdout and len(done.stdout) < 10_000_000, done)


def many_operands(count, series):
    """Each operator's sides hold all that stands before it: what they are compared by is looked at a bounded number of times."""
    with tempfile.TemporaryDirectory() as folder:
        metrics = os.path.join(folder, "a.prom")
        with open(metrics, "w", encoding="utf-8") as f:
            f.writelines(f'a{{id="{i}",dc="d{i % 7}",zone="z{i % 3}"}} 1\n' for i in range(series))
        with open(os.path.join(folder, "many.json"), "w", encoding="utf-8") as f:
            json.dump({"panels": [{"targets": [{"expr": " + ".join(["a"] * count)}]}]}, f)
        done = subprocess.run([*COUNTED, tool, folder, "--metrics", metrics + ",job=j,instance=i"], capture_output=True, text=True, timeout=600, check=False)
    check(f"{count} operands", done.returncode == 0 and "1 ok" in done.stdout, done)
    return instructions(f"{count} operands", done)


def large_rules(f):
    f.write(b"groups:\n  - name: g\n    rules:\n")
    rule = b"      - {alert: a, expr: up == 0, annotations: {text: " + b"x" * 1000 + b"}}\n"
    for _ in range(100_000_000 // len(rule)):
        f.write(rule)


case("large.json", large_dashboard, "larger than 67108864 bytes")
case("long.json", large_dashboard, "", 1, "--max-bytes", "209715200")
case("large.yml", large_rules, "bytes")
case("deep.json", lambda f: f.write(b'{"panels":' + b"[" * 100_000), "nested deeper", 1)
case("cut.json", lambda f: f.write(json.dumps(GOOD).encode()[:-20]), "json-syntax", 1)
case("types.json", lambda f: f.write(b'{"panels":{"title":5,"targets":"up"},"templating":{"list":3},"annotations":[]}'), "", 1)
case("schema.json", lambda f: f.write(b'{"schemaVersion":"many","panels":[{"targets":[{"expr":5},{"expr":"up{"}]}]}'), "promql-parse", 1)
case("bytes.json", lambda f: f.write(b'{"panels":[{"title":"\xff\xfe"}]}'), "json-syntax", 1)
circle = {"panels": [], "templating": {"list": [{"type": "query", "name": f"v{i}", "query": f"label_values(up{{a=\"$v{(i + 1) % 500}\"}}, b)"} for i in range(500)]}}
case("circle.json", lambda f: f.write(json.dumps(circle).encode()), "wait for each other", 1)
dead_alternatives(20_000)
broken_panels(100_000)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(f"{peak // 1024} MiB at most")
if peak > 1500 * 1024:
    failures.append(f"{peak} KiB for files of 100 MB")
if shutil.which("valgrind"):
    none, few, many = (instructions(f"{n} broken panels", broken_panels(n, *COUNTED)) for n in (1, 1_000, 8_000))
    times = (many - none) / max(few - none, 1)
    print(f"{few - none:,} instructions for 1,000 broken panels, {times:.2f} times that for 8,000")
    if not 0 < times < 9:  # linear is 8 times; a search through the siblings of each has a part that is 64 times
        failures.append(f"{many:,} instructions for 8,000 broken panels, {few:,} for 1,000, {none:,} for one")
    none, few, many = (many_operands(n, 5_000) for n in (1, 70, 280))
    times = (many - none) / max(few - none, 1)
    print(f"{few - none:,} instructions for 70 operands, {times:.2f} times that for 280")
    if not 0 < times < 8:  # linear is 4 times; to look at all operands for each is 16 times
        failures.append(f"{many:,} instructions for 280 operands, {few:,} for 70, {none:,} for one")
else:
    print("not counted: there is no valgrind")

for failure in failures:
    print("FAILED", failure)
print(f"{passed} passed, {len(failures)} failed")
sys.exit(1 if failures else 0)
