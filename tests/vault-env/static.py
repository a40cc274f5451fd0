"""The static builds: one file, small, and at work in a root folder where nothing else is.

usage: static.py SOURCE_ROOT WORK_FOLDER amd64|arm64 [promcheck] [dashboard-lint]
"""
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "servers")]
from hostile import Hostile, secret  # noqa: E402

root, work, arch = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).absolute(), sys.argv[3]
native = {"x86_64": "amd64", "aarch64": "arm64"}[os.uname().machine] == arch
failures, passed = [], 0


def check(holds, what):
    global passed
    if holds:
        passed += 1
    else:
        failures.append(what)


def skip(why):
    print(f"SKIPPED: {why}")
    sys.exit(77)


def name_server(place):
    """Answers every question for an IPv4 address with 127.0.0.1, on a loopback address of its own."""
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("127.0.77.53", 53))
    (place / "etc" / "resolv.conf").write_text("nameserver 127.0.77.53\nsearch example.test\noptions ndots:5\n")

    def serve():
        while True:
            asked, who = s.recvfrom(512)
            end = asked.index(b"\0", 12) + 5
            address = asked[end - 4:end - 2] == b"\0\1" and b"\4test\0" in asked[12:end] and b"example" not in asked
            s.sendto(asked[:2] + (b"\x81\x80" if address or b"example" not in asked else b"\x81\x83") + b"\0\1" + (b"\0\1" if address else b"\0\0") + b"\0\0\0\0" +
                     asked[12:end] + (b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x7f\0\0\1" if address else b""), who)
    threading.Thread(target=serve, daemon=True).start()


emulator = [] if native else [shutil.which("qemu-aarch64-static") or skip("qemu-user-static is not installed")]
work.mkdir(parents=True, exist_ok=True)
tools = ["vault-env", *sys.argv[4:]]
for tool in tools:
    made = subprocess.run([f"{root}/tools/vault-env/build-static", str(work / tool), tool, "--arch", arch], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=1500, check=False)
    if made.returncode:
        print(made.stderr[-3000:])
        skip(f"{tool} could not be built for {arch}: its sources or libraries cannot be had") if "could not be built" in made.stderr else None
    check(made.returncode == 0, f"build-static {tool}: {made.stderr[-500:]}")
if failures:
    print(*failures, sep="\n")
    print(f"{passed} passed, {len(failures)} failed")
    sys.exit(1)

size = (work / "vault-env").stat().st_size
check(size < 7_000_000, f"vault-env has {size} bytes; 7 MB is the limit")
kind = subprocess.run(["readelf", "-d", str(work / "vault-env")], capture_output=True, text=True, check=False).stdout
check("no dynamic section" in kind, "it needs a dynamic loader")

empty = work / "root"
shutil.rmtree(empty, ignore_errors=True)
(empty / "etc").mkdir(parents=True)
(work / "show.c").write_text("#include <unistd.h>\n#include <stdlib.h>\n#include <string.h>\nint main(void) { const char* v = getenv(\"V\"); return v && write(1, v, strlen(v)) > 0 ? 0 : 1; }\n")
shutil.copy(work / "vault-env", empty / "vault-env")
with Hostile({"secret/data/app": secret({"password": "pässword"})}) as s:
    def run(address, *args):
        jail = [shutil.which("chroot") or "chroot", str(empty)] if native and os.geteuid() == 0 else []
        program = "/vault-env" if jail else str(empty / "vault-env")
        command = "/show" if native else shutil.which("printenv")
        if native:
            subprocess.run(["gcc", "-static", "-O1", "-o", str(empty / "show"), str(work / "show.c")], check=True)
            command = "/show" if jail else str(empty / "show")
        return subprocess.run([*jail, *emulator, program, "--env", "V=app#password", *args, "--", command, *([] if native else ["V"])],
                              env={"VAULT_ADDR": address, "VAULT_TOKEN": "t"}, capture_output=True, timeout=60, check=False)
    done = run(s.address)
    check(done.stdout.strip() == "pässword".encode() and done.returncode == 0, f"by address: {done}")
    if native and os.geteuid() == 0:
        (empty / "etc" / "hosts").write_text("127.0.0.1 vault.test\n")
        done = run(s.address.replace("127.0.0.1", "vault.test"))
        check(done.stdout == "pässword".encode(), f"57: by /etc/hosts alone: {done}")
        (empty / "etc" / "hosts").unlink()
        done = run(s.address.replace("127.0.0.1", "vault.test"), "--timeout", "2s")
        check(done.returncode == 125 and b"code=67" in done.stderr, f"a name that nobody knows: {done}")
        name_server(empty)
        done = run(s.address.replace("127.0.0.1", "vault.test"))
        check(done.stdout == "pässword".encode(), f"58: by /etc/resolv.conf alone, without nsswitch.conf: {done}")
        (empty / "etc" / "resolv.conf").unlink()
        done = run("https://127.0.0.1:1", "--timeout", "2s")
        check(done.returncode == 125 and b"code=69" in done.stderr and b"/etc/ssl/certs/ca-certificates.crt" in done.stderr,
              f"51: no authorities: {done}")
if "promcheck" in tools:
    out = subprocess.run([*emulator, str(work / "promcheck"), "metrics", "-"], input=b"# HELP a_total A.\n# TYPE a_total counter\na_total 1\n", capture_output=True, check=False)
    check(out.returncode == 0, f"promcheck: {out}")
if "dashboard-lint" in tools:
    out = subprocess.run([*emulator, str(work / "dashboard-lint"), "rules"], capture_output=True, check=False)
    check(out.returncode == 0 and b"metric-not-exposed" in out.stdout, f"dashboard-lint: {out}")
for failure in failures:
    print("FAILED", failure)
print(f"{passed} passed, {len(failures)} failed")
sys.exit(1 if failures else 0)
