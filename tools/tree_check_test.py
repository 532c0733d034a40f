#!/usr/bin/python3
"""Tests of tree_check.py and include_check.py: each check can fail."""
import os
import tempfile
import unittest

import include_check
import tree_check

GUARD = "#ifndef CARDFERRY_%s_\n#define CARDFERRY_%s_\n#endif\n"


class TreeTest(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def tree(self, files):
        for path, text in files.items():
            full = os.path.join(self.folder.name, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w", encoding="utf-8") as f:
                f.write(text)
        return tree_check.Tree(self.folder.name, sorted(files))


class TreeCheckTest(TreeTest):

    def faults(self, check, files):
        return list(check(self.tree(files)))

    def test_public_visibility_is_refused_outside_the_macros(self):
        line = 'visibility = ["//visibility:%s"]\n' % "public"
        self.assertEqual(
            self.faults(tree_check.visibility, {
                "lib/a/BUILD.bazel": line, "build_defs/BUILD.bazel": line,
                "third_party/x/BUILD.bazel": line, "lib/b/BUILD.bazel": ""}),
            ["lib/a/BUILD.bazel: name the packages that may depend on it"])

    def test_places_of_a_machine_are_refused(self):
        home = "/" + "home/me/card"
        shared = ".." + "/shared/vectors"
        found = self.faults(tree_check.machine_paths, {
            "a.md": "see %s\n" % home, "b.sh": "cp %s .\n" % shared,
            "c.md": "https://host%s and $x%s\n" % (home, home)})
        self.assertEqual(found, ["a.md:1: see " + home,
                                 "b.sh:1: cp %s ." % shared])

    def test_a_header_guard_is_the_path(self):
        good = GUARD % (("LIB_A_SOME_TYPE_H",) * 2)
        self.assertEqual(
            self.faults(tree_check.header_guards, {
                "lib/a/some_type.h": good, "lib/a/other.h": good,
                "lib/a/none.h": "#pragma once\n"}),
            ["lib/a/none.h: the guard is not CARDFERRY_LIB_A_NONE_H_",
             "lib/a/other.h: the guard is not CARDFERRY_LIB_A_OTHER_H_"])

    def test_a_file_of_401_lines_is_too_long(self):
        self.assertEqual(
            self.faults(tree_check.file_lengths, {
                "a.cc": "\n" * 400, "b.cc": "\n" * 401, "c.json": "\n" * 401}),
            ["b.cc: 401 lines"])

    def test_a_link_leads_to_a_file(self):
        text = "[a](docs/a.md#x) [b](docs/b.md) [c](https://c) [d](#d)\n"
        self.assertEqual(
            self.faults(tree_check.links, {
                "README.md": text + "```\n[e](f)\n```\n",
                "docs/a.md": "[up](../README.md)\n"}),
            ["README.md: no docs/b.md"])

    def test_a_source_without_a_test_is_named(self):
        self.assertEqual(
            self.faults(tree_check.untested, {
                "lib/a/x.cc": "", "lib/a/x_test.cc": '#include "lib/a/y.h"\n',
                "lib/a/y.cc": "", "lib/a/z.cc": "", "lib/a/main.cc": "",
                "lib/a/testing/fake.cc": ""}),
            ["lib/a/z.cc: no test beside it"])

    def test_a_fault_fails_the_run_and_a_warning_does_not(self):
        said = []
        tree = self.tree({"a.cc": "\n" * 401, "lib/a/z.cc": ""})
        self.assertEqual(tree_check.run(tree, said.append), (4, 1))
        self.assertIn("FAILED file_lengths", said)
        self.assertIn("warning: lib/a/z.cc: no test beside it", said)


class IncludeCheckTest(TreeTest):

    def test_every_row_refuses_every_family_that_it_does_not_name(self):
        samples = {
            "boost": "boost/version.hpp", "cli11": "CLI/CLI.hpp",
            "grpc": "grpcpp/grpcpp.h", "httplib": "httplib.h",
            "json": "nlohmann/json.hpp", "openssl": "openssl/evp.h",
            "pcsc": "winscard.h", "pkcs11": "p11-kit/pkcs11.h",
            "proto": "google/protobuf/message.h", "soci": "soci/soci.h",
            "spdlog": "spdlog/spdlog.h", "sqlite": "sqlite3.h",
            "zip": "zip.h"}
        self.assertEqual(sorted(samples), include_check.EVERYTHING)
        for folder, allowed in include_check.MAY.items():
            for family, header in samples.items():
                text = "// x\n#  include <%s>\n" % header
                found = list(include_check.forbidden(folder + "x.cc", text))
                wanted = [] if family in allowed else [(header, family)]
                self.assertEqual(found, wanted, folder)

    def test_generated_headers_are_proto_or_grpc(self):
        text = '#include "proto/a.pb.h"\n#include "proto/a.grpc.pb.h"\n'
        found = [f for _, f in include_check.forbidden("lib/base/x.h", text)]
        self.assertEqual(found, ["proto", "grpc", "proto"])

    def test_the_longest_row_counts(self):
        self.assertEqual(include_check.row_of("lib/card/cap/x.cc"),
                         "lib/card/cap/")
        self.assertEqual(include_check.row_of("lib/card/apdu/x.cc"),
                         "lib/card/")

    def test_a_forbidden_include_fails_its_row_only(self):
        said = []
        tree = self.tree({
            "agent/a.cc": "#include <openssl/evp.h>\n",
            "agent/a_test.cc": "#include <openssl/evp.h>\n",
            "lib/crypto/b.cc": "#include <openssl/evp.h>\n"})
        rows = len(include_check.MAY)
        self.assertEqual(include_check.check(tree, said.append), (rows - 1, 1))
        self.assertEqual(said[:2], ["  agent/a.cc: openssl/evp.h (openssl)",
                                    "FAILED includes of agent/"])

    def test_a_folder_without_a_row_fails(self):
        said = []
        tree = self.tree({"lib/new/a.cc": ""})
        self.assertEqual(include_check.check(tree, said.append)[1], 1)


if __name__ == "__main__":
    unittest.main()
