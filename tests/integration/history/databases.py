"""PostgreSQL and MariaDB for one run of the tests: in a folder of their own, on a socket in it, and never as root.

Their clocks stand at another time of day than that of Home Assistant and the meter, as they may.
"""

import os
import pwd
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest
from pymysql import converters
from pytest_homeassistant_custom_component.patch_time import HAFakeDatetime
from sqlalchemy import URL, NullPool, create_engine, text

_NOBODY: Final = "nobody"
_SYSTEM_TABLES: Final = ("mariadb_system_tables.sql", "mariadb_system_tables_data.sql")


class Server:
    """A database server that runs."""

    def __init__(self, url: URL, create: str) -> None:
        """:param create: the command that makes a database, with a place for its name."""
        self._url = url
        self._create = create
        self._numbers = count(1)

    @contextmanager
    def database(self) -> Iterator[str]:
        """An empty database, as its URL."""
        name = f"homeassistant{next(self._numbers)}"
        self._do(self._create.format(name=name))
        try:
            yield self._url.set(database=name).render_as_string(hide_password=False)
        finally:
            self._do(f"DROP DATABASE {name}")

    def _do(self, command: str) -> None:
        engine = create_engine(self._url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            connection.execute(text(command))


@contextmanager
def postgresql() -> Iterator[Server]:
    """PostgreSQL, of which the database `postgres` is the one to begin in."""
    programs = _programs("usr/lib/postgresql/*/bin", "postgres")
    with _folder() as folder:
        data = folder / "data"
        _run([programs / "initdb", "-D", data, "-U", "digimon", "-A", "trust", "--locale=C", "-E", "UTF8", "-N"])
        command: list[str | Path] = [
            programs / "postgres",
            "-D",
            data,
            "-k",
            folder,
            "-c",
            "listen_addresses=",
            "-c",
            "fsync=off",
        ]
        with _running([*command, "-c", "timezone=<+09>-09"], "ready to accept connections"):
            url = URL.create("postgresql", "digimon", database="postgres", query={"host": str(folder)})
            yield Server(url, "CREATE DATABASE {name}")


@contextmanager
def mariadb() -> Iterator[Server]:
    """MariaDB, in which everybody may everything."""
    programs = _programs("usr/sbin", "mariadbd")
    share = programs.parent / "share/mariadb"
    with _folder() as folder:
        data, socket = folder / "data", folder / "socket"
        base: list[str | Path] = [
            programs / "mariadbd",
            "--no-defaults",
            f"--basedir={programs.parent}",
            f"--datadir={data}",
        ]
        base += [f"--lc-messages-dir={share}", f"--tmpdir={folder}", "--innodb-flush-log-at-trx-commit=0"]
        tables = "\n".join((share / name).read_text(encoding="utf-8") for name in _SYSTEM_TABLES)
        _run([*base, "--bootstrap"], told=f"CREATE DATABASE mysql;\nUSE mysql;\n{tables}")
        command = [
            *base,
            "--skip-grant-tables",
            "--skip-networking",
            f"--socket={socket}",
            "--default-time-zone=+09:00",
        ]
        # As Home Assistant's own fixtures do for the other driver: time that a test has stopped is a datetime as well.
        converters.conversions[HAFakeDatetime] = converters.encoders[HAFakeDatetime] = converters.escape_datetime
        with _running(command, "ready for connections"):
            url = URL.create("mysql+pymysql", "digimon", query={"unix_socket": str(socket), "charset": "utf8mb4"})
            yield Server(url, "CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")


def _programs(folder: str, name: str) -> Path:
    """Where a server of `scripts/setup databases` is; in CI it has to be there."""
    found = list(Path(os.environ.get("DIGIMON_DATABASES") or "/nowhere").glob(f"{folder}/{name}"))
    if not found:
        reason = f"{name} is not there: run scripts/test integration"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found[-1].parent


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder of who runs the server, with a path that is short enough for a socket in it."""
    with tempfile.TemporaryDirectory(prefix="digimon-") as name:
        folder = Path(name)
        (folder / "data").mkdir(mode=0o700)
        if (owner := _owner()) is not None:
            for path in (folder, folder / "data"):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        yield folder


def _owner() -> pwd.struct_passwd | None:
    """Who runs a server: the person, but nobody instead of root."""
    return pwd.getpwnam(_NOBODY) if os.geteuid() == 0 else None


def _settings() -> dict[str, Any]:
    """How to start a program of a server."""
    owner = _owner()
    user = {} if owner is None else {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    return {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "cwd": "/", **user}


def _run(command: Sequence[str | Path], *, told: str = "") -> None:
    """Run a command to its end."""
    done = subprocess.run(command, input=told, check=False, **_settings())
    assert done.returncode == 0, done.stdout


@contextmanager
def _running(command: Sequence[str | Path], ready: str) -> Iterator[None]:
    """A server, from the line that says that it is ready on."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, **_settings()) as process:
        # What it says later waits in the pipe, which holds far more than a test makes it say.
        try:
            lines = []
            for line in process.stdout or ():
                lines.append(line)
                if ready in line:
                    break
            else:
                pytest.fail("".join(lines))
            yield
        finally:
            process.terminate()
            process.communicate()
