"""vault-env against a real OpenBao: dynamic credentials of three databases through their whole life, and namespaces.

usage: openbao.py VAULT-ENV
"""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "servers"))
import servers  # noqa: E402

TOOL = os.path.abspath(sys.argv[1])
folder = pathlib.Path(tempfile.mkdtemp(prefix="pitot-openbao-"))
passed, failures = 0, []


def check(holds, what):
    global passed
    if holds:
        passed += 1
    else:
        failures.append(what)


def until(holds, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.1)
    return False


# The databases: how a role's users are made, and whether one can log in.

def postgresql():
    db = servers.PostgreSQL("admin-password")

    def opens(user, password):
        try:
            return db.sql("select 1", user, password) == "1"
        except subprocess.CalledProcessError:
            return False
    return db, opens, {
        "plugin_name": "postgresql-database-plugin", "connection_url": f"postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{db.port}/postgres",
        "username": "admin", "password": "admin-password"}, {
        "creation_statements": "CREATE ROLE \"{{name}}\" WITH LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'",
        "renew_statements": "ALTER ROLE \"{{name}}\" VALID UNTIL '{{expiration}}'"}


def mariadb():
    db = servers.MariaDB()
    db.sql("create user 'admin'@'127.0.0.1' identified by 'admin-password'; grant all on *.* to 'admin'@'127.0.0.1' with grant option")

    def opens(user, password):
        done = subprocess.run([servers.packaged("mariadb"), "--no-defaults", "-h127.0.0.1", f"-P{db.port}", f"-u{user}", "-e", "select 1"],
                              env={"PATH": os.environ["PATH"], "MYSQL_PWD": password}, capture_output=True, timeout=30, check=False)
        return done.returncode == 0
    return db, opens, {
        "plugin_name": "mysql-database-plugin", "connection_url": f"{{{{username}}}}:{{{{password}}}}@tcp(127.0.0.1:{db.port})/",
        "username": "admin", "password": "admin-password"}, {
        "creation_statements": "CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}'"}


def redis():
    db = servers.Redis("admin-password")

    def opens(user, password):
        done = subprocess.run([servers.packaged("redis-cli"), "-p", str(db.port), "--user", user, "--pass", password, "--no-auth-warning", "PING"],
                              capture_output=True, text=True, timeout=30, check=False)
        return done.stdout.strip() == "PONG"
    return db, opens, {
        "plugin_name": "valkey-database-plugin", "host": "127.0.0.1", "port": db.port, "username": "default", "password": "admin-password"}, {
        "creation_statements": '["+@all", "~*"]'}


def life(bao, make):
    """Fetched, prolonged, replaced when its longest life ends, revoked at the end."""
    name = make.__name__
    try:
        db, opens, connection, role = make()
    except servers.Missing as why:
        print(f"SKIPPED: {name}: {why}")
        return
    with db:
        bao.api(f"database/config/{name}", {**connection, "allowed_roles": f"{name}-app"})
        bao.api(f"database/roles/{name}-app", {**role, "db_name": name, "default_ttl": "3s", "max_ttl": "9s"})
        out = folder / name
        creds = f"/database/creds/{name}-app"
        begun = time.monotonic()
        with open(folder / f"{name}.log", "wb") as log:
            process = subprocess.Popen(
                [TOOL, "--supervise", "--interval", "1s", "--metrics", "127.0.0.1:0", "--env", f"U={creds}#username", "--env", f"P={creds}#password", "--", "sh", "-c",
                 f'echo "$U $P" >>{out}; trap "exit 0" TERM; while :; do sleep 0.1; done'],
                env={"PATH": os.environ["PATH"], "VAULT_ADDR": bao.address, "VAULT_TOKEN": "root"}, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            def lines():
                return [tuple(line.split()) for line in out.read_text().splitlines()] if out.exists() else []
            if not until(lines):
                check(False, f"{name}: never started: {(folder / f'{name}.log').read_text()}")
                return
            first = lines()[0]
            check(opens(*first), f"{name}: the credential is one")
            time.sleep(max(0, 6 - (time.monotonic() - begun)))
            check(len(lines()) == 1 and opens(*first), f"{name}: after two lease times it is the same and still good")
            check(until(lambda: len(lines()) > 1), f"{name}: another one before its longest life ends")
            second = lines()[-1]
            check(second != first and opens(*second), f"{name}: and that is good")
            check(time.monotonic() - begun < 12, f"{name}: replaced in time")
            check(until(lambda: not opens(*first)), f"{name}: the old one is not")
            process.send_signal(signal.SIGTERM)
            check(process.wait(20) == 0, f"{name}: ends as its child does")
            check(until(lambda: not opens(*lines()[-1]), 3), f"{name}: revoked at the end, not left until it expires")
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        text = (folder / f"{name}.log").read_text()
        check(not any(part in text for line in lines() for part in line[1:]), f"{name}: no password in the log: {text}")


def run(bao, *words, **env):
    return subprocess.run([TOOL, *words, "--", "sh", "-c", 'printf %s "$V"'],
                          env={"PATH": os.environ["PATH"], "VAULT_ADDR": bao.address, "VAULT_TOKEN": "root", **env},
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False)


def exec_mode(bao):
    """Nobody prolongs a lease when vault-env is gone: that is said."""
    done = run(bao, "--env", "V=/database/creds/postgresql-app#username")
    check(done.returncode == 0 and done.stdout.startswith("v-"), f"a dynamic credential without --supervise: {done}")
    check("lease" in done.stderr and "--supervise" in done.stderr, f"and a warning that it will end: {done.stderr}")


def namespaces(bao):
    for name, value in (("team", "of the team"), ("team/inner", "of the inner team")):
        parent, _, child = name.rpartition("/")
        bao.api(f"sys/namespaces/{child}", {}, namespace=parent)
        bao.api("sys/mounts/secret", {"type": "kv", "options": {"version": "2"}}, namespace=name)
        end = time.monotonic() + 10
        while True:  # a new version 2 mount is upgraded first
            try:
                bao.api("secret/data/app", {"data": {"password": value}}, namespace=name)
                break
            except RuntimeError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)
    bao.api("secret/data/app", {"data": {"password": "of the root"}})
    check(run(bao, "--env", "V=app#password").stdout == "of the root", "without a namespace")
    check(run(bao, "--env", "V=app#password", VAULT_NAMESPACE="team").stdout == "of the team", "VAULT_NAMESPACE")
    check(run(bao, "--namespace", "team/inner", "--env", "V=app#password").stdout == "of the inner team", "--namespace")
    check(run(bao, "--namespace", "nobody", "--env", "V=app#password").returncode == 125, "a namespace that is none")
    bao.api("sys/auth/approle", {"type": "approle"}, namespace="team")
    bao.api("sys/policies/acl/app", {"policy": 'path "secret/data/app" { capabilities = ["read"] }'}, namespace="team")
    bao.api("auth/approle/role/app", {"token_policies": "app"}, namespace="team")
    ids = {"VAULT_ROLE_ID": bao.api("auth/approle/role/app/role-id", namespace="team")["data"]["role_id"],
           "VAULT_SECRET_ID": bao.api("auth/approle/role/app/secret-id", {}, namespace="team")["data"]["secret_id"]}
    done = run(bao, "--namespace", "team", "--env", "V=app#password", VAULT_TOKEN="", **ids)
    check(done.stdout == "of the team", f"a login inside a namespace, with a policy that does not allow sys/: {done}")
    check(run(bao, "--env", "V=app#password", VAULT_TOKEN="", **ids).returncode == 125, "the same login outside it is refused")


def main():
    try:
        bao = servers.OpenBao()
    except servers.Missing as why:
        print(f"SKIPPED: no OpenBao: {why}")
        return 77
    with bao:
        bao.api("sys/mounts/database", {"type": "database"})
        threads = [threading.Thread(target=life, args=(bao, make)) for make in (postgresql, mariadb, redis)]
        for t in threads:
            t.start()
        namespaces(bao)
        for t in threads:
            t.join()
        with servers.PostgreSQL("admin-password") as db:
            bao.api("database/config/postgresql", {"plugin_name": "postgresql-database-plugin", "allowed_roles": "*", "username": "admin", "password": "admin-password",
                                                   "connection_url": f"postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{db.port}/postgres"})
            exec_mode(bao)
    shutil.rmtree(folder, ignore_errors=True)
    for failure in failures:
        print("FAILED", failure)
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
