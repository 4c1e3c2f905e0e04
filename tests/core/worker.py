"""Answers questions about core on standard input, under any of the two runtimes.

Each line is a JSON array: ["split", [hexadecimal chunks]], ["decode", [hexadecimal telegrams]] or
["quarters", path of a file of telegrams]. Each answer is one line of JSON.
"""

import json
import sys

from core.obis import Decoder
from core.quarter import QuarterAccumulator
from core.telegram import TelegramSplitter


def split(chunks):
    """The telegrams found, in hexadecimal, and the rejects by reason."""
    splitter = TelegramSplitter()
    found = []
    for chunk in chunks:
        found.extend(telegram.hex() for telegram in splitter.feed(bytes.fromhex(chunk)))
    return [found, splitter.rejected]


def decode(telegrams):
    """The documents of telegrams decoded one after the other, each with the lines that could not be read."""
    decoder = Decoder()
    documents = []
    for telegram in telegrams:
        # A copy: the decoder goes on with the same dict.
        document = json.loads(json.dumps(decoder.decode(bytes.fromhex(telegram))))
        documents.append([document, decoder.unreadable])
    return documents


def quarters(path):
    """The quarter documents of a file of telegrams, the running one last."""
    splitter = TelegramSplitter()
    decoder = Decoder()
    accumulator = QuarterAccumulator()
    documents = []
    with open(path, "rb") as file:  # noqa: PTH123 - MicroPython has no pathlib
        while True:
            chunk = file.read(1000)
            if not chunk:
                break
            for telegram in splitter.feed(chunk):
                finished = accumulator.add(decoder.decode(telegram))
                if finished:
                    documents.append("".join(finished.document()))
    if accumulator.running:
        documents.append("".join(accumulator.running.document()))
    return documents


QUESTIONS = {"split": split, "decode": decode, "quarters": quarters}

if __name__ == "__main__":
    while True:
        line = sys.stdin.readline()
        if not line:
            break
        question, argument = json.loads(line)
        print(json.dumps(QUESTIONS[question](argument)))
