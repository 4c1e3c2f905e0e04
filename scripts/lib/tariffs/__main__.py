"""scripts/update-tariffs: adds a year of rates to the capacity tariff."""

import argparse
import csv
import sys
from collections.abc import Iterable, Sequence
from dataclasses import astuple, fields
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from custom_components.digimon.capacity.rates import RATES_FILE, Rate, parse_rates
from scripts.lib.tariffs.regulator import PAGE, SHEET, compare, merge, read_list
from scripts.lib.tariffs.workbook import WorkbookError, read_sheet

# Digests of the notes that a maintainer has read and found to be no news.
NOTES_FILE = Path(__file__).with_name("notes.txt")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="update-tariffs",
        description=f"Adds a year of rates from the workbook 'Distributienettarieven elektriciteit' ({PAGE}).",
    )
    parser.add_argument("workbook", type=Path, help="the .xlsx file, as downloaded")
    parser.add_argument("--maximum", type=Decimal, metavar="EUR", help="maximum tariff per kWh without VAT, if known")
    parser.add_argument("--notes", metavar="DIGEST", help="these changed notes were read and change no rule")
    parser.add_argument("--rates", type=Path, default=RATES_FILE, help=argparse.SUPPRESS)
    parser.add_argument("--accepted", type=Path, default=NOTES_FILE, help=argparse.SUPPRESS)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the workbook and write the rates; 1 when it is not what we know."""
    chosen = _parser().parse_args(arguments)
    try:
        rows = read_sheet(chosen.workbook.read_bytes(), SHEET)
        found = read_list(rows, maximum_per_kwh=chosen.maximum, seen=datetime.now(UTC).date())
        known = parse_rates(chosen.rates.read_text(encoding="utf-8").splitlines())
        compare(found.rates, known)
    except (OSError, WorkbookError) as error:
        print(f"update-tariffs: {error}", file=sys.stderr)
        return 1
    accepted = chosen.accepted.read_text(encoding="utf-8").split() if chosen.accepted.exists() else []
    if found.digest not in {*accepted, chosen.notes}:
        print("update-tariffs: notes that nobody has read yet:\n", file=sys.stderr)
        print("\n\n".join(found.notes), file=sys.stderr)
        print(f"\nIf they change no rule of the tariff: --notes {found.digest}", file=sys.stderr)
        return 1
    if found.digest not in accepted:
        chosen.accepted.write_text("".join(f"{digest}\n" for digest in [*accepted, found.digest]), encoding="utf-8")
    write(chosen.rates, merge(found.rates, known))
    for rate in found.rates:
        print(f"{rate.valid_from.year} {rate.area}: {rate.per_kw_year} per kW, {rate.per_kwh} per kWh")
    return 0


def write(path: Path, rates: Iterable[Rate]) -> None:
    """Write rates.csv."""
    names = [field.name for field in fields(Rate)]
    # The dates come first, as people look for a year.
    order = ["valid_from", "valid_until", "area", *names[3:]]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(order)
        for rate in rates:
            values = dict(zip(names, astuple(rate), strict=True))
            writer.writerow("" if values[name] is None else values[name] for name in order)


if __name__ == "__main__":
    sys.exit(main())
