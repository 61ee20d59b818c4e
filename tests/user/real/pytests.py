"""Modules of Python's own test suite: each test and what became of it. pytests.py MODULE..."""
# SPDX-License-Identifier: MIT
import os
import random
import sys
import unittest
from test import support


class Result(unittest.TestResult):
    """The results by name: worst of a test's parts."""

    def __init__(self, *args):
        super().__init__(*args)
        self.of = {}

    def addSuccess(self, test):
        self.of.setdefault(test.id(), "ok")

    def addSkip(self, test, reason):
        self.of[test.id()] = "skipped: " + reason

    def addError(self, test, err):
        super().addError(test, err)
        self.of[test.id()] = "ERROR"

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.of[test.id()] = "FAILED"

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.of[test.id()] = "FAILED in a part"

    def addExpectedFailure(self, test, err):
        self.of[test.id()] = "failed as expected"

    def addUnexpectedSuccess(self, test):
        self.of[test.id()] = "not failed as expected"


def main():
    support.use_resources = {}
    # What tests print is their own affair, and so is what asyncio says of steps that took long.
    out, errors = os.fdopen(os.dup(1), "w"), os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    for name in sys.argv[1:]:
        random.seed(1)
        result = Result()
        os.dup2(null, 2)
        try:
            unittest.defaultTestLoader.loadTestsFromName("test.test_" + name).run(result)
        finally:
            os.dup2(errors, 2)
        for test, what in sorted(result.of.items()):
            print(test, what, file=out)


if __name__ == "__main__":
    main()
