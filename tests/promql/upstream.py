"""Prometheus's own engine as a program (tests/promql/judge), built once and kept beside the real servers."""
import hashlib
import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "pitot", "servers")


def judge():
    """Its path; None, after saying why, when it cannot be built."""
    source = os.path.join(HERE, "judge")
    digest = hashlib.sha256()
    for name in ("main.go", "push.go", "go.mod", "go.sum"):
        with open(os.path.join(source, name), "rb") as f:
            digest.update(f.read())
    program = os.path.join(CACHE, f"promql-judge-{digest.hexdigest()[:12]}", "judge")
    if os.path.exists(program):
        return program
    if not shutil.which("go"):
        print("Go is not there")
        return None
    os.makedirs(os.path.dirname(program), exist_ok=True)
    done = subprocess.run(["nice", "go", "build", "-p=2", "-mod=readonly", "-trimpath", "-o", program + ".new", "."], cwd=source, timeout=1500,
                          env={**os.environ, "CGO_ENABLED": "0"}, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr[-2000:])
        return None
    os.replace(program + ".new", program)
    return program
