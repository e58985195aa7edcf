"""Checking what a provider says of somebody: OpenID Connect Core 1.0, section 3.1.3.7, all of it."""

import hashlib
import hmac
from typing import Any, Final

import jwt

#: Signatures that only the holder of a private key can make: never `none`, nor HMAC, whose key others may know.
ALGORITHMS: Final = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)

#: Clocks differ by so many seconds at most.
_LEEWAY: Final = 60

#: What every ID token says.
_CLAIMS: Final = ("iss", "sub", "aud", "exp", "iat", "nonce")


class BadToken(Exception):
    """The token is not one that this provider made for us, now, for this attempt."""


class UnknownKey(BadToken):
    """It is signed with a key that the provider does not list, or did not when its list was last read."""


def nonce_of(secret: str) -> str:
    """What ties a token to one attempt: a hash of a secret that stays in the session that began it."""
    return hashlib.sha256(f"nonce {secret}".encode()).hexdigest()


def check(
    token: str, *, keys: dict[str, Any], issuer: str, client_id: str, secret: str, leeway: int = _LEEWAY
) -> dict[str, Any]:
    """The claims of an ID token whose signature, issuer, audience, times and nonce are right.

    Raises `BadToken`, or `UnknownKey` where reading the provider's keys again may help.
    """
    try:
        key = _key_of(token, keys)
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=list(ALGORITHMS),
            issuer=issuer,
            audience=client_id,
            leeway=leeway,
            options={"require": list(_CLAIMS)},
        )
    except jwt.InvalidSignatureError as error:
        raise UnknownKey(str(error)) from error
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise BadToken(str(error)) from error
    audience = claims["aud"]
    is_for_several = isinstance(audience, list) and len(audience) > 1
    if (is_for_several or "azp" in claims) and claims.get("azp") != client_id:
        raise BadToken("It was made for another client.")
    if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce_of(secret).encode()):
        raise BadToken("It answers another attempt.")
    if not isinstance(claims["sub"], str) or not claims["sub"]:
        raise BadToken("It names nobody.")
    return claims


def _key_of(token: str, keys: dict[str, Any]) -> Any:
    header = jwt.get_unverified_header(token)
    if header.get("alg") not in ALGORITHMS:
        raise BadToken(f"It is signed by {header.get('alg')}, which proves nothing.")
    listed = [key for key in jwt.PyJWKSet.from_dict(keys).keys if key.public_key_use in (None, "sig")]
    if "kid" in header:
        listed = [key for key in listed if key.key_id == header["kid"]]
    if len(listed) != 1:
        raise UnknownKey("The provider lists no such key.")
    return listed[0]
