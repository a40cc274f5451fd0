"""promcheck metrics finds what `promtool check metrics` finds, on real scrapes and on bad ones made by hand.

usage: promtool_test.py PROMCHECK
Scrapes come from PITOT_SHARED (catalogs/scrapes), or the folder `shared` beside the checkout.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import unittest

PROMCHECK = sys.argv.pop(1)
PROMTOOL = shutil.which("promtool")
HERE = os.path.dirname(os.path.abspath(__file__))
SHARED = os.environ.get("PITOT_SHARED") or os.environ.get("PITOT_SHARED_DEFAULT") or os.path.join(HERE, "..", "..", "..", "shared")

# promtool's words -> our rule
WORDS = [
    (r"no help text", "missing-help"),
    (r"counter metrics should have|non-counter metrics should not have \"_total\"", "counter-total"),
    (r"use base unit", "base-unit"),
    (r"should not have \"_(bucket|count|sum)\" suffix", "reserved-suffix"),
    (r"should not have \"(le|quantile)\" label", "reserved-label"),
    (r"should not include type", "type-in-name"),
    (r"should not contain ':'", "reserved-character"),
    (r"camelCase", "camel-case"),
    (r"abbreviated units", "unit-abbreviation"),
    (r"metric not unique", "duplicate-series"),
]
# What promtool 2.42 does not look for.
OURS = {"duplicate-series", "histogram-buckets", "name-collision", "missing-type", "inconsistent-labels"}


def promtool(text):
    """{(metric, rule)}, or None for text that it cannot read."""
    done = subprocess.run([PROMTOOL, "check", "metrics"], input=text, capture_output=True, timeout=60)
    if done.returncode == 1:
        return None
    found = set()
    for line in done.stderr.decode().splitlines():
        name, _, words = line.partition(" ")
        rules = [rule for pattern, rule in WORDS if re.search(pattern, words)]
        assert len(rules) == 1, line
        found.add((name, rules[0]))
    return found


def promcheck(text):
    done = subprocess.run([PROMCHECK, "metrics", "--input-format", "text", "--format", "json", "-"], input=text, capture_output=True, timeout=60)
    assert done.returncode in (0, 1), done.stderr
    findings = json.loads(done.stdout)["findings"]
    assert (done.returncode == 1) == any(f["severity"] != "info" for f in findings)
    if any(f["rule"] == "exposition-syntax" for f in findings):
        return None
    names = set(re.findall(rb"^(?:# (?:TYPE|HELP) )?([A-Za-z_:][A-Za-z0-9_:]*)", text, re.M))
    found = set()
    for f in findings:
        if f["rule"] in OURS:
            continue
        name = [w.rstrip(",") for w in f["message"].split() if w.rstrip(",").encode() in names]
        assert name, f
        found.add((name[0] if f["rule"] != "camel-case" or " of " not in f["message"] else f["message"].split(" of ")[1].split()[0], f["rule"]))
    return found


GOOD_BASE = "# HELP {0} Text.\n# TYPE {0} {1}\n{0} 1\n"


def cases():
    for name, kind in [("a_ms", "gauge"), ("a_seconds", "gauge"), ("a_milliseconds", "gauge"), ("a_kilobytes_total", "counter"), ("a_total", "gauge"),
                       ("a", "counter"), ("a_total", "untyped"), ("a_bucket", "gauge"), ("a_count", "counter"), ("a_sum", "gauge"), ("a_sum", "untyped"),
                       ("a:b", "gauge"), ("aB", "gauge"), ("a_gauge", "gauge"), ("a_Histogram_x", "gauge"), ("a_gauge_histogram", "gauge"),
                       ("gauge", "gauge"), ("a_counter_total", "counter"), ("summary_a", "gauge"), ("minutes", "gauge"), ("a_mb_b", "gauge"),
                       ("a_s", "gauge"), ("s_a", "gauge"), ("a_D", "gauge"), ("a_bits", "gauge"), ("a_megabits", "gauge"), ("a_fahrenheit", "gauge"),
                       ("a_decaseconds", "gauge"), ("a_kelvins", "gauge"),
                       ("a_moles", "gauge"), ("a_millimoles", "gauge"), ("a_percent", "gauge"), ("a__ms", "gauge"), ("kilograms", "gauge"),
                       ("a_us_total", "counter"), ("a_h", "gauge"), ("a_hours", "gauge"), ("a_metres", "gauge"), ("a_kilometres", "gauge")]:
        yield GOOD_BASE.format(name, kind)
    yield "# HELP a_total Text.\n# TYPE a_total counter\na_total{camelCase=\"x\"} 1\n"
    yield "# HELP a Text.\n# TYPE a gauge\na{le=\"1\"} 1\na{quantile=\"1\"} 1\n"
    yield "# HELP a Text.\n# TYPE a untyped\na{le=\"1\"} 1\na{quantile=\"1\"} 1\n"
    yield "a 1\nb 2\n"
    yield "# TYPE a gauge\na 1\n"
    yield "# HELP a Text.\n# TYPE a summary\na{quantile=\"0.5\"} 1\na_sum 1\na_count 1\n"
    yield "# HELP a_bucket Text.\n# TYPE a_bucket histogram\na_bucket_bucket{le=\"+Inf\"} 1\na_bucket_sum 1\na_bucket_count 1\n"
    yield "# HELP a_count Text.\n# TYPE a_count summary\na_count_sum 1\na_count_count 1\n"
    yield "# HELP a_total Text.\n# TYPE a_total histogram\na_total_bucket{le=\"+Inf\"} 1\na_total_sum 1\na_total_count 1\n"
    yield "a_sum 1\na_count 1\na_bucket{le=\"1\"} 1\n"
    yield "# HELP a \n# TYPE a gauge\na 1\n"
    # text that cannot be read
    for bad in ["a{ 1\n", "a{b=c} 1\n", "a{b=\"c} 1\n", "1a 1\n", "a x\n", "a 1 x\n", "# TYPE a meter\na 1\n", "# TYPE a gauge\n# TYPE a gauge\na 1\n",
                "a 1\n# TYPE a gauge\n", "a{b=\"\\x\"} 1\n", "a{1b=\"c\"} 1\n", "# HELP a b\n# HELP a c\na 1\n", "a 1 2 3\n", "a{b=\"\xff\"} 1\n"]:
        yield bad
    yield "# HELP a Text.\n# TYPE a gauge\na{b=\"1\",} 1\n\n\n  a{ b = \"2\" } 1 5\n"


@unittest.skipIf(PROMTOOL is None, "promtool is not installed: apt-get install prometheus")
class Promtool(unittest.TestCase):
    def compare(self, text, what):
        theirs, ours = promtool(text), promcheck(text)
        if theirs is None or ours is None:
            self.assertEqual(theirs is None, ours is None, f"{what}: only one of the two reads it")
            return 0
        self.assertEqual(theirs, ours, what)
        return len(theirs)

    def test_made_by_hand(self):
        for text in cases():
            with self.subTest(text):
                self.compare(text.encode("latin1" if "\xff" in text else "utf-8"), text)

    def test_where_we_differ_on_purpose(self):
        # promtool spells the prefix "mibi"; of two units in a name it takes one at random, we the first.
        text = GOOD_BASE.format("a_mebibytes", "gauge").encode()
        self.assertEqual((promtool(text), promcheck(text)), (set(), {("a_mebibytes", "base-unit")}))
        self.assertEqual(promcheck(GOOD_BASE.format("a_bytes_days", "gauge").encode()), set())
        self.assertEqual(promcheck(GOOD_BASE.format("a_days_bytes", "gauge").encode()), {("a_days_bytes", "base-unit")})

    def test_scrapes(self):
        folder = os.path.join(SHARED, "catalogs", "scrapes")
        if not os.path.isdir(folder):
            print(f"SKIPPED: no scrapes at {folder}; set PITOT_SHARED", file=sys.stderr)
            self.skipTest("no shared scrapes")
        files = [os.path.join(root, f) for root, _, names in os.walk(folder) for f in sorted(names) if f.endswith(".prom")]
        self.assertTrue(files)
        total = 0
        for file in files:
            with self.subTest(file), open(file, "rb") as f:
                total += self.compare(f.read(), file)
        print(f"{len(files)} scrapes, {total} problems in both", file=sys.stderr)


if __name__ == "__main__":
    unittest.main()
