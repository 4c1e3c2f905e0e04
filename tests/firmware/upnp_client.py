"""What async-upnp-client, with which Home Assistant listens, hears of one board; a program for its environment.

Usage: upnp_client.py OWN_ADDRESS UUID
Prints one line of JSON for each message: notifications, the answers to a search for each target, and the description
of the device with its icon. Ends with its input.
"""

import asyncio
import base64
import contextlib
import json
import sys
from urllib.parse import urljoin

import aiohttp
from async_upnp_client.advertisement import SsdpAdvertisementListener
from async_upnp_client.aiohttp import AiohttpRequester
from async_upnp_client.client_factory import UpnpFactory
from async_upnp_client.search import async_search
from async_upnp_client.utils import CaseInsensitiveDict

BASIC = "urn:schemas-upnp-org:device:Basic:1"


def tell(kind: str, **values: object) -> None:
    sys.stdout.write(json.dumps({"kind": kind, **values}) + "\n")
    sys.stdout.flush()


async def search(own: str, uuid: str, target: str) -> str:
    """Search until the board has answered; where its description is."""
    place: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def answered(headers: CaseInsensitiveDict) -> None:
        if uuid in headers["usn"] and not place.done():
            wanted = ("st", "usn", "location", "cache-control")
            tell("answer", target=target, **{name: headers[name] for name in wanted})
            place.set_result(headers["location"])

    while not place.done():
        await async_search(answered, timeout=1, search_target=target, source=(own, 0))
    return await place


async def describe(location: str) -> None:
    """Fetch what the location names, as Home Assistant would to make a device of it."""
    device = await UpnpFactory(AiohttpRequester()).async_create_device(location)
    (icon,) = device.icons
    async with aiohttp.ClientSession() as session, session.get(urljoin(location, icon.url)) as response:
        content = base64.b64encode(await response.read()).decode()
        icon_type = response.content_type
    tell(
        "device",
        name=device.name,
        model=device.model_name,
        manufacturer=device.manufacturer,
        serial=device.serial_number,
        udn=device.udn,
        icon=content,
        icon_types=[icon.mimetype, icon_type],
    )


async def main() -> None:
    own, uuid = sys.argv[1:]

    async def heard(headers: CaseInsensitiveDict) -> None:
        if uuid in headers["usn"]:
            tell("notify", nts=headers["nts"], nt=headers["nt"], location=headers.get("location"))

    listener = SsdpAdvertisementListener(async_on_alive=heard, async_on_byebye=heard, source=(own, 0))
    await listener.async_start()
    tell("ready")
    places = {await search(own, uuid, target) for target in ("upnp:rootdevice", BASIC, uuid)}
    for place in places:
        await describe(place)
    await asyncio.to_thread(sys.stdin.read)
    with contextlib.suppress(OSError):
        await listener.async_stop()


asyncio.run(main())
