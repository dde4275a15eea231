"""The command that prints the ledger."""

from __future__ import annotations

import argparse
import sys

from tisstats.cli.commands.usage import wrong_values
from tisstats.cli.exit_codes import SUCCESS


def claims(parsed: argparse.Namespace) -> int:
    """Print the ledger of claims."""
    # A caller in this process may have changed what is imported: its output is not kept.
    if parsed.data is None and parsed.own_process:
        from tisstats.cli.kept_ledger import kept_ledger

        words = (parsed.format, parsed.verdict)
        sys.stdout.write(kept_ledger(words, lambda: _printed_ledger(parsed)))
    else:
        sys.stdout.write(_printed_ledger(parsed))
    return SUCCESS


def _printed_ledger(parsed: argparse.Namespace) -> str:
    """Evaluate the claims and return them as the command prints them."""
    from tisstats.ledger import PublishedFacts, Summary, evaluate
    from tisstats.ledger.output import FORMATS
    from tisstats.lim2021 import claims as lim2021

    published = PublishedFacts.read(parsed.data)
    of_lim2021 = published.name == lim2021.PACKAGE
    ledger = lim2021.evaluate_ledger(published) if of_lim2021 else evaluate(published)
    with wrong_values():
        shown = ledger.with_verdict(parsed.verdict)
    return FORMATS[parsed.format](shown, Summary.of(ledger))
