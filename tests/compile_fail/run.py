#!/usr/bin/env python3
"""Misuse must not compile, and the compiler's message must say why.

    run.py COMPILER... -- CASE.cpp

A case is compiled twice: as it is, which must succeed, and with -DMISUSE, which must fail with every fragment that a
line `// expects: FRAGMENT` of the case names.
"""
import subprocess
import sys


def compile_case(compiler, case, flags):
    command = compiler + ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra"] + flags + [case]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def main():
    split = sys.argv.index("--")
    compiler, cases = sys.argv[1:split], sys.argv[split + 1:]
    failed = 0
    for case in cases:
        with open(case, encoding="utf-8") as source:
            fragments = [line.split("expects:", 1)[1].strip() for line in source if line.startswith("// expects:")]
        right = compile_case(compiler, case, [])
        if right.returncode != 0:
            print(f"{case}: the right use does not compile\n{right.stderr}")
            failed += 1
        wrong = compile_case(compiler, case, ["-DMISUSE"])
        if wrong.returncode == 0 or not fragments:
            print(f"{case}: the misuse compiles, or nothing is expected of it")
            failed += 1
            continue
        for fragment in fragments:
            if fragment not in wrong.stderr:
                print(f"{case}: the message does not say '{fragment}'\n{wrong.stderr[:3000]}")
                failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
