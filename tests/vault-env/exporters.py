"""The well-known exporters, unchanged, started through vault-env with secrets from a real Vault and scraped.

usage: exporters.py VAULT-ENV
"""
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "servers"))
import servers  # noqa: E402

TOOL = os.path.abspath(sys.argv[1])
passed, failures = 0, []


def check(holds, what):
    global passed
    if holds:
        passed += 1
    else:
        failures.append(what)


def started(vault, port, *words):
    env = {"PATH": os.environ["PATH"], "VAULT_ADDR": vault.address, "VAULT_TOKEN": "root"}
    return servers.Server([TOOL, *words], lambda: servers.fetch(port, "/metrics")[0] == 200, env=env)


def value(port, name):
    for line in servers.fetch(port, "/metrics")[2].decode().splitlines():
        if line.startswith(name + " "):
            return float(line.split()[1])
    return None


def mysql(vault):
    """The "ARM64 bug": the same binary ends with DATA_SOURCE_NAME on every machine, and works when it is told what it wants."""
    exporter = servers.installed("mysqld_exporter")
    with servers.MariaDB() as db:
        password = "p#a'ss\"w$ord@:/%"
        db.sql("create user 'exporter'@'127.0.0.1' identified by '" + password.replace("'", "''") + "'; grant all on *.* to 'exporter'@'127.0.0.1'")
        vault.api("secret/data/mysql", {"data": {"user": "exporter", "password": password}})
        port = servers.free_port()
        done = subprocess.run([exporter, f"--web.listen-address=127.0.0.1:{port}"], capture_output=True, text=True, timeout=20, check=False,
                              env={"DATA_SOURCE_NAME": f"exporter:{password}@(127.0.0.1:{db.port})/"})
        check(done.returncode == 1 and "no user specified in section or parent" in done.stderr, f"the seed's error, on any machine: {done}")
        with started(vault, port, "--preset", "mysql", "--preset-host", f"127.0.0.1:{db.port}", "--", exporter,
                     f"--web.listen-address=127.0.0.1:{port}") as running:
            check(value(port, "mysql_up") == 1, "mysql_up 1")
            arguments = open(f"/proc/{running.process.pid}/cmdline", "rb").read()
            check(password.encode() not in arguments, "the password is no argument")


def redis(vault):
    """Rotation: the new password reaches the exporter within its interval, and no two scrapes in a row fail."""
    with servers.Redis("first") as db:
        vault.api("secret/data/redis-1", {"data": {"password": "first"}})
        port = servers.free_port()
        with started(vault, port, "--supervise", "--interval", "1s", "--preset", "redis=redis-1", "--", servers.packaged("prometheus-redis-exporter"),
                     "-web.listen-address", f"127.0.0.1:{port}", "-redis.addr", f"redis://127.0.0.1:{db.port}"):
            check(value(port, "redis_up") == 1, "redis_up 1")
            check(db.command("CONFIG", "SET", "requirepass", "second", password="first") == "+OK", "a new password")
            vault.api("secret/data/redis-1", {"data": {"password": "second"}})
            bad, longest, since = 0, 0, time.monotonic()
            up = None
            while time.monotonic() - since < 8:
                try:
                    answered = servers.fetch(port, "/metrics", timeout=2)[0] == 200
                except OSError:
                    answered = False
                bad = 0 if answered else bad + 1
                longest = max(longest, bad)
                if answered and up is None and value(port, "redis_up") == 1:
                    clients = servers.fetch(port, "/metrics")[2]
                    up = time.monotonic() - since if b"redis_up 1" in clients else None
                time.sleep(0.5)
            check(value(port, "redis_up") == 1, "redis_up 1 with the new password")
            check(db.command("PING", password="second") == "+PONG", "the new password stands")
            check(longest < 2, f"{longest} scrapes in a row failed")


HOSTILE = "p#a'ss\"w$ord@:/%"


def postgres(vault):
    with servers.PostgreSQL("admin") as db:
        quoted = HOSTILE.replace("'", "''")
        db.sql(f"create user exporter with password '{quoted}'")
        db.sql("grant pg_monitor to exporter")
        vault.api("secret/data/postgres", {"data": {"user": "exporter", "password": HOSTILE, "database": "postgres"}})
        port = servers.free_port()
        with started(vault, port, "--preset", "postgres", "--preset-host", f"127.0.0.1:{db.port}", "--", servers.installed("postgres_exporter"),
                     f"--web.listen-address=127.0.0.1:{port}"):
            check(value(port, "pg_up") == 1, "pg_up 1")
            check(any(line.startswith(b'pg_stat_database_numbackends{') for line in servers.fetch(port, "/metrics")[2].splitlines()), "its statistics")
        vault.api("secret/data/postgres", {"data": {"user": "exporter", "password": "wrong", "database": "postgres"}})
        with started(vault, port, "--preset", "postgres", "--preset-host", f"127.0.0.1:{db.port}", "--", servers.installed("postgres_exporter"),
                     f"--web.listen-address=127.0.0.1:{port}"):
            check(value(port, "pg_up") == 0, "a wrong password is pg_up 0: the right one was used before")


def mongodb(vault):
    with servers.FerretDB("exporter", HOSTILE) as db:
        vault.api("secret/data/mongodb", {"data": {"user": "exporter", "password": HOSTILE}})
        for password, up in ((HOSTILE, 1), ("wrong", 0)):
            vault.api("secret/data/mongodb", {"data": {"user": "exporter", "password": password}})
            port = servers.free_port()
            with started(vault, port, "--preset", "mongodb", "--preset-host", f"127.0.0.1:{db.port}", "--", servers.installed("mongodb_exporter"),
                         f"--web.listen-address=127.0.0.1:{port}", "--collector.diagnosticdata"):
                found = [line for line in servers.fetch(port, "/metrics", timeout=30)[2].decode().splitlines() if line.startswith("mongodb_up")]
                check(found and float(found[0].split()[-1]) == up, f"mongodb_up {up}: {found}")


def main():
    skipped = 0
    try:
        with servers.Vault() as vault:
            for f in (mysql, redis, postgres, mongodb):
                try:
                    f(vault)
                except servers.Missing as why:
                    skipped += 1
                    print(f"SKIPPED: {f.__name__}: {why}")
    except servers.Missing as why:
        print(f"SKIPPED: no Vault: {why}")
        return 77
    for failure in failures:
        print("FAILED", failure)
    print(f"{passed} passed, {len(failures)} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
