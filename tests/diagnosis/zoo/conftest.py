"""The zoo holds programs for tests and for tools/audit_zoo.py, and no tests of its own."""

collect_ignore_glob = ["*.py"]
