#!/usr/bin/python3
"""Checks which headers each folder includes.

Usage: tools/include_check.py [ROOT]
Bazel's layering sees only targets: a system header in /usr/include compiles
without a dependency on its library. This is the other half, for the direct
includes of what ships (tests may include what they need).
Prints `ok FOLDER` or the faults and `FAILED FOLDER` for each row; last line
`N passed, N failed`, exit status 1 on failures.
"""
import os
import re
import sys

import tree_check

# Families of headers; each is a regular expression over the included path.
FAMILIES = {
    "boost": r"boost/",
    "cli11": r"CLI/",
    "grpc": r"(grpc|grpcpp|grpc\+\+)/|.*\.grpc\.pb\.h$",
    "httplib": r"httplib\.h$",
    "json": r"nlohmann/",
    "openssl": r"openssl/",
    "pcsc": r"(PCSC/)?(winscard|pcsclite|reader|wintypes)\.h$",
    "pkcs11": r"(p11-kit/|.*\bpkcs11[a-z]*\.h$|lib/pkcs11/)",
    "proto": r"google/protobuf/|.*\.pb\.h$",
    "soci": r"soci/",
    "spdlog": r"(spdlog|fmt)/",
    "sqlite": r"sqlite3\.h$",
    "zip": r"zip(conf)?\.h$",
}
EVERYTHING = sorted(FAMILIES)

# folder -> families that it may include. The longest matching row counts;
# what is not named here is refused. This is the column "may depend on" of
# docs/architecture.md for the headers that are not our own.
MAY = {
    "lib/base/": ["spdlog", "json"],
    "lib/crypto/": ["openssl"],
    "lib/pkcs11/": ["pkcs11"],
    "lib/card/": [],
    "lib/card/cap/": ["zip"],
    "lib/card/scp/": [],
    "lib/card/scp/openssl/": ["openssl"],
    "lib/rpc/": ["cli11", "grpc", "openssl", "proto"],
    "lib/store/": ["boost", "soci", "sqlite"],
    "services/keyvault/": ["cli11", "grpc", "pkcs11", "proto"],
    "services/sequencer/": ["cli11", "grpc", "proto"],
    "services/orchestrator/": ["cli11", "grpc", "proto"],
    "agent/": ["cli11", "grpc", "httplib", "pcsc", "proto"],
    "agent/stored/": ["openssl"],  # for what it keeps on the disk
    "cli/": ["cli11", "grpc", "json", "proto"],
    "cardsim/": ["cli11", "openssl"],
    "hsm-config/": ["cli11", "openssl", "pkcs11", "proto"],
}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)
SHIPPED = re.compile(r"^(agent|cardsim|cli|hsm-config|lib|services)/.*\.(cc|h)$")
FOR_TESTS = re.compile(r"_test\.cc$|/testing/|_matchers\.h$")


def row_of(path):
    """The longest folder of the table that holds the file, or None."""
    rows = [folder for folder in MAY if path.startswith(folder)]
    return max(rows, key=len) if rows else None


def forbidden(path, text):
    """Yields (header, family) for each include that the table refuses."""
    allowed = MAY.get(row_of(path), EVERYTHING)
    for header in INCLUDE.findall(text):
        for family in EVERYTHING:
            if family not in allowed and re.match(FAMILIES[family], header):
                yield header, family


def check(tree, say):
    """Checks every shipped file; returns (passed, failed) rows."""
    faults = {folder: [] for folder in MAY}
    for path in tree.matching(SHIPPED.pattern):
        if FOR_TESTS.search(path):
            continue
        row = row_of(path)
        if row is None:
            faults.setdefault(path, ["%s: its folder has no row" % path])
            continue
        for header, family in forbidden(path, tree.text(path)):
            faults[row].append("%s: %s (%s)" % (path, header, family))
    for row in sorted(faults):
        for fault in faults[row]:
            say("  " + fault)
        say("%s includes of %s" % ("FAILED" if faults[row] else "ok", row))
    failed = sum(1 for found in faults.values() if found)
    return len(faults) - failed, failed


def main():
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    tree = tree_check.Tree(sys.argv[1] if len(sys.argv) > 1 else root)
    passed, failed = check(tree, print)
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
