"""What brings https in front of a Home Assistant: a server of another name and port that passes all on to it."""

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

# Of one connection between two servers, not of what goes through both (RFC 9110, section 7.6.1).
_HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
# A client that sends its own would speak with two voices.
_OF_THE_SOCKET = _HOP_BY_HOP | {
    "sec-websocket-accept",
    "sec-websocket-extensions",
    "sec-websocket-key",
    "sec-websocket-version",
}
# What Home Assistant itself takes.
_MOST_BYTES = 16 * 1024 * 1024
_LOOPBACK = "127.0.0.1"
# Somebody who is not at home (RFC 5737).
VISITOR = "203.0.113.7"
_VALID = timedelta(days=2)


@dataclass(frozen=True)
class Certificate:
    """A certificate that nobody but its maker has signed.

    :ivar file: with its key, PEM.
    :ivar pin: SHA-256 of its public key, base64, by which Chromium accepts this certificate and none other.
    """

    file: Path
    pin: str

    @classmethod
    def of(cls, name: str, folder: Path, *others: str) -> Certificate:
        """Make one.

        :param name: of the host.
        :param others: names that the host has, too.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(named)
            .issuer_name(named)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _VALID)
            .not_valid_after(now + _VALID)
            .add_extension(
                x509.SubjectAlternativeName([x509.DNSName(each) for each in (name, *others)]), critical=False
            )
            .sign(key, hashes.SHA256())
        )
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file = folder / f"{name}.pem"
        file.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
        public = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        digest = hashes.Hash(hashes.SHA256())
        digest.update(public)
        return cls(file, base64.b64encode(digest.finalize()).decode())


@dataclass
class ReverseProxy:
    """The server.

    :ivar target: the http:// address that it passes all on to.
    :ivar port: where it listens on loopback.
    :ivar passed: path and status of all that went through it.
    """

    target: str
    session: aiohttp.ClientSession
    port: int = 0
    passed: list[tuple[str, int]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Pass one request on, and its answer back."""
        is_socket = request.headers.get("Upgrade", "").lower() == "websocket"
        dropped = _OF_THE_SOCKET if is_socket else _HOP_BY_HOP
        headers = {name: value for name, value in request.headers.items() if name.lower() not in dropped}
        headers |= {"X-Forwarded-For": VISITOR, "X-Forwarded-Proto": "https", "X-Forwarded-Host": request.host}
        if is_socket:
            return await self._pass_socket(request, headers)
        async with self.session.request(
            request.method,
            f"{self.target}{request.raw_path}",
            headers=headers,
            data=await request.read() or None,
            allow_redirects=False,
        ) as answer:
            self.passed.append((request.path, answer.status))
            back = web.StreamResponse(status=answer.status, reason=answer.reason)
            for name, value in answer.headers.items():
                if name.lower() not in _HOP_BY_HOP:
                    back.headers.add(name, value)
            await back.prepare(request)
            async for part in answer.content.iter_any():
                await back.write(part)
            await back.write_eof()
            return back

    async def _pass_socket(self, request: web.Request, headers: dict[str, str]) -> web.WebSocketResponse:
        near = web.WebSocketResponse(max_msg_size=0)
        async with self.session.ws_connect(f"{self.target}{request.raw_path}", headers=headers, max_msg_size=0) as far:
            await near.prepare(request)
            self.passed.append((request.path, near.status))
            ways = [asyncio.create_task(_pump(near, far)), asyncio.create_task(_pump(far, near))]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
                await near.close()
        return near


type _Socket = web.WebSocketResponse | aiohttp.ClientWebSocketResponse


async def _pump(source: _Socket, sink: _Socket) -> None:
    """Pass on what one side says, until it has said all."""
    async for message in source:
        if message.type is aiohttp.WSMsgType.TEXT:
            await sink.send_str(message.data)
        elif message.type is aiohttp.WSMsgType.BINARY:
            await sink.send_bytes(message.data)


@asynccontextmanager
async def reverse_proxy(target: str, certificate: Certificate) -> AsyncIterator[ReverseProxy]:
    """A server with a certificate, on loopback, in front of another.

    :param target: such as ``http://127.0.0.1:8123``.
    """
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate.file)
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        proxy = ReverseProxy(target, session)
        application = web.Application(client_max_size=_MOST_BYTES)
        application.router.add_route("*", "/{path:.*}", proxy.handle)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
        await runner.setup()
        try:
            site = web.TCPSite(runner, _LOOPBACK, 0, ssl_context=tls)
            await site.start()
            proxy.port = runner.addresses[0][1]
            yield proxy
        finally:
            await runner.cleanup()
