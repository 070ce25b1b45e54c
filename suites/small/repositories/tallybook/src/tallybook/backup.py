"""Uploads the database file."""

from tallybook.config import backup_credentials


def upload(path: str, client) -> None:
    """Copy the database into the bucket."""
    bucket, key = backup_credentials()
    client.put(bucket, path, key)
