"""Texts that must be read again and that nobody who reads the database should learn: encrypted with a key of its own.

Fernet (AES-128-CBC and HMAC-SHA256, by the `cryptography` package) under a key derived from SECRET_KEY by HKDF, so that
no other use of SECRET_KEY shares it. What was sealed under a key among SECRET_KEY_FALLBACKS is still opened.
"""

import base64
from functools import lru_cache
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

#: Begins every sealed text: one without it was stored before there were seals.
_MARK: Final = "sealed:1:"


class CannotOpen(Exception):
    """The text was sealed under a SECRET_KEY that this process doesn't have, or was changed since."""


def seal(text: str) -> str:
    return _MARK + _fernet().encrypt(text.encode()).decode()


def opened(text: str) -> str:
    """What was sealed; a text that never was, as it is. Raises `CannotOpen`."""
    if not text.startswith(_MARK):
        return text
    try:
        return _fernet().decrypt(text.removeprefix(_MARK).encode()).decode()
    except InvalidToken:
        raise CannotOpen("It was sealed under another SECRET_KEY: add that to SECRET_KEY_FALLBACKS.") from None


def is_sealed(text: str) -> bool:
    return text.startswith(_MARK)


def _fernet() -> MultiFernet:
    return _keyed((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=8)
def _keyed(secrets: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derived(secret)) for secret in secrets])


def _derived(secret: str) -> bytes:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"domesday sealing 1").derive(secret.encode())
    return base64.urlsafe_b64encode(key)
