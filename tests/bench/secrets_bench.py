"""vault-env beside consul-template's exec mode and a shell wrapper: time until a program runs with one secret."""

import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from programs import CACHE, ROOT, quietly, say

sys.path.insert(0, str(ROOT / "tests" / "servers"))
import servers  # noqa: E402

RUNS = 40
WRAPPER = """#!/bin/sh
# What people write: wait, fetch, cut the JSON, export, exec.
until wget -q -O /dev/null "$VAULT_ADDR/v1/sys/health"; do sleep 2; done
answer=$(wget -q -O - --header "X-Vault-Token: $VAULT_TOKEN" "$VAULT_ADDR/v1/secret/data/app")
export P=$(echo "$answer" | grep -o '"password":"[^"]*"' | cut -d'"' -f4)
exec "$@"
"""


def once(command, env):
    """(seconds, status) of one run."""
    before = time.perf_counter()
    process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    status = process.wait()
    return time.perf_counter() - before, status


def show():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="pitot-bench-"))
    try:
        with servers.Vault() as vault:
            vault.api("secret/data/app", {"data": {"password": "p"}})
            static = CACHE / "vault-env-static"
            if not quietly([ROOT / "tools" / "vault-env" / "build-static", static], "build-static"):
                return
            (folder / "wrapper").write_text(WRAPPER)
            (folder / "wrapper").chmod(0o755)
            (folder / "ct.hcl").write_text(f'''vault {{
  address = "{vault.address}"
  renew_token = false
}}
exec {{
  command = ["/bin/true"]
}}
template {{
  contents = "{{{{ with secret \\"secret/data/app\\" }}}}{{{{ .Data.data.password }}}}{{{{ end }}}}"
  destination = "{folder}/out"
}}
''')
            rows = [("nothing (fork, exec, true)", ["/bin/true"]), ("vault-env, static", [static, "--env", "P=app#password", "--", "/bin/true"])]
            if shutil.which("wget"):
                rows.append(("shell wrapper", [folder / "wrapper", "/bin/true"]))
            peer = CACHE / "bin" / "consul-template"
            if not peer.exists() and shutil.which("go"):
                quietly(["go", "install", "-p=1", "-trimpath", "-ldflags=-s -w", "github.com/hashicorp/consul-template@v0.41.1"], "consul-template",
                        env={**os.environ, "GOBIN": str(CACHE / "bin"), "CGO_ENABLED": "0"})
            if peer.exists():
                rows.append(("consul-template 0.41.1, exec", [peer, "-config", folder / "ct.hcl", "-log-level", "err"]))
            env = {"PATH": os.environ["PATH"], "VAULT_ADDR": vault.address, "VAULT_TOKEN": "root"}
            seen = {name: [] for name, _ in rows}
            for _ in range(RUNS):
                for name, command in rows:
                    seen[name].append(once([str(w) for w in command], env))
    except servers.Missing as why:
        say(f"Without the secrets: {why}")
        return
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"\na program started with one secret   (goal: under 10 ms beside Vault's own time; median of {RUNS})")
    floor = statistics.median(t for t, _ in seen[rows[0][0]])
    ours = statistics.median(t for t, _ in seen[rows[1][0]]) - floor
    for name, _ in rows:
        took = statistics.median(t for t, _ in seen[name])
        bad = sum(status != 0 for _, status in seen[name])
        print(f"  {name:30} {took * 1000:7.1f} ms  x {(took - floor) / ours:<6.1f}"
              + (f"  {bad} of {RUNS} failed" if bad else ""))
