"""promtool and prometheus_client judge the endpoint of every kind and exporter-run's.

usage: names.py ENDPOINT EXPORTER_RUN
"""
import math
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "servers"))
import servers  # noqa: E402

ENDPOINT, EXPORTER = sys.argv[1], sys.argv[2]
VENV = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "pitot", "venv", "bin", "python")
passed = failed = skipped = 0

# Lint in names that are not ours to choose, and why they stay.
NOT_OURS = {
    r"node_\w+ metric names should be written in 'snake_case' not 'camelCase'": "node_exporter took the kernel's spelling",
    r"node_entropy_\w+_bits use base unit \"bytes\" instead of \"bits\"": "node_exporter's name; entropy is counted in bits",
    r"host_\w+_total non-counter metrics should not have \"_total\" suffix": "Vector's name of a gauge",
    r"host_process_runtime counter metrics should have \"_total\" suffix": "Vector's name",
}
TEXT = "quote\" back\\slash\nline ümlaut {x=\"1\"}, # no comment"


def check(what, good, seen=""):
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print(f"FAILED {what}: {seen}")


def skip(why):
    global skipped
    skipped += 1
    print(f"SKIPPED {why}")


def lint(what, text):
    for name, find in (("promtool 2", lambda: servers.packaged("promtool")), ("promtool 3", lambda: servers.installed("promtool"))):
        try:
            program = find()
        except servers.Missing as why:
            skip(f"{name}: {why}")
            continue
        done = subprocess.run([program, "check", "metrics"], input=text, capture_output=True, timeout=60, check=False)
        lines = (done.stdout + done.stderr).decode().splitlines()
        ours = [line for line in lines if not any(re.fullmatch(p, line) for p in NOT_OURS)]
        # 3 is "there is lint"; 1 is "does not parse"
        check(f"{name} on {what}", done.returncode == (3 if lines else 0) and not ours, f"exit {done.returncode}, {ours[:20]}")


# What the program's OpenMetrics has to be, as prometheus_client reads it: (name, labels) -> value.
def wanted(started):
    out = {}

    def put(name, value, **labels):
        out[name, tuple(sorted(labels.items()))] = value

    def buckets(name, pairs):
        for le, n in pairs:
            put(name + "_bucket", n, le=le)

    put("judge_requests_total", 42, method="get", path="/")
    put("judge_requests_total", 3, method="post", path=TEXT)
    put("judge_seconds_total", 1.5)
    put("judge_temperature_celsius", -3.25)
    buckets("judge_classic_seconds", (("0.1", 1), ("0.5", 4), ("1.0", 5), ("+Inf", 6)))
    put("judge_classic_seconds_sum", 0.05 + 0.2 + 0.3 + 0.75 + 2.0 + 0.4)
    put("judge_classic_seconds_count", 6)
    buckets("judge_native_seconds", (("+Inf", 8),))
    buckets("judge_both_seconds", (("1.0", 4), ("4.0", 6), ("16.0", 7), ("+Inf", 8)))
    for name in ("native", "both"):
        put(f"judge_{name}_seconds_sum", 112)
        put(f"judge_{name}_seconds_count", 8)
    put("judge_wait_seconds", (49, 51), quantile="0.5")
    put("judge_wait_seconds", (88.5, 91.5), quantile="0.9")
    put("judge_wait_seconds_sum", 5050)
    put("judge_wait_seconds_count", 100)
    put("judge_build_info", 1, version="1.2.3")
    for phase in ("starting", "running", "draining"):
        put("judge_phase", int(phase == "running"), judge_phase=phase)
    buckets("judge_queue_bytes", (("10.0", 1), ("100.0", 2), ("+Inf", 3)))
    put("judge_queue_bytes_gsum", 555)
    put("judge_queue_bytes_gcount", 3)
    put("_ber_gr__e", 7.5, stra_e_nr="5 ½")
    for kind, value in (("inf", math.inf), ("minus_inf", -math.inf), ("nan", math.nan), ("minus_zero", -0.0), ("tiny", 5e-324),
                        ("huge", 1.7976931348623157e308), ("odd", 9007199254740992.0)):
        put("judge_odd_values", value, kind=kind)
    put("judge_jobs_total", 9)
    put("judge_jobs_created", started)
    put("judge_stamped", 4)
    return out


def same(a, b):
    if isinstance(b, tuple):
        return b[0] <= a <= b[1]
    return (math.isnan(a) and math.isnan(b)) or a == b  # it reads -0 as an integer, whose sign is gone


def reads(what, text):
    """The families as prometheus_client's OpenMetrics parser sees them, or None."""
    if not os.path.exists(VENV):
        skip(f"prometheus_client on {what}: tests/install test makes {VENV}")
        return None
    code = ("import sys,json\nfrom prometheus_client.openmetrics.parser import text_string_to_metric_families as p\n"
            "print(repr([(f.name,f.type,f.unit,f.documentation,[(s.name,s.labels,float(s.value),float(s.timestamp) if s.timestamp else None,"
            "(s.exemplar.labels,s.exemplar.value,float(s.exemplar.timestamp)) if s.exemplar else None) for s in f.samples])"
            " for f in p(sys.stdin.buffer.read().decode())]))")
    done = subprocess.run([VENV, "-c", code], input=text, capture_output=True, timeout=60, check=False)
    check(f"prometheus_client reads {what}", done.returncode == 0, done.stderr.decode()[-500:])
    return eval(done.stdout, {"nan": math.nan, "inf": math.inf}) if done.returncode == 0 else None  # our own repr


OPENMETRICS = {"Accept": "application/openmetrics-text;version=1.0.0"}
with servers.Program([ENDPOINT], pipe=True) as endpoint:
    started = int(re.search(r"started=(\d+)", endpoint.log())[1]) / 1000
    lint("every kind", servers.fetch(endpoint.port, "/metrics")[2])
    families = reads("every kind", servers.fetch(endpoint.port, "/metrics", headers=OPENMETRICS)[2])
    if families is not None:
        want = wanted(started)
        seen = {}
        for _, _, _, _, samples in families:
            for name, labels, value, stamp, exemplar in samples:
                key = name, tuple(sorted(labels.items()))
                check(f"once only: {key}", key not in seen)
                seen[key] = value, stamp, exemplar
        # of the registry's own: when each series began, which only the program's clock knows
        for key in [k for k in seen if k[0].endswith("_created") and k not in want]:
            check(f"{key} began with the program", abs(seen.pop(key)[0] - started) < 60)
        check("the series", seen.keys() == want.keys(), seen.keys() ^ want.keys())
        for key, value in want.items():
            if key in seen:
                check(f"value of {key}", same(seen[key][0], value), f"{seen[key][0]}, not {value}")
                check(f"timestamp of {key}", (seen[key][1] is not None) == (key[0] == "judge_stamped")
                      and seen[key][1] in (None, started), seen[key][1])
        exemplars = {key: e for key, (_, _, e) in seen.items() if e}
        check("the exemplars", {k: e[:2] for k, e in exemplars.items()} == {
            ("judge_requests_total", (("method", "get"), ("path", "/"))): ({"trace_id": "abc"}, 1),
            ("judge_classic_seconds_bucket", (("le", "0.5"),)): ({"trace_id": "def"}, 0.4)}, exemplars)
        check("their times", all(abs(e[2] - started) < 60 for e in exemplars.values()), exemplars)
        kinds = {f[0]: f[1:4] for f in families}
        for name, kind, unit in (("judge_requests", "counter", ""), ("judge_seconds", "counter", "seconds"),
                                 ("judge_temperature_celsius", "gauge", "celsius"), ("judge_classic_seconds", "histogram", ""),
                                 ("judge_wait_seconds", "summary", ""), ("judge_build", "info", ""), ("judge_phase", "stateset", ""),
                                 ("judge_queue_bytes", "gaugehistogram", "")):
            check(f"type and unit of {name}", kinds.get(name, ())[:2] == (kind, unit), kinds.get(name))
        check("help", kinds["judge_temperature_celsius"][2] == 'Line one\nline two, back\\slash "quoted".')

for profile in ("exporter", "vector", "both"):
    with servers.Program([EXPORTER, "--listen", "127.0.0.1:0", "--profile", profile]) as exporter:
        lint(f"exporter-run, profile {profile}", servers.fetch(exporter.port, "/metrics")[2])
        families = reads(f"exporter-run, profile {profile}", servers.fetch(exporter.port, "/metrics", headers=OPENMETRICS)[2])
        if families is not None:
            check(f"profile {profile} is not empty", sum(len(f[4]) for f in families) > 50, len(families))

print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(1 if failed else 0)
