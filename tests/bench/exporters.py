"""exporter-run beside node_exporter: CPU time of a scrape and memory, over the collectors both have."""

import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import time
import urllib.request

from programs import BUILD, CACHE, say

SCRAPES = 60


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def cpu_seconds(pid):
    """Of all threads, those that ended too (the process's CPU clock, see clock_getcpuclockid)."""
    return time.clock_gettime((~pid << 3) | 2)


def resident_kib(pid):
    with open(f"/proc/{pid}/status") as f:
        for line in f:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    return 0


class exporter:
    def __init__(self, name, command, port):
        self.name = name
        self.url = f"http://127.0.0.1:{port}/metrics"
        self.process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.ms = []
        self.body = b""

    def scrape(self):
        with urllib.request.urlopen(self.url, timeout=5) as answer:
            self.body = answer.read()

    def ready(self):
        for _ in range(50):
            try:
                self.scrape()
                return True
            except OSError:
                if self.process.poll() is not None:
                    return False
                time.sleep(0.1)
        return False

    def measure(self):
        before = cpu_seconds(self.process.pid)
        for _ in range(10):
            self.scrape()
        self.ms.append((cpu_seconds(self.process.pid) - before) * 100)

    def names(self):
        return {line.split()[2].decode() for line in self.body.splitlines() if line.startswith(b"# TYPE ")}

    def series(self, families):
        wanted = tuple(families)
        return sum(1 for line in self.body.splitlines() if not line.startswith(b"#") and line.decode().startswith(wanted))

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def show():
    ours = BUILD / "tools" / "exporter-run" / "exporter-run"
    if not ours.exists():
        say("Without exporter-run: it is not built (fmt, cxxopts, yaml-cpp, libmicrohttpd)")
        return
    commands = [("exporter-run", lambda port: [ours, "--listen", f"127.0.0.1:{port}", "--collectors", "host"])]
    built = sorted(pathlib.Path(CACHE.parent / "servers").glob("node_exporter-*/node_exporter"))
    for name, program in [("node_exporter (Debian)", shutil.which("prometheus-node-exporter"))] + [
            (p.parent.name.replace("-", " "), p) for p in built]:
        if program:
            commands.append((name, lambda port, program=program: [program, f"--web.listen-address=127.0.0.1:{port}",
                                                                 "--web.disable-exporter-metrics", "--log.level=error"]))
    running = []
    try:
        for name, command in commands:
            port = free_port()
            one = exporter(name, command(port), port)
            running.append(one)
            if not one.ready():
                say(f"Without {name}: it does not answer")
                one.stop()
                running.remove(one)
        for _ in range(SCRAPES // 10):
            for one in running:
                one.measure()
        rows = [(one.name, statistics.median(one.ms), resident_kib(one.process.pid), one) for one in running]
    finally:
        for one in running:
            one.stop()
    if not rows or rows[0][0] != "exporter-run":
        return
    print(f"\na scrape of this host   (goal: a tenth of node_exporter's CPU time, under 8 MB; median of {SCRAPES // 10} x 10 scrapes)")
    base = rows[0]
    for name, ms, kib, one in rows:
        common = one.names() & base[3].names()
        node = {n for n in one.names() if n.startswith("node_")}
        print(f"  {name:28} {ms:9.2f} ms     x {ms / base[1]:<6.2f}  {kib / 1024:.1f} MiB resident, {one.series(node)} series in "
              f"{len(node)} node_ families" + ("" if one is base[3] else f", {len({n for n in common if n.startswith('node_')})} of them exporter-run's too"))
