"""What a program of one metric costs to compile, and its size; and a file with the engine."""

import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import tempfile

from programs import HERE, ROOT, say

PROGRAMS = [
    ("Pitot (counter.hpp)", "pitot.cpp", [f"-I{ROOT / 'include'}"], []),
    ("prometheus-cpp", "prometheus-cpp.cpp", [], ["-lprometheus-cpp-core"]),
    ("by hand (string, vector)", "by-hand.cpp", [], []),
    ("by hand (printf)", "printf.cpp", [], []),
]


def user_seconds(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    return done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def show(rounds):
    compiler = os.environ.get("CXX", "g++")
    times = {}
    sizes = {}
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder)
        for number in range(rounds):
            for name, source, flags, libraries in PROGRAMS:
                what = out / source.replace(".cpp", ".o")
                status, used = user_seconds([compiler, "-std=c++20", "-O2", *flags, "-c", HERE / "compile" / source, "-o", what])
                if status != 0:
                    if number == 0:
                        say(f"Without {name}: it does not compile here")
                    continue
                times.setdefault(name, []).append(used)
                if number == 0:
                    dynamic, static = what.with_suffix(""), what.with_suffix(".static")
                    subprocess.run([compiler, "-s", what, "-o", dynamic, *libraries], check=True)
                    linked = subprocess.run([compiler, "-s", "-static", what, "-o", static, *libraries], stderr=subprocess.DEVNULL)
                    sizes[name] = (dynamic.stat().st_size, static.stat().st_size if linked.returncode == 0 else None)
    print(f"\na program of one metric, {shutil.which(compiler)} -O2   (goal < 0.5 s)".replace(str(shutil.which(compiler)), compiler))
    ours = statistics.median(times[PROGRAMS[0][0]]) if PROGRAMS[0][0] in times else None
    for name, seconds in times.items():
        middle = statistics.median(seconds)
        dynamic, static = sizes[name]
        more = f"{dynamic:,} bytes dynamic" + (f", {static:,} static" if static else "")
        print(f"  {name:28} {middle:9.2f} s      x {middle / ours if ours else 0:<6.2f}  {more}")


def show_engine(rounds):
    """Beside the standard library's <regex>, compiled as often, as a measure of the machine."""
    compiler = os.environ.get("CXX", "g++")
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "engine.o"
        measure = pathlib.Path(folder) / "regex.cpp"
        measure.write_text('#include <regex>\nbool f(const char* t) { return std::regex_match(t, std::regex("a.*b")); }\n')
        asks = (HERE / "compile" / "engine.cpp", [f"-I{ROOT / 'include'}"])
        files = [asks, (measure, []), (asks[0], [*asks[1], "-DPITOT_SEPARATE_ENGINE"])]
        best = [min(user_seconds([compiler, "-std=c++20", "-O2", *flags, "-c", source, "-o", out])[1] for _ in range(rounds))
                for source, flags in files]
    print(f"\na file that includes PromQL's engine and asks one query, {compiler} -O2   (goal < 8 s on a quiet machine)")
    print(f"  {best[0]:.2f} s of user time, the least of {rounds}      x {best[0] / best[1]:.2f} of a file with <regex> and one match")
    print(f"  {best[2]:.2f} s with PITOT_SEPARATE_ENGINE, where another file of the program holds the engine")
