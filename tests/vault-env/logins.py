"""vault-env against a real Vault as it is in production: TLS by a private authority, sealed at first, every login, versions of
secrets, tokens that end.

usage: logins.py VAULT-ENV
"""
import base64
import http.server
import json
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


def started(vault, *words, env=None, command=("sh", "-c", 'printf %s "$V"')):
    environment = {"PATH": os.environ["PATH"], "VAULT_ADDR": vault.address, "VAULT_CACERT": CA, "VAULT_MAX_RETRIES": "1", **(env or {})}
    return subprocess.Popen([TOOL, *words, "--env", "V=app#password", "--", *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, env={k: v for k, v in environment.items() if v is not None})


def run(vault, *words, env=None):
    process = started(vault, *words, env=env)
    try:
        out, err = process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    check(not any(h in err for h in hidden), f"a secret in a message of {words}: {err}")
    return process.returncode, out, err


def gives(what, *args, **more):
    got = run(*args, **more)
    check(got[:2] == (0, SECRET), f"{what}: {got}")


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
    out, err = process.communicate(timeout=30)
    check(process.returncode == 0 and out == SECRET and "sealed" in err, f"and starts the command when it is not: {out} {err}")


def tls(vault):
    token = {"VAULT_TOKEN": vault.token}
    gives("VAULT_CACERT", vault, env=token)
    gives("--ca-file", vault, "--ca-file", CA, env={**token, "VAULT_CACERT": None})
    gives("VAULT_CACERT_BYTES", vault, env={**token, "VAULT_CACERT": None, "VAULT_CACERT_BYTES": pathlib.Path(CA).read_text()})
    (folder / "hashed").mkdir()
    shutil.copy(CA, folder / "hashed" / "ca.pem")
    subprocess.run([servers.packaged("openssl"), "rehash", str(folder / "hashed")], capture_output=True, check=True)
    gives("VAULT_CAPATH", vault, env={**token, "VAULT_CACERT": None, "VAULT_CAPATH": str(folder / "hashed")})
    gives("VAULT_TLS_SERVER_NAME", vault, env={**token, "VAULT_TLS_SERVER_NAME": "vault.test"})
    gives("VAULT_SKIP_VERIFY", vault, env={**token, "VAULT_CACERT": None, "VAULT_SKIP_VERIFY": "true"})
    refuses("another name", 69, "other.test", vault, env={**token, "VAULT_TLS_SERVER_NAME": "other.test"})
    refuses("the system's authorities", 69, "certificate", vault, env={**token, "VAULT_CACERT": None})
    other = folder / "other"
    other.mkdir()
    servers.certificates(str(other))
    refuses("another authority", 69, "certificate", vault, "--ca-file", str(other / "ca.pem"), env=token)


class TokenReview(http.server.BaseHTTPRequestHandler):
    """What the Kubernetes API server answers when Vault asks whose token this is."""
    good = "good-service-account-token"

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        known = asked["spec"]["token"].split(".")[1] == base64.urlsafe_b64encode(json.dumps(ACCOUNT).encode()).decode().rstrip("=")
        status = {"authenticated": known, "user": {"username": "system:serviceaccount:prod:exporter", "uid": "u-1"}}
        body = json.dumps({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "status": status}).encode()
        self.send_response(201)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


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
    refuses("userpass, wrong", 65, "userpass", vault, *words, file("wrong", "wrong-password"))

    vault.api("auth/cert/certs/exporter", {"certificate": (folder / "ca.pem").read_text(), "token_policies": "app"})
    keys = {"VAULT_CLIENT_CERT": str(folder / "client.pem"), "VAULT_CLIENT_KEY": str(folder / "client.key")}
    gives("certificate", vault, "--auth", "cert", env=keys)
    gives("certificate, by role and flags", vault, "--auth", "cert", "--role", "exporter", "--client-cert", str(folder / "client.pem"), "--client-key", str(folder / "client.key"))
    other = folder / "other"
    refuses("a foreign certificate", 65, "cert", vault, "--auth", "cert", "--client-cert", str(other / "client.pem"), "--client-key", str(other / "client.key"))

    key = str(folder / "jwt.key")
    subprocess.run([servers.packaged("openssl"), "genrsa", "-out", key, "2048"], capture_output=True, check=True)
    public = subprocess.run([servers.packaged("openssl"), "rsa", "-in", key, "-pubout"], capture_output=True, text=True, check=True).stdout
    vault.api("auth/jwt/config", {"jwt_validation_pubkeys": [public]})
    vault.api("auth/jwt/role/app", {"role_type": "jwt", "user_claim": "sub", "bound_audiences": ["vault"], "token_policies": "app"})
    now = int(time.time())
    good = jwt({"sub": "exporter", "aud": "vault", "iat": now, "exp": now + 600}, key)
    late = jwt({"sub": "exporter", "aud": "vault", "iat": now - 7200, "exp": now - 3600}, key)
    hidden.update({good, late})
    gives("JWT", vault, "--auth", "jwt", "--role", "app", "--jwt-file", file("jwt", good))
    refuses("a JWT that has expired", 65, "jwt", vault, "--auth", "jwt", "--role", "app", "--jwt-file", file("late", late))

    api = http.server.HTTPServer(("127.0.0.1", 0), TokenReview)
    threading.Thread(target=api.serve_forever, daemon=True).start()
    vault.api("auth/kubernetes/config", {"kubernetes_host": f"http://127.0.0.1:{api.server_port}", "token_reviewer_jwt": jwt({"sub": "vault"}, key),
                                         "disable_iss_validation": True, "disable_local_ca_jwt": True, "kubernetes_ca_cert": (folder / "ca.pem").read_text()})
    vault.api("auth/kubernetes/role/app", {"bound_service_account_names": "exporter", "bound_service_account_namespaces": "prod", "token_policies": "app"})
    account = jwt(ACCOUNT, key)
    stranger = jwt({**ACCOUNT, "sub": "system:serviceaccount:prod:stranger", "kubernetes.io/serviceaccount/service-account.name": "stranger"}, key)
    hidden.update({account, stranger})
    gives("Kubernetes", vault, "--auth", "kubernetes", "--role", "app", "--jwt-file", file("account", account + "\n"))
    refuses("another service account", 65, "kubernetes", vault, "--auth", "kubernetes", "--role", "app", "--jwt-file", file("stranger", stranger))
    refuses("a role that is none", 65, "kubernetes", vault, "--auth", "kubernetes", "--role", "none", "--jwt-file", file("account", account))
    api.shutdown()


def approle(vault):
    vault.api("auth/approle/role/app", {"token_policies": "app", "token_ttl": "3s", "token_max_ttl": "1h"})
    role = vault.api("auth/approle/role/app/role-id")["data"]["role_id"]

    def secret_id(**more):
        made = vault.api("auth/approle/role/app/secret-id", more)["data"]["secret_id"]
        hidden.add(made)
        return made
    gives("values", vault, env={"VAULT_ROLE_ID": role, "VAULT_SECRET_ID": secret_id()})
    gives("files", vault, "--role-id-file", file("role", role + "\n"), "--secret-id-file", file("id", secret_id() + "\n"))
    (folder / "approle").mkdir()
    file("approle/role-id", role)
    file("approle/secret-id", secret_id())
    gives("a folder", vault, "--approle-dir", str(folder / "approle"))
    once = secret_id(num_uses=1)
    gives("a secret id for one use", vault, env={"VAULT_ROLE_ID": role, "VAULT_SECRET_ID": once})
    refuses("44: used up", 65, "approle", vault, env={"VAULT_ROLE_ID": role, "VAULT_SECRET_ID": once})

    connection = servers.http.client.HTTPSConnection("127.0.0.1", vault.port, context=vault.context)
    connection.request("POST", "/v1/auth/approle/role/app/secret-id", "{}", {"X-Vault-Token": vault.token, "X-Vault-Wrap-TTL": "60s"})
    wrapping = json.loads(connection.getresponse().read())["wrap_info"]["token"]
    connection.close()
    hidden.add(wrapping)
    words = ("--role-id-file", str(folder / "role"), "--wrapped-secret-id-file", file("wrapping", wrapping))
    gives("a wrapped secret id", vault, *words)
    refuses("45: unwrapped before", 65, "unwrapped", vault, *words)

    # The token lives three seconds: under a supervisor it is prolonged, and replaced when it was revoked.
    out = folder / "out"
    process = started(vault, "--supervise", "--interval", "500ms", "--log-level", "debug", command=("sh", "-c", f'echo "$V" >>{out}; trap "exit 0" TERM; while :; do sleep 0.1; done'),
                      env={"VAULT_ROLE_ID": role, "VAULT_SECRET_ID": secret_id()})
    time.sleep(5)
    accessors = vault.api("auth/token/accessors", method="LIST")["data"]["keys"]
    mine = [a for a in accessors if vault.api("auth/token/lookup-accessor", {"accessor": a})["data"].get("path") == "auth/approle/login"]
    check(mine, "after five seconds the token of three is alive")
    for accessor in mine:
        vault.api("auth/token/revoke-accessor", {"accessor": accessor})
    vault.api("secret/data/app", {"data": {"password": SECRET + "-2"}})
    end = time.monotonic() + 10
    while time.monotonic() < end and SECRET + "-2" not in out.read_text():
        time.sleep(0.1)
    check(out.read_text().split() == [SECRET, SECRET + "-2"], f"43: a new login when the token was revoked: {out.read_text()}")
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=20)
    check(process.returncode == 0 and "token prolonged" in err and "logged in again" in err, f"said so: {err}")
    check(not any(h in err for h in hidden), f"a secret in the log: {err}")
    time.sleep(0.2)
    left = [a for a in vault.api("auth/token/accessors", method="LIST")["data"]["keys"]
            if vault.request("auth/token/lookup-accessor", {"accessor": a})[1].get("data", {}).get("path") == "auth/approle/login"
            and vault.api("auth/token/lookup-accessor", {"accessor": a})["data"]["ttl"] > 3]
    check(not left, "its own token is revoked at the end")
    vault.api("secret/data/app", {"data": {"password": SECRET}})


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

    def whole(reference, env=token):
        environment = {"PATH": os.environ["PATH"], "VAULT_ADDR": vault.address, "VAULT_CACERT": CA, **env}
        done = subprocess.run([TOOL, "--env", f"V={reference}", "--", "sh", "-c", 'printf %s "$V"'], env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=30, check=False)
        return done.returncode, done.stdout, done.stderr
    check(whole("v#password")[1] == "second", "the newest version")
    check(whole("v?version=1#password")[1] == "first", "an older version")
    got = whole("gone#password")
    check(got[0] == 125 and "code=66" in got[2] and "deleted" in got[2], f"13: {got}")
    got = whole("destroyed#password")
    check(got[0] == 125 and "code=66" in got[2] and "destroyed" in got[2], f"14: {got}")
    got = whole("never#password")
    check(got[0] == 125 and "code=66" in got[2], f"12: {got}")
    few = vault.api("auth/token/create", {"policies": ["app"], "num_uses": 3, "no_parent": True})["auth"]["client_token"]
    hidden.add(few)
    gives("a token for three uses", vault, env={"VAULT_TOKEN": few})
    got = whole("v#password", {"VAULT_TOKEN": vault.api("auth/token/create", {"policies": ["app"], "no_parent": True})["auth"]["client_token"]})
    check(got[0] == 125 and "code=65" in got[2] and "secret/data/v" in got[2], f"11: what the policy must allow is named: {got}")


def main():
    try:
        vault = servers.SealedVault(str(folder))
    except servers.Missing as why:
        print(f"SKIPPED: no Vault: {why}")
        return 77
    with vault:
        for part in (the_wait, tls, logins, approle, engines):
            part(vault)
    shutil.rmtree(folder, ignore_errors=True)
    for failure in failures:
        print("FAILED", failure)
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
