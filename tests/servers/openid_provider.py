"""A real OpenID Connect provider on loopback: Authlib's, with PKCE and nonces demanded. It can be told to lie."""

import logging
import threading
import time
from typing import Any, Self

import flask
import requests
from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector, current_token
from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import AuthorizationCodeMixin, OpenIDCode
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from werkzeug.serving import BaseWSGIServer, make_server

from tests.waiting import PATIENCE

CLIENT_ID, CLIENT_SECRET = "domesday:here", "a secret / with + signs"

#: Signing is the same for all; making keys takes time.
KEY = ECKey.generate_key("P-256", {"kid": "first"})
OTHER_KEY = ECKey.generate_key("P-256", {"kid": "first"})
LATER_KEY = ECKey.generate_key("P-256", {"kid": "second"})


class _Client(ClientMixin):
    """The one client that is registered."""

    redirect_uri = ""

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_default_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_allowed_scope(self, scope: str) -> str:
        return " ".join(sorted(set(scope.split()) & {"openid", "profile", "email"}))

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.redirect_uri

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == CLIENT_SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_post"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class _Code(AuthorizationCodeMixin):
    def __init__(self, sub: str, payload: Any) -> None:
        self.sub, self.redirect_uri, self.scope = sub, payload.redirect_uri, payload.scope
        self.nonce = payload.data["nonce"]
        self.code_challenge = payload.data["code_challenge"]
        self.code_challenge_method = payload.data["code_challenge_method"]

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> None:
        return None

    get_acr = get_amr = get_auth_time


class _Token(TokenMixin):
    def __init__(self, sub: str, scope: str) -> None:
        self.sub, self.scope = sub, scope

    def get_scope(self) -> str:
        return self.scope

    def is_expired(self) -> bool:
        return False

    is_revoked = is_expired


class OpenIdProvider:
    """Use as a context manager. `users` holds the claims of each subject; `lies` replace claims of ID tokens."""

    def __init__(self, redirect_uri: str) -> None:
        self.users: dict[str, dict[str, Any]] = {}
        self.lies: dict[str, Any] = {}
        self.key, self.listed = KEY, [KEY]
        self.algorithm = "ES256"
        self.described: dict[str, Any] = {}
        self.tells_by_userinfo = False
        self.asked: list[str] = []
        self.challenges: list[str] = []
        self._codes: dict[str, _Code] = {}
        self._tokens: dict[str, _Token] = {}
        self._client = _Client()
        self._client.redirect_uri = redirect_uri

    def __enter__(self) -> Self:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server: BaseWSGIServer = make_server("127.0.0.1", 0, self._app(), threaded=True)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(PATIENCE)

    def sign_in(self, address: str, sub: str) -> str:
        """What a browser does at `address`: sign in as `sub`. Returns where the provider sends it."""
        answer = requests.post(address, data={"sub": sub}, allow_redirects=False, timeout=PATIENCE)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def _app(self) -> flask.Flask:
        provider = self
        app = flask.Flask("provider")
        app.config["OAUTH2_TOKEN_EXPIRES_IN"] = {"authorization_code": 300}

        class Grant(AuthorizationCodeGrant):
            TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_post"]

            def save_authorization_code(self, code: str, request: Any) -> None:
                provider._codes[code] = _Code(request.user, request.payload)

            def query_authorization_code(self, code: str, client: ClientMixin) -> _Code | None:
                return provider._codes.get(code)

            def delete_authorization_code(self, authorization_code: _Code) -> None:
                provider._codes = {code: kept for code, kept in provider._codes.items() if kept != authorization_code}

            def authenticate_user(self, authorization_code: _Code) -> str:
                return authorization_code.sub

        class Tokens(OpenIDCode):
            def exists_nonce(self, nonce: str, request: Any) -> bool:
                return any(code.nonce == nonce for code in provider._codes.values())

            def encode_id_token(self, token: dict[str, Any], request: Any) -> str:
                told = {} if provider.tells_by_userinfo else provider.users[request.user]
                now = int(time.time())
                claims = {
                    "iss": provider.issuer,
                    "aud": CLIENT_ID,
                    "sub": request.user,
                    "iat": now,
                    "exp": now + 300,
                    "nonce": request.authorization_code.get_nonce(),
                    **told,
                    **provider.lies,
                }
                claims = {name: value for name, value in claims.items() if value is not None}
                header = {"alg": provider.algorithm, "kid": provider.key.kid}
                return jwt.encode(header, claims, provider.key, algorithms=[provider.algorithm])

        server = AuthorizationServer(app, query_client=self._query_client, save_token=self._save_token)
        server.register_grant(Grant, [Tokens(require_nonce=True), CodeChallenge(required=True)])
        protected = ResourceProtector()

        class Validator(BearerTokenValidator):
            def authenticate_token(self, token_string: str) -> _Token | None:
                return provider._tokens.get(token_string)

        protected.register_token_validator(Validator())

        @app.before_request
        def note() -> None:
            provider.asked.append(flask.request.path)

        @app.get("/.well-known/openid-configuration")
        def description() -> Any:
            return {
                "issuer": provider.issuer,
                "authorization_endpoint": f"{provider.issuer}/authorize",
                "token_endpoint": f"{provider.issuer}/token",
                "userinfo_endpoint": f"{provider.issuer}/userinfo",
                "jwks_uri": f"{provider.issuer}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
                **provider.described,
            }

        @app.get("/keys")
        def keys() -> Any:
            return KeySet(provider.listed).as_dict(private=False)

        @app.get("/authorize")
        def ask() -> str:
            server.get_consent_grant(end_user=None)
            buttons = "".join(
                f'<button name="sub" value="{sub}">{told.get("name", sub)}</button>'
                for sub, told in provider.users.items()
            )
            form = f'<h1>Who are you?</h1><form method="post">{buttons}</form>'
            return f'<!DOCTYPE html><html lang="en"><title>Who are you?</title>{form}'

        @app.post("/authorize")
        def decide() -> Any:
            sub = flask.request.form["sub"]
            grant = server.get_consent_grant(end_user=sub or None)
            provider.challenges.append(flask.request.args["code_challenge_method"])
            return server.create_authorization_response(grant=grant, grant_user=sub or None)

        @app.post("/token")
        def token() -> Any:
            return server.create_token_response()

        @app.get("/userinfo")
        @protected("openid")
        def userinfo() -> Any:
            return {"sub": current_token.sub, **provider.users[current_token.sub]}

        return app

    def _query_client(self, client_id: str) -> _Client | None:
        return self._client if client_id == CLIENT_ID else None

    def _save_token(self, token: dict[str, Any], request: Any) -> None:
        self._tokens[token["access_token"]] = _Token(request.user, token["scope"])
