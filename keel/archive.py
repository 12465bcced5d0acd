"""The archive: every uploaded file, byte for byte, under its sha256; and the one file a backup is."""

import gzip
import hashlib
import os
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from keel.errors import StoreError

# What a backup holds, and nothing else.
DATABASE, UPLOADS = "keel.duckdb", "uploads"


@dataclass(frozen=True)
class Archive:
    """A folder of uploaded files, each packed (gzip) under the sha256 of what was uploaded."""

    folder: Path

    def keep(self, content: bytes, sha256: str) -> None:
        """Keep a file for good: on the disk before this returns; the same file twice is kept once."""
        target = self.folder / sha256
        if target.exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        packed = gzip.compress(content, compresslevel=1, mtime=0)
        with tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as partial:
            partial.write(packed)
            partial.flush()
            os.fsync(partial.fileno())
        os.replace(partial.name, target)

    def read(self, sha256: str) -> bytes:
        """The file as it was uploaded. Raises StoreError when it is gone or no longer what it was."""
        try:
            content = gzip.decompress((self.folder / sha256).read_bytes())
        except (OSError, EOFError, gzip.BadGzipFile) as error:
            raise StoreError(
                f"{self.folder.name}/{sha256[:12]}: the uploaded file is missing or damaged. "
                "Bring a backup back with `python -m keel restore FILE`."
            ) from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise StoreError(
                f"{self.folder.name}/{sha256[:12]}: the kept file is not what was uploaded. "
                "Bring a backup back with `python -m keel restore FILE`."
            )
        return content


def pack(database: Path, uploads: Path, target: Path) -> None:
    """Write a closed database and its uploads to one tar file, at once or not at all. Raises StoreError."""
    partial = target.with_name(target.name + ".partial")
    try:
        with tarfile.open(partial, "w") as tar:
            tar.add(database, DATABASE)
            if uploads.exists():
                tar.add(uploads, UPLOADS)
        os.replace(partial, target)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise StoreError(
            f"{target}: {error.strerror}; a file that can be written was expected. Name another."
        ) from error


def unpack(source: Path, folder: Path) -> Path:
    """Unpack a backup into an empty folder and return its database. Raises StoreError if it is not a backup."""
    try:
        with tarfile.open(source, "r:") as tar:
            names = {member.name.split("/")[0] for member in tar.getmembers()}
            if DATABASE not in names or names - {DATABASE, UPLOADS}:
                raise tarfile.TarError("other members")
            tar.extractall(folder, filter="data")
    except (OSError, tarfile.TarError) as error:
        raise StoreError(
            f"{source}: it is not a Keel backup, or it cannot be read. Name a file made by `python -m keel backup FILE`."
        ) from error
    return folder / DATABASE
