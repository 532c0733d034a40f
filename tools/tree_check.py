#!/usr/bin/python3
"""Checks of the tree that need no build.

Usage: tools/tree_check.py [ROOT]
Prints `ok NAME` or the faults and `FAILED NAME` for each check; last line
`N passed, N failed`, exit status 1 on failures. Warnings fail nothing.
"""
import os
import re
import subprocess
import sys

MAX_LINES = 400
OURS = re.compile(r"^(?!third_party/)(?!.*/applets/)")
CODE = re.compile(r"\.(cc|h|proto|py|bzl|sh)$")
# Places of the machine on which something was written.
MACHINE = re.compile(
    r"(?<![\w./$}])/(work|home|root|Users|workspace)/[\w.]|\.\./shared")


class Tree:
    """The files of the project, new ones too, by path from its root."""

    def __init__(self, root, paths=None):
        self.root = root
        self.paths = paths if paths is not None else self._git_files()

    def _git_files(self):
        out = subprocess.run(
            ["git", "-c", "safe.directory=" + self.root, "ls-files", "-z",
             "--cached", "--others", "--exclude-standard"],
            cwd=self.root, check=True, stdout=subprocess.PIPE).stdout
        names = sorted(set(out.decode().split("\0")) - {""})
        return [n for n in names if os.path.isfile(os.path.join(self.root, n))]

    def matching(self, pattern):
        regex = re.compile(pattern)
        return [p for p in self.paths if OURS.match(p) and regex.search(p)]

    def text(self, path):
        with open(os.path.join(self.root, path), encoding="utf-8",
                  errors="replace") as f:
            return f.read()


def visibility(tree):
    """No target is visible to everything."""
    for path in tree.matching(r"(^|/)BUILD\.bazel$|\.bzl$"):
        if path.startswith("build_defs/"):
            continue  # what the macros refer to in every package
        if "//visibility:" + "public" in tree.text(path):
            yield "%s: name the packages that may depend on it" % path


def machine_paths(tree):
    """No file names a place of the machine that it was written on."""
    for path in tree.matching(r""):
        if path.startswith("tools/tree_check"):
            continue
        for number, line in enumerate(tree.text(path).splitlines(), 1):
            if MACHINE.search(line):
                yield "%s:%d: %s" % (path, number, line.strip()[:100])


def header_guards(tree):
    """A header's guard is its path."""
    for path in tree.matching(r"\.h$"):
        guard = "CARDFERRY_%s_" % re.sub(r"[^A-Z0-9]", "_", path.upper())
        wanted = r"#ifndef %s\n#define %s\n" % (guard, guard)
        if not re.search(wanted, tree.text(path)):
            yield "%s: the guard is not %s" % (path, guard)


def file_lengths(tree):
    """No file has more than 400 lines."""
    for path in tree.matching(CODE.pattern):
        lines = tree.text(path).count("\n")
        if lines > MAX_LINES:
            yield "%s: %d lines" % (path, lines)


def links(tree):
    """Every link of a Markdown file leads to a file."""
    for path in tree.matching(r"\.md$"):
        text = re.sub(r"```.*?```", "", tree.text(path), flags=re.S)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"\w+:|#", target):
                continue
            file = os.path.normpath(os.path.join(
                os.path.dirname(path), target.split("#")[0]))
            if not os.path.exists(os.path.join(tree.root, file)):
                yield "%s: no %s" % (path, target)


def untested(tree):
    """A source file has a test beside it, or some test includes its header."""
    included = set()
    for path in tree.matching(r"_test\.cc$"):
        included.update(re.findall(r'#include "([^"]+)\.h"', tree.text(path)))
    shipped = r"^(agent|cardsim|cli|hsm-config|lib|services)/.*\.cc$"
    for path in tree.matching(shipped):
        if re.search(r"_test\.cc$|(^|/|_)main\.cc$|/testing/", path):
            continue
        stem = path[:-len(".cc")]
        if stem + "_test.cc" not in tree.paths and stem not in included:
            yield "%s: no test beside it" % path


CHECKS = [visibility, machine_paths, header_guards, file_lengths, links]
WARNINGS = [untested]


def run(tree, say):
    """Runs every check; returns (passed, failed)."""
    for check in WARNINGS:
        for fault in check(tree):
            say("warning: " + fault)
    failed = 0
    for check in CHECKS:
        faults = list(check(tree))
        for fault in faults:
            say("  " + fault)
        failed += bool(faults)
        say("%s %s" % ("FAILED" if faults else "ok", check.__name__))
    return len(CHECKS) - failed, failed


def main():
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    passed, failed = run(Tree(sys.argv[1] if len(sys.argv) > 1 else root), print)
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
