"""dashboard-lint --loki against a real Loki; and whether a query is LogQL, by our parser and by Loki's query API.

usage: loki_server.py DASHBOARD-LINT
"""
import collections
import json
import os
import re
import subprocess
import sys
import tempfile
import time

from double import check, finish

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "servers"))
import servers  # noqa: E402

tool = os.path.abspath(sys.argv[1])
shared = os.path.abspath(os.environ.get("PITOT_SHARED") or os.environ.get("PITOT_SHARED_DEFAULT") or "../shared")

STREAMS = [({"app": "web", "env": "prod"}, ['{"level":"error","took":"12ms","n":5}', "level=info took=3ms n=7 ip=10.0.0.1", "GET /a 200"]),
           ({"app": "db", "env": "prod"}, ["level=warn took=1s n=2"]), ({"app": "db", "env": "test"}, ["plain"])]

S = '{app="web"}'
EXPRESSIONS = [
    # Selectors
    S, '{app="web",}', '{ app = "web" , env=~"p.+" }', "{app=`web`}", '{app!="x", env="prod"}', '{app=~"web|db"}', "{}", '{app=~".*"}', '{app!="x"}', '{app=""}',
    '{app=~""}', '{app=~".+"}', '{app!~".+"}', '{app=~"("}', '{app="web" env="prod"}', '{app}', '{app=web}', '{"app"="web"}', "{app='web'}", '{app=="web"}',
    '{app="web"', 'app', '{app="web"}}', '{,}', '{app="web",,env="prod"}', '{app="we\\"b"}', '{app="w\\d"}', '{1app="x"}', '{app.x="y"}', '{app:x="y"}',
    # Line filters
    f'{S} |= "a"', f'{S} != "a"', f'{S} |~ "a.+"', f'{S} !~ `\\d+`', f'{S} |> "<_> a"', f'{S} !> "<_> a <_>"', f'{S} |= "a" or "b"', f'{S} |= "a" or "b" or `c`',
    f'{S} |~ "("', f'{S} |= 5', f'{S} |=', f'{S} = "a"', f'{S} =~ "a"', f'{S} |= "a" and "b"', f'{S} |= ip("10.0.0.0/8")', f'{S} != ip("10.0.0.1-10.0.0.9")',
    f'{S} |= ip("nonsense")', f'{S} |~ ip("10.0.0.1")', f'{S} |= "a" or ip("10.0.0.1")', f'{S} |> ""', f'{S} |> "<_><_>"', f'{S} |= ""', f'{S} |= "\\q"',
    # Parsers
    f'{S} | json', f'{S} | json a', f'{S} | json a="b.c[0]", d', f'{S} | json a="["', f'{S} | json a=5', f'{S} | json a,', f'{S} | logfmt', f'{S} | logfmt --strict',
    f'{S} | logfmt --keep-empty --strict a, b="c"', f'{S} | logfmt --nonsense', f'{S} | json --strict', f'{S} | unpack', f'{S} | unpack a', f'{S} | regexp "(?P<a>.*)"',
    f'{S} | regexp "(.*)"', f'{S} | regexp "(?P<a>"', f'{S} | regexp', f'{S} | regexp a', f'{S} | regexp "(?P<1a>.)"', f'{S} | regexp "(?P<a>.)(?P<a>.)"',
    f'{S} | pattern "<ip> - <_>"', f'{S} | pattern "none"', f'{S} | pattern "<a><b>"', f'{S} | pattern "<_>"', f'{S} | pattern ""', f'{S} | pattern "<a> <a>"',
    f'{S} | decolorize', f'{S} | decolorize | json', f'{S} | xml', f'{S} | json | logfmt', f'{S} | json() ', f'{S} | ', f'{S} | json |', f'{S} || json',
    # Formats
    f'{S} | line_format "{{{{.app}}}} {{{{.n | ToUpper}}}}"', f'{S} | line_format "{{{{.app"', f'{S} | line_format "{{{{ nofunc .a }}}}"', f'{S} | line_format', f'{S} | line_format a',
    f'{S} | label_format a=b', f'{S} | label_format a="{{{{.b}}}}"', f'{S} | label_format a=b, c="d"', f'{S} | label_format a="{{{{.b"', f'{S} | label_format a',
    f'{S} | label_format a=b, a=c', f'{S} | label_format a=5', f'{S} | label_format a==b', f'{S} | label_format __error__="x"',
    # Keep, drop, distinct
    f'{S} | drop a', f'{S} | drop a, b="c", d=~"e.*"', f'{S} | drop', f'{S} | drop a=5', f'{S} | drop a=~"("', f'{S} | keep a', f'{S} | keep a, b!="c"', f'{S} | keep', f'{S} | drop a,',
    f'{S} | distinct a', f'{S} | drop a | keep b',
    # Label filters
    f'{S} | json | a="b"', f'{S} | a!="b"', f'{S} | a=~"b.*"', f'{S} | a!~`b`', f'{S} | a=~"("', f'{S} | a > 5', f'{S} | a >= 1.5', f'{S} | a == 5', f'{S} | a = 5', f'{S} | a != 5',
    f'{S} | a > 5ms', f'{S} | a < 1h30m', f'{S} | a <= 5KiB', f'{S} | a > 2.5MB', f'{S} | a > 5xyz', f'{S} | a > "5"', f'{S} | a == "b"', f'{S} | a > -5', f'{S} | a =~ 5',
    f'{S} | a > 1e3', f'{S} | a="b" and c="d"', f'{S} | a="b" or c="d"', f'{S} | a="b", c="d"', f'{S} | a="b" c="d"', f'{S} | (a="b" or c>5) and d="e"', f'{S} | (a="b"', f'{S} | a="b")',
    f'{S} | a = ip("10.0.0.0/8")', f'{S} | a != ip("10.0.0.1")', f'{S} | a == ip("10.0.0.1")', f'{S} | a =~ ip("10.0.0.1")', f'{S} | a > ip("10.0.0.1")', f'{S} | a = ip("x")', f'{S} | a', f'{S} | a =',
    f'{S} | a="b" and', f'{S} | a="b" or or c="d"', f'{S} | not a="b"', f'{S} | a > b', f'{S} | "a"="b"', f'{S} | a="b" unless c="d"', f'{S} | a="b" AND c="d"', f'{S} | json="x"', f'{S} | by="x"',
    f'{S} | a > 5d', f'{S} | a > 5w', f'{S} | a > 1y', f'{S} | a > 5B', f'{S} | a > 0x10', f'{S} | a > .5', f'{S} | a > 5.',  f'{S} | a > +5',
    # Log queries and operators
    f'({S})', f'({S} |= "a")', f'({S}) |= "a"', f'(({S}))', f'{S} + 1', f'{S} and {S}', f'{S} # a comment', f'{S} # a comment\n |= "a"', f'{S} [5m]', f'{S} offset 5m', f'-{S}', "",  "#",
    # Ranges
    f'rate({S}[5m])', f'rate({S} [5m] )', f'rate({S}[5m] |= "a")', f'rate({S} |= "a" [5m])', f'rate(({S} |= "a")[5m])', f'rate({S})', f'rate({S}[])', f'rate({S}[5])', f'rate({S}[5x])', f'rate({S}[1h30m])',
    f'rate({S}[5m] offset 1h)', f'rate({S}[5m] offset -1h)', f'rate({S}[5m]) offset 1h', f'rate({S}[5m] |= "a" offset 1h)', f'rate({S} |= "a" [5m] offset 1h)', f'rate({S} offset 1h [5m])',
    f'rate({S}[5m] offset 1h |= "a")', f'rate({S}[1.5h])', f'rate({S}[5m][5m])', f'rate({S}[5m:1m])', f'rate({S}[1d])', f'rate({S}[1w])', f'rate({S}[-5m])', f'rate({S}[0s])', f'rate({S}[5m] @ 0)', f'rate({S}[500ms])',
    f'rate(({S})[5m])', f'rate(({S}[5m]))', f'rate(({S}[5m]) |= "a")', f'rate(({S} |= "a") [5m] offset 1h)', f'RATE({S}[5m])', f'foo({S}[5m])', f'rate {S}[5m]', f'rate({S}[5m]', f'rate({S}[5m]))',
    f'count_over_time({S}[5m])', f'bytes_rate({S}[5m])', f'bytes_over_time({S}[5m])', f'absent_over_time({S}[5m])', f'rate_counter({S} | unwrap n [5m])', f'rate_counter({S}[5m])',
    f'increase({S}[5m])', f'rate(0.5, {S}[5m])', f'count_over_time({S}[5m]) by (app)', f'rate({S}[5m]) by (app)', f'rate by (app) ({S}[5m])',
    # Unwrap
    f'sum_over_time({S} | unwrap n [5m])', f'sum_over_time({S} | json | unwrap n [5m]) by (app)', f'sum_over_time({S}[5m])', f'avg_over_time({S} | unwrap duration(took) [5m]) by (app)',
    f'avg_over_time({S} | unwrap duration_seconds(took) [5m])', f'max_over_time({S} | unwrap bytes(size) [5m]) without (app)', f'min_over_time({S} | unwrap nonsense(size) [5m])',
    f'sum_over_time({S} | unwrap n | __error__="" [5m])', f'sum_over_time({S} | unwrap n | json [5m])', f'sum_over_time({S} | unwrap n | line_format "x" [5m])', f'sum_over_time({S} | unwrap [5m])', f'sum_over_time({S} | unwrap n, m [5m])',
    f'sum_over_time({S} | unwrap n |= "x" [5m])', f'sum_over_time({S} | unwrap n | unwrap m [5m])', f'sum_over_time({S} [5m] | unwrap n)', f'sum_over_time({S} [5m] | json | unwrap n | n > 5)', f'sum_over_time({S} | unwrap n [5m] | n > 5)',
    f'{S} | unwrap n', f'count_over_time({S} | unwrap n [5m])', f'rate({S} | unwrap n [5m])', f'bytes_rate({S} | unwrap n [5m])', f'sum_over_time({S} | unwrap n [5m]) by (app) by (env)', f'sum_over_time({S} | unwrap n | n > 5 and n < 7 [5m])',
    f'quantile_over_time(0.99, {S} | unwrap n [5m])', f'quantile_over_time({S} | unwrap n [5m])', f'quantile_over_time(0.99, {S}[5m])', f'quantile_over_time(1.5, {S} | unwrap n [5m])', f'quantile_over_time("a", {S} | unwrap n [5m])', f'quantile_over_time(-0.5, {S} | unwrap n [5m])',
    f'first_over_time({S} | unwrap n [5m])', f'last_over_time({S} | unwrap n [5m]) by (app)', f'stddev_over_time({S} | unwrap n [5m]) by (app)', f'stdvar_over_time({S} | unwrap n [5m])', f'sum_over_time(({S} | unwrap n) [5m])', f'sum_over_time({S} | unwrap n [5m] offset 1m)',
    f'absent_over_time({S} | unwrap n [5m])', f'absent_over_time({S}[5m]) by (app)', f'sum_over_time({S} | unwrap n [5m]) without (app)', f'first_over_time({S} | unwrap n [5m]) by ()', f'rate({S} | unwrap n [5m]) by (app)', f'rate_counter({S} | unwrap n [5m]) by (app)',
    # Aggregations
    f'sum(rate({S}[5m]))', f'sum by (app) (rate({S}[5m]))', f'sum(rate({S}[5m])) by (app)', f'sum without (app) (rate({S}[5m]))', f'sum by () (rate({S}[5m]))', f'sum by (app,) (rate({S}[5m]))', f'sum by app (rate({S}[5m]))', f'sum by (app) (rate({S}[5m])) by (env)',
    f'SUM(rate({S}[5m]))', f'sum BY (app) (rate({S}[5m]))', f'sum({S})', f'sum(5)', f'sum(rate({S}[5m]), 5)', f'sum()', f'sum rate({S}[5m])', f'sum(sum(rate({S}[5m])))', f'sum by ("app") (rate({S}[5m]))', f'sum by (1) (rate({S}[5m]))',
    f'avg(rate({S}[5m]))', f'min(rate({S}[5m]))', f'max(rate({S}[5m]))', f'count(rate({S}[5m]))', f'stddev(rate({S}[5m]))', f'stdvar(rate({S}[5m]))', f'group(rate({S}[5m]))', f'quantile(0.5, rate({S}[5m]))', f'count_values("x", rate({S}[5m]))',
    f'topk(5, rate({S}[5m]))', f'topk(rate({S}[5m]))', f'topk(0, rate({S}[5m]))', f'topk(1.5, rate({S}[5m]))', f'topk(-1, rate({S}[5m]))', f'topk by (app) (5, rate({S}[5m]))', f'topk(5, rate({S}[5m])) by (app)', f'bottomk(2, rate({S}[5m]))', f'bottomk(a, rate({S}[5m]))', f'sum(5, rate({S}[5m]))',
    f'approx_topk(5, sum by (app) (rate({S}[5m])))', f'approx_topk(5, rate({S}[5m])) by (app)', f'approx_topk by (app) (5, rate({S}[5m]))', f'sort(rate({S}[5m]))', f'sort_desc(sum by (app) (rate({S}[5m])))', f'sort(5, rate({S}[5m]))', f'sort by (app) (rate({S}[5m]))', f'sort(rate({S}[5m])) by (app)',
    # Operators between numbers
    f'rate({S}[5m]) + 1', f'1 + rate({S}[5m])', '1 + 1', '-1', '+1', '2 ^ 3 ^ 2', '1 +', '+ + 1', '--1', '1 - -1', '1 + + 1', '(1 + 2) * 3', '1 and 1', f'-rate({S}[5m])', f'rate({S}[5m]) + {S}', '1 > 2', '1 > bool 2', '1 + bool 2', f'rate({S}[5m]) > bool 1', f'rate({S}[5m]) > 1', f'rate({S}[5m]) = 1',
    f'rate({S}[5m]) + bool 1', f'rate({S}[5m]) and 1', f'rate({S}[5m]) and rate({S}[5m])', f'rate({S}[5m]) or rate({S}[5m])', f'rate({S}[5m]) unless on (app) rate({S}[5m])', f'rate({S}[5m]) AND rate({S}[5m])', f'rate({S}[5m]) atan2 1', f'rate({S}[5m]) % 2 == 0', f'1 and rate({S}[5m])', f'rate({S}[5m]) or vector(0)',
    f'rate({S}[5m]) / on (app) rate({S}[5m])', f'rate({S}[5m]) / ignoring (app) rate({S}[5m])', f'rate({S}[5m]) / on (app) group_left rate({S}[5m])', f'rate({S}[5m]) / on (app) group_left (env) rate({S}[5m])', f'rate({S}[5m]) / on (app) group_right () rate({S}[5m])', f'rate({S}[5m]) / group_left rate({S}[5m])',
    f'rate({S}[5m]) / on app rate({S}[5m])', f'rate({S}[5m]) / on () rate({S}[5m])', f'rate({S}[5m]) > bool on (app) rate({S}[5m])', f'rate({S}[5m]) > on (app) bool rate({S}[5m])', f'rate({S}[5m]) / on (app) ignoring (env) rate({S}[5m])', f'rate({S}[5m]) and on (app) group_left rate({S}[5m])', f'rate({S}[5m]) / on (app) 1',
    f'rate({S}[5m]) / bool rate({S}[5m])', f'rate({S}[5m]) rate({S}[5m])', f'(rate({S}[5m]))', f'((rate({S}[5m]) + 1))', f'(rate({S}[5m])) by (app)', f'(rate({S}[5m])', '1e3', '0x1F', '.5', '1.', 'Inf', 'NaN', '"text"', '5m', '1_000', '1.2.3', '5KB',
    # Functions
    'vector(0)', 'vector(1.5)', 'vector(-1)', 'vector(a)', 'vector()', f'vector(rate({S}[5m]))', f'sum(vector(1))', 'vector(1) + 1', f'label_replace(rate({S}[5m]), "a", "$1", "app", "(.*)")', f'label_replace(rate({S}[5m]), "a", "$1", "app", "(")', f'label_replace(rate({S}[5m]), "a", "$1", "app")',
    f'label_replace({S}, "a", "$1", "app", "(.*)")', f'label_replace(rate({S}[5m]), a, "$1", "app", "(.*)")', f'label_replace(vector(1), "a", "b", "", "")', f'label_replace(1, "a", "b", "", "")', f'label_join(rate({S}[5m]), "a", ",", "app")', f'abs(rate({S}[5m]))', 'time()', f'absent(rate({S}[5m]))', f'clamp_min(rate({S}[5m]), 1)',
    # Variants
    f'variants(count_over_time({S}[5m]), bytes_over_time({S}[5m])) of ({S}[5m])', f'variants(rate({S}[5m])) of ({S} | logfmt [5m])', f'variants() of ({S}[5m])', f'variants(rate({S}[5m]))', f'variants(rate({S}[5m])) of ({S})', f'variants(sum by (app) (rate({S}[5m]))) of ({S}[5m])', f'variants({S}) of ({S}[5m])',
    f'variants(rate({S}[5m])) of {S}[5m]', f'variants(rate({S}[5m]), 5) of ({S}[5m])', f'sum(variants(rate({S}[5m])) of ({S}[5m]))',
]


def corpus():
    """What dashboards ask, with something in place of each variable."""
    for folder, _, files in os.walk(os.path.join(shared, "dashboards")):
        for name in sorted(files):
            if not name.endswith(".json"):
                continue
            try:
                with open(os.path.join(folder, name), encoding="utf-8") as f:
                    board = json.load(f)
            except ValueError:
                continue
            yield from targets(board, "")


def targets(value, source):
    if isinstance(value, dict):
        of = value.get("datasource")
        source = str(of.get("type", source) if isinstance(of, dict) else of or source)
        if "loki" in source.lower() and isinstance(value.get("expr"), str) and value["expr"].strip():
            expr = re.sub(r"\[\s*\$\w+\s*\]", "[5m]", value["expr"])
            yield re.sub(r"\{\s*\$\w+", "{app", re.sub(r"\$\w+", "x.+", expr))
        for child in value.values():
            yield from targets(child, source)
    elif isinstance(value, list):
        for child in value:
            yield from targets(child, source)


folder = tempfile.TemporaryDirectory()


def lint(expressions, *more):
    path = os.path.join(folder.name, "board.json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump({"panels": [{"datasource": {"type": "loki"}, "targets": [{"expr": e} for e in expressions]}]}, f)
    done = subprocess.run([tool, path, "--format", "json", *more], capture_output=True, text=True, timeout=60, check=False)
    report = json.loads(done.stdout)
    found = [[] for _ in expressions]
    for f in report["findings"]:
        found[int(f["pointer"].split("/")[4])].append((f["rule"], f["message"]))
    return done, found, report["summary"]


def labels(loki):
    """The labels of the streams decide, each in its way."""
    asked = {'{app="web"} |= "GET"': None, 'sum by (env) (rate({app=~"web|db", env="prod"}[5m]))': None, '{app="wbe"}': "label-value-not-exposed", '{ap="web"}': "label-not-exposed",
             '{app=~"web|gone"}': "regex-alternative-dead", '{app=~"x.+"}': "label-value-not-exposed", '{app="web", env!="prod"}': None, '{app="web"} | logfmt | level="info"': None}
    done, found, summary = lint(list(asked), "--loki", f"http://127.0.0.1:{loki.port}")
    check(done.returncode == 1 and not done.stderr, f"exit {done.returncode} {done.stderr}")
    for (query, rule), got in zip(asked.items(), found):
        check([r for r, _ in got] == ([rule] if rule else []), f"{query}: {got}, not {rule}")
    check(done.stdout.count("there are db and web") + done.stdout.count("did you mean web") > 0, f"no value named: {done.stdout[:2000]}")
    # What is found, and what is not, is so: the data says it.
    for query, got in zip(asked, found):
        status, answer = loki.ask(query)
        has = status == 200 and bool(answer["data"]["result"])
        broken = any(r != "regex-alternative-dead" for r, _ in got)
        if query != '{app="web", env!="prod"}':  # two labels that are there, but never so together
            check(has != broken, f"{query}: {'data' if has else 'no data'}, but {got}")
    check(summary["queries"] == len(asked), f"{summary}")


# What stands in texts our parser does not read: regular expressions, addresses, templates, paths into JSON. Loki refuses these at the
# query, our parser takes them.
UNREAD = [
    (r'=~"\("|\|~ "\("|regexp "\(\?P<a>"$|"\("\)$|regexp "\(\?P<1a>', "a regular expression that does not compile"),
    (r'ip\("(nonsense|x)"\)', "an address that is none"),
    (r'_format.*\{\{', "a template that Go does not take"),
    (r'json a="\["', "a path into JSON that is none"),
    (r'\|> "<_><_>"|pattern "<a><b>"', "a pattern with one capture directly behind another"),
]


def verdicts(loki):
    """Both parsers, one query after the other. A query that Loki takes and cannot answer is LogQL all the same."""
    all_of_them = [e for e in EXPRESSIONS if e.strip()] + sorted(set(corpus()))
    _, found, _ = lint(all_of_them)
    refused, unread = 0, collections.Counter()
    for query, got in zip(all_of_them, found):
        ours = not any(rule == "logql-parse" for rule, _ in got)
        status, answer = loki.ask(query)
        theirs = not (status == 400 and answer.startswith("parse error"))
        check(status == 200 or not theirs or status == 500, f"{query!r}: Loki answers {status} {answer}")
        refused += not theirs
        reason = next((why for pattern, why in UNREAD if re.search(pattern, query)), None)
        if ours and not theirs and reason:
            unread[reason] += 1
            print(f"taken by us, not by Loki: {query}: {reason}")
            continue
        check(ours == theirs, f"{query!r}: {'ours takes it' if ours else 'ours: ' + str(got)}; Loki: {status} {str(answer)[:160]!r}")
    print(f"{len(all_of_them)} queries read by both, {refused} are refused by Loki, {sum(unread.values())} of them for what stands in texts")
    check(refused > 150 and len(all_of_them) - refused > 200, f"{refused} of {len(all_of_them)} refused")


def main():
    try:
        loki = servers.Loki()
    except servers.Missing as why:
        print(f"SKIPPED: no Loki: {why}")
        sys.exit(77)
    with loki:
        loki.push(STREAMS)
        end = time.monotonic() + 20
        while time.monotonic() < end and not loki.ask(S)[1]["data"]["result"]:
            time.sleep(0.2)
        labels(loki)
        verdicts(loki)
    folder.cleanup()
    finish()


if __name__ == "__main__":
    main()
