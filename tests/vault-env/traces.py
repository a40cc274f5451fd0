"""What vault-env leaves behind and how it stands in a system that forbids or confuses it: memory, core files, clocks, seccomp.

usage: traces.py VAULT-ENV
"""
import os
import pathlib
import re
import resource
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "servers")]
from edge_cases import ENV, PATH, TOOL, Failed, check, folder, gives, refused, run  # noqa: E402
from hostile import SECRET, Hostile, answer, secret, silent  # noqa: E402

CASES = []


def case(*numbers):
    def add(f):
        CASES.append((numbers, f))
        return f
    return add


class Skipped(Exception):
    pass


def compiled(name, text, *flags):
    """A small program, or a library to be loaded before vault-env's own."""
    source, out = folder / f"{name}.c", folder / name
    source.write_text(text)
    done = subprocess.run(["gcc", "-O1", "-o", str(out), str(source), *flags], capture_output=True, text=True, check=False)
    check(done.returncode == 0, done.stderr)
    return str(out)


def remembered(pid, what):
    """How often a text stands in the writable memory of a process."""
    found = 0
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            place, rights, *rest = line.split()
            if "w" not in rights or rest[-1] in ("[vvar]", "[vsyscall]"):
                continue
            begin, end = (int(x, 16) for x in place.split("-"))
            memory.seek(begin)
            found += memory.read(end - begin).count(what)
    return found


@case(75)
def memory_is_wiped():
    """What has done its work is gone: a key that was not asked for, a login's answer, a secret id that was used."""
    if os.geteuid() != 0:
        raise Skipped("only root may look into its memory")
    used, unasked, accessor = (folder / "secret-id"), "canary-unasked-31aa", "canary-accessor-77c1"
    used.write_text("canary-secret-id-0e4f\n")
    used.chmod(0o600)
    login = answer(200, {"auth": {"client_token": "canary-token-of-login-55ab", "lease_duration": 3600, "renewable": True, "accessor": accessor}})
    with Hostile({"auth/approle/login": login, PATH: secret({"password": SECRET, "other": unasked})}) as s:
        process = subprocess.Popen([TOOL, "--supervise", "--secret-id-file", str(used), "--interval", "1h", *ENV, "--", "sh", "-c",
                                    'echo ready; exec sleep 60'], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env={"PATH": os.environ["PATH"], "VAULT_ADDR": s.address, "VAULT_ROLE_ID": "role"})
        try:
            check(process.stdout.readline() == b"ready\n", "it runs")
            time.sleep(0.3)
            check(remembered(process.pid, SECRET.encode()) > 0, "the search finds what a supervisor must remember")
            for what in (accessor, unasked, "canary-secret-id-0e4f"):
                times = remembered(process.pid, what.encode())
                check(times == 0, f"{what} stands {times} times in memory")
        finally:
            process.terminate()
            process.wait(20)
            process.stdout.close()
            process.stderr.close()


@case(74)
def core_files():
    if pathlib.Path("/proc/sys/kernel/core_pattern").read_text()[0] in "|/":
        raise Skipped("core files of this system do not lie where the process was")
    place = folder / "cores"
    place.mkdir()
    unlimited = lambda: resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))  # noqa: E731
    with Hostile({"sys/health": silent}) as s:
        process = subprocess.Popen([TOOL, *ENV, "--", "true"], cwd=place, preexec_fn=unlimited, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   env={"PATH": os.environ["PATH"], "VAULT_ADDR": s.address, "VAULT_TOKEN": SECRET})
        time.sleep(0.5)
        process.send_signal(signal.SIGABRT)
        check(process.wait(10) == -signal.SIGABRT, "it crashed")
        check(not list(place.iterdir()), f"a core file: {list(place.iterdir())}")
    with Hostile({PATH: secret({"password": SECRET})}) as s:  # the child's limit is its own again, and this search can find
        done = run(*ENV, server=s, command=("sh", "-c", "kill -ABRT $$"), cwd=place, preexec_fn=unlimited)
        cores = list(place.iterdir())
        check(done.returncode == -signal.SIGABRT and len(cores) == 1 and SECRET.encode() in cores[0].read_bytes(), f"a core file of the command: {done} {cores}")


@case(82)
def clock_jumps():
    """The system's clock jumps by a day with every look at it; deadlines do not notice."""
    jumping = compiled("jump.so", """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
static long days;
int clock_gettime(clockid_t which, struct timespec* out)
{
    long got = syscall(SYS_clock_gettime, which, out);
    if (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE) out->tv_sec += SIGN 86400 * ++days;
    return (int)got;
}
time_t time(time_t* out) { struct timespec t; clock_gettime(CLOCK_REALTIME, &t); if (out) *out = t.tv_sec; return t.tv_sec; }
int gettimeofday(struct timeval* out, void* zone) { struct timespec t; (void)zone; clock_gettime(CLOCK_REALTIME, &t); out->tv_sec = t.tv_sec; out->tv_usec = t.tv_nsec / 1000; return 0; }
""", "-shared", "-fPIC", "-DSIGN=+")
    with Hostile({"sys/health": answer(503, {})}) as s:
        for env in ({}, {"LD_PRELOAD": jumping}):
            begun = time.monotonic()
            refused(run("--timeout", "2s", *ENV, server=s, env=env), 67)
            check(1.5 < time.monotonic() - begun < 6, f"two seconds are {time.monotonic() - begun:.1f} {env}")
    with Hostile({PATH: secret({"password": "x"})}) as s:
        gives(run(*ENV, server=s, env={"LD_PRELOAD": jumping}), "x")


@case(84)
def seccomp():
    """A sandbox that refuses prctl and setrlimit: it is said that secrets are less well kept, and the work is done."""
    caged = compiled("caged", """
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(int count, char** words)
{
    (void)count;
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prctl, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prlimit64, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) return 99;
    execv(words[1], words + 1);
    return 98;
}
""")
    with Hostile({PATH: secret({"password": "x"})}) as s:
        done = subprocess.run([caged, TOOL, *ENV, "--", "sh", "-c", 'printf %s "$V"'], stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False,
                              env={"PATH": os.environ["PATH"], "VAULT_ADDR": s.address, "VAULT_TOKEN": "t"})
        check(done.stdout == b"x" and done.returncode == 0, f"{done}")
        check(len(re.findall(rb"level=warn .*Operation not permitted", done.stderr)) == 2, f"both warnings: {done.stderr}")


def main():
    passed, failed, skipped = 0, 0, 0
    for numbers, f in CASES:
        try:
            f()
            passed += 1
        except Skipped as why:
            skipped += 1
            print(f"SKIPPED {f.__name__}: {why}")
        except Failed as why:
            failed += 1
            print(f"FAILED {f.__name__} {numbers}: {str(why)[:1500]}")
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
