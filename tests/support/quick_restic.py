"""Make a repository whose key is derived quickly: ``quick_restic.py RESTIC [restic's arguments]``.

restic spends half a second of a processor on each command to derive its key from the password, so
that guessing is slow. The passwords of these tests are known, and they run restic a thousand times.
So ``init`` runs the real restic, and then its key file is sealed anew under the same password with
the cheapest parameters that restic reads. Everything else is as restic made it, and every other
command is the real one on a real repository.

Key files: https://restic.readthedocs.io/en/stable/100_references.html ("Keys, Encryption and MAC").
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.poly1305 import Poly1305

CHEAP = {"N": 2, "r": 1, "p": 1}
KEY_BYTES = 64


def main() -> int:
    real, *arguments = sys.argv[1:]
    password, arguments, descriptors = take_password(arguments)
    code = subprocess.run((real, *arguments), pass_fds=descriptors, check=False).returncode
    folder = Path(value_of(arguments, "--repo", "-r") or os.environ.get("RESTIC_REPOSITORY", ""))
    if code == 0 and password is not None and (folder / "keys").is_dir():
        for key in list((folder / "keys").iterdir()):
            make_quick(key, password)
    return code


def take_password(arguments: list[str]) -> tuple[bytes | None, list[str], tuple[int, ...]]:
    """Read the password, and put it back where restic will read it."""
    path = value_of(arguments, "--password-file", "-p")
    if path is None:
        given = os.environ.get("RESTIC_PASSWORD")
        return (given.encode() if given is not None else None), arguments, ()
    password = Path(path).read_bytes()
    if not path.startswith("/dev/fd/"):
        return password.rstrip(b"\r\n"), arguments, ()
    read_end, write_end = os.pipe()
    os.write(write_end, password)
    os.close(write_end)
    again = [f"/dev/fd/{read_end}" if word == path else word for word in arguments]
    return password.rstrip(b"\r\n"), again, (read_end,)


def value_of(arguments: list[str], *names: str) -> str | None:
    for before, word in itertools.pairwise(arguments):
        if before in names:
            return word
    joined = [word.partition("=") for word in arguments]
    return next((value for name, sign, value in joined if sign and name in names), None)


def make_quick(file: Path, password: bytes) -> None:
    """Seal a key file anew with cheap parameters, under the name that its content gives it."""
    key = json.loads(file.read_bytes())
    master = opened(base64.b64decode(key["data"]), derived(password, key))
    key.update(CHEAP, salt=base64.b64encode(secrets.token_bytes(64)).decode())
    key["data"] = base64.b64encode(sealed(master, derived(password, key))).decode()
    content = json.dumps(key).encode()
    new = file.with_name(hashlib.sha256(content).hexdigest())
    new.write_bytes(content)
    new.chmod(file.stat().st_mode)
    file.unlink()


def derived(password: bytes, key: dict[str, object]) -> bytes:
    n, r, p = (int(str(key[name])) for name in ("N", "r", "p"))
    salt = base64.b64decode(str(key["salt"]))
    memory = 256 * n * r + 2**20
    return hashlib.scrypt(password, salt=salt, n=n, r=r, p=p, maxmem=memory, dklen=KEY_BYTES)


def opened(data: bytes, key: bytes) -> bytes:
    start, text, tag = data[:16], data[16:-16], data[-16:]
    if authenticated(start, text, key) != tag:
        raise SystemExit("quick_restic: the key file does not open with this password")
    return crypt(start, text, key)


def sealed(text: bytes, key: bytes) -> bytes:
    start = secrets.token_bytes(16)
    hidden = crypt(start, text, key)
    return start + hidden + authenticated(start, hidden, key)


def crypt(start: bytes, text: bytes, key: bytes) -> bytes:
    worker = Cipher(algorithms.AES(key[:32]), modes.CTR(start)).encryptor()
    return worker.update(text) + worker.finalize()


def authenticated(start: bytes, text: bytes, key: bytes) -> bytes:
    """Poly1305-AES: the nonce, encrypted by AES-128, is added to the polynomial's value."""
    block = Cipher(algorithms.AES(key[32:48]), modes.ECB()).encryptor()  # one block, as specified
    return Poly1305.generate_tag(key[48:64] + block.update(start), text)


if __name__ == "__main__":
    sys.exit(main())
