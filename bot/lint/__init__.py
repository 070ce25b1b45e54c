"""`groundplan lint`: plan files in, findings out. Reads and mends files on disk; holds no rule, talks to no
service."""
