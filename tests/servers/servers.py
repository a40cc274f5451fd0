"""Real servers for tests: each on a free loopback port, in a folder of its own, and always gone at the end.

    with servers.Prometheus(version="3", config=…) as p: p.get("/api/v1/query?query=up")

A server runs in a process group of its own, with a limit on its memory, and is stopped by that group's id.
"""
import atexit
import glob
import http.client
import json
import os
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Missing(Exception):
    """The server cannot be had on this machine; the message says why."""


def installed(name):
    """The path of a program that tests/servers/install builds once."""
    done = subprocess.run([os.path.join(HERE, "install"), name], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=1200, check=False)
    if done.returncode or not done.stdout.strip():
        raise Missing(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"{name} cannot be built")
    return done.stdout.strip().splitlines()[-1]


def packaged(name):
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/bin")
    if not path:
        raise Missing(f"{name} is not installed; tests/install test installs it")
    return path


class Server:
    """A process that is waited for and stopped.

    command  its words
    ready    () -> bool, asked until it is true; what it raises counts as no
    """
    memory = 4 << 30

    def __init__(self, command, ready, env=None, folder=None, seconds=30, stdin=subprocess.DEVNULL, **more):
        command = [os.path.abspath(command[0]) if os.path.exists(command[0]) else command[0], *command[1:]]
        self.folder = folder or tempfile.mkdtemp(prefix="pitot-server-")
        self.own_folder = folder is None
        self.log_path = os.path.join(self.folder, "log")
        self.process = None
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(command, cwd=self.folder, env=env, stdin=stdin, stdout=log,
                                            stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=self._limit, **more)
        atexit.register(self.stop)
        deadline = time.monotonic() + seconds
        while True:
            if self.process.poll() is not None:
                raise RuntimeError(f"{command[0]} ended with {self.process.returncode}:\n{self.log()[-3000:]}")
            try:
                if ready():
                    return
            except (OSError, http.client.HTTPException, subprocess.SubprocessError):
                pass
            if time.monotonic() > deadline:
                log = self.log()[-3000:]
                self.stop()
                raise RuntimeError(f"{command[0]} was not ready within {seconds} s:\n{log}")
            time.sleep(0.05)

    def _limit(self):
        resource.setrlimit(resource.RLIMIT_AS, (self.memory, self.memory) if self.memory else resource.getrlimit(resource.RLIMIT_AS))

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as f:
            return f.read()

    def stop(self):
        if self.process is None:
            return
        process, self.process = self.process, None
        for kind, seconds in ((signal.SIGTERM, 10), (signal.SIGKILL, 10)):
            try:
                os.killpg(process.pid, kind)
            except ProcessLookupError:
                pass
            try:
                process.wait(seconds)
                break
            except subprocess.TimeoutExpired:
                continue
        if process.stdin:
            process.stdin.close()
        if self.own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)
        atexit.unregister(self.stop)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def fetch(port, path, method="GET", body=None, headers=None, timeout=10):
    """(status, headers, body) of one request to a server on loopback."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


class Program(Server):
    """One of our own programs that says in its output where it listens: `address=127.0.0.1:PORT`.

    pipe  it ends with its standard input, which is held open here
    """

    def __init__(self, command, marker="address=", pipe=False):
        self.port = 0

        def ready():
            for word in self.log().split():
                if word.startswith(marker):
                    self.port = int(word.rsplit(":", 1)[1])
                    return True
            return False
        super().__init__(command, ready, stdin=subprocess.PIPE if pipe else subprocess.DEVNULL)


class Prometheus(Server):
    """version "3" is built from the module proxy, "2" is Debian's."""
    memory = 0  # Go reserves address space by the gigabyte

    def __init__(self, version, config, flags=()):
        program = installed("prometheus") if version == "3" else packaged("prometheus")
        self.port = free_port()
        folder = tempfile.mkdtemp(prefix="pitot-prometheus-")
        path = os.path.join(folder, "prometheus.yml")
        with open(path, "w", encoding="utf-8") as f:
            json.dump(config, f)  # JSON is YAML
        try:
            super().__init__([program, f"--config.file={path}", f"--web.listen-address=127.0.0.1:{self.port}",
                              f"--storage.tsdb.path={folder}/data", "--log.level=warn", *flags],
                             lambda: fetch(self.port, "/-/ready")[0] == 200, folder=folder,
                             env={**os.environ, "GOMEMLIMIT": "1GiB"})
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self.own_folder = True

    def api(self, path, **parameters):
        query = urllib.parse.urlencode(parameters, doseq=True)
        status, _, body = fetch(self.port, f"/api/v1/{path}?{query}")
        answer = json.loads(body)
        if status != 200 or answer["status"] != "success":
            raise RuntimeError(f"{path} {parameters}: {answer}")
        return answer["data"]

    def query(self, expression, **more):
        """[(labels, value)] of an instant query; a histogram's value is its dict."""
        data = self.api("query", query=expression, **more)
        rows = data["result"]
        if data["resultType"] == "scalar":
            return [({}, float(rows[1]))]
        return [(row["metric"], float(row["value"][1]) if "value" in row else row["histogram"][1]) for row in rows]


class Vault(Server):
    """A Vault in development mode: unsealed, root token "root", key-value version 2 at secret/."""
    memory = 0
    program = "vault"

    def __init__(self, token="root"):
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.token = token
        folder = tempfile.mkdtemp(prefix="pitot-vault-")
        try:
            super().__init__([installed(self.program), "server", "-dev", f"-dev-root-token-id={token}",
                              f"-dev-listen-address=127.0.0.1:{self.port}"],
                             lambda: fetch(self.port, "/v1/sys/health")[0] == 200, folder=folder,
                             env={"HOME": folder, "PATH": os.environ["PATH"], "SKIP_SETCAP": "1"})
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self.own_folder = True

    def api(self, path, body=None, method=None, token=None, namespace=None):
        """What Vault answers, as JSON; an exception for a refusal."""
        data = None if body is None else json.dumps(body)
        status, _, text = fetch(self.port, "/v1/" + path, method or ("GET" if body is None else "POST"), data,
                                {"X-Vault-Token": token or self.token, "Content-Type": "application/json",
                                 **({"X-Vault-Namespace": namespace} if namespace else {})})
        if status >= 300:
            raise RuntimeError(f"{path}: {status} {text.decode(errors='replace')}")
        return json.loads(text) if text else {}


def certificates(folder):
    """A private authority, and by it a server's certificate for 127.0.0.1 and vault.test, and a client's: ca, server, client .pem and .key."""
    def openssl(*words):
        subprocess.run([packaged("openssl"), *words], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=60)
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
            "-subj", "/CN=Test CA", "-addext", "basicConstraints=critical,CA:TRUE")
    for name, extensions in (("server", "subjectAltName=IP:127.0.0.1,DNS:vault.test\nextendedKeyUsage=serverAuth"), ("client", "extendedKeyUsage=clientAuth")):
        with open(os.path.join(folder, f"{name}.ext"), "w", encoding="utf-8") as f:
            f.write(extensions + "\n")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-out", f"{name}.pem",
                "-extfile", f"{name}.ext")


class SealedVault(Server):
    """A Vault as it is in production: files, TLS by a private authority, neither initialised nor unsealed.

    folder   where ca.pem and the others lie, and stay
    options  of its configuration: default_lease_ttl, max_lease_ttl
    """
    memory = 0

    def __init__(self, folder, **options):
        certificates(folder)
        self.port = free_port()
        self.address = f"https://127.0.0.1:{self.port}"
        self.context = ssl.create_default_context(cafile=os.path.join(folder, "ca.pem"))
        with open(os.path.join(folder, "vault.json"), "w", encoding="utf-8") as f:
            json.dump({**options, "storage": {"file": {"path": os.path.join(folder, "data")}}, "disable_mlock": True,
                       "listener": {"tcp": {"address": f"127.0.0.1:{self.port}", "tls_cert_file": os.path.join(folder, "server.pem"),
                                            "tls_key_file": os.path.join(folder, "server.key")}}}, f)
        super().__init__([installed("vault"), "server", f"-config={folder}/vault.json"], lambda: self.request("sys/health")[0] == 501, folder=folder,
                         env={"HOME": folder, "PATH": os.environ["PATH"], "SKIP_SETCAP": "1"})
        self.token, self.key = "", ""

    def request(self, path, body=None, method=None, token=None, wrap=None):
        """(status, answer), wrapped for that time when one is given."""
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10, context=self.context)
        try:
            connection.request(method or ("GET" if body is None else "POST"), "/v1/" + path, None if body is None else json.dumps(body),
                               {"X-Vault-Token": token or getattr(self, "token", ""), **({"X-Vault-Wrap-TTL": wrap} if wrap else {})})
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text else {}
        finally:
            connection.close()

    def api(self, path, body=None, method=None, token=None, wrap=None):
        status, answer = self.request(path, body, method, token, wrap)
        if status >= 300:
            raise RuntimeError(f"{path}: {status} {answer}")
        return answer

    def initialise(self):
        made = self.api("sys/init", {"secret_shares": 1, "secret_threshold": 1})
        self.key, self.token = made["keys"][0], made["root_token"]

    def unseal(self):
        self.api("sys/unseal", {"key": self.key})


class OpenBao(Vault):
    """The open fork of Vault, in development mode too."""
    program = "openbao"


class MariaDB(Server):
    """An empty database server; root without a password over its socket."""
    memory = 0

    def __init__(self):
        program = packaged("mariadbd")
        self.port = free_port()
        folder = tempfile.mkdtemp(prefix="pitot-mariadb-")
        self.socket = os.path.join(folder, "s")
        user = ["--user=root"] if os.geteuid() == 0 else []
        try:
            subprocess.run([packaged("mariadb-install-db"), f"--datadir={folder}/data", "--auth-root-authentication-method=normal",
                            "--skip-test-db", *user], stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=120)
            super().__init__([program, "--no-defaults", f"--datadir={folder}/data", f"--socket={self.socket}", f"--port={self.port}",
                              "--bind-address=127.0.0.1", "--innodb-buffer-pool-size=16M", *user],
                             lambda: os.path.exists(self.socket) and self.sql("select 1") == "1", folder=folder, seconds=60)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self.own_folder = True

    def sql(self, text):
        done = subprocess.run([packaged("mariadb"), "--no-defaults", f"--socket={self.socket}", "-uroot", "-N", "-B", "-e", text],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=True)
        return done.stdout.strip()


class Redis(Server):
    def __init__(self, password):
        self.port = free_port()
        super().__init__([packaged("redis-server"), "--port", str(self.port), "--bind", "127.0.0.1", "--requirepass", password, "--save", ""],
                         lambda: socket.create_connection(("127.0.0.1", self.port), 1).close() is None)

    def command(self, *words, password):
        """The first line of the answer to one command."""
        with socket.create_connection(("127.0.0.1", self.port), 5) as s:
            for line in (("AUTH", password), words):
                s.sendall(f"*{len(line)}\r\n".encode() + b"".join(f"${len(w)}\r\n{w}\r\n".encode() for w in line))
                answer = s.recv(4096)
            return answer.decode().splitlines()[0]


def as_user(name):
    """For subprocess: become this user, when we are root."""
    return {"user": name, "group": name} if os.geteuid() == 0 else {}


class PostgreSQL(Server):
    """An empty database server, by passwords only; its superuser is "admin"."""
    memory = 0

    def __init__(self, password):
        found = sorted(os.path.dirname(p) for p in glob.glob("/usr/lib/postgresql/*/bin/postgres"))
        if not found:
            raise Missing("postgresql is not installed; tests/install test installs it")
        self.port, self.password = free_port(), password
        folder = tempfile.mkdtemp(prefix="pitot-postgresql-")
        with open(os.path.join(folder, "password"), "w", encoding="utf-8") as f:
            f.write(password + "\n")
        user = as_user("postgres")  # it refuses to run as root
        if user:
            shutil.chown(folder, "postgres", "postgres")
            os.chmod(os.path.join(folder, "password"), 0o644)
        try:
            subprocess.run([f"{found[-1]}/initdb", "-D", f"{folder}/data", "-U", "admin", "-A", "scram-sha-256", "--pwfile", f"{folder}/password",
                            "-E", "UTF8", "--no-sync"], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=120, **user)
            super().__init__([f"{found[-1]}/postgres", "-D", f"{folder}/data", "-h", "127.0.0.1", "-p", str(self.port), "-k", folder, "-F"],
                             lambda: self.sql("select 1") == "1", folder=folder, seconds=60, **user)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self.own_folder = True

    def sql(self, text, user="admin", password=None, database="postgres"):
        """What a query gives; CalledProcessError when the login or the query is refused."""
        done = subprocess.run([packaged("psql"), "-h", "127.0.0.1", "-p", str(self.port), "-U", user, "-d", database, "-At", "-c", text],
                              env={"PATH": os.environ["PATH"], "PGPASSWORD": password or self.password, "PGCONNECT_TIMEOUT": "5"},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=True)
        return done.stdout.strip()


class FerretDB(Server):
    """A server that speaks MongoDB's protocol, over SQLite, with one user."""
    memory = 0

    def __init__(self, user, password):
        self.port = free_port()
        folder = tempfile.mkdtemp(prefix="pitot-ferretdb-")
        os.mkdir(os.path.join(folder, "data"))
        try:
            super().__init__([installed("ferretdb"), f"--listen-addr=127.0.0.1:{self.port}", "--debug-addr=-", "--handler=sqlite",
                              f"--sqlite-url=file:{folder}/data/", f"--state-dir={folder}", "--telemetry=disable", "--test-enable-new-auth",
                              "--setup-database=admin"], lambda: socket.create_connection(("127.0.0.1", self.port), 1).close() is None, folder=folder,
                             env={"PATH": os.environ["PATH"], "FERRETDB_SETUP_USERNAME": user, "FERRETDB_SETUP_PASSWORD": password})
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self.own_folder = True


class Loki(Server):
    """One process with all its parts, streams in memory and in its own folder."""
    memory = 0

    def __init__(self):
        self.port, grpc = free_port(), free_port()
        folder = tempfile.mkdtemp(prefix="pitot-loki-")
        config = {
            "auth_enabled": False, "analytics": {"reporting_enabled": False},
            "server": {"http_listen_address": "127.0.0.1", "http_listen_port": self.port, "grpc_listen_address": "127.0.0.1", "grpc_listen_port": grpc,
                       "log_level": "warn"},
            "common": {"instance_addr": "127.0.0.1", "path_prefix": folder, "replication_factor": 1, "ring": {"kvstore": {"store": "inmemory"}},
                       "storage": {"filesystem": {"chunks_directory": f"{folder}/chunks", "rules_directory": f"{folder}/rules"}}},
            "schema_config": {"configs": [{"from": "2020-10-24", "store": "tsdb", "object_store": "filesystem", "schema": "v13",
                                           "index": {"prefix": "index_", "period": "24h"}}]},
            "limits_config": {"enable_multi_variant_queries": True},
            # Not to wait for others that there are none of: it would be ready much later.
            "ingester": {"lifecycler": {"min_ready_duration": "0s", "final_sleep": "0s"}}}
        path = os.path.join(folder, "loki.yaml")
        with open(path, "w", encoding="utf-8") as f:
            json.dump(config, f)
        try:
            super().__init__([installed("loki"), f"-config.file={path}"], lambda: fetch(self.port, "/ready")[0] == 200, folder=folder, seconds=90,
                             env={"HOME": folder, "PATH": os.environ["PATH"], "GOMEMLIMIT": "1GiB"})
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self.own_folder = True

    def push(self, streams):
        """[(labels, [line, …])], the lines a millisecond apart and the last of them now."""
        now = time.time_ns()
        body = {"streams": [{"stream": labels, "values": [[str(now - (len(lines) - i) * 1_000_000), line] for i, line in enumerate(lines)]}
                            for labels, lines in streams]}
        status, _, text = fetch(self.port, "/loki/api/v1/push", "POST", json.dumps(body), {"Content-Type": "application/json"})
        if status != 204:
            raise RuntimeError(f"push: {status} {text.decode(errors='replace')}")

    def ask(self, query):
        """(status, answer) of a query over the last five minutes; the answer is JSON, or the text of the refusal."""
        end = time.time_ns()
        words = urllib.parse.urlencode({"query": query, "start": end - 300 * 10**9, "end": end, "step": "60"})
        status, _, text = fetch(self.port, f"/loki/api/v1/query_range?{words}", timeout=30)
        return status, json.loads(text) if status == 200 else text.decode(errors="replace")
