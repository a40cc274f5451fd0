"""vault-env against a real Vault and a hostile server: the edge cases of shared/facts/vaultenv.md by their numbers.

usage: edge_cases.py VAULT-ENV [NUMBER…]
"""
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "servers")]
import hostile  # noqa: E402
import servers  # noqa: E402
from hostile import SECRET, Hostile, answer, secret  # noqa: E402

TOOL = os.path.abspath(sys.argv[1])
CASES = []
# Where the others are.
ELSEWHERE = {"supervise.py": {62, 63, 66, 67, 68, 69}, "static.py": {51, 57, 58}, "traces.py": {75, 82, 84}}


def case(*numbers):
    def add(f):
        CASES.append((numbers, f))
        return f
    return add


class Failed(Exception):
    pass


def check(holds, what=""):
    if not holds:
        raise Failed(what)


TOKEN = "canary-token-9b1c"
folder = pathlib.Path(tempfile.mkdtemp(prefix="pitot-vault-env-"))


def run(*args, server=None, env=None, command=("sh", "-c", 'printf %s "$V"'), timeout=30, clean=True, **more):
    """vault-env; its output is looked through for the canary on the way."""
    environment = {"PATH": os.environ["PATH"], "VAULT_TOKEN": TOKEN, "VAULT_MAX_RETRIES": "1"}
    if server is not None:
        environment["VAULT_ADDR"] = server if isinstance(server, str) else server.address
    environment.update(env or {})
    words = [TOOL, *args, *(["--", *command] if command else [])]
    done = subprocess.run(words, env={k: v for k, v in environment.items() if v is not None}, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout, check=False, **more)
    if clean:
        for canary in (SECRET, TOKEN):
            check(canary.encode() not in done.stderr, f"{canary} in stderr: {done.stderr}")
    return done


def refused(done, code, *words, status=125):
    check(done.returncode == status, f"exit {done.returncode}, not {status}: {done.stderr.decode()}")
    if code:
        check(f"code={code}".encode() in done.stderr, f"no code={code}: {done.stderr.decode()}")
    for word in words:
        check(word.encode() in done.stderr, f"no '{word}': {done.stderr.decode()}")


def gives(done, text):
    text = text if isinstance(text, bytes) else text.encode()
    check(done.returncode == 0, f"exit {done.returncode}: {done.stderr.decode()}")
    check(done.stdout == text, f"{done.stdout!r} is not {text!r}")


ENV = ("--env", "V=app#password")
PATH = "secret/data/app"


# The wait

@case(1, 2)
def sealed_and_uninitialised():
    for code, word in ((503, "sealed"), (501, "not initialised")):
        with Hostile({"sys/health": answer(code, {"sealed": True})}) as s:
            refused(run("--timeout", "1s", *ENV, server=s), 67, word)


@case(3, 4, 5)
def standby():
    for code in (429, 473):
        with Hostile({"sys/health": answer(code, {}), PATH: secret({"password": "x"})}) as s:
            gives(run(*ENV, server=s), "x")
    for code, word in ((472, "disaster recovery"), (474, "standby"), (530, "active node")):
        with Hostile({"sys/health": answer(code, {})}) as s:
            refused(run("--timeout", "1s", *ENV, server=s), 67, word)


@case(6)
def quota():
    with Hostile({PATH: [answer(429, {"errors": ["quota"]}, "Retry-After: 1"), secret({"password": "x"})]}) as s:
        before = time.monotonic()
        gives(run(*ENV, server=s), "x")
        check(0.9 < time.monotonic() - before < 8, "Retry-After was not honoured")


@case(7, 8, 9)
def retries():
    for code in (412, 500, 502, 504):
        with Hostile({PATH: [answer(code, {"errors": []}), secret({"password": "x"})]}) as s:
            gives(run(*ENV, server=s), "x")
        with Hostile({PATH: answer(code, {"errors": []})}) as s:
            refused(run(*ENV, server=s), 67)
            check(sum(p == PATH for p, _, _ in s.seen) == 2, "retries are bounded by VAULT_MAX_RETRIES")
    with Hostile({PATH: [answer(501, {}), secret({"password": "x"})]}) as s:
        refused(run(*ENV, server=s), 67)


@case(10, 11, 12)
def refusals():
    with Hostile({"auth/approle/login": answer(400, {"errors": ["invalid role or secret ID"]})}) as s:
        refused(run(*ENV, server=s, env={"VAULT_ROLE_ID": "r", "VAULT_SECRET_ID": "s"}), 65, "invalid role or secret ID")
        check(sum(p.endswith("login") for p, _, _ in s.seen) == 1, "a refused login is not tried again")
    with Hostile({PATH: answer(403, {"errors": ["permission denied"]})}) as s:
        refused(run(*ENV, server=s), 65, "policy must allow", "on secret/data/app")
    with Hostile() as s:
        refused(run(*ENV, server=s), 66)
        done = run(*ENV, "--optional", "V", server=s, command=("sh", "-c", 'printf %s "${V-unset}"'))
        gives(done, "unset")
        gives(run(*ENV, "--default", "V=d", server=s), "d")


@case(13, 14, 15)
def deleted():
    about = {"version": 2, "deletion_time": "2026-01-02T03:04:05Z", "destroyed": False, "created_time": "2026-01-01T00:00:00Z"}
    with Hostile({PATH: answer(404, {"data": {"data": None, "metadata": about}})}) as s:
        refused(run(*ENV, server=s), 66, "deleted at 2026-01-02T03:04:05Z")
    with Hostile({PATH: answer(404, {"data": {"data": None, "metadata": {**about, "destroyed": True}}})}) as s:
        refused(run(*ENV, server=s), 66, "destroyed")
    with Hostile({PATH: answer(200, {"data": {"data": None, "metadata": about}})}) as s:
        refused(run(*ENV, server=s), 66)


@case(16)
def version_one_that_looks_like_two():
    fields = {"data": {"password": "no"}, "metadata": {"version": 1, "created_time": "x"}, "password": "yes"}
    with Hostile({"secret/app": answer(200, {"data": fields})}) as s:
        gives(run("--kv", "1", *ENV, server=s), "yes")
    with Hostile({"secret/app": answer(200, {"data": {"data": {"password": "no"}, "metadata": {"version": 1, "created_time": "x"}}})}) as s:
        gives(run("--kv", "1", "--env", "V={{app#data | json}}", server=s), '{"password": "no"}')


@case(17, 18, 19, 20)
def redirects():
    with Hostile({PATH: secret({"password": "x"})}) as active:
        with Hostile({PATH: answer(307, b"", f"Location: {active.address}/v1/{PATH}")}) as s:
            gives(run(*ENV, server=s), "x")
            check(TOKEN in active.seen[-1][1], "the token goes to the active node")
        other = active.address.replace("127.0.0.1", "localhost")
        with Hostile({PATH: answer(307, b"", f"Location: {other}/v1/{PATH}")}) as s:
            seen = len(active.seen)
            refused(run(*ENV, server=s), 68, "another host", "--redirect-host localhost")
            check(len(active.seen) == seen, "nothing was sent there")
            gives(run("--redirect-host", "localhost", *ENV, server=s), "x")
    with Hostile() as s:
        s.answers[PATH] = answer(307, b"", f"Location: {s.address}/v1/{PATH}")
        refused(run(*ENV, server=s), 68, "more than once")
    with Hostile(tls=certificate("good")) as s:
        s.answers[PATH] = answer(307, b"", f"Location: http://127.0.0.1:1/v1/{PATH}")
        refused(run("--ca-file", str(folder / "ca.pem"), *ENV, server=s), 69, "https to http")


@case(21, 22)
def slow_servers():
    for what in (hostile.slow_body, hostile.silent):
        with Hostile({PATH: what}) as s:
            before = time.monotonic()
            refused(run(*ENV, server=s, env={"VAULT_CLIENT_TIMEOUT": "1", "VAULT_MAX_RETRIES": "0"}), 67)
            check(time.monotonic() - before < 6, "the request's own time was not kept")
        with Hostile({PATH: what}) as s:
            before = time.monotonic()
            refused(run("--timeout", "2s", *ENV, server=s), 67)
            check(time.monotonic() - before < 6, "the deadline was not kept")


@case(23, 24, 25, 26, 27, 28, 29, 31)
def broken_answers():
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
    truncated = head + b"Content-Length: 500\r\n\r\n" + b'{"data":{"password":"' + SECRET.encode()
    with Hostile({PATH: truncated}) as s:
        refused(run(*ENV, server=s), 68)
        check(sum(p == PATH for p, _, _ in s.seen) == 2, "an answer that breaks off is asked for again")
    import gzip
    for name, body in {"broken JSON": b'{"data":{"data":{"password":"' + SECRET.encode(),
                       "a key twice": b'{"data":{"data":{"password":"a","password":"%s"},"metadata":{}}}' % SECRET.encode(),
                       "deep": b"[" * 100_000, "gzip": gzip.compress(b'{"data":{}}'),
                       "bytes": b'{"data":{"data":{"password":"\xff%s"}}}' % SECRET.encode()}.items():
        with Hostile({PATH: answer(200, body)}) as s:
            done = run(*ENV, server=s)
            check(done.returncode == 125 and b"code=68" in done.stderr, f"{name}: {done}")
    with Hostile({PATH: head + b"Content-Length: 9000000\r\n\r\n" + b" " * 9_000_000}) as s:
        refused(run(*ENV, server=s), 68, "larger than")
    with Hostile({PATH: answer(200, b"<html>" + SECRET.encode(), kind="text/html")}) as s:
        refused(run(*ENV, server=s), 68, "is it Vault, or a proxy")


# Values

@case(30)
def escapes():
    body = rb'{"data":{"data":{"password":"\u0026\u003c\u003e\ud83d\ude00\/\b\f\"\\"},"metadata":{"version":1,"created_time":""}}}'
    with Hostile({PATH: answer(200, body)}) as s:
        gives(run(*ENV, server=s), "&<>\U0001f600/\b\f\"\\")
    for half in (rb"\ud83d", rb"\ude00", rb"\ud83dx\ude00"):
        with Hostile({PATH: answer(200, b'{"data":{"data":{"password":"' + half + b'"}}}')}) as s:
            refused(run(*ENV, server=s), 68, "surrogate")


@case(32, 33, 34)
def kinds():
    body = (b'{"data":{"data":{"big":1e400,"digits":123456789012345678901234567890,"yes":true,"none":null,"word":"null",'
            b'"empty":"","list":[1,"a"],"object":{"a": 1}},"metadata":{"version":1,"created_time":""}}}')
    with Hostile({PATH: answer(200, body)}) as s:
        for key, value in (("big", "1e400"), ("digits", "123456789012345678901234567890"), ("yes", "true"), ("word", "null")):
            gives(run("--env", f"V=app#{key}", server=s), value)
        gives(run("--env", "V={{app#object | json}}", server=s), '{"a": 1}')
        gives(run("--env", "V={{app#word | json}}", server=s), '"null"')
        refused(run("--env", "V=app#list", server=s), None, "filter json")
        refused(run("--env", "V=app#none", server=s), 66)
        refused(run("--env", "V=app#empty", server=s), 66, "--allow-empty")
        gives(run("--allow-empty", "--env", "V=app#empty", server=s), "")


@case(35)
def nul():
    with Hostile({PATH: secret({"password": "a\0b"})}) as s:
        refused(run(*ENV, server=s), 68, "NUL")
        refused(run("--expand-args", server=s, command=("true", "{{app#password}}")), 68, "NUL")
        gives(run("--file", f"{folder}/nul=app#password", server=s, command=("cat", f"{folder}/nul")), b"a\0b")


@case(36, 37, 38)
def exact_bytes(vault):
    # A backslash, quotes, every code point from U+0001 to U+00FF, and some beyond.
    value = "".join(map(chr, range(1, 256))) + "\U0001f600 $(id) `id` ${HOME} %s \\n"
    vault.api("secret/data/exact", {"data": {"password": value}})
    gives(run("--env", "V=exact#password", server=vault, env={"VAULT_TOKEN": "root"}), value)
    import base64
    import urllib.parse
    quoted = run("--env", "V=x:{{exact#password | urlencode}}@h", server=vault, env={"VAULT_TOKEN": "root"})
    gives(quoted, "x:" + urllib.parse.quote(value, safe="") + "@h")
    gives(run("--env", "V={{exact#password | base64}}", server=vault, env={"VAULT_TOKEN": "root"}), base64.b64encode(value.encode()))
    raw = bytes(range(256))
    vault.api("secret/data/raw", {"data": {"b": base64.b64encode(raw).decode()}})
    gives(run("--file", f"{folder}/raw={{{{raw#b | unbase64}}}}", server=vault, env={"VAULT_TOKEN": "root"}, command=("cat", f"{folder}/raw")), raw)
    vault.api("secret/data/cnf", {"data": {"password": "a#b\"c\\d'e f"}})
    run("--file", f"{folder}/my.cnf=[client]\npassword={{{{cnf#password | mycnf}}}}\n", server=vault, env={"VAULT_TOKEN": "root"}, command=("true",))
    check((folder / "my.cnf").read_text() == '[client]\npassword="a#b\\"c\\\\d\'e f"\n', "the option file")
    done = run("--file", f"{folder}/x.sh=V={{{{exact#password | shell}}}}; printf %s \"$V\"", server=vault, env={"VAULT_TOKEN": "root"},
               command=("sh", f"{folder}/x.sh"))
    gives(done, value)


@case(39, 40, 41)
def names():
    with Hostile({PATH: secret({"password": "new", "a=b": "x"})}) as s:
        refused(run("--env", "=app#password", server=s), 2)
        refused(run("--secret", "app", server=s), None, "cannot be a variable's name")
        for old in ("old", ""):
            done = run(*ENV, server=s, env={"V": old})
            gives(done, "new")
            check(b"overwritten" in done.stderr, "an overwritten variable is said")
        script = f"""import os,sys
os.execve({TOOL!r}, [{TOOL!r}, *{list(ENV)!r}, "--", "sh", "-c", "env | grep -c ^V="], os.environ)"""
        done = subprocess.run([sys.executable, "-c", script], env={"PATH": os.environ["PATH"], "VAULT_ADDR": s.address, "VAULT_TOKEN": TOKEN,
                                                                   "V": "a"}, capture_output=True, timeout=20, check=False)
        check(done.stdout == b"1\n", f"one V is left: {done}")


@case(42)
def too_long():
    with Hostile({PATH: secret({"password": "x" * 131_070})}) as s:
        refused(run(*ENV, server=s), None, "131071")
    with Hostile({PATH: secret({"password": "x" * (131_071 - 2)})}) as s:
        done = run(*ENV, server=s)
        check(done.returncode == 0 and len(done.stdout) == 131_069, "the longest that Linux passes on")
    many = [part for i in range(30) for part in ("--env", f"V{i}=app#password")]
    with Hostile({PATH: secret({"password": "x" * 100_000})}) as s:
        refused(run(*many, server=s), None, "together")


# Logging in

@case(43)
def token_dies():
    login = answer(200, {"auth": {"client_token": "second", "lease_duration": 60, "renewable": True}})
    with Hostile({"auth/approle/login": login, PATH: [answer(403, {"errors": ["permission denied"]}), secret({"password": "x"})]}) as s:
        gives(run(*ENV, server=s, env={"VAULT_ROLE_ID": "r", "VAULT_SECRET_ID": "s", "VAULT_TOKEN": None}), "x")
        check(sum(p.endswith("login") for p, _, _ in s.seen) == 2, "one more login")


@case(44)
def approle(vault):
    vault.api("sys/auth/approle", {"type": "approle"})
    vault.api("sys/policies/acl/app", {"policy": 'path "secret/data/app" { capabilities = ["read"] }'}, "PUT")
    vault.api("auth/approle/role/app", {"token_policies": "app", "secret_id_num_uses": 1})
    vault.api("secret/data/app", {"data": {"password": "p"}})
    role = vault.api("auth/approle/role/app/role-id")["data"]["role_id"]
    secret_id = vault.api("auth/approle/role/app/secret-id", {})["data"]["secret_id"]
    where = folder / "approle"
    where.mkdir()
    (where / "role-id").write_text(role + "\n")
    (where / "secret-id").write_text("\ufeff" + secret_id + "\r\n")
    for f in where.iterdir():
        f.chmod(0o600)
    gives(run("--approle-dir", str(where), *ENV, server=vault, env={"VAULT_TOKEN": None}), "p")  # a policy for this path alone
    refused(run("--approle-dir", str(where), *ENV, server=vault, env={"VAULT_TOKEN": None}), 65, "approle refused")


@case(45)
def wrapped(vault):
    def wrap():
        status, _, body = servers.fetch(vault.port, "/v1/auth/approle/role/app/secret-id", "POST", "{}", {"X-Vault-Token": "root", "X-Vault-Wrap-TTL": "60"})
        check(status == 200, body)
        import json
        return json.loads(body)["wrap_info"]["token"]
    role = vault.api("auth/approle/role/app/role-id")["data"]["role_id"]
    token = wrap()
    env = {"VAULT_TOKEN": None, "VAULT_ROLE_ID": role, "VAULT_WRAPPED_SECRET_ID": token}
    gives(run(*ENV, server=vault, env=env), "p")
    refused(run(*ENV, server=vault, env=env), 65, "possible interception")


@case(46, 47)
def credential_files():
    token = folder / "token"
    with Hostile({PATH: secret({"password": "x"})}) as s:
        none = {"VAULT_TOKEN": None}
        token.write_bytes(b"\xef\xbb\xbf" + TOKEN.encode() + b"\r\n")
        token.chmod(0o600)
        gives(run("--token-file", str(token), *ENV, server=s, env=none), "x")
        check(f"X-Vault-Token: {TOKEN}\r\n" in s.seen[-1][1] + "\r\n", "the token was trimmed")
        token.chmod(0o644)
        check(b"chmod 600" in run("--token-file", str(token), *ENV, server=s, env=none).stderr, "an open file is said")
        token.write_bytes(b"a\nb")
        refused(run("--token-file", str(token), *ENV, server=s, env=none), 2, "control character")
        token.write_bytes(b"x" * 70_000)
        refused(run("--token-file", str(token), *ENV, server=s, env=none), 2, "64 KiB")
        os.mkfifo(folder / "fifo")
        refused(run("--token-file", str(folder / "fifo"), *ENV, server=s, env=none, timeout=10), 2, "no regular file")
        token.write_bytes(b"x")
        token.chmod(0)
        if os.geteuid() == 0:
            os.chown(token, 1, 1)
            folder.chmod(0o755)
            refused(run("--token-file", str(token), *ENV, server=s, env=none, user=59000), 65, str(token), "user 59000")
        else:
            refused(run("--token-file", str(token), *ENV, server=s, env=none), 65, str(token))


# TLS

def certificate(kind):
    """(certificate, key) for 127.0.0.1, made once; kind says what is wrong with it."""
    path = folder / f"{kind}.pem"
    key = folder / f"{kind}.key"
    if path.exists():
        return str(path), str(key)

    def openssl(*words):
        subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=folder, timeout=60)
    if not (folder / "ca.pem").exists():
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "30", "-subj", "/CN=test ca",
                "-addext", "basicConstraints=critical,CA:TRUE")
    names = {"name": "DNS:elsewhere.example", "good": "IP:127.0.0.1,DNS:vault.internal"}.get(kind, "IP:127.0.0.1")
    (folder / "ext").write_text(f"subjectAltName={names}\nbasicConstraints=CA:FALSE\n")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", "r.csr", "-subj", "/CN=x")
    days = {"expired": "-1"}.get(kind, "10")
    openssl("x509", "-req", "-in", "r.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", str(path), "-days", days, "-extfile", "ext")
    return str(path), str(key)


@case(48, 49, 50, 52, 54, 55)
def tls():
    ca = None
    for kind, code in (("good", 0), ("name", 69), ("expired", 69)):
        pair = certificate(kind)
        ca = str(folder / "ca.pem")
        with Hostile({PATH: secret({"password": "x"})}, tls=pair) as s:
            done = run("--ca-file", ca, *ENV, server=s)
            if code:
                refused(done, code)
            else:
                gives(done, "x")
                refused(run(*ENV, server=s), 69)  # an authority that nobody knows
                gives(run("--tls-skip-verify", *ENV, server=s), "x")
                gives(run("--ca-file", ca, "--tls-server-name", "vault.internal", *ENV, server=s), "x")
                refused(run("--timeout", "2s", "--ca-file", ca, *ENV, server=s.address.replace("https", "http")), None)
                refused(run("--client-cert", pair[0], "--ca-file", ca, *ENV, server=s), 2, "belong together")
    with Hostile({PATH: secret({"password": "x"})}) as s:
        refused(run("--timeout", "2s", "--ca-file", ca, *ENV, server=s.address.replace("http", "https")), 69)


@case(56)
def unknown_host():
    before = time.monotonic()
    refused(run("--timeout", "2s", *ENV, server="http://vault.invalid:8200"), 67, "waiting for Vault", "DNS")
    check(time.monotonic() - before > 1, "a name that is not known yet is waited for")


@case(59)
def ipv6_first():
    with Hostile({PATH: secret({"password": "x"})}) as s:  # localhost is ::1 first, where nobody listens
        gives(run(*ENV, server=s.address.replace("127.0.0.1", "localhost")), "x")


@case(60)
def proxies():
    with Hostile({PATH: secret({"password": "x"})}) as s:
        gives(run(*ENV, server=s, env={"http_proxy": "http://127.0.0.1:1", "HTTP_PROXY": "http://127.0.0.1:1", "ALL_PROXY": "http://127.0.0.1:1"}), "x")
        refused(run("--timeout", "1s", *ENV, server=s, env={"VAULT_PROXY_ADDR": "http://127.0.0.1:1"}), 67)


# Processes

def start(*args, server, env=None, command=("true",)):
    environment = {"PATH": os.environ["PATH"], "VAULT_TOKEN": TOKEN, "VAULT_ADDR": server.address, **(env or {})}
    return subprocess.Popen([TOOL, *args, "--", *command], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@case(61)
def signals_while_waiting():
    for number in (signal.SIGTERM, signal.SIGINT):
        with Hostile({"sys/health": answer(503, {})}) as s:
            waiting = start(*ENV, server=s)
            check(b"sealed" in waiting.stderr.readline(), "it waits")
            before = time.monotonic()
            waiting.send_signal(number)
            waiting.wait(10)
            waiting.stdout.close()
            waiting.stderr.close()
            check(waiting.returncode == 128 + number and time.monotonic() - before < 1, f"{waiting.returncode}")


@case(64, 65)
def child_status():
    with Hostile({PATH: secret({"password": "x"})}) as s:
        refused(run(*ENV, server=s, command=("no-such-program",)), None, "no-such-program", status=127)
        plain = folder / "plain"
        plain.write_text("x")
        refused(run(*ENV, server=s, command=(str(plain),)), None, status=126)
        plain.chmod(0o755)
        refused(run(*ENV, server=s, command=(str(plain),)), None, "no program", status=127)
        plain.write_text("#!/no/such/interpreter\n")
        refused(run(*ENV, server=s, command=(str(plain),)), None, "interpreter", status=127)
        check(run(*ENV, server=s, command=("sh", "-c", "exit 7")).returncode == 7, "the child's own code")
        check(run(*ENV, server=s, command=("sh", "-c", "kill -9 $$")).returncode == -9, "exec leaves nobody in between")


@case(70, 71, 72)
def what_the_child_inherits():
    probe = ("import os,signal,resource;print(sorted(int(f) for f in os.listdir('/proc/self/fd') if int(f)>2 and os.path.exists('/proc/self/fd/'+f)"
             " and 'proc' not in os.readlink('/proc/self/fd/'+f)),signal.getsignal(signal.SIGTERM)==signal.SIG_DFL,"
             "open('/proc/self/status').read().split('SigBlk:')[1].split()[0],open('/proc/self/status').read().split('SigIgn:')[1].split()[0],"
             "resource.getrlimit(resource.RLIMIT_CORE))")
    with Hostile({PATH: secret({"password": "x"})}) as s:
        def odd():
            signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup's would stay ignored
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGTERM})
            resource.setrlimit(resource.RLIMIT_CORE, (4096, 4096))
        done = run(*ENV, server=s, command=(sys.executable, "-S", "-c", probe), preexec_fn=odd)
        check(done.returncode == 0, done.stderr)
        # Python ignores SIGPIPE (13) and SIGXFSZ (25) itself.
        check(done.stdout.split(b" ", 1)[0] == b"[]" and b"True 0000000000000000 0000000001001000 (4096, 4096)" in done.stdout, f"{done.stdout}")
        done = subprocess.run([TOOL, *ENV, "--", "cat"], input=b"through", capture_output=True, timeout=20, check=False,
                              env={"PATH": os.environ["PATH"], "VAULT_TOKEN": TOKEN, "VAULT_ADDR": s.address})
        check(done.stdout == b"through", "standard input")
        target = folder / "closed"
        run("--file", f"{target}=app#password", server=s, command=("sh", "-c", "echo noise"),
            preexec_fn=lambda: [os.close(fd) for fd in (0, 1, 2)], clean=False)
        check(target.read_text() == "x", "closed streams do not become the file")


@case(73, 74, 76, 77, 86)
def nothing_leaks(vault):
    vault.api("secret/data/canary", {"data": {"password": SECRET}})
    token = vault.api("auth/token/create", {"id": TOKEN, "policies": ["root"]})["auth"]["client_token"]
    check(token == TOKEN, "the canary token")
    done = run("--log-level", "debug", "--env", "V=canary#password", server=vault, command=("sh", "-c", "env; cat /proc/self/cmdline"))
    out = done.stdout.decode()
    check(f"V={SECRET}" in out and TOKEN not in out and "VAULT_" not in out, "Vault's own variables stay behind")
    check("VAULT_TOKEN=" + TOKEN in run("--keep-vault-env", "--env", "V=canary#password", server=vault, command=("env",)).stdout.decode(), "unless asked")
    dry = run("--dry-run", "--env", "V=canary#password", server=vault)
    check(b"canary#password" in dry.stdout and SECRET.encode() not in dry.stdout and TOKEN.encode() not in dry.stdout, f"{dry}")
    with Hostile({"sys/health": answer(503, {})}) as s:  # while it waits: its own traces
        waiting = start("--log-level", "debug", *ENV, server=s)
        waiting.stderr.readline()
        check(TOKEN.encode() not in pathlib.Path(f"/proc/{waiting.pid}/cmdline").read_bytes(), "the token is in argv")
        limits = pathlib.Path(f"/proc/{waiting.pid}/limits").read_text()
        check(re.search(r"Max core file size +0 ", limits), "core files are possible")
        if os.geteuid() != 0:
            check(not os.access(f"/proc/{waiting.pid}/environ", os.R_OK), "another process could read its environment")
        check(os.stat(f"/proc/{waiting.pid}").st_uid == 0, "not dumpable: its /proc belongs to root")
        waiting.kill()
        waiting.wait()
        waiting.stdout.close()
        waiting.stderr.close()
    with Hostile({PATH: answer(403, {"errors": [f"no: {TOKEN}"]})}) as s:  # a server that sends it back
        refused(run("--log-level", "debug", *ENV, server=s), 65)


@case(73, 76)
def a_planted_leak_is_found():
    with Hostile({PATH: secret({"password": SECRET})}) as s:
        try:
            run(*ENV, server=s, command=("sh", "-c", 'echo "$V" >&2'))
        except Failed:
            return
    raise Failed("a child that writes the secret to stderr was not noticed: the search is blind")


# Files

@case(78, 79, 80, 81)
def files():
    with Hostile({PATH: secret({"password": "x" * 9000})}) as s:
        target = folder / "file"
        old = os.umask(0)
        try:
            run("--file", f"{target}=app#password", server=s, command=("true",))
        finally:
            os.umask(old)
        check(stat.S_IMODE(target.stat().st_mode) == 0o600 and target.stat().st_size == 9000, "mode 0600 whatever the umask")
        run("--file-mode", "0640", "--file", f"{target}=app#password", server=s, command=("true",))
        check(stat.S_IMODE(target.stat().st_mode) == 0o640, "--file-mode")
        refused(run("--file-mode", "0755", "--file", f"{target}=app#password", server=s), 2)
        victim = folder / "victim"
        victim.write_text("keep")
        link = folder / "link"
        link.symlink_to(victim)
        run("--file", f"{link}=app#password", server=s, command=("true",))
        check(victim.read_text() == "keep" and not link.is_symlink(), "a link is replaced, not followed")
        (folder / "dir").mkdir()
        (folder / "dirlink").symlink_to(folder / "dir")
        refused(run("--file", f"{folder}/dirlink/f=app#password", server=s), None, "symbolic link")
        refused(run("--file", "/proc/nowhere/f=app#password", server=s), None)
        refused(run("--file-owner", "no-such-user", "--file", f"{target}=app#password", server=s), 2, "/etc/passwd")
        gives(run("--file-owner", f"{os.getuid()}:{os.getgid()}", "--file", f"{target}=app#password", server=s, command=("true",)), "")
        done = run("--file", f"{folder}/full=app#password", server=s, command=("true",),
                   preexec_fn=lambda: (signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))))
        check(done.returncode == 125 and not (folder / "full").exists() and not list(folder.glob(".full*")), f"a full disk leaves nothing: {done}")
    with Hostile({PATH: secret({"password": "x"})}) as s:
        target.write_text("old")
        refused(run("--file", f"{target}=app#password", "--file", f"{folder}/b=app#nope", server=s), 66)
        check(target.read_text() == "old", "all contents are had before the first file is written")


@case(83)
def bare_user():
    with Hostile({PATH: secret({"password": "x"})}) as s:
        more = {"user": 59000, "group": 59000, "extra_groups": []} if os.geteuid() == 0 else {}
        gives(run(*ENV, server=s, env={"HOME": None, "PATH": None}, command=("/bin/sh", "-c", 'printf %s "$V"'), **more), "x")


@case(85)
def little_memory():
    with Hostile({PATH: secret({"password": "x"})}) as s:
        gives(run(*ENV, server=s, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (128 << 20, 128 << 20))), "x")


@case(87)
def healthcheck():
    with Hostile({"ok": answer(200, {}), "bad": answer(503, {}), "hang": hostile.silent}) as s:
        for path, code in (("ok", 0), ("bad", 1), ("hang", 1)):
            done = subprocess.run([TOOL, "healthcheck", "--timeout", "1s", f"{s.address}/v1/{path}"], capture_output=True, timeout=10, check=False)
            check(done.returncode == code, f"{path}: {done}")
    done = subprocess.run([TOOL, "healthcheck", f"http://127.0.0.1:{servers.free_port()}/"], capture_output=True, timeout=10, check=False)
    check(done.returncode == 1 and b"refused" in done.stderr, f"{done}")
    check(subprocess.run([TOOL, "healthcheck"], capture_output=True, timeout=10, check=False).returncode == 125, "no URL")


@case(53)
def versions_of_tls():
    certificate("good")
    ready = threading.Event()
    import ssl
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate("good"))
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def serve():
            ready.set()
            for _ in range(10):
                try:
                    connection, _ = listener.accept()
                    with context.wrap_socket(connection, server_side=True) as c:
                        path = c.recv(65536).split(b" ")[1].decode().removeprefix("/v1/").partition("?")[0]
                        c.sendall({"sys/health": hostile.HEALTHY, "auth/token/lookup-self": hostile.SELF,
                                   "sys/internal/ui/mounts/secret": hostile.MOUNT}.get(path, secret({"password": "x"})))
                except OSError:
                    return
        threading.Thread(target=serve, daemon=True).start()
        ready.wait(5)
        gives(run("--ca-file", str(folder / "ca.pem"), *ENV, server=f"https://127.0.0.1:{listener.getsockname()[1]}"), "x")


def main():
    wanted = {int(n) for n in sys.argv[2:]}
    passed, failed, seen, vault = 0, 0, set(), None
    try:
        vault = servers.Vault()
    except servers.Missing as why:
        print(f"SKIPPED: the cases with a real Vault: {why}")
    try:
        for numbers, f in CASES:
            if wanted and not wanted & set(numbers):
                continue
            needs_vault = "vault" in f.__code__.co_varnames[:f.__code__.co_argcount]
            if needs_vault and vault is None:
                continue
            seen |= set(numbers)
            try:
                f(*([vault] if needs_vault else []))
                passed += len(numbers)
            except Failed as why:
                failed += len(numbers)
                print(f"FAILED {f.__name__} {numbers}: {str(why)[:1500]}")
            except Exception as why:  # noqa: BLE001  one broken case must not hide the others
                failed += len(numbers)
                print(f"FAILED {f.__name__} {numbers}: {type(why).__name__}: {str(why)[:1500]}")
    finally:
        if vault:
            vault.stop()
        shutil.rmtree(folder, ignore_errors=True)
    if not wanted:
        missing = sorted(set(range(1, 88)) - seen - set().union(*ELSEWHERE.values()))
        if missing and vault is not None:
            failed += 1
            print("FAILED: cases without a test:", *missing)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
