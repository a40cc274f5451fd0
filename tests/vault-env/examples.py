"""The entrypoints, manifests and policies of examples/vault-env: vault-env understands each, and each role reads what it
needs from a real Vault, and nothing else.

usage: examples.py VAULT-ENV SOURCE_ROOT
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "servers"))
import servers  # noqa: E402

TOOL, EXAMPLES = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2], "examples", "vault-env")
passed, failures = 0, []


def check(holds, what):
    global passed
    if holds:
        passed += 1
    else:
        failures.append(what)


def run(*words, **env):
    return subprocess.run([TOOL, *words], env={"PATH": os.environ["PATH"], "VAULT_ADDR": "http://vault", "VAULT_TOKEN": "t", **env},
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False)


started = []
for name, pattern in (("compose.yml", r"entrypoint: (\[.*\])"), ("kubernetes.yml", r"^          command: (\[.*\])"), ("Dockerfile", r"^ENTRYPOINT (.*)")):
    found = [json.loads(words) for words in re.findall(pattern, (EXAMPLES / name).read_text(), re.M)]
    check(found, f"{name} has entrypoints")
    for words in found:
        if words[1] == "install":
            continue
        at = words.index("--")
        done = run(*words[1:at], "--dry-run", *words[at:])
        check(done.returncode == 0 and "variable " in done.stdout, f"{name}: {words}: {done.stderr}")
        started.append((words[1:at], re.findall(r" from (.*)", done.stdout)))

with tempfile.TemporaryDirectory() as folder:
    done = run("install", f"{folder}/copy")
    check(done.returncode == 0 and subprocess.run([f"{folder}/copy", "--version"], capture_output=True, check=False).returncode == 0, f"install: {done}")
    try:
        with servers.Vault() as vault:
            for name in ("redis-1", "redis-2", "redis-3", "postgres", "mongodb", "mysql", "rabbitmq"):
                vault.api(f"secret/data/{name}", {"data": {"user": "u", "password": "p", "database": "d"}})
            env = {"VAULT_ADDR": vault.address, "VAULT_TOKEN": "root", "VAULT": servers.installed("vault"), "HOME": folder,
                   "PATH": os.environ["PATH"]}
            made = subprocess.run([str(EXAMPLES / "approles.sh"), f"{folder}/approles"], env=env, capture_output=True, text=True, timeout=60, check=False)
            check(made.returncode == 0, f"approles.sh: {made.stderr}")
            needs = {"redis-exporter": ["redis=redis-1", "redis=redis-2", "redis=redis-3"], "postgres-exporter": ["postgres"], "mongodb-exporter": ["mongodb"],
                     "mysql-exporter": ["mysql"], "rabbitmq-exporter": ["rabbitmq"], "vector": ["vector"]}
            check(sorted(needs) == sorted(os.listdir(f"{folder}/approles")), "a role for each")
            for role, presets in needs.items():
                for preset in presets:
                    done = run("--approle-dir", f"{folder}/approles/{role}", "--preset", preset, "--", "true", VAULT_ADDR=vault.address, VAULT_TOKEN="")
                    check(done.returncode == 0, f"{role} reads for {preset}: {done.stderr}")
                if role != "vector":
                    other = "mysql#password" if role == "redis-exporter" else "redis-1#password"
                    done = run("--approle-dir", f"{folder}/approles/{role}", "--env", f"V={other}", "--", "true", VAULT_ADDR=vault.address, VAULT_TOKEN="")
                    check(done.returncode == 125 and "code=65" in done.stderr, f"{role} must not read {other}: {done.stderr}")
    except servers.Missing as why:
        print(f"SKIPPED: the policies: {why}")
for failure in failures:
    print("FAILED", failure)
print(f"{passed} passed, {len(failures)} failed")
sys.exit(1 if failures else 0)
