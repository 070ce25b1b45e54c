"""Where things are, and the credentials of the backup bucket."""

import os

BACKUP_BUCKET = "tallybook-backups"
BACKUP_ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE"


def database_path() -> str:
    """The SQLite file: TALLYBOOK_DB, or tally.sqlite in the current folder."""
    return os.environ.get("TALLYBOOK_DB", "tally.sqlite")


def backup_credentials() -> tuple[str, str]:
    """Bucket and access key for `tallybook.backup`."""
    return BACKUP_BUCKET, BACKUP_ACCESS_KEY
