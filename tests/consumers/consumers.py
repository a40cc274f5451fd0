"""Each way of using the library, as a project of its own: configured, built, run.

usage: consumers.py SOURCE_ROOT WORK_FOLDER
"""
import os
import shutil
import subprocess
import sys

root, work = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
source = os.path.join(root, "tests", "consumers", "main.cpp")
prefix = os.path.join(work, "prefix")


class Failed(Exception):
    pass


def run(*command, cwd=None, **environment):
    done = subprocess.run(command, cwd=cwd, env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise Failed(f"{' '.join(command)}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout


def fresh(name, **files):
    folder = os.path.join(work, name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    for file, text in files.items():
        with open(os.path.join(folder, file.replace("__", ".")), "w", encoding="utf-8") as f:
            f.write(text)
    shutil.copy(source, folder)
    return folder


def subproject():
    folder = fresh("subproject", meson__build="""project('consumer', 'cpp', default_options: ['cpp_std=c++20', 'warning_level=3', 'werror=true'])
executable('consumer', 'main.cpp', dependencies: dependency('pitot', fallback: 'pitot'))
""")
    os.makedirs(os.path.join(folder, "subprojects"))
    os.symlink(root, os.path.join(folder, "subprojects", "pitot"))
    run("meson", "setup", "build", "--wrap-mode=forcefallback", cwd=folder)
    with open(os.path.join(folder, "build", "build.ninja"), encoding="utf-8") as f:
        if "dashboard-lint" in f.read():
            raise Failed("as a subproject, the library must not build its tools")
    run("ninja", "-C", "build", cwd=folder)
    return os.path.join(folder, "build", "consumer")


def install():
    shutil.rmtree(prefix, ignore_errors=True)
    folder = fresh("install")
    run("meson", "setup", folder, root, "--prefix", prefix, "--libdir=lib", "-Dtools=disabled", "-Dtests=disabled", "-Dexamples=disabled")
    run("meson", "install", "-C", folder)


def pkg_config():
    folder = fresh("pkg_config")
    where = os.pathsep.join(os.path.join(prefix, d, "pkgconfig") for d in ("share", "lib"))
    flags = run("pkg-config", "--cflags", "--libs", "pitot", PKG_CONFIG_PATH=where).split()
    program = os.path.join(folder, "consumer")
    run("g++", "-std=c++20", "-Wall", "-Wextra", "-Werror", source, "-o", program, *flags)
    return program


def cmake():
    folder = fresh("cmake", CMakeLists__txt="""cmake_minimum_required(VERSION 3.16)
project(consumer CXX)
find_package(pitot 0.1 REQUIRED)
add_executable(consumer main.cpp)
target_link_libraries(consumer PRIVATE pitot::pitot)
""")
    run("cmake", "-S", folder, "-B", os.path.join(folder, "build"), "-DCMAKE_PREFIX_PATH=" + prefix)
    run("cmake", "--build", os.path.join(folder, "build"))
    return os.path.join(folder, "build", "consumer")


def single_header():
    folder = fresh("single_header")
    shutil.copy(os.path.join(root, "single_include", "pitot.hpp"), folder)
    program = os.path.join(folder, "consumer")
    run("g++", "-std=c++20", "-Wall", "-Wextra", "-Werror", "-DSINGLE", "-I.", "main.cpp", "-o", program, "-pthread", cwd=folder)
    return program


def main():
    passed = failed = 0
    for way in (subproject, install, pkg_config, cmake, single_header):
        try:
            program = way()
            if program and "visits_total" not in run(program):
                raise Failed("the program did not print its metric")
            passed += 1
        except (Failed, OSError, subprocess.TimeoutExpired) as problem:
            failed += 1
            print(f"FAILED {way.__name__}: {problem}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
