"""vault-env --supervise: rotation, leases, signals, zombies, the terminal; numbers are those of shared/facts/vaultenv.md.

usage: supervise.py VAULT-ENV [CASE…]
"""
import json
import os
import pathlib
import pty
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "servers")]
from servers import fetch  # noqa: E402
from hostile import Hostile, answer, secret  # noqa: E402

TOOL = os.path.abspath(sys.argv[1])
folder = pathlib.Path(tempfile.mkdtemp(prefix="pitot-supervise-"))
CASES = []
PATH = "secret/data/app"


def case(f):
    CASES.append(f)
    return f


def check(holds, what=""):
    if not holds:
        raise AssertionError(what)


class Supervised:
    """A vault-env with a shell script below it; its lines are collected."""

    def __init__(self, server, script, *args, before=(), env=None, **more):
        self.lines = []
        self.process = subprocess.Popen(
            [*before, TOOL, "--supervise", "--interval", "500ms", *args, "--env", "V=app#password", "--", "sh", "-c", script],
            env={"PATH": os.environ["PATH"], "VAULT_ADDR": server.address, "VAULT_TOKEN": "t", **(env or {})}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.strip())

    def waits_for(self, what, seconds=10, count=1):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if sum(what in line for line in list(self.lines)) >= count:
                return
            time.sleep(0.02)
        raise AssertionError(f"no '{what}' within {seconds} s: {self.lines}")

    def ends(self, code, seconds=10):
        got = self.process.wait(seconds)
        check(got == code, f"exit {got}, not {code}: {self.lines}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for kind in (signal.SIGTERM, signal.SIGKILL):
            if self.process.poll() is None:
                self.process.send_signal(kind)
                try:
                    self.process.wait(15)
                except subprocess.TimeoutExpired:
                    pass


LOOP = 'echo "start $V"; trap "echo bye; exit 3" TERM; while :; do sleep 0.05; done'


@case
def rotation():
    """69 too: the same value again starts nothing."""
    with Hostile({PATH: secret({"password": "one"})}) as s, Supervised(s, LOOP) as p:
        p.waits_for("start one")
        time.sleep(1.6)
        check(p.lines == ["start one"], f"no restart without a new value: {p.lines}")
        s.answers[PATH] = secret({"password": "two"})
        p.waits_for("start two")
        check("bye" in p.lines, "the old one was asked to end")
        p.process.send_signal(signal.SIGTERM)
        p.ends(3)


@case
def own_metrics():
    """--metrics: what a supervisor does can be watched; no path and no value is among the labels."""
    with Hostile({PATH: secret({"password": "one"})}) as s, \
            Supervised(s, LOOP, "--metrics", "127.0.0.1:0", env={"VAULT_MAX_RETRIES": "0"}) as p:
        p.waits_for("address=127.0.0.1:")
        port = int(next(l for l in p.lines if "address=" in l).split("address=127.0.0.1:")[1].split()[0])

        def value(name):
            for line in fetch(port, "/metrics")[2].decode().splitlines():
                if line.startswith(name + " "):
                    return float(line.split()[1])
            return None
        p.waits_for("start one")
        check(value("vault_env_command_up") == 1 and value("vault_env_command_starts_total") == 1, "a command that runs")
        check(value("vault_env_changes_total") == 0 and value('vault_env_reads_total{outcome="failed"}') == 0, "counters begin with 0")
        s.answers[PATH] = answer(503, {"errors": []})
        p.waits_for("could not be read again")
        check(value('vault_env_reads_total{outcome="failed"}') >= 1, "failures are counted")
        s.answers[PATH] = secret({"password": "two"})
        p.waits_for("start two")
        check(value("vault_env_changes_total") == 1 and value("vault_env_command_starts_total") == 2, "the change and the restart")
        check(value('vault_env_reads_total{outcome="ok"}') >= 1, "reads")
        text = fetch(port, "/metrics")[2]
        check(b"secret/" not in text and b"app" not in text, "no path of a secret")
        p.process.send_signal(signal.SIGTERM)
        p.ends(3)
    with Hostile({PATH: secret({"password": "one"})}) as s:
        done = subprocess.run([TOOL, "--metrics", "127.0.0.1:0", "--", "true"], env={"VAULT_ADDR": s.address, "VAULT_TOKEN": "t"}, capture_output=True,
                              text=True, timeout=20, check=False)
        check(done.returncode == 125 and "--metrics needs --supervise" in done.stderr, str(done))
        with Supervised(s, LOOP, "--metrics", "256.0.0.1:x") as p:
            p.ends(125)
            check(p.lines and "start one" not in p.lines, "an address that cannot be had stops it before the command starts")


@case
def vault_goes_away():
    with Hostile({PATH: secret({"password": "one"})}) as s, Supervised(s, LOOP, env={"VAULT_MAX_RETRIES": "0"}) as p:
        p.waits_for("start one")
        s.answers[PATH] = answer(503, {"errors": []})
        p.waits_for("could not be read again")
        check(p.process.poll() is None and p.lines.count("start one") == 1, "the child goes on")
        s.answers[PATH] = secret({"password": "two"})
        p.waits_for("start two")
        p.process.send_signal(signal.SIGINT)
        p.ends(130)


@case
def other_actions():
    script = 'echo "start"; trap "echo got it" USR1; while :; do sleep 0.05; done'
    with Hostile({PATH: secret({"password": "one"})}) as s, \
            Supervised(s, script, "--on-change", "signal:USR1", "--file", f"{folder}/f=app#password") as p:
        p.waits_for("start")
        check((folder / "f").read_text() == "one")
        s.answers[PATH] = secret({"password": "two"})
        p.waits_for("got it")
        check((folder / "f").read_text() == "two", "the file came before the signal")
        p.process.send_signal(signal.SIGTERM)
        p.ends(143)
    with Hostile({PATH: secret({"password": "one"})}) as s, \
            Supervised(s, script, "--on-change", "files", "--file", f"{folder}/f=app#password") as p:
        p.waits_for("start")
        s.answers[PATH] = secret({"password": "three"})
        p.waits_for("secrets have changed")
        check((folder / "f").read_text() == "three" and p.lines.count("start") == 1)
        p.process.send_signal(signal.SIGTERM)
        p.ends(143)


@case
def grace():
    """63, and 68: no second start for one change."""
    deaf = 'echo "start $V"; trap "" TERM; while :; do sleep 0.05; done'
    with Hostile({PATH: secret({"password": "one"})}) as s, Supervised(s, deaf, "--grace", "700ms") as p:
        p.waits_for("start one")
        s.answers[PATH] = secret({"password": "two"})
        p.waits_for("killed")
        p.waits_for("start two")
        check(p.lines.count("start two") == 1, f"{p.lines}")
        before = time.monotonic()
        p.process.send_signal(signal.SIGTERM)
        p.ends(137)
        check(0.5 < time.monotonic() - before < 5)


@case
def ends_while_restarting():
    """68"""
    with Hostile({PATH: secret({"password": "one"})}) as s, Supervised(s, 'echo "start $V"; trap "sleep 0.5; exit 0" TERM; while :; do sleep 0.05; done') as p:
        p.waits_for("start one")
        s.answers[PATH] = secret({"password": "two"})
        p.waits_for("secrets have changed")
        s.answers[PATH] = secret({"password": "three"})
        p.waits_for("start three")
        check(sum(line.startswith("start t") for line in p.lines) <= 2, f"{p.lines}")
        p.process.send_signal(signal.SIGTERM)
        p.ends(0)


@case
def status():
    with Hostile({PATH: secret({"password": "one"})}) as s:
        for script, code in (("exit 7", 7), ("kill -9 $$", 137), ("exit 0", 0)):
            with Supervised(s, script) as p:
                p.ends(code)
        done = subprocess.run([TOOL, "--supervise", "--env", "V=app#password", "--", "/etc/passwd"], capture_output=True, timeout=10, check=False,
                              env={"PATH": os.environ["PATH"], "VAULT_ADDR": s.address, "VAULT_TOKEN": "t"})
        check(done.returncode == 126, f"{done}")


@case
def zombies():
    """67: orphans come to vault-env, which collects them."""
    with Hostile({PATH: secret({"password": "one"})}) as s, Supervised(s, "(sleep 0.2 & sleep 0.3 &) ; echo ready; sleep 1.5; echo done; sleep 5") as p:
        p.waits_for("done")
        dead = [line for line in subprocess.run(["ps", "-eo", "stat=,ppid="], capture_output=True, text=True, check=True).stdout.splitlines()
                if line.startswith("Z") and line.split()[1] == str(p.process.pid)]
        check(not dead, f"zombies: {dead}")


@case
def first_process():
    """61 and 67 as PID 1, where a signal without a handler does nothing."""
    if os.geteuid() != 0 or not shutil.which("unshare"):
        return
    with Hostile({PATH: secret({"password": "one"})}) as s, Supervised(s, 'echo "start $$"; trap "echo bye; exit 5" TERM; while :; do sleep 0.05; done',
                                                                       before=("unshare", "--pid", "--fork", "--kill-child")) as p:
        p.waits_for("start")
        inner = int(subprocess.run(["pgrep", "-P", str(p.process.pid)], capture_output=True, text=True, check=True).stdout.split()[0])
        os.kill(inner, signal.SIGTERM)
        p.waits_for("bye")
        p.ends(5)


@case
def leases():
    """Prolonged in time, given back at the end; a token that may not be prolonged is replaced."""
    creds = answer(200, {"lease_id": "database/creds/app/1", "lease_duration": 2, "renewable": True, "data": {"username": "u", "password": "p"}})
    login = answer(200, {"auth": {"client_token": "t1", "lease_duration": 2, "renewable": False}})
    renewed = answer(200, {"lease_id": "database/creds/app/1", "lease_duration": 2, "renewable": True})
    with Hostile({"database/creds/app": creds, "sys/leases/renew": renewed, "sys/leases/revoke": answer(204), PATH: secret({"password": "x"}),
                  "auth/approle/login": login, "auth/token/revoke-self": answer(204)}) as s, \
            Supervised(s, LOOP, "--env", "U=/database/creds/app#username", env={"VAULT_ROLE_ID": "r", "VAULT_SECRET_ID": "s", "VAULT_TOKEN": ""}) as p:
        p.waits_for("start x")
        time.sleep(4)
        paths = [path for path, _, _ in s.seen]
        check(paths.count("database/creds/app") == 1, "a dynamic secret is not made anew")
        check(paths.count("sys/leases/renew") >= 2, f"the lease was prolonged: {paths}")
        check(paths.count("auth/approle/login") >= 2, "the token was replaced")
        s.answers["sys/leases/renew"] = answer(400, {"errors": ["lease not found"]})
        s.answers["database/creds/app"] = answer(200, {"lease_id": "database/creds/app/2", "lease_duration": 100, "renewable": True,
                                                        "data": {"username": "u2", "password": "p"}})
        p.waits_for("start x", count=2)
        p.process.send_signal(signal.SIGTERM)
        p.ends(3)
        revoked = [json.loads(body)["lease_id"] for path, _, body in s.seen if path == "sys/leases/revoke"]
        check(revoked == ["database/creds/app/2"], f"{revoked}")
        check(s.seen[-1][0] == "auth/token/revoke-self", f"{s.seen[-1]}")


@case
def terminal():
    """66, 71: the child has the terminal, and its interrupt key."""
    with Hostile({PATH: secret({"password": "one"})}) as s:
        pid, fd = pty.fork()
        if pid == 0:
            os.execve(TOOL, [TOOL, "--supervise", "--env", "V=app#password", "--", "sh", "-c", "trap 'echo key; exit 9' INT; echo up; read line; echo got $line; while :; do sleep 0.1; done"],
                      {"PATH": os.environ["PATH"], "VAULT_ADDR": s.address, "VAULT_TOKEN": "t"})
        out = b""

        def until(word):
            nonlocal out
            end = time.monotonic() + 10
            while word not in out and time.monotonic() < end:
                if not select.select([fd], [], [], 0.1)[0]:
                    continue
                try:
                    out += os.read(fd, 1000)
                except OSError:
                    break
            check(word in out, f"no {word}: {out}")
        until(b"up")
        os.write(fd, b"hello\n")
        until(b"got hello")
        os.write(fd, b"\x03")
        until(b"key")
        end = time.monotonic() + 10
        gone, how = 0, 0
        while not gone and time.monotonic() < end:
            gone, how = os.waitpid(pid, os.WNOHANG)
            time.sleep(0.05)
        os.close(fd)
        if not gone:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        check(os.waitstatus_to_exitcode(how) == 9, how)


def main():
    passed = failed = 0
    for f in CASES:
        if sys.argv[2:] and f.__name__ not in sys.argv[2:]:
            continue
        try:
            f()
            passed += 1
        except Exception as why:  # noqa: BLE001
            failed += 1
            print(f"FAILED {f.__name__}: {type(why).__name__}: {str(why)[:1500]}")
    shutil.rmtree(folder, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
