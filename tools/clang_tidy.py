#!/usr/bin/python3
"""Runs clang-tidy-14 on the source files that changed.

Usage: tools/clang_tidy.py [--all | --base COMMIT]
For a changed header, a source file that includes it is checked: clang-tidy
reports what it finds in headers there. Run after
`bazel build --config=clang //...`: generated headers have to exist.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def git(*args, check=True):
    return subprocess.run(["git", "-c", "safe.directory=" + ROOT, *args],
                          cwd=ROOT, check=check, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout.decode().strip()


def default_base():
    """Where this branch left the main one; on that one, the commit before."""
    head = git("rev-parse", "HEAD")
    for name in ("origin/HEAD", "origin/main", "origin/master", "main",
                 "master"):
        base = git("merge-base", "HEAD", name, check=False)
        if base and base != head:
            return base
    return git("rev-parse", "--verify", "-q", "HEAD~1", check=False) or head


def changed_files(base):
    """Paths that differ from `base`, those not yet added included."""
    names = git("diff", "--name-only", "--diff-filter=d", base).splitlines()
    names += git("ls-files", "--others", "--exclude-standard").splitlines()
    return sorted(set(names))


def sources_for(changed, known):
    """The compiled files to check: the changed ones, and one per header."""
    found = set(name for name in changed if name in known)
    for header in (name for name in changed if name.endswith(".h")):
        stem = header[:-2]
        users = [stem + ".cc", stem + "_test.cc"] + git(
            "grep", "-lF", '#include "%s"' % header, "--", "*.cc",
            check=False).splitlines()
        found.update([user for user in users if user in known][:1])
    return sorted(found)


def compile_commands(folder):
    path = os.path.join(folder, "compile_commands.json")
    subprocess.run([os.path.join(ROOT, "tools/compile_commands.py"),
                    "--output=" + path, "--config=clang"], cwd=ROOT,
                   check=True, stdout=subprocess.DEVNULL)
    with open(path, encoding="utf-8") as f:
        return {entry["file"] for entry in json.load(f)}


def tidy(folder, files):
    """Checks the files, one process per processor; True when all are clean."""
    status = subprocess.run(
        ["xargs", "-d", "\n", "-n", "1", "-P", str(os.cpu_count() or 1),
         "clang-tidy-14", "--quiet", "-p", folder],
        cwd=ROOT, input="\n".join(files).encode(),
        stderr=subprocess.PIPE)
    noise = re.compile(r"^\d+ warnings?( and \d+ errors?)? generated"
                       r"|^Suppressed |^Use -header")
    for line in status.stderr.decode(errors="replace").splitlines():
        if not noise.match(line):
            print(line)
    return status.returncode == 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--base")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        known = compile_commands(folder)
        if options.all:
            files = sorted(known)
        else:
            base = options.base or default_base()
            files = sources_for(changed_files(base), known)
            print("what differs from %s" % base[:12])
        print("%d files" % len(files), flush=True)
        if files and not tidy(folder, files):
            sys.exit(1)


if __name__ == "__main__":
    main()
