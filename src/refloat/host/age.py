"""age: folders packed into one file that only the holders of some keys can open.

The file is a tar archive in age's format (https://age-encryption.org/v1), so that it is opened by
programs that have nothing to do with Refloat: ``age --decrypt -i KEY FILE | tar -x``.
"""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO

import pyrage  # type: ignore[import-untyped]  # it ships no types

from refloat.host import files
from refloat.model.errors import PlanProblem, StateProblem


def pack(folders: Mapping[str, Path], target: Path, keys: Sequence[str], mode: int) -> str:
    """Pack folders into one encrypted file; nothing is ever written in the clear.

    Args:
        folders: what each is called in the archive, and where it lies.
        target: the file: all of it or none, durably.
        keys: public keys of age; at least one.
        mode: the file's permissions.

    Returns:
        SHA-256 of the file, in hexadecimal.

    Raises:
        PlanProblem: if a key is none.
        StateProblem, NoRoom: if something cannot be read or written; no file is left then.
    """
    recipients = [_recipient(key) for key in keys]
    with files.new_file(target, mode) as stream:
        hashed = _Hashed(stream)
        try:
            _encrypt(folders, hashed, recipients)
        except pyrage.EncryptError as error:
            raise StateProblem(f"{target} cannot be encrypted: {error}") from error
        except tarfile.TarError as error:
            raise StateProblem(f"{target} cannot be packed: {error}") from error
        return hashed.digest.hexdigest()


def _encrypt(folders: Mapping[str, Path], into: _Hashed, recipients: Sequence[Any]) -> None:
    read_end, write_end = os.pipe()
    with ThreadPoolExecutor(1) as pool:
        # Not in this thread: pyrage would turn Ctrl-C, which comes here, into an error of its own.
        encrypting = pool.submit(_encrypt_stream, read_end, into, recipients)
        try:
            _pack(folders, write_end)
        except BrokenPipeError:
            encrypting.result()  # says why nobody reads any more
            raise
        except OSError as error:  # an archive that broke off must not become a file
            raise StateProblem(f"{error.filename} cannot be packed: {error.strerror}") from error
    encrypting.result()


def _encrypt_stream(handle: int, into: _Hashed, recipients: Sequence[Any]) -> None:
    with os.fdopen(handle, "rb") as packed:
        pyrage.encrypt_io(packed, into, recipients)


def _pack(folders: Mapping[str, Path], handle: int) -> None:
    with (
        os.fdopen(handle, "wb") as stream,
        tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as archive,
    ):
        for name, folder in folders.items():
            archive.add(folder, name)


def _recipient(key: str) -> Any:
    try:
        return pyrage.x25519.Recipient.from_str(key)
    except pyrage.RecipientError as error:
        raise PlanProblem(
            f"{key} is no public key of age: {error}",
            hint="age-keygen prints one that begins with age1.",
        ) from error


class _Hashed:
    """A file that is written to, and digested on the way."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()

    def write(self, content: bytes) -> int:
        """Write some bytes."""
        self.digest.update(content)
        return self._stream.write(content)

    def flush(self) -> None:
        """Hand over what was written."""
        self._stream.flush()
