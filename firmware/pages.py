"""Makes the board's pages ready for its flash: few files, compressed, so that a browser takes one or two requests.

A board serves five clients, one request per connection, and a browser would ask for all modules of a page at once. So
the style becomes part of the page, and the modules that a script imports become one file with it. A page names its
script with a hash of the content, which a browser may therefore keep for ever.
"""

import gzip
import hashlib
import re
from pathlib import Path

from frontend.bundle import script

_STYLE = re.compile(r'<link rel="stylesheet" href="([\w.-]+)">')
_SCRIPT = re.compile(r'<script type="module" src="([\w.-]+)">')
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)

_HASH_DIGITS = 8


def ready(folder: Path) -> dict[str, bytes]:
    """What the board serves, pages compressed, by name.

    :param folder: the sources: pages, and what they name.
    """
    files: dict[str, str] = {}
    for page in sorted(folder.glob("*.html")):
        text = _STYLE.sub(lambda found: f"<style>\n{_plain(folder / found[1])}</style>", page.read_text())
        for name in _SCRIPT.findall(text):
            files[name] = script(folder / name)
            digest = hashlib.sha256(files[name].encode()).hexdigest()[:_HASH_DIGITS]
            text = text.replace(f'src="{name}"', f'src="{name}?v={digest}"')
        files[page.name] = _INDENT.sub("", text)
    # Without a time, so that the same sources give the same bytes.
    compressed = {f"{name}.gz": gzip.compress(text.encode(), mtime=0) for name, text in files.items()}
    # What the board puts values into stays as it is, but for what only makes it readable.
    return compressed | {path.name: _one_line(path).encode() for path in sorted(folder.glob("*.xml"))}


def _one_line(path: Path) -> str:
    return "".join(line.strip() for line in path.read_text().splitlines())


def _plain(path: Path) -> str:
    return _INDENT.sub("", re.sub(r"/\*.*?\*/\n?", "", path.read_text(), flags=re.DOTALL))
