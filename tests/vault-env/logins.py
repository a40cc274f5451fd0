"""vault-env against a real Vault as it is in production: TLS by a private authority, sealed at first, every login, versions of
secrets, tokens and leases that end.

usage: logins.py VAULT-ENV
"""
import base64
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "servers"))
import servers  # noqa: E402

TOOL = os.path.abspath(sys.argv[1])
folder = pathlib.Path(tempfile.mkdtemp(prefix="pitot-logins-"))
CA = str(folder / "ca.pem")
SECRET = "canary-secret-5f2d"
hidden = {SECRET}  # what may stand in no message
passed, failures = 0, []


def check(holds, what):
    global passed
    if holds:
        passed += 1
    else:
        failures.append(what)


def file(name, text):
    path = folder / name
    path.write_text(text)
    path.chmod(0o600)
    return str(path)


def hide(answer):
    """Remembers every token and secret id that Vault gave us."""
    for key, value in answer.items() if isinstance(answer, dict) else ():
        if key in ("client_token", "token", "secret_id") and isinstance(value, str) and value:
            hidden.add(value)
        hide(value)
    return answer


def has_secret(text):
    """One of ours, or a token that vault-env was given by a login."""
    return any(h in text for h in hidden) or re.search(r"hv[sbr]\.[A-Za-z0-9_-]{12}", text)


def started(vault, *words, env=None, variables=("V=app#password",), command=("sh", "-c", 'printf %s "$V"')):
    environment = {"PATH": os.environ["PATH"], "VAULT_ADDR": vault.address, "VAULT_CACERT": CA, "VAULT_MAX_RETRIES": "1", **(env or {})}
    variables = [word for v in variables for word in ("--env", v)]
    return subprocess.Popen([TOOL, "--log-level", "debug", *words, *variables, "--", *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, env={k: v for k, v in environment.items() if v is not None})


def ended(process, words=()):
    """(exit code, what the command wrote, what vault-env wrote), when the latter holds no secret."""
    try:
        out, err = process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    check(not has_secret(err), f"a secret in a message of {words}: {err}")
    return process.returncode, out, err


def run(vault, *words, **more):
    return ended(started(vault, *words, **more), words)


def until(holds, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.1)
    return False


def gives(what, *args, out=SECRET, **more):
    got = run(*args, **more)
    check(got[:2] == (0, out), f"{what}: {got}")


def refuses(what, code, word, *args, **more):
    got = run(*args, **more)
    check(got[0] == 125 and f"code={code}" in got[2] and word in got[2], f"{what}: {got}")


def the_wait(vault):
    """1, 2: why it waits is said, and the end of waiting is not missed."""
    token = {"VAULT_TOKEN": "none-yet"}
    refuses("uninitialised", 67, "not initialised", vault, "--timeout", "1s", env=token)
    vault.initialise()
    hidden.add(vault.token)
    refuses("sealed", 67, "sealed", vault, "--timeout", "1s", env=token)
    vault.unseal()
    deadline = time.monotonic() + 10
    while vault.request("sys/health")[0] != 200 and time.monotonic() < deadline:
        time.sleep(0.05)
    vault.api("sys/mounts/secret", {"type": "kv", "options": {"version": "2"}})
    deadline = time.monotonic() + 10
    while vault.request("secret/data/app", {"data": {"password": SECRET}})[0] >= 300 and time.monotonic() < deadline:
        time.sleep(0.1)
    vault.api("sys/policies/acl/app", {"policy": 'path "secret/data/app" { capabilities = ["read"] }'})
    vault.api("sys/seal", {}, "PUT")
    process = started(vault, "--timeout", "20s", env={"VAULT_TOKEN": vault.token})
    time.sleep(1.5)
    check(process.poll() is None, "it waits while Vault is sealed")
    vault.unseal()
    code, out, err = ended(process)
    check(code == 0 and out == SECRET and err.count("sealed") == 1, f"says why, once, and starts the command when it is not: {out} {err}")


def tls(vault):
    token = {"VAULT_TOKEN": vault.token}
    gives("VAULT_CACERT", vault, env=token)
    gives("--ca-file", vault, "--ca-file", CA, env={**token, "VAULT_CACERT": None})
    gives("VAULT_CACERT_BYTES", vault, env={**token, "VAULT_CACERT": None, "VAULT_CACERT_BYTES": pathlib.Path(CA).read_text()})
    (folder / "hashed").mkdir()
    shutil.copy(CA, folder / "hashed" / "ca.pem")
    subprocess.run([servers.packaged("openssl"), "rehash", str(folder / "hashed")], capture_output=True, check=True)
    gives("VAULT_CAPATH", vault, env={**token, "VAULT_CACERT": None, "VAULT_CAPATH": str(folder / "hashed")})
    gives("--ca-folder", vault, "--ca-folder", str(folder / "hashed"), env={**token, "VAULT_CACERT": None})
    gives("VAULT_TLS_SERVER_NAME", vault, env={**token, "VAULT_TLS_SERVER_NAME": "vault.test"})
    gives("--tls-server-name", vault, "--tls-server-name", "vault.test", env={**token, "VAULT_TLS_SERVER_NAME": "other.test"})
    gives("VAULT_SKIP_VERIFY", vault, env={**token, "VAULT_CACERT": None, "VAULT_SKIP_VERIFY": "true"})
    gives("--tls-skip-verify", vault, "--tls-skip-verify", env={**token, "VAULT_CACERT": None})
    refuses("another name", 69, "other.test", vault, env={**token, "VAULT_TLS_SERVER_NAME": "other.test"})
    refuses("the system's authorities", 69, "certificate", vault, env={**token, "VAULT_CACERT": None})
    other = folder / "other"
    other.mkdir()
    servers.certificates(str(other))
    foreign = (other / "ca.pem").read_text()
    refuses("another authority", 69, "certificate", vault, "--ca-file", str(other / "ca.pem"), env=token)
    refuses("another authority's text", 69, "certificate", vault, env={**token, "VAULT_CACERT": None, "VAULT_CACERT_BYTES": foreign})
    refuses("another authority's folder", 69, "certificate", vault, "--ca-folder", str(other), env={**token, "VAULT_CACERT": None})
    refuses("no authority", 69, "absent.pem", vault, "--ca-file", str(folder / "absent.pem"), env=token)
    gives("a flag before a variable", vault, "--ca-file", CA, env={**token, "VAULT_CACERT": None, "VAULT_CACERT_BYTES": foreign})
    refuses("54: http to its port", 67, "400", vault, "--timeout", "1s", env={**token, "VAULT_ADDR": vault.address.replace("https", "http")})
    refuses("55: a certificate without its key", 2, "belong together", vault, "--client-cert", str(folder / "client.pem"), env=token)


class TokenReview(http.server.BaseHTTPRequestHandler):
    """What the Kubernetes API server answers when Vault asks whose token this is. Only Vault's own account may ask."""
    known = {}  # token -> account
    reviewer = ""

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        allowed = self.path == "/apis/authentication.k8s.io/v1/tokenreviews" and self.headers["Authorization"] == f"Bearer {self.reviewer}"
        name = self.known.get(asked["spec"]["token"])
        status = {"authenticated": True, "user": {"username": f"system:serviceaccount:prod:{name}", "uid": "u-1"}} if name else {
            "authenticated": False, "error": "invalid bearer token"}
        body = json.dumps({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "status": status}).encode()
        self.send_response(201 if allowed else 403)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def token_reviews():
    """Over TLS, by the same authority."""
    api = http.server.ThreadingHTTPServer(("127.0.0.1", 0), TokenReview)
    api.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(str(folder / "server.pem"), str(folder / "server.key"))
    api.socket = context.wrap_socket(api.socket, server_side=True)
    threading.Thread(target=api.serve_forever, daemon=True).start()
    return api


ACCOUNT = {"iss": "kubernetes/serviceaccount", "kubernetes.io/serviceaccount/namespace": "prod", "kubernetes.io/serviceaccount/service-account.name": "exporter",
           "kubernetes.io/serviceaccount/service-account.uid": "u-1", "sub": "system:serviceaccount:prod:exporter"}


def jwt(claims, key):
    """Signed by RS256."""
    def part(data):
        return base64.urlsafe_b64encode(data).decode().rstrip("=")
    text = part(json.dumps({"alg": "RS256", "typ": "JWT"}).encode()) + "." + part(json.dumps(claims).encode())
    signature = subprocess.run([servers.packaged("openssl"), "dgst", "-sha256", "-sign", key], input=text.encode(), capture_output=True, check=True).stdout
    return text + "." + part(signature)


def logins(vault):
    for method in ("userpass", "cert", "jwt", "kubernetes", "approle"):
        vault.api(f"sys/auth/{method}", {"type": method})

    vault.api("auth/userpass/users/exporter", {"password": "user-p#ss'w\"ord", "token_policies": "app"})
    hidden.update({"user-p#ss'w\"ord", "wrong-password"})
    words = ("--auth", "userpass", "--user", "exporter", "--password-file")
    gives("userpass", vault, *words, file("password", "user-p#ss'w\"ord\n"))
    refuses("userpass, wrong", 65, "login by userpass refused", vault, *words, file("wrong", "wrong-password"))
    refuses("userpass, nobody", 65, "login by userpass refused", vault, "--auth", "userpass", "--user", "nobody", "--password-file", file("wrong", "wrong-password"))
    refuses("mounted elsewhere", 65, "auth/people", vault, "--auth-mount", "people", *words, str(folder / "password"))
    vault.api("sys/auth/people", {"type": "userpass"})
    vault.api("auth/people/users/exporter", {"password": "user-p#ss'w\"ord", "token_policies": "app"})
    gives("and given", vault, "--auth-mount", "people", *words, str(folder / "password"))

    vault.api("auth/cert/certs/exporter", {"certificate": (folder / "ca.pem").read_text(), "token_policies": "app"})
    keys = {"VAULT_CLIENT_CERT": str(folder / "client.pem"), "VAULT_CLIENT_KEY": str(folder / "client.key")}
    gives("certificate", vault, "--auth", "cert", env=keys)
    gives("certificate, by role and flags", vault, "--auth", "cert", "--role", "exporter", "--client-cert", str(folder / "client.pem"), "--client-key", str(folder / "client.key"))
    other = folder / "other"
    refuses("a certificate's role that is none", 65, "login by cert refused", vault, "--auth", "cert", "--role", "none", env=keys)
    refuses("a foreign certificate", 65, "login by cert refused", vault, "--auth", "cert", "--client-cert", str(other / "client.pem"), "--client-key", str(other / "client.key"))

    key = str(folder / "jwt.key")
    subprocess.run([servers.packaged("openssl"), "genrsa", "-out", key, "2048"], capture_output=True, check=True)
    public = subprocess.run([servers.packaged("openssl"), "rsa", "-in", key, "-pubout"], capture_output=True, text=True, check=True).stdout
    vault.api("auth/jwt/config", {"jwt_validation_pubkeys": [public]})
    vault.api("auth/jwt/role/app", {"role_type": "jwt", "user_claim": "sub", "bound_audiences": ["vault"], "token_policies": "app"})
    now = int(time.time())
    good = jwt({"sub": "exporter", "aud": "vault", "iat": now, "exp": now + 600}, key)
    late = jwt({"sub": "exporter", "aud": "vault", "iat": now - 7200, "exp": now - 3600}, key)
    strange = str(folder / "strange.key")
    subprocess.run([servers.packaged("openssl"), "genrsa", "-out", strange, "2048"], capture_output=True, check=True)
    forged = jwt({"sub": "exporter", "aud": "vault", "iat": now, "exp": now + 600}, strange)
    elsewhere = jwt({"sub": "exporter", "aud": "another", "iat": now, "exp": now + 600}, key)
    hidden.update({good, late, forged, elsewhere})
    gives("JWT", vault, "--auth", "jwt", "--role", "app", "--jwt-file", file("jwt", good))
    for what, token in (("has expired", late), ("another key signed", forged), ("is for another audience", elsewhere)):
        refuses(f"a JWT that {what}", 65, "login by jwt refused", vault, "--auth", "jwt", "--role", "app", "--jwt-file", file("bad", token))
    refuses("no role, and no default", 65, "missing role", vault, "--auth", "jwt", "--jwt-file", str(folder / "jwt"))
    vault.api("auth/jwt/config", {"jwt_validation_pubkeys": [public], "default_role": "app"})
    gives("the mount's default role", vault, "--jwt-file", str(folder / "jwt"))

    api = token_reviews()
    TokenReview.reviewer = jwt({"sub": "vault"}, key)
    vault.api("auth/kubernetes/config", {"kubernetes_host": f"https://127.0.0.1:{api.server_port}", "token_reviewer_jwt": TokenReview.reviewer,
                                         "disable_iss_validation": True, "disable_local_ca_jwt": True, "kubernetes_ca_cert": (folder / "ca.pem").read_text()})
    vault.api("auth/kubernetes/role/app", {"bound_service_account_names": "exporter", "bound_service_account_namespaces": "prod", "token_policies": "app"})
    account = jwt(ACCOUNT, key)
    stranger = jwt({**ACCOUNT, "sub": "system:serviceaccount:prod:stranger", "kubernetes.io/serviceaccount/service-account.name": "stranger"}, key)
    forged = jwt(ACCOUNT, strange)
    hidden.update({account, stranger, forged, TokenReview.reviewer})
    TokenReview.known = {account: "exporter", stranger: "stranger"}
    words = ("--auth", "kubernetes", "--role", "app", "--jwt-file")
    gives("Kubernetes", vault, *words, file("account", account + "\n"))
    for what, token in (("another service account", stranger), ("an account that Kubernetes does not know", forged), ("what is no JWT", "no-jwt-at-all-6e1b")):
        hidden.add(token)
        refuses(what, 65, "login by kubernetes refused", vault, *words, file("bad", token))
    refuses("a role that is none", 65, "login by kubernetes refused", vault, "--auth", "kubernetes", "--role", "none", "--jwt-file", file("account", account))
    TokenReview.known = {}
    refuses("an account that was deleted since", 65, "login by kubernetes refused", vault, *words, file("account", account))
    api.shutdown()
    api.server_close()


def approle(vault):
    vault.api("auth/approle/role/app", {"token_policies": "app", "token_ttl": "3s", "token_max_ttl": "1h"})
    role = vault.api("auth/approle/role/app/role-id")["data"]["role_id"]

    def secret_id(**more):
        return hide(vault.api("auth/approle/role/app/secret-id", more))["data"]["secret_id"]
    gives("values", vault, env={"VAULT_ROLE_ID": role, "VAULT_SECRET_ID": secret_id()})
    gives("files", vault, "--role-id-file", file("role", role + "\n"), "--secret-id-file", file("id", secret_id() + "\n"))
    (folder / "approle").mkdir()
    file("approle/role-id", role)
    file("approle/secret-id", secret_id())
    gives("a folder", vault, "--approle-dir", str(folder / "approle"))
    once = secret_id(num_uses=1)
    gives("a secret id for one use", vault, env={"VAULT_ROLE_ID": role, "VAULT_SECRET_ID": once})
    refuses("44: used up", 65, "approle", vault, env={"VAULT_ROLE_ID": role, "VAULT_SECRET_ID": once})

    hidden.add("00000000-not-a-secret-id")
    wrong = {"VAULT_ROLE_ID": role, "VAULT_SECRET_ID": "00000000-not-a-secret-id"}
    refuses("a wrong secret id", 65, "login by approle refused", vault, env=wrong)
    refuses("a wrong role id", 65, "login by approle refused", vault, env={"VAULT_ROLE_ID": "nobody", "VAULT_SECRET_ID": secret_id()})
    vault.api("auth/approle/role/bare", {"token_policies": "app", "bind_secret_id": False, "token_bound_cidrs": "127.0.0.1/32"})
    gives("a role that needs no secret id", vault, env={"VAULT_ROLE_ID": vault.api("auth/approle/role/bare/role-id")["data"]["role_id"]})

    def wrapped(path, body):
        return hide(vault.api(path, body, wrap="60s"))["wrap_info"]["token"]
    words = ("--role-id-file", str(folder / "role"), "--wrapped-secret-id-file", file("wrapping", wrapped("auth/approle/role/app/secret-id", {})))
    gives("a wrapped secret id", vault, *words)
    refuses("45: unwrapped before", 65, "possible interception", vault, *words)
    wrapping = {"VAULT_ROLE_ID": role, "VAULT_WRAPPED_SECRET_ID": wrapped("auth/approle/role/app/secret-id", {})}
    gives("a wrapped secret id's value", vault, env=wrapping)
    for what, path, body in (("token", "auth/token/create", {"policies": ["app"], "no_parent": True}),
                             ("login", "auth/approle/login", {"role_id": role, "secret_id": secret_id()})):
        wrapping = wrapped(path, body)
        gives(f"a wrapped {what}", vault, env={"VAULT_WRAPPED_TOKEN": wrapping})
        refuses(f"a wrapped {what}, unwrapped before", 65, "possible interception", vault, "--wrapped-token-file", file("wrapping", wrapping))


def supervised(vault):
    role = vault.api("auth/approle/role/app/role-id")["data"]["role_id"]

    def secret_id():
        return hide(vault.api("auth/approle/role/app/secret-id", {}))["data"]["secret_id"]

    # The token lives three seconds: under a supervisor it is prolonged, and replaced when it was revoked.
    out = folder / "out"
    process = started(vault, "--supervise", "--interval", "500ms", command=("sh", "-c", f'echo "$V" >>{out}; trap "exit 0" TERM; while :; do sleep 0.1; done'),
                      env={"VAULT_ROLE_ID": role, "VAULT_SECRET_ID": secret_id()})
    time.sleep(5)
    accessors = vault.api("auth/token/accessors", method="LIST")["data"]["keys"]
    mine = [a for a in accessors if vault.api("auth/token/lookup-accessor", {"accessor": a})["data"].get("path") == "auth/approle/login"]
    check(mine, "after five seconds the token of three is alive")
    for accessor in mine:
        vault.api("auth/token/revoke-accessor", {"accessor": accessor})
    vault.api("secret/data/app", {"data": {"password": SECRET + "-2"}})
    until(lambda: SECRET + "-2" in out.read_text())
    check(out.read_text().split() == [SECRET, SECRET + "-2"], f"43: a new login when the token was revoked: {out.read_text()}")
    vault.api("sys/seal", {}, "PUT")
    time.sleep(4)  # longer than the token lives
    check(process.poll() is None, "Vault is sealed: the command goes on")
    vault.unseal()
    until(lambda: vault.request("secret/data/app")[0] == 200)
    vault.api("secret/data/app", {"data": {"password": SECRET + "-3"}})
    check(until(lambda: SECRET + "-3" in out.read_text(), 15), "and is given what is new when Vault is back")
    process.send_signal(signal.SIGTERM)
    code, _, err = ended(process)
    check(code == 0 and "token prolonged" in err and "logged in again" in err, f"said so: {err}")
    time.sleep(0.2)
    left = [a for a in vault.api("auth/token/accessors", method="LIST")["data"]["keys"]
            if vault.request("auth/token/lookup-accessor", {"accessor": a})[1].get("data", {}).get("path") == "auth/approle/login"
            and vault.api("auth/token/lookup-accessor", {"accessor": a})["data"]["ttl"] > 3]
    check(not left, "its own token is revoked at the end")
    vault.api("secret/data/app", {"data": {"password": SECRET}})


class Gate(http.server.BaseHTTPRequestHandler):
    """Before Vault, and lets nothing of sys/ through but health: what some operators' proxies do."""
    vault = None

    def do_GET(self):
        path = self.path.removeprefix("/v1/")
        status, answer = (403, {"errors": ["not here"]}) if path.startswith("sys/") and not path.startswith("sys/health") else self.vault.request(
            path, token=self.headers["X-Vault-Token"])
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def engines(vault):
    token = {"VAULT_TOKEN": vault.token}
    vault.api("sys/mounts/old", {"type": "kv", "options": {"version": "1"}})
    vault.api("old/app", {"password": SECRET})
    gives("version 1 is found out", vault, "--mount", "old", env=token)
    vault.api("old/odd", {"data": {"password": "x"}, "metadata": {"version": 1}})
    gives("16: version 1 with version 2's keys", vault, "--mount", "old", "--kv", "1", env=token)
    for version in ("first", "second"):
        vault.api("secret/data/v", {"data": {"password": version}})
    vault.api("secret/data/gone", {"data": {"password": "x"}})
    vault.api("secret/data/gone", method="DELETE")
    vault.api("secret/data/destroyed", {"data": {"password": "x"}})
    vault.api("secret/destroy/destroyed", {"versions": [1]})

    def of(reference):
        return {"variables": (f"V={reference}",)}
    gives("16: version 1 with version 2's keys, found out", vault, "--mount", "old", env=token, variables=("V={{odd#data | json}}",), out='{"password":"x"}')
    gives("the newest version", vault, env=token, out="second", **of("v#password"))
    gives("an older version", vault, env=token, out="first", **of("v?version=1#password"))
    refuses("a version that is none", 66, "nothing", vault, env=token, **of("v?version=9#password"))
    refuses("13: deleted", 66, "deleted at 20", vault, env=token, **of("gone#password"))
    refuses("14: destroyed", 66, "destroyed", vault, env=token, **of("destroyed#password"))
    refuses("12: absent", 66, "never", vault, env=token, **of("never#password"))
    refuses("an absent key", 66, "absent", vault, env=token, **of("app#absent"))

    vault.api("sys/policies/acl/one", {"policy": 'path "old/app" { capabilities = ["read"] }'})
    # Nothing of sys/: Vault answers what `vault kv` asks although the policy denies it; a proxy before it may not.
    vault.api("sys/policies/acl/strict", {"policy": 'path "secret/data/*" { capabilities = ["read"] } path "old/*" { capabilities = ["read"] } '
                                          'path "sys/*" { capabilities = ["deny"] }'})

    def token_for(*policies, **more):
        return {"VAULT_TOKEN": hide(vault.api("auth/token/create", {"policies": policies, "no_parent": True, **more}))["auth"]["client_token"]}
    Gate.vault = vault
    gate = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gate)
    threading.Thread(target=gate.serve_forever, daemon=True).start()
    for where in (vault.address, f"http://127.0.0.1:{gate.server_port}"):
        strict = {**token_for("strict", ttl="10s"), "VAULT_ADDR": where}
        gives(f"{where}: version 2 without sys/", vault, env=strict)
        gives(f"{where}: an older version", vault, env=strict, out="first", **of("v?version=1#password"))
        gives(f"{where}: version 1", vault, "--mount", "old", env=strict)
        gives(f"{where}: --kv 2", vault, "--kv", "2", env=strict)
        gives(f"{where}: --kv 1", vault, "--kv", "1", "--mount", "old", env=strict)
        gives(f"{where}: the API's path", vault, env=strict, **of("/secret/data/app#password"))
        refuses(f"{where}: 13: deleted", 66, "deleted at", vault, env=strict, **of("gone#password"))
        refuses(f"{where}: 14: destroyed", 66, "destroyed", vault, env=strict, **of("destroyed#password"))
        refuses(f"{where}: 12: absent", 66, "nothing", vault, "--mount", "old", env=strict, **of("never#password"))
    few = {**token_for("app", ttl="10s"), "VAULT_ADDR": where}
    gives("a policy for one path of version 2", vault, env=few)
    gives("a policy for one path of version 1", vault, "--mount", "old", env={**token_for("one", ttl="10s"), "VAULT_ADDR": where})
    refuses("a policy for another path", 65, "secret/data/v", vault, env=few, **of("v#password"))
    gate.shutdown()
    gate.server_close()

    for uses in (1, 3):
        gives(f"a token for {uses} uses", vault, env=token_for("app", num_uses=uses))
    spent = token_for("app", num_uses=1)
    gives("a token for one use", vault, env=spent)
    refuses("and once more", 65, "its uses are spent", vault, env=spent)
    refuses("a token for one use and two secrets", 65, "its uses are spent", vault, env=token_for("app", num_uses=1), variables=("V=app#password", "W=/secret/data/v#password"))
    gives("a token without the default policy", vault, env=token_for("app", no_default_policy=True))
    gives("supervised too", vault, "--supervise", env=token_for("app", no_default_policy=True))
    gives("a batch token", vault, env=token_for("app", type="batch"))
    refuses("11: what the policy must allow is named", 65, "secret/data/v", vault, env=token_for("app"), **of("v#password"))
    short = token_for("app", ttl="1s")
    time.sleep(1.2)
    refuses("a token that has expired", 65, "it has expired", vault, env=short)
    refuses("the same, supervised", 65, "it has expired", vault, "--supervise", env=short)


class Credentials:
    """A supervised command that is given dynamic credentials of a database, one after the other."""

    def __init__(self, vault, role, *words, env=None):
        self.out = folder / f"{role}.out"
        path = f"/database/creds/{role}"
        self.process = started(vault, "--supervise", "--interval", "60s", *words, env=env, variables=(f"U={path}#username", f"P={path}#password"),
                               command=("sh", "-c", f'echo "$U $P" >>{self.out}; trap "exit 0" TERM; while :; do sleep 0.1; done'))

    def all(self):
        return [tuple(line.split()) for line in self.out.read_text().splitlines()] if self.out.exists() else []


def leases(vault):
    """What has a lease is prolonged, and replaced before its token ends, also when the lease would live on."""
    try:
        db = servers.PostgreSQL("admin-password")
    except servers.Missing as why:
        print(f"SKIPPED: leases: {why}")
        return
    vault.api("sys/policies/acl/creds", {"policy": 'path "database/creds/*" { capabilities = ["read"] }'})
    vault.api("auth/userpass/users/dba", {"password": "user-p#ss'w\"ord", "token_policies": "creds"})  # its token lives as the server's configuration has it
    vault.api("sys/mounts/database", {"type": "database", "config": {"default_lease_ttl": "60s", "max_lease_ttl": "120s"}})
    words = {"creation_statements": "CREATE ROLE \"{{name}}\" WITH LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'",
             "renew_statements": "ALTER ROLE \"{{name}}\" VALID UNTIL '{{expiration}}'", "db_name": "db"}
    with db:
        def opens(user, password):
            try:
                return db.sql("select 1", user, password) == "1"
            except subprocess.CalledProcessError:
                return False
        vault.api("database/config/db", {"plugin_name": "postgresql-database-plugin", "allowed_roles": "*", "username": "admin", "password": "admin-password",
                                         "connection_url": f"postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{db.port}/postgres"})
        vault.api("database/roles/short", {**words, "default_ttl": "3s", "max_ttl": "60s"})
        vault.api("database/roles/long", words)
        root = Credentials(vault, "short", env={"VAULT_TOKEN": vault.token})
        own = Credentials(vault, "long", "--auth", "userpass", "--user", "dba", "--password-file", str(folder / "password"))
        check(until(lambda: root.all() and own.all()), "both are started")
        begun, dead, same = time.monotonic(), [], None
        while time.monotonic() < begun + 13:
            dead += [(c.out.name, round(time.monotonic() - begun, 1)) for c in (root, own) if not opens(*c.all()[-1])]
            if same is None and time.monotonic() > begun + 7:
                same = len(root.all()) == 1 and len(own.all()) == 1
            time.sleep(0.3)
        check(same, "a lease of three seconds, and a token of four, are prolonged for seven")
        check(not dead, f"at every moment the credentials are good: {dead}")
        check(len(root.all()) == 1, "a lease that may live is not replaced")
        check(len(own.all()) > 1 and not opens(*own.all()[0]), f"one is replaced before its token's longest life, of ten seconds, ends: {len(own.all())}")
        for c in (root, own):
            hidden.update(password for _, password in c.all())
            c.process.send_signal(signal.SIGTERM)
            code, _, err = ended(c.process)
            check(code == 0 and "could not" not in err, f"{c.out.name} ends well: {code} {err}")
            check(until(lambda: not opens(*c.all()[-1]), 3), f"{c.out.name}: given back at the end")


def main():
    try:
        vault = servers.SealedVault(str(folder), default_lease_ttl="4s", max_lease_ttl="10s")
    except servers.Missing as why:
        print(f"SKIPPED: no Vault: {why}")
        return 77
    with vault:
        for part in (the_wait, tls, logins, approle, supervised, engines, leases):
            part(vault)
    shutil.rmtree(folder, ignore_errors=True)
    for failure in failures:
        print("FAILED", failure)
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
