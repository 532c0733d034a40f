#!/usr/bin/python3
"""Tests of test_summary.py, on event files as Bazel 4.2 writes them."""
import json
import os
import tempfile
import unittest

import test_summary

PASSED = '<testsuites><testsuite><testcase name="a" status="run"/>%s</testsuite></testsuites>'
FAILURE = '<testcase name="f" status="run"><failure message="no"/></testcase>'
SKIPPED = '<testcase name="s" status="run"><skipped message="no module"/></testcase>'
DISABLED = '<testcase name="DISABLED_d" status="notrun"/>'


class TestSummaryTest(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.events = []
        self.said = []

    def path(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def configured(self, label, test=True):
        self.events.append({
            "id": {"targetConfigured": {"label": label}},
            "configured": {"testSize": "SMALL"} if test else {}})

    def completed(self, label, success=True):
        self.events.append({
            "id": {"targetCompleted": {"label": label}},
            "completed": {"success": True} if success else {}})

    def result(self, label, xml, **key):
        name = "test %d.xml" % len(self.events)
        uri = "file://" + self.path(name, xml).replace(" ", "%20")
        self.events.append({
            "id": {"testResult": dict(key, label=label)},
            "testResult": {"testActionOutput": [
                {"name": "test.log", "uri": "file:///none"},
                {"name": "test.xml", "uri": uri}]}})

    def status(self, label, status):
        self.events.append({"id": {"testSummary": {"label": label}},
                            "testSummary": {"overallStatus": status}})

    def passing(self, label, xml=PASSED % ""):
        self.configured(label)
        self.completed(label)
        self.result(label, xml)
        self.status(label, "PASSED")

    def finish(self, code=0):
        finished = {"exitCode": {"code": code}} if code else {}
        self.events.append({"id": {"buildFinished": {}}, "finished": finished})

    def total(self, bazel_status=0, tail=""):
        text = "".join(json.dumps(e) + "\n" for e in self.events) + tail
        path = self.path("events.json", text)
        return test_summary.summarise(path, bazel_status, self.said.append)

    def test_counts_cases_and_not_targets(self):
        self.passing("//a:t", PASSED % (SKIPPED + DISABLED))
        self.configured("//b:t")
        self.completed("//b:t")
        self.result("//b:t", PASSED % FAILURE)
        self.status("//b:t", "FAILED")
        self.finish(3)
        self.assertEqual(self.total(3), [2, 1, 2])
        self.assertEqual(self.said, ["//b:t: FAILED"])

    def test_adds_up_shards(self):
        self.configured("//a:t")
        self.result("//a:t", PASSED % "", run=1, shard=1, attempt=1)
        self.result("//a:t", PASSED % "", run=1, shard=2, attempt=1)
        self.status("//a:t", "PASSED")
        self.finish()
        self.assertEqual(self.total(), [2, 0, 0])

    def test_counts_the_last_attempt_only(self):
        self.configured("//a:t")
        self.result("//a:t", PASSED % FAILURE, run=1, shard=1, attempt=1)
        self.result("//a:t", PASSED % "", run=1, shard=1, attempt=2)
        self.status("//a:t", "FLAKY")
        self.finish()
        self.assertEqual(self.total(), [1, 0, 0])

    def test_a_test_that_did_not_build_is_one_failure(self):
        self.passing("//a:t")
        self.configured("//b:t")
        self.completed("//b:t", success=False)
        self.finish(1)
        self.assertEqual(self.total(1), [1, 1, 0])
        self.assertEqual(self.said, ["//b:t: NO STATUS"])

    def test_a_library_that_did_not_build_is_one_failure(self):
        self.passing("//a:t")
        self.configured("//b:lib", test=False)
        self.completed("//b:lib", success=False)
        self.finish(1)
        self.assertEqual(self.total(1), [1, 1, 0])
        self.assertEqual(self.said, ["//b:lib: did not build"])

    def test_a_build_file_with_an_error_is_one_failure(self):
        self.passing("//a:t")
        self.events.append({
            "id": {"unconfiguredLabel": {"label": "//b:lib"}},
            "aborted": {"reason": "LOADING_FAILURE"}})
        self.events.append({
            "id": {"configuredLabel": {"label": "//b:lib"}},
            "aborted": {"reason": "ANALYSIS_FAILURE"}})
        self.finish(1)
        self.assertEqual(self.total(1), [1, 1, 0])

    def test_a_target_left_out_by_a_filter_is_none(self):
        self.passing("//a:t")
        self.events.append({"id": {"targetCompleted": {"label": "//b:lib"}},
                            "aborted": {"reason": "SKIPPED"}})
        self.finish()
        self.assertEqual(self.total(), [1, 0, 0])

    def test_a_test_that_timed_out_without_a_result_is_one_failure(self):
        self.configured("//a:t")
        self.completed("//a:t")
        self.status("//a:t", "TIMEOUT")
        self.finish(3)
        self.assertEqual(self.total(3), [0, 1, 0])

    def test_a_damaged_result_is_one_failure(self):
        self.passing("//a:t", "<testsuites><testsuite>")
        self.finish()
        self.assertEqual(self.total(), [0, 1, 0])

    def test_a_test_without_cases_is_one_failure(self):
        self.passing("//a:t", "<testsuites/>")
        self.finish()
        self.assertEqual(self.total(), [0, 1, 0])
        self.assertEqual(self.said, ["//a:t: passed without a single case"])

    def test_a_killed_run_is_one_failure(self):
        self.passing("//a:t")
        self.assertEqual(self.total(137, '{"id": {"bui'), [1, 1, 0])

    def test_no_events_are_one_failure(self):
        total = test_summary.summarise("/nonexistent", 2, self.said.append)
        self.assertEqual(total, [0, 1, 0])

    def test_a_failed_build_without_a_failed_target_is_one_failure(self):
        self.passing("//a:t")
        self.finish(1)
        self.assertEqual(self.total(), [1, 1, 0])

    def test_no_tests_found_is_one_failure(self):
        self.finish(4)
        self.assertEqual(self.total(4), [0, 1, 0])
        self.assertEqual(self.said, ["no such tests"])


if __name__ == "__main__":
    unittest.main()
