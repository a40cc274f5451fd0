"""Every header compiles alone and twice in a row, without a warning, under each compiler.

A header that another one includes before anything else is compiled alone there: it is not compiled by itself once more.

usage: headers.py SOURCE_ROOT WORK_FOLDER COMPILER…
A compiler that is not installed is skipped and said. Objects go through ccache where it is installed: a second run costs little.
"""
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

FLAGS = ["-std=c++20", "-O0", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror", "-c"]
LIBRARIES = ["yaml-cpp", "libcurl", "libmicrohttpd", "zlib", "fmt", "re2"]


def headers(root):
    for top, base in (("include", "include"), ("tools", "tools")):
        for where, _, names in os.walk(os.path.join(root, top)):
            for name in names:
                if name.endswith(".hpp"):
                    yield top, os.path.relpath(os.path.join(where, name), os.path.join(root, base))


def first_included(path):
    """What a header includes before it says anything of its own, as `pitot/base/text.hpp`; None when that is no header of ours."""
    with open(path, encoding="utf-8") as f:
        for line in f:
            if line.strip() and not line.startswith(("#pragma once", "//")):
                found = re.match(r"#include <([a-z-]+/[^>]+\.hpp)>", line)
                return found.group(1) if found else None
    return None


def self_test(compiler, work, flags):
    """A header that needs another first, and one that cannot be read twice, must both fail."""
    for name, text in (("alone", "inline std::size_t size_of_nothing() { return 0; }\n"), ("twice", "struct twice_read {};\n")):
        with open(os.path.join(work, f"self_{name}.hpp"), "w", encoding="utf-8") as f:
            f.write(text)
        if compile_one(compiler, work, flags, work, f"self_{name}.hpp") is None:
            return f"{compiler}: self test: a header that is wrong {name} compiled"
    return None


def compile_one(compiler, work, flags, folder, header):
    """None, or what the compiler said."""
    unit = os.path.join(work, f"{header.replace('/', '_')}.cpp")
    text = f"#include <{header}>\n#include <{header}>\n"
    if not os.path.exists(unit) or open(unit, encoding="utf-8").read() != text:
        with open(unit, "w", encoding="utf-8") as f:
            f.write(text)
    ccache = [shutil.which("ccache")] if shutil.which("ccache") else []
    command = [*ccache, compiler, *FLAGS, *flags, "-I", folder, unit, "-o", f"{unit}.{os.path.basename(compiler)}.o"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    return None if done.returncode == 0 else done.stderr


def main():
    root, work, compilers = sys.argv[1], sys.argv[2], sys.argv[3:]
    os.makedirs(work, exist_ok=True)
    have = {lib: subprocess.run(["pkg-config", "--cflags", lib], capture_output=True, text=True, check=False) for lib in LIBRARIES}
    flags = sorted({flag for done in have.values() if done.returncode == 0 for flag in done.stdout.split()})
    passed = failed = skipped = 0
    for compiler in compilers:
        if not shutil.which(compiler):
            print(f"SKIPPED: {compiler} is not installed")
            skipped += 1
            continue
        if problem := self_test(compiler, work, flags):
            print(problem)
            failed += 1
        every = sorted(headers(root))
        firsts = {first_included(os.path.join(root, top, header)) for top, header in every}
        todo = [(top, header) for top, header in every if header not in firsts]
        for top, header in every:
            with open(os.path.join(root, top, header), encoding="utf-8") as f:
                if f.readline() != "#pragma once\n":
                    failed += 1
                    print(f"FAILED: {top}/{header}: does not begin with #pragma once")
        passed += len(every) - len(todo)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            jobs = [pool.submit(compile_one, compiler, work, [*flags, "-I", os.path.join(root, "include")],
                                os.path.join(root, top), header) for top, header in todo]
            for (top, header), job in zip(todo, jobs):
                error = job.result()
                if error is None:
                    passed += 1
                else:
                    failed += 1
                    print(f"FAILED {compiler}: {top}/{header}\n{error[:4000]}")
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
