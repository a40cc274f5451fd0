#!/usr/bin/env python3
"""Our host collector against a real node_exporter on this machine, in the same second.

compare.py HOST-SCRAPE [NODE_EXPORTER]

A round is: ours, theirs, ours again. Every family that node_exporter shows by default has to be ours too, with the same
type and the same label sets, and its value has to lie between our two (or be equal to one of them). What moves too fast
for one round gets more of them: a series has to agree once. Without a node_exporter (it is built once with Go) the test
says so and counts as skipped.
"""
import http.client
import os
import re
import socket
import subprocess
import sys
import time

ROUNDS = 25

# Families that are not ours, and why.
NOT_OURS = {
    r"go_.*": "about the Go runtime",
    r"promhttp_.*": "about Go's HTTP handler; exporter-run has its own",
    r"node_exporter_build_info": "pitot_build_info stands for it",
    r"node_scrape_collector_.*": "pitot_collector_up and pitot_collector_duration_seconds stand for them",
}
# Values that cannot agree, or only about, and why. The number is the absolute difference allowed; None: any.
DIFFERENT = {
    r"process_(?!max_fds|virtual_memory_max).*": (None, "each process measures itself"),
    r"process_virtual_memory_max_bytes|process_max_fds": (None, "Go raises its own limit of open files"),
    r"node_filefd_allocated": (512, "node_exporter opens its files while it measures, and the kernel counts in batches"),
    r"node_time_seconds": (2, "the clock goes on"),
    r"node_uptime_seconds": (2, "the clock goes on"),
    r"node_timex_(offset|maxerror|estimated_error)_seconds": (0.1, "moves between the scrapes in both directions"),
    r"node_procs_(running|blocked)": (64, "changes with each switch"),
    r"node_memory_.*": (16 << 20, "moves in both directions"),
    r"node_filesystem_(avail|free)_bytes|node_filesystem_files_free": (16 << 20, "moves in both directions"),
    r"node_sockstat_.*|node_netstat_Tcp_CurrEstab|node_udp_queues": (16, "moves in both directions"),
    r"node_disk_io_now|node_softnet_backlog_len": (64, "changes with each request"),
    r"node_load.*": (1, "computed every 5 s"),
}

SAMPLE = re.compile(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def parse(text):
    types, series = {}, {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            types[name] = kind
        elif line and not line.startswith("#"):
            m = SAMPLE.match(line)
            labels = tuple(sorted((k, v) for k, v in LABEL.findall(m[2] or "") if v))  # an empty label is no label
            series[m[1], labels] = float(m[3])
    return types, series


def matching(table, name):
    for pattern, value in table.items():
        if re.fullmatch(pattern, name):
            return value
    return None


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def find_exporter():
    install = os.path.join(os.path.dirname(__file__), "..", "servers", "install")
    done = subprocess.run([install, "node_exporter"], stdout=subprocess.PIPE, text=True, timeout=900)
    return done.stdout.strip() if done.returncode == 0 else None


class Ours:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def scrape(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            if line == "# EOF\n":
                return parse("".join(lines))
            lines.append(line)
        raise SystemExit("host-scrape ended early")


class Theirs:
    """One connection for all rounds, so that its sockets are there when we count."""
    def __init__(self, program):
        port = free_port()
        self.process = subprocess.Popen([program, f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"])
        for _ in range(100):
            try:
                self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
                self.connection.connect()
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("node_exporter does not answer")

    def scrape(self):
        self.connection.request("GET", "/metrics")
        return parse(self.connection.getresponse().read().decode())


def agrees(name, first, value, second):
    low, high = min(first, second), max(first, second)
    slack = 1e-9 * max(abs(low), abs(high))  # sums of decimals may differ in the last digit
    if low - slack <= value <= high + slack:
        return True
    allowed = matching(DIFFERENT, name)
    return allowed is not None and (allowed[0] is None or low - allowed[0] <= value <= high + allowed[0])


def main():
    program = sys.argv[1]
    exporter = sys.argv[2] if len(sys.argv) > 2 else find_exporter()
    if not exporter:
        print("SKIPPED: no node_exporter, and it could not be built (see above)\n0 passed, 0 failed, 1 skipped")
        return 77
    ours, theirs = Ours(program), Theirs(exporter)
    try:
        theirs.scrape()
        types, wrong, open_series, agreed = {}, [], {}, set()
        for number in range(ROUNDS):
            (our_types, first), (types, between), (_, second) = ours.scrape(), theirs.scrape(), ours.scrape()
            open_series = {}
            for key, value in between.items():
                name = key[0]
                if matching(NOT_OURS, name) is not None or key in agreed:
                    continue
                if key not in first or key not in second:
                    open_series[key] = "we have no such series"
                elif agrees(name, first[key], value, second[key]):
                    agreed.add(key)
                else:
                    open_series[key] = f"{value!r} is not between ours, {first[key]!r} and {second[key]!r}"
            if not open_series:
                break
            time.sleep(0.05)
        families = [n for n in types if matching(NOT_OURS, n) is None]
        bad = set()
        for name in families:
            if name not in our_types:
                wrong.append(f"{name}: we have no such family")
            elif our_types[name] != types[name]:
                wrong.append(f"{name}: {types[name]}, ours is {our_types[name]}")
            else:
                continue
            bad.add(name)
        for key, why in sorted(open_series.items()):
            if key[0] not in bad:
                wrong.append(f"{key[0]}{dict(key[1])}: {why}")
                bad.add(key[0])
        # The other way round: what we add to a family of theirs would break their queries.
        their_series = {k for k in between if matching(NOT_OURS, k[0]) is None}
        for key in sorted(set(first) & set(second) - their_series):
            if key[0] in types and key[0] not in bad:
                wrong.append(f"{key[0]}{dict(key[1])}: node_exporter has no such series")
                bad.add(key[0])
        for line in wrong:
            print(line)
        print(f"{len(families)} families, {len(their_series)} series of node_exporter, {number + 1} rounds")
        print(f"{len(families) - len(bad)} passed, {len(bad)} failed")
        return 1 if bad else 0
    finally:
        for side in (ours, theirs):
            side.process.terminate()
            side.process.wait(10)


if __name__ == "__main__":
    sys.exit(main())
