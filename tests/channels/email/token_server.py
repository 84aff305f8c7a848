"""An OAuth 2.0 token server in a thread: RFC 6749's token endpoint, and the look-up by which a mail server asks whether a token is good."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit


@dataclass
class TokenServer:
    """``tokens`` are those that are good, with the address that they are for; ``forms`` what was asked with; ``answers`` go out first."""

    email: str = "311"
    life: object = 3599
    tokens: dict[str, str] = field(default_factory=dict)
    forms: list[dict[str, str]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, Any], dict[str, str]]] = field(default_factory=list)
    replaces_refresh_token: bool = False
    count: int = 0

    def __enter__(self) -> Self:
        parent = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                parent.forms.append({name: values[0] for name, values in parse_qs(body.decode()).items()})
                self._answer(*parent._token())

            def do_GET(self) -> None:
                token = parse_qs(urlsplit(self.path).query).get("access_token", [""])[0]
                found = parent.tokens.get(token)
                self._answer(200 if found else 401, {"email": found, "active": "true"} if found else {"error": "invalid_token"}, {})

            def _answer(self, status: int, document: dict[str, Any], headers: dict[str, str]) -> None:
                body = json.dumps(document).encode()
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_arguments: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def _token(self) -> tuple[int, dict[str, Any], dict[str, str]]:
        if self.answers:
            return self.answers.pop(0)
        self.count += 1
        token = f"token-{self.count}.with+signs/of=base64"
        self.tokens[token] = self.email
        # As login.microsoftonline.com answers, auth-v2-service.md.
        answer = {"token_type": "Bearer", "expires_in": self.life, "ext_expires_in": self.life, "access_token": token}
        if self.replaces_refresh_token:
            answer["refresh_token"] = f"refresh-{self.count}"
        return 200, answer, {}
