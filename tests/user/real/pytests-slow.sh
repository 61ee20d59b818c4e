# More modules of Python's own test suite, with the same results each time; these take longer.
# SPDX-License-Identifier: MIT
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
need python3
/usr/bin/python3 -c 'import test.test_struct' 2>/dev/null || { echo "SKIPPED: Python's test suite (libpython3.11-testsuite) is not installed"; exit 77; }
/usr/bin/python3 "$here/pytests.py" json decimal tempfile time os queue list dict bytes int complex fractions
