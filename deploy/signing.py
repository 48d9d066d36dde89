"""Signatures: Ed25519 (RFC 8032) with a key from a file; the one module that knows `cryptography`.

Keys are PEM files, as `openssl genpkey -algorithm ed25519` writes them (private) and `openssl pkey -pubout` (public).
"""

import hashlib
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


class KeyUnusable(Exception):
    """The file holds no Ed25519 key that can be used; the message names the file."""


class PublicKey:
    """Says whether a signature is that of the holder of the private key."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        """Take the key."""
        self._key = key

    @property
    def name(self) -> str:
        """The first 16 hexadecimal digits of SHA-256 over the 32 bytes of the key."""
        raw = self._key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return hashlib.sha256(raw).hexdigest()[:16]

    def signed(self, content: bytes, signature: bytes) -> bool:
        """Return whether the signature is under this content."""
        try:
            self._key.verify(signature, content)
        except InvalidSignature:
            return False
        return True


class PrivateKey:
    """Signs."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        """Take the key."""
        self._key = key

    @property
    def public(self) -> PublicKey:
        """The key that others check with."""
        return PublicKey(self._key.public_key())

    def sign(self, content: bytes) -> bytes:
        """Return the signature, 64 bytes."""
        return self._key.sign(content)


def private_key(file: Path) -> PrivateKey:
    """Read a private key; raises KeyUnusable."""
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnusable(f"{file}: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusable(f"{file}: not an Ed25519 key")
    return PrivateKey(key)


def public_key(file: Path) -> PublicKey:
    """Read a public key; raises KeyUnusable."""
    try:
        return _public(file.read_bytes())
    except (OSError, KeyUnusable) as error:
        raise KeyUnusable(f"{file}: {error}") from error


def public_key_of(line: str) -> PublicKey:
    """Return the key whose PEM has this one line between its first and its last; raises KeyUnusable."""
    return _public(f"-----BEGIN PUBLIC KEY-----\n{line.strip()}\n-----END PUBLIC KEY-----\n".encode())


def _public(pem: bytes) -> PublicKey:
    try:
        key = serialization.load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyUnusable(str(error)) from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyUnusable("not an Ed25519 key")
    return PublicKey(key)


def make_keys(private: Path, public: Path) -> None:
    """Make a pair of keys, the private one for its owner's eyes; raises KeyUnusable where a file is there already."""
    key = Ed25519PrivateKey.generate()
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    try:
        with os.fdopen(os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key.private_bytes(pem, pkcs8, serialization.NoEncryption()))
        try:
            with public.open("xb") as file:
                file.write(key.public_key().public_bytes(pem, spki))
        except OSError:
            private.unlink()  # half a pair would be in the way of the next try
            raise
    except OSError as error:
        raise KeyUnusable(f"{error.filename}: {error.strerror}") from error
