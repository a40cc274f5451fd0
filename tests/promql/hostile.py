"""Queries, scripts and rule tests that ask for too much: `promcheck` says so, in bounded time and memory, with the place at fault.

usage: hostile.py PROMCHECK [SERIES]

SERIES  on each side of a join; 100000 when it is not given. Memory and time grow with it.
"""
import os
import re
import resource
import subprocess
import sys
import tempfile

PROMCHECK = os.path.abspath(sys.argv[1])
SIDE = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
SECONDS, BYTES = max(60, SIDE // 5_000), 3 << 30
failures, passed = [], 0


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))


def run(what, arguments, code, wanted):
    """wanted  regular expressions, each found in what is printed"""
    global passed
    try:
        done = subprocess.run([PROMCHECK, *arguments], capture_output=True, text=True, timeout=SECONDS, preexec_fn=limit, check=False)
        said, got = done.stdout + done.stderr, done.returncode
    except subprocess.TimeoutExpired:
        said, got = "", f"no answer in {SECONDS} s"
    missing = [w for w in wanted if not re.search(w, said)]
    if got != code or missing:
        failures.append(f"{what}: exit {got}, {code} is wanted; not said: {missing}; said: {said[:400]}")
    else:
        passed += 1


folder = tempfile.TemporaryDirectory()
place = folder.name


def file(name, text):
    path = os.path.join(place, name)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


small = file("small.prom", 'm{a="1"} 1\nm{a="2"} 2\nh_bucket{le="NaN"} 1\nh_bucket{le="-Inf"} 5\nh_bucket{le="x"} 1\nh_bucket{le="+Inf"} 3\n')
big = file("big.prom", "".join(f'{n}{{i="{i}",of="{n}"}} {i}\n' for n in "ab" for i in range(SIDE)))
FEATURES = ["--enable-feature", "promql-experimental-functions,promql-extended-range-selectors"]


def query(expr, code, *wanted, data=small, more=()):
    run(expr[:60], ["query", expr, "--data", data, "--time", "1000", *FEATURES, *more], code, wanted)


def refused(expr, place_text, marked, *wanted, **more):
    """place_text  LINE:COLUMN; marked  how many carets stand under the query"""
    query(expr, 1, rf"(?m)^promcheck query: {place_text}: ", rf"(?m)^ +\^{{{marked}}}$", *wanted, **more)


# Nesting and chains. The line that is shown is cut around the place.
for expr in ("(" * 100_000 + "1" + ")" * 20_000, "1" + "-" * 100_000 + "m", "1" + "+1" * 60_000, "1" + "^1" * 60_000, "m" + " or m" * 20_000,
             "sum(" * 30_000 + "m", "m" + "[5m:1m]" * 15_000, "max_over_time(" * 9_000 + "m"):
    query(expr, 1, r"promcheck query: 1:\d+: .*(too deep|deep|more than|only)", r"(?s)^.{0,1000}$")
query("m" + "+m" * 3_000, 1, "1:1: the expression is nested too deep to be evaluated")

# Steps and durations.
for step in ("1ms", "100ms"):
    for expr in ("m", "1", "sum(m)"):
        run(f"{expr} by {step}", ["query", expr, "--data", small, "--start", "0", "--end", "9000000000", "--step", step], 1, ["1:1: the query has too many steps"])
refused("1 + sum_over_time(m[290y:1ms])", "1:19", 11, "the subquery has too many steps")
refused("sum_over_time(m[290y:] offset 290y)", "1:15", 21, "the subquery has too many steps")
query("max_over_time(" * 4 + "m" + "[1h:1s])" * 4, 0)
for expr in ("m offset 300y", "m[1e300]", "m offset (1e10*1e10)", "m[5m] offset 99999999999999999999y"):
    query(expr, 1, r"1:\d+: (duration out of range|not a valid duration)")
for expr in ("m offset 290y", "m @ 9e15 offset -290y", "m @ -9e15 offset 290y", "sum_over_time(m[290y])", "absent_over_time(m[290y:290y])", "rate(m[290y] smoothed offset -290y)"):
    query(expr, 0)
for value in ("NaN", "Inf", "-Inf", "1e300"):
    refused(f"m @ {value}", "1:1", 1, r"timestamp out of bounds for @ modifier: ")

# Parameters that are no number, or no number of series.
refused("1 + topk(NaN, m)", "1:5", 12, "Parameter value is NaN")
refused("topk(1e300, m)", "1:1", 14, "Scalar value 1e\\+300 overflows int64")
refused("limitk(NaN, m)", "1:1", 14, "Parameter value is NaN")
refused("limit_ratio(NaN, m)", "1:1", 19, "Ratio value is NaN")
query("limitk(-1, m)", 0, "^nothing")
query("topk(-Inf, m)", 0, "^nothing")
query("quantile(NaN, m)", 0, "quantile value should be between 0 and 1, got NaN \\(1:10\\)")
query("round(m, NaN)", 0, "NaN")
query("histogram_quantile(0.5, h_bucket)", 0, "malformed value of \"x\" \\(1:25\\)", "-Inf")
for expr in ("year(vector(1e300))", "days_in_month(vector(-1e18))", "day_of_week(m * 1e300)", "predict_linear(m[5m], 1e300)", "clamp(m, NaN, NaN)"):
    query(expr, 0)

# Regular expressions.
query('m{a=~"(a+)+$"}', 0, "^nothing")
query('label_replace(m, "a", "' + "1" * 50 + '", "a", "(a+)+$")', 0)
refused('m{a=~"(x{1000}){1000}"}', "1:3", 20, "invalid repetition size|too large")
query('m{a=~"' + "|".join(f"a{i}.*b" for i in range(10_000)) + '"}', 0, "^nothing")
query('m{a=~"' + "(" * 20_000 + ")" * 20_000 + '"}', 0, "^nothing")
for pattern, why in (("|".join(f"a{i}.*b" for i in range(900_000)), "expression too large: 9788889 bytes, 1000000 at most"), ("x" * 10_000_000, "expression too large"),
                     ("|".join(f"a{i}.*b" for i in range(80_000)), "pattern too large - compile failed"), ("(" * 490_000 + ")" * 490_000, "pattern too large - compile failed")):
    run(f"{len(pattern)} bytes of a pattern", ["test", file("pattern.test", 'load 1m\n  m 1\n\neval instant at 0 m{a=~"' + pattern + '"}\n')], 1, [why, "0 passed, 1 failed", r"(?s)^.{0,1500}$"])
refused('1 + label_replace(m, "b", "$1", "a", "((")', "1:38", 4, "invalid regular expression in label_replace\\(\\)")

# Texts of labels.
doubled = "label_replace(" * 200 + "m" + ', "a", "$1$1$1$1", "a", "(.*)")' * 200
query(doubled, 1, "the query makes too much text of labels", r"1:\d+: ")
query('label_replace(label_replace(m, "b", "' + "$1" * 40_000 + '", "a", "(.*)"), "c", "' + "$1" * 20_000 + '", "b", "(.*)")', 1, "too much text of labels")
query('label_join(m, "b", "' + "x" * 90_000 + '"' + ', "a"' * 6_000 + ")", 1, "1:1: the query makes too much text of labels")

# Joins of hundreds of thousands of series.
query("count(a + on(i) b)", 0, str(SIDE), data=big)
query("count(a * on(i) group_left(of) b)", 0, str(SIDE), data=big)
query("count(a unless on(i) b or a)", 0, str(SIDE), data=big)
query('count(count_values("v", a))', 0, str(SIDE), data=big)
query("count(sum by (i) (a))", 0, str(SIDE), data=big)
query("1 + (a + on() b)", 1, "1:6: found duplicate series for the match group \\{\\} on the right hand-side", "many-to-many matching not allowed", r"(?m)^ +\^{10}$", data=big)
query("a * on() group_left b", 1, "1:1: found duplicate series for the match group", data=big)
run("many series and steps", ["query", "1 + a", "--data", big, "--start", "0", "--end", "11000", "--step", "1"], 1,
    ["1:5: query processing would load too many samples", r"(?m)^ +\^$"])
run("samples of the sources", ["query", "a", "--data", big, "--max-stored-samples", "100000"], 2, ["big.prom: there are too many samples: 100000 may be held"])
run("samples of a query", ["query", "1 + count(a)", "--data", big, "--max-samples", "1000"], 1, ["1:11: query processing would load too many samples", r"(?m)^ +\^$"])

# Scripts and rule tests.
SCRIPTS = {
    "too many repetitions": ["load 1m\n  m 1x1000000000\n\neval instant at 0 m\n", "load 1m\n  m 0+1x1000000000000\n", "load 1m\n  m _x1000000000\n", "load 1m\n  m 0+1x99999999999999999999999\n"],
    "a load has too many samples": ["load 1m\n" + "".join(f'  m{{i="{i}"}} 0+1x900000\n' for i in range(50))],
    "there are too many samples": ["".join(f'load 1m\n  m{{i="{i}"}} 0+1x900000\n\n' for i in range(60))],
    "the query has too many steps": ["load 1m\n  m 0+1x10\n\neval range from 0 to 1000000000s step 1ms m\n  m 1\n", "eval range from 0 to 290y step 1ms 1\n  m 1\n"],
}
for why, texts in SCRIPTS.items():
    for text in texts:
        run(f"script: {why}", ["test", file("s.test", text)], 1, [why, "0 passed, 1 failed"])


def rule_test(values, eval_time, interval="1m"):
    return (f"evaluation_interval: {interval}\ntests:\n- interval: {interval}\n  input_series:\n  - series: m\n    values: '{values}'\n"
            f"  promql_expr_test:\n  - expr: m\n    eval_time: {eval_time}\n    exp_samples: []\n")


for values, time, interval, why in (("1x1000000000", "1m", "1m", "r.yml:5:5: cannot read the series: too many repetitions"), ("0+1x1000000000000", "1m", "1m", "too many repetitions"),
                                    ("1", "1000y", "1m", "r.yml:9:16: .*1000y"), ("1", "290y", "1m", "the test has too many evaluations"), ("1", "1y", "1ms", "the test has too many evaluations")):
    run(f"rule test: {why}", ["test", file("r.yml", rule_test(values, time, interval))], 1, [why, "0 passed, 1 failed"])

print(*failures, sep="\n")
print(f"{passed} passed, {len(failures)} failed")
sys.exit(1 if failures else 0)
