"""Generated expressions over generated data, answered by Pitot's engine and by Prometheus's own: equal to 1e-9, or both refuse.

Warnings and infos must be the same texts at the same places.

usage: differential.py JUDGED [COUNT [SEED]]
"""
import collections
import json
import math
import os
import random
import re
import subprocess
import sys
import tempfile

import upstream

AT_ONCE = 250  # queries on one set of data


def starts(r, count):
    """When a counter began, for each of its samples: at its own time, or before, or not known."""
    began, out = 0, []
    for i in range(count):
        if r.random() < 0.03:
            began = i
        out.append("_" if r.random() < 0.1 else f"-{(i - began) * 30_000 + r.choice((0, 1, 7_000, 30_000))}ms")
    return " ".join(out)


class Data:
    """Two hours of series: counters with resets and gaps, gauges, classic and native histograms, ends of series.

    with_starts  some of them say when they began; remote write 1.0 does not carry that
    """

    def __init__(self, r, with_starts=False):
        self.lines = ["load 30s"]
        for job in "ab":
            for instance in "xyz":
                labels = f'job="{job}",instance="{instance}"'
                value, items = 0, []
                for i in range(240):
                    value = 0 if r.random() < 0.02 else value + r.choice((0, 1, 5, 30.5))
                    items.append("_" if r.random() < 0.05 else f"{value:g}")
                if instance == "z":
                    items = items[:150] + ["stale"]
                if with_starts and job == "a":
                    self.lines.append(f"requests_total{{{labels},code=\"200\"}}@st {starts(r, len(items))}")
                self.lines.append(f"requests_total{{{labels},code=\"200\"}} {' '.join(items)}")
                self.lines.append(f"requests_total{{{labels},code=\"500\"}} 0+{r.randint(1, 9)}x240")
                gauge = [r.choice(("_", "NaN", "Inf", "-Inf", "0", "-0")) if r.random() < 0.03 else f"{r.uniform(-50, 50):.6f}" for _ in range(240)]
                self.lines.append(f"temperature{{{labels}}} {' '.join(gauge)}")
                steps = sorted(r.randint(1, 20) for _ in range(3))
                for le, step in zip(("0.1", "1", "10", "+Inf"), [*steps, steps[-1] + 2]):
                    self.lines.append(f"latency_bucket{{{labels},le=\"{le}\"}} 0+{step}x240")
                schema = r.choice((0, 1, 3))
                if with_starts and job == "a":
                    self.lines.append(f"size{{{labels}}}@st {starts(r, 201)}")
                self.lines.append(f"size{{{labels}}} {{{{schema:{schema} sum:5 count:9 z_bucket:1 z_bucket_w:0.001 buckets:[2 4 2]}}}}+{{{{schema:{schema} sum:3 count:5 buckets:[1 3 1]}}}}x200")
                self.lines.append(f"depth{{{labels}}} {{{{schema:1 sum:-3 count:8 counter_reset_hint:gauge z_bucket:1 z_bucket_w:0.01 buckets:[1 2] n_buckets:[3 1]}}}}x240")
                self.lines.append(f"custom{{{labels}}} {{{{schema:-53 sum:10 count:6 custom_values:[1 5 10] buckets:[1 2 2 1]}}}}+{{{{schema:-53 sum:4 count:4 custom_values:[1 5 10] buckets:[1 1 1 1]}}}}x240")
                self.lines.append(f"limit{{{labels}}} {r.randint(1, 40)}x240")
            self.lines.append(f"target_info{{job=\"{job}\",instance=\"x\",version=\"{r.randint(1, 3)}\"}} 1x240")
        self.script = "\n".join(self.lines) + "\n"


MATH = ("abs ceil floor exp sqrt ln log2 log10 sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh rad deg sgn timestamp").split()
# What grows so fast, or turns so often, that the last bit of its argument decides: within these limits.
STEEP = {"exp": 20, "sinh": 20, "cosh": 20, "sin": 1000, "cos": 1000, "tan": 1}
# Of NaN a date is whatever the processor makes of it.
DATES = "day_of_month day_of_week day_of_year days_in_month hour minute month year".split()
RANGES = ("rate increase delta irate idelta resets changes sum_over_time avg_over_time count_over_time max_over_time min_over_time stddev_over_time "
          "stdvar_over_time last_over_time first_over_time present_over_time absent_over_time deriv mad_over_time ts_of_first_over_time "
          "ts_of_last_over_time ts_of_max_over_time ts_of_min_over_time").split()
AGGREGATES = "sum avg count min max group stddev stdvar".split()
OTHERS = ("topk bottomk limitk limit_ratio quantile count_values quantile_over_time predict_linear double_exponential_smoothing histogram_quantile histogram_fraction "
          "histogram_count histogram_sum histogram_avg histogram_stddev histogram_stdvar histogram_quantiles clamp clamp_min clamp_max round vector scalar "
          "absent sort sort_desc sort_by_label label_replace label_join info max_of min_of time start_timestamp pi and or unless on ignoring bool group_left group_right "
          "fill fill_left fill_right start end step range offset @ anchored smoothed atan2 </ >/ + - * / % ^ == != > < >= <=").split()
INFOS = ("", ', {version=~".+"}', ', {version="1"}', ', {__name__=~".+_info"}', ', {none=""}')
ARITHMETIC = "+ - * / % ^ atan2".split()
COMPARE = "== != > < >= <=".split()


class Generator:
    def __init__(self, r):
        self.r = r

    def matcher(self):
        return self.r.choice(('job="a"', 'job=~"a|b"', 'instance!="x"', 'instance=~"[xy]"', 'job!~"b"', 'instance=~".+"'))

    def modifier(self):
        if self.r.random() > 0.12:
            return ""
        return self.r.choice((" offset 5m", " offset -3m", " @ 3600", " @ start()", " @ end()", " @ 1800 offset 2m", " offset (step() * 2 + 1m)",
                              " offset -min(2m, step())", " @ end() offset max(1m, range() / 4)"))

    def selector(self, kinds="cgbl", suffix=""):
        name = {"c": "requests_total", "g": "temperature", "b": "latency_bucket", "l": "limit", "n": "size", "d": "depth", "u": "custom"}[self.r.choice(kinds)]
        inside = ",".join({self.matcher() for _ in range(self.r.randint(0, 2))})
        if kinds == "cgbl" and self.r.random() < 0.04:
            name, inside = "", self.r.choice(('__name__=~"temp.*|lim.*"', '__name__=~"l.+",le=~"|10"', '__name__!~"requests.*|t.*",le=""'))
        return name + (f"{{{inside}}}" if inside else "") + suffix + self.modifier()

    def range(self, kinds="cgl", depth=0):
        length = self.r.choice(("1m", "90s", "5m", "20m", "1h", "5m + 90s", "max(step() * 3, 4m)", "2 ^ 9"))
        if depth > 0 and self.r.random() < 0.2:
            return f"({self.vector(depth - 1)})[{length}:{self.r.choice(('', '30s', '1m', '7m'))}]{self.modifier()}"
        extended = self.r.random()
        suffix = f"[{length}]" + (" anchored" if extended < 0.04 else " smoothed" if extended < 0.08 else "")
        return self.selector(kinds, suffix)

    def scalar(self, depth):
        r = self.r.random()
        if r < 0.6 or depth <= 0:
            return self.r.choice(("2", "0.5", "-1", "10", "1e3", "pi()", "time()", "start()", "end()", "step()", "range()", "0x1F", "1h30m"))
        return self.r.choice((f"scalar({self.vector(depth - 1)})", f"({self.scalar(depth - 1)} {self.r.choice(ARITHMETIC)} {self.scalar(depth - 1)})",
                              f"max_of({self.scalar(depth - 1)}, 3)", f"min_of({self.scalar(depth - 1)}, 3)"))

    def parameter(self, *constant):
        """Of a function or an aggregation; one in four is of the data or of the time."""
        if self.r.random() < 0.75:
            return self.r.choice(constant)
        return self.r.choice(("scalar(limit{job=\"a\",instance=\"x\"}) / 40", "(time() % 420) / 300", "scalar(temperature{job=\"b\",instance=\"y\"})",
                              "scalar(requests_total{job=\"a\",instance=\"z\",code=\"500\"}) / 900", "scalar(limit @ 3600)", "scalar(absent(limit))"))

    def grouping(self):
        return self.r.choice(("", " by (job)", " by (instance)", " without (instance)", " by (job, instance)", " without (code, le)", " by ()"))

    def histogram(self, depth):
        kinds = self.r.choice("ndu")
        inner = self.r.choice((self.selector(kinds), f"rate({self.selector(kinds, '[5m]')})", f"increase({self.selector(kinds, '[10m]')})",
                               f"sum{self.grouping()} (rate({self.selector(kinds, '[5m]')}))", f"avg{self.grouping()} ({self.selector(kinds)})",
                               f"sum_over_time({self.selector(kinds, '[5m]')})", f"avg_over_time({self.selector(kinds, '[5m]')})",
                               f"delta({self.selector(kinds, '[5m]')})", f"idelta({self.selector(kinds, '[5m]')})", f"irate({self.selector(kinds, '[5m]')})",
                               f"-{self.selector(kinds)}", f"{self.selector(kinds)} * 2", f"{self.selector(kinds)} / 4",
                               f"last_over_time({self.selector(kinds, '[5m]')})", f"{self.selector(kinds)} + {self.selector(kinds)}",
                               f"{self.selector(kinds)} </ 1", f"{self.selector(kinds)} >/ 0.5", f"{self.selector(kinds)} - {self.selector(kinds)} offset 1m"))
        shape = self.r.random()
        if shape < 0.15:
            return inner
        q = self.parameter("0.5", "0.9", "0.99", "0", "1", "0.01")
        return self.r.choice((f"histogram_quantile({q}, {inner})", f"histogram_fraction(0.1, {self.parameter('1', '5', '0.3')}, {inner})",
                              f"histogram_count({inner})", f"histogram_sum({inner})", f"histogram_avg({inner})", f"histogram_stddev({inner})",
                              f"histogram_stdvar({inner})", f"histogram_quantiles({inner}, \"q\", 0.5, {q})"))

    def vector(self, depth):
        r = self.r.random()
        if depth <= 0 or r < 0.15:
            return self.selector()
        if r < 0.26:
            if self.r.random() < 0.25:
                return f"{self.r.choice(DATES)}({self.r.choice(('', 'vector(time() * 1000)', 'timestamp(limit) * 5e5', 'limit * 1e7'))})"
            name, inside = self.r.choice(MATH), self.vector(depth - 1)
            if name in STEEP:
                inside = f"clamp({inside}, -{STEEP[name]}, {STEEP[name]})"
            return f"{name}({inside})"
        if r < 0.40:
            return f"{self.r.choice(RANGES)}({self.range(depth=depth)})"
        if r < 0.44:
            return self.r.choice((f"quantile_over_time({self.parameter('0.5', '0.9', '0', '1')}, {self.range(depth=depth)})", f"predict_linear({self.range(depth=depth)}, {self.parameter('600')})",
                                  f"double_exponential_smoothing({self.range(depth=depth)}, 0.5, 0.3)"))
        if r < 0.54:
            return f"{self.r.choice(AGGREGATES)}{self.grouping()} ({self.vector(depth - 1)})"
        if r < 0.60:
            # Which of equal series is taken, and which come first, is the storage's order: values that are not equal, and all.
            return self.r.choice((f"topk{self.grouping()} ({self.parameter('1', '2', '4')}, temperature{self.modifier()} > 0 < 60)", f"bottomk{self.grouping()} ({self.parameter('1', '2', '4')}, avg_over_time(temperature[7m]{self.modifier()}) > 0 < 60)",
                                  f"limitk{self.grouping()} (100, {self.vector(depth - 1)})", f"limit_ratio{self.grouping()} ({self.parameter('0.5', '-0.5', '0.2')}, {self.selector()})", f"quantile{self.grouping()} ({self.parameter('0.3', '0.5', '1')}, {self.vector(depth - 1)})",
                                  f"count_values{self.grouping()} (\"v\", round(limit))"))
        if r < 0.78:
            return self.binary(depth)
        if r < 0.84:
            return self.r.choice((f"clamp({self.vector(depth - 1)}, -5, {self.scalar(0)})", f"clamp_min({self.vector(depth - 1)}, {self.parameter('3')})", f"clamp_max({self.vector(depth - 1)}, {self.parameter('30')})",
                                  f"round({self.vector(depth - 1)}, {self.parameter('0.5')})", f"vector({self.scalar(depth - 1)})", f"absent({self.selector()})", f"start_timestamp({self.selector()})", f"-({self.vector(depth - 1)})",
                                  f"sort({self.vector(depth - 1)})", f"sort_desc({self.vector(depth - 1)})", f"sort_by_label({self.vector(depth - 1)}, \"job\")",
                                  f"label_replace({self.vector(depth - 1)}, \"{self.r.choice(('new', 'job', 'instance'))}\", \"<$1>\", \"instance\", \"([xy])\")",
                                  f"label_join({self.vector(depth - 1)}, \"both\", \"-\", \"job\", \"instance\")", f"info({self.vector(depth - 1)}{self.r.choice(INFOS)})"))
        if r < 0.88:
            q = self.parameter("0.5", "0.9", "0", "1")
            buckets = self.r.choice((self.selector("b"), f"rate({self.selector('b', '[5m]')})", f"sum by (le{self.r.choice(('', ', job'))}) (rate(latency_bucket[5m]))"))
            return self.r.choice((f"histogram_quantile({q}, {buckets})", f"histogram_fraction(0.2, 5, {buckets})"))
        return self.histogram(depth)

    def binary(self, depth):
        left, right = self.vector(depth - 1), self.vector(depth - 1)
        kind = self.r.random()
        if kind < 0.25:
            return f"{left} {self.r.choice(ARITHMETIC)} {self.scalar(depth - 1)}"
        if kind < 0.35:
            return f"{self.scalar(depth - 1)} {self.r.choice(COMPARE)}{self.r.choice(('', ' bool'))} {right}"
        if kind < 0.5:
            return f"({left}) {self.r.choice(('and', 'or', 'unless'))}{self.r.choice(('', ' on (job)', ' on (job, instance)', ' ignoring (code, le)'))} ({right})"
        by = self.r.choice(("sum by (job, instance)", "max by (job, instance)", "avg by (job, instance)"))
        op = self.r.choice(ARITHMETIC) if self.r.random() < 0.6 else self.r.choice(COMPARE) + self.r.choice(("", " bool"))
        shape = self.r.random()
        if shape < 0.4:
            return f"{by} ({left}) {op} {by} ({right})"
        if shape < 0.55:
            return f"{left} {op} on (job, instance) group_left ({self.r.choice(('', 'code', 'version'))}) {by} ({right})"
        if shape < 0.65:
            return f"{by} ({left}) {op} on (job, instance) group_right () {right}"
        if shape < 0.7:
            return f"{left} {op} on (job) group_left ({self.r.choice(('', 'instance'))}) {self.r.choice(('limit', 'target_info', 'temperature'))}{{instance=\"x\"}}"
        if shape < 0.8:
            fill = self.r.choice(("fill (1)", "fill (1)", "fill_left (0)", "fill_right (2)", "fill_left (0) fill_right (-1)"))
            # Of 3.14, as the scripts have it; since then fill_left and fill_right change places with group_right.
            side = self.r.choice(("", "", "group_left ", "group_right " if fill == "fill (1)" else ""))
            return f"{by} ({left}) {op} on (job, instance) {side}{fill} {by} ({right})"
        return f"({left}) {op}{self.r.choice(('', ' on (job, instance)', ' ignoring (code, le)'))} ({right})"


def same(a, b):
    x, y = float(a), float(b)
    if math.isnan(x) or math.isnan(y):
        return math.isnan(x) and math.isnan(y)
    if x == y:
        return True
    if math.isinf(x) or math.isinf(y):
        return False
    return abs(x - y) <= 1e-9 * max(abs(x), abs(y)) or abs(x - y) < 1e-12


def same_sample(a, b):
    if a[0] != b[0] or isinstance(a[1], dict) != isinstance(b[1], dict):
        return False
    if not isinstance(a[1], dict):
        return same(a[1], b[1])
    x, y = a[1], b[1]
    return (x["schema"] == y["schema"] and x["bounds"] == y["bounds"] and all(same(x[k], y[k]) for k in ("count", "sum", "zero", "width"))
            and all(len(x[k]) == len(y[k]) and all(i[0] == j[0] and same(i[1], j[1]) for i, j in zip(x[k], y[k])) for k in ("positive", "negative")))


def difference(ours, theirs):
    if "error" in ours or "error" in theirs:
        if ("error" in ours) == ("error" in theirs):
            return None
        return f"ours {ours.get('error', 'answers')!r}, theirs {theirs.get('error', 'answers')!r}"
    a = {json.dumps(s["labels"], sort_keys=True): s["samples"] for s in ours["series"]}
    b = {json.dumps(s["labels"], sort_keys=True): s["samples"] for s in theirs["series"]}
    if a.keys() != b.keys():
        return f"only ours {sorted(a.keys() - b.keys())[:3]}, only theirs {sorted(b.keys() - a.keys())[:3]}"
    for key, samples in a.items():
        if len(samples) != len(b[key]):
            return f"{key}: {len(samples)} samples, theirs {len(b[key])}"
        for x, y in zip(samples, b[key]):
            if not same_sample(x, y):
                return f"{key}: ours {x}, theirs {y}"
    if ours["said"] != theirs["said"]:
        return f"ours says {ours['said']}, theirs {theirs['said']}"
    return None


def hangs_on_the_last_bit(expr):
    """The remainder of what is huge: libraries do not share the last bit of exp() and its like. And a variance that is
    rounded: Prometheus adds in the order of its storage, the engine in that of labels."""
    return ("%" in expr and re.search(r"exp|cosh|sinh|tan|\^", expr)) or (re.search(r"floor|ceil|round", expr) and re.search(r"std(dev|var)", expr))


def some_query(r, generator):
    """An expression, and when it is asked."""
    expr = generator.histogram(2) if r.random() < 0.15 else generator.vector(r.randint(1, 3))
    while hangs_on_the_last_bit(expr):
        expr = generator.vector(2)
    if r.random() < 0.5:
        t = r.choice((600_000, 3_600_000, 5_400_000, 4_515_000))
        return {"expr": expr, "start": t, "end": t, "step": 0}
    start = r.choice((0, 1_800_000, 3_610_000))
    return {"expr": expr, "start": start, "end": start + r.choice((600_000, 1_800_000)), "step": r.choice((30_000, 60_000, 145_000))}


def main():
    judged = os.path.abspath(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 500
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 20261123
    other = upstream.judge()
    if other is None:
        print("SKIPPED: Go or its module proxy is not there, so there is no Prometheus to compare with")
        return 77
    r = random.Random(seed)
    seen, failures, passed, filled, refused, said = collections.Counter(), [], 0, 0, 0, collections.Counter()
    while passed + len(failures) < count:
        data, generator, queries = Data(r, with_starts=r.random() < 0.5), Generator(r), []
        for _ in range(min(AT_ONCE, count - passed - len(failures))):
            queries.append(some_query(r, generator))
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "queries.json")
            with open(path, "w", encoding="utf-8") as f:
                json.dump({"script": data.script, "delayed": r.random() < 0.5, "queries": queries}, f)
            answers = []
            for program in (judged, other):
                done = subprocess.run([program, "answer", path], capture_output=True, text=True, timeout=600, check=False)
                if done.returncode:
                    print(f"FAILED {program}: exit {done.returncode}: {done.stderr[-3000:]}")
                    return 1
                answers.append([json.loads(line) for line in done.stdout.splitlines()])
        for query, ours, theirs in zip(queries, *answers):
            why = difference(ours, theirs)
            if why:
                failures.append(f"{query['expr']}\n    at {query['start']} to {query['end']} step {query['step']}: {why[:500]}")
                continue
            passed += 1
            refused += "error" in theirs
            filled += bool(theirs.get("series"))
            said.update(re.sub(r"\W(?:for metric|from buckets|must be between|got [-+0-9NI]|\(|\").*", "", text) for texts in theirs.get("said", {}).values() for text in texts)
            seen.update(set(re.findall(r"[a-z_][a-z0-9_]*(?=\s*(?:\(| by| without))|\b(?:offset|and|or|unless|bool|group_left|group_right|on|ignoring|anchored|smoothed|fill|atan2)\b|@|</|>/|[-+*/%^]|[=!<>]=?", query["expr"])))
    for failure in failures[:40]:
        print("FAILED", failure)
    if count >= 20_000:
        wanted = [*MATH, *DATES, *RANGES, *AGGREGATES, *OTHERS]
        for rare in sorted(w for w in wanted if seen[w] < 50):
            failures.append(f"{rare} was seen {seen[rare]} times only")
            print("FAILED", failures[-1])
    print("seen:", ", ".join(f"{k} {v}" for k, v in sorted(seen.items())))
    print("said:", ", ".join(f"{n} of {text!r}" for text, n in sorted(said.items())))
    print(f"{filled} of {passed} give something, {refused} are refused by both (seed {seed})")
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures or filled < 0.8 * count else 0


if __name__ == "__main__":
    sys.exit(main())
