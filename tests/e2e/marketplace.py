"""A stand-in for all that Home Assistant's Marketplace asks: GitHub, and the catalogue, which knows of digimon.

What the repository answers comes from this checkout. Paths and redirects are GitHub's (https://docs.github.com:
REST API, "Authorizing OAuth apps" for devices, "Downloading source code archives").
"""

import hashlib
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import urlsplit

from aiohttp import web

from .releases import BRANCH, FULL_NAME, INTEGRATION, PUSHED, Release
from .reverse_proxy import Certificate

API: Final = "api.github.com"
GITHUB: Final = "github.com"
ARCHIVES: Final = "codeload.github.com"
RAW: Final = "raw.githubusercontent.com"
CATALOGUE: Final = "data-v2.hacs.xyz"
ICONS: Final = "brands.home-assistant.io"
HOSTS: Final = (API, GITHUB, ARCHIVES, RAW, CATALOGUE, ICONS)

IDENTIFIER: Final = "1180339887"
TOKEN: Final = "gho_of_somebody_in_flanders"

# Of who shows no account: requests in an hour.
_ANONYMOUS_LIMIT = 60
_DESCRIPTION = "The quarter-hour peak of a Belgian digital meter, in time and in euros"
_LOOPBACK = "127.0.0.1"
_PORT = 443
# Another one that the catalogue lists: a catalogue without any is taken for broken.
_OTHER = {"full_name": "somebody/heat-pump", "domain": "heat_pump", "name": "Heat pump"}


@dataclass
class StandIn:
    """The servers.

    :ivar releases: newest first, as GitHub lists them.
    :ivar listed: whether the catalogue has the repository.
    :ivar accounts: tokens that the API was shown.
    :ivar requests: host, path and status of all that was asked.
    """

    releases: list[Release]
    listed: bool = True
    accounts: set[str] = field(default_factory=set)
    requests: list[tuple[str, str, int]] = field(default_factory=list)
    _anonymous: int = 0

    @property
    def latest(self) -> Release:
        """The newest one that is for everybody."""
        return next(release for release in self.releases if not release.is_for_testers)

    def publish(self, release: Release) -> None:
        """Have a newer release."""
        self.releases.insert(0, release)

    def asked(self, host: str) -> list[str]:
        """The paths that a host was asked for."""
        return [path for at, path, _ in self.requests if at == host]

    def missed(self) -> list[str]:
        """What was asked for and is not there; an icon is looked for in several places."""
        return [
            f"{host}{path}" for host, path, status in self.requests if status == HTTPStatus.NOT_FOUND and host != ICONS
        ]

    async def handle(self, request: web.Request) -> web.Response:
        """Answer any host's request."""
        host = request.host.partition(":")[0]
        parts = request.path.strip("/").split("/")
        answers = {
            API: self._api,
            GITHUB: self._github,
            ARCHIVES: self._archive,
            RAW: self._raw,
            CATALOGUE: self._catalogue,
            ICONS: self._icon,
        }
        answer = answers[host](request, parts) if host in answers else None
        response = answer or _json({"message": "Not Found"}, HTTPStatus.NOT_FOUND)
        self.requests.append((host, request.path_qs, response.status))
        return response

    def leads(self, url: str) -> bool:
        """Whether a person who follows a link to the repository finds something there."""
        place = urlsplit(url)
        if place.netloc == RAW:
            return self._raw_file(place.path.strip("/").split("/")) is not None
        return place.netloc == GITHUB and self._has_page(place.path)

    def _has_page(self, url_path: str) -> bool:
        parts = url_path.strip("/").split("/")
        if "/".join(parts[:2]) != FULL_NAME:
            return False
        match parts[2:]:
            case [] | ["releases"] | ["issues"]:
                return True
            case ["blob", ref, *path]:
                release = self._at(ref)
                return release is not None and "/".join(path) in release.files
            case ["tree", ref, *path]:
                release = self._at(ref)
                return release is not None and "/".join(path) in release.folders()
        return False

    def _at(self, ref: str) -> Release | None:
        """What a branch, a tag or a commit names."""
        ref = ref.removeprefix("refs/").removeprefix("tags/")
        if ref in {BRANCH, "HEAD"}:
            return self.releases[0]
        return next((release for release in self.releases if ref in {release.tag, release.commit}), None)

    def _catalogue(self, request: web.Request, parts: list[str]) -> web.Response | None:
        sections: dict[str, Any] = {
            "integration": self._integrations(),
            "plugin": {},
            "template": {},
            "theme": {},
            "removed": [],
            "critical": [],
        }
        if len(parts) != 2 or parts[0] not in sections or parts[1] != "data.json":
            return None
        return _tagged(request, sections[parts[0]])

    def _icon(self, _: web.Request, parts: list[str]) -> web.Response | None:
        """Of what the catalogue lists, from where its repository has it."""
        if not self.listed or parts[:-1] != ["marketplace", self.latest.manifest["domain"]]:
            return None
        image = self.latest.files.get(f"{INTEGRATION}brand/{parts[-1]}")
        return None if image is None else web.Response(body=image, content_type="image/png")

    def _integrations(self) -> dict[str, Any]:
        """The section of integrations, each with what its makers' tools read from GitHub."""
        newest = self.latest
        manifest = newest.manifest
        common = {
            "description": _DESCRIPTION,
            "downloads": 0,
            "etag_repository": f'W/"{newest.commit}"',
            "last_commit": newest.commit[:7],
            # A number that grows with what there is to tell.
            "last_fetched": 1_795_000_000.0 + len(self.releases),
            "last_updated": PUSHED,
            "last_version": newest.tag,
            "open_issues": 0,
            "stargazers_count": 0,
            "topics": ["energy", "p1"],
        }
        other = common | {
            "domain": _OTHER["domain"],
            "full_name": _OTHER["full_name"],
            "manifest": {"name": _OTHER["name"]},
            "manifest_name": _OTHER["name"],
            "last_version": "v1.0.0",
        }
        ours = common | {
            "domain": manifest["domain"],
            "full_name": FULL_NAME,
            "manifest": {"name": json.loads(newest.files["hacs.json"])["name"]},
            "manifest_name": manifest["name"],
        }
        return {"271828182": other} | ({IDENTIFIER: ours} if self.listed else {})

    def _api(self, request: web.Request, parts: list[str]) -> web.Response | None:
        token = request.headers.get("Authorization", "").rpartition(" ")[2]
        if token not in {"", TOKEN}:
            return _json({"message": "Bad credentials"}, HTTPStatus.UNAUTHORIZED)
        if token:
            self.accounts.add(token)
        else:
            self._anonymous += 1
        if not token and self._anonymous > _ANONYMOUS_LIMIT:
            return _json({"message": "API rate limit exceeded for 127.0.0.1."}, HTTPStatus.FORBIDDEN)
        if parts == ["rate_limit"]:
            core = {"limit": 5000, "used": 1, "remaining": 4999, "reset": 1_900_000_000}
            return _json({"resources": {"core": core}, "rate": core})
        if parts[0] != "repos" or "/".join(parts[1:3]).lower() != FULL_NAME:
            return None
        document = self._told(parts[3:], request.query.get("ref", BRANCH))
        return None if document is None else _tagged(request, document)

    def _told(self, parts: list[str], ref: str) -> Any:
        """What the API tells of the repository, None where it knows nothing."""
        document: Any = None
        match parts:
            case []:
                document = self._repository()
            case ["releases"]:
                document = [release.document() for release in self.releases]
            case ["releases", "latest"]:
                document = self.latest.document()
            case ["branches", branch] if branch == BRANCH:
                document = {"name": branch, "commit": {"sha": self.releases[0].commit}}
            case ["git", "trees", *at] if release := self._at("/".join(at)):
                document = release.tree()
            case ["contents", *path] if release := self._at(ref):
                document = release.content("/".join(path))
        return document

    def _repository(self) -> dict[str, Any]:
        return {
            "id": int(IDENTIFIER),
            "name": "digimon",
            "full_name": FULL_NAME,
            "private": False,
            "html_url": f"https://{GITHUB}/{FULL_NAME}",
            "description": _DESCRIPTION,
            "fork": False,
            "archived": False,
            "default_branch": BRANCH,
            "has_issues": True,
            "open_issues": 0,
            "pushed_at": PUSHED,
            "stargazers_count": 0,
            "topics": ["home-assistant", "hacs", "integration", "energy", "p1"],
        }

    def _github(self, request: web.Request, parts: list[str]) -> web.Response | None:
        match parts:
            case ["login", "device", "code"]:
                return _json(
                    {
                        "device_code": "3584d83530557fdd1f46af8289938c8ef79f9dc5",
                        "user_code": "WDJB-MJHT",
                        "verification_uri": f"https://{GITHUB}/login/device",
                        "expires_in": 900,
                        "interval": 5,
                    }
                )
            case ["login", "oauth", "access_token"]:
                # Somebody has filled in the code there.
                return _json({"access_token": TOKEN, "token_type": "bearer", "scope": ""})
            case [owner, name, "archive", *ref] if f"{owner}/{name}" == FULL_NAME and ref[-1].endswith(".zip"):
                place = f"https://{ARCHIVES}/{FULL_NAME}/zip/{'/'.join(ref).removesuffix('.zip')}"
                return web.Response(status=HTTPStatus.FOUND, headers={"Location": place})
            case [owner, name, "releases", "download", tag, asset]:
                release = self._at(tag) if f"{owner}/{name}" == FULL_NAME else None
                if release is not None and asset in release.assets():
                    return web.Response(body=release.assets()[asset], content_type="application/octet-stream")
        return web.Response(text="A page of GitHub.") if self._has_page(request.path) else None

    def _archive(self, _: web.Request, parts: list[str]) -> web.Response | None:
        if "/".join(parts[:3]) != f"{FULL_NAME}/zip" or (release := self._at("/".join(parts[3:]))) is None:
            return None
        return web.Response(body=release.archive(), content_type="application/zip")

    def _raw(self, _: web.Request, parts: list[str]) -> web.Response | None:
        content = self._raw_file(parts)
        if content is None:
            return None
        # It shows text as text, whatever it is, and images as what they are.
        kinds = {".png": "image/png", ".svg": "image/svg+xml"}
        return web.Response(
            body=content,
            content_type=kinds.get(PurePosixPath(parts[-1]).suffix, "text/plain"),
            headers={"X-Content-Type-Options": "nosniff"},
        )

    def _raw_file(self, parts: list[str]) -> bytes | None:
        """A file by its path: owner, name, ref and path in the repository."""
        if "/".join(parts[:2]) != FULL_NAME or len(parts) < 4 or (release := self._at(parts[2])) is None:
            return None
        return release.files.get("/".join(parts[3:]))


def _json(document: Any, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    return web.json_response(document, status=status)


def _tagged(request: web.Request, document: Any) -> web.Response:
    """An answer that is left out for who has it already."""
    response = _json(document)
    assert isinstance(response.body, bytes)
    tag = f'"{hashlib.sha256(response.body).hexdigest()}"'
    if request.headers.get("If-None-Match") == tag:
        response = web.Response(status=HTTPStatus.NOT_MODIFIED)
    response.headers["ETag"] = tag
    return response


@asynccontextmanager
async def stand_in(certificate: Certificate, *releases: Release) -> AsyncIterator[StandIn]:
    """The servers on loopback, where the name of each host has to lead.

    :param certificate: of all their names.
    :param releases: newest first.
    """
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate.file)
    servers = StandIn(list(releases))
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", servers.handle)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, _LOOPBACK, _PORT, ssl_context=tls).start()
        yield servers
    finally:
        await runner.cleanup()
