"""Runs one test of the suite, or of own_statements.py, against one server; run.ts starts it.

one_test.py CHECKOUT SCRIPT --list
one_test.py CHECKOUT SCRIPT CLASS.TEST PORT [TAKEN_PORT [DOOR_PORT USER PASSWORD BASE]]

The script runs as from its own command line, so that it sets its own options; only unittest.main, which would run all of its
tests, is replaced. Ends with 0 when the test passed, 1 when it did not.
"""

import os
import runpy
import sys
import unittest

checkout, script, which, *place = sys.argv[1:]


def tests_of(module):
    """Names of all tests; the suite has one whose name unittest does not look for."""
    for case in vars(module).values():
        if isinstance(case, type) and issubclass(case, unittest.TestCase):
            for name in vars(case):
                if name.startswith("test") or name.endswith("_test"):
                    yield case, name


def main():
    module = sys.modules["__main__"]
    if which == "--list":
        for case, name in tests_of(module):
            print(case.__name__ + "." + name, flush=True)
        os._exit(0)
    found = [case(name) for case, name in tests_of(module) if case.__name__ + "." + name == which]
    if len(found) != 1:
        sys.exit("There is no test of this name: " + which)
    result = unittest.TextTestRunner(verbosity=2).run(unittest.TestSuite(found))
    sys.stdout.flush()
    sys.stderr.flush()
    # Threads of the suite's client may still read from a socket that nobody closes.
    os._exit(0 if result.wasSuccessful() else 1)


unittest.main = main
sys.path.insert(0, os.path.join(checkout, "interoperability"))
port, *more = place or ["0"]
own = ["--taken", *more] if more and not script.endswith("client_test.py") else []
# The suite takes -h for --help.
sys.argv = [script, "--hostname", "127.0.0.1", "-p", port, *own]
try:
    runpy.run_path(script, run_name="__main__")
    print("The script did not come to its tests.", file=sys.stderr)
except SystemExit as end:
    print("The script ended before its tests:", end.code, file=sys.stderr)
sys.exit(2)
