"""`python -m benchmarks`: measures all of it, or the parts that are named, and prints a table."""

import argparse
import os
import shlex
import sys
import time

from benchmarks import batch, complaints, feedback, growth, postgres, reads, report, search, shop

PARTS = ("reads", "batch", "memory", "growth", "search", "complaints", "feedback")
_USUAL = PARTS[:4]


def main() -> None:
    chosen = _arguments()
    started = time.monotonic()

    def say(what: str) -> None:
        print(f"{time.monotonic() - started:6.0f} s  {what}", flush=True)

    found = report.Found(chosen.seconds, chosen.rounds)
    with postgres.databases() as databases:
        found.postgres = databases.version()
        if "reads" in chosen.only:
            scale = shop.Scale(chosen.customers, chosen.customers * 5, chosen.customers * 5 // 2, regulars=True)
            found.scale = scale
            found.beside = reads.measure(databases, scale, chosen.seconds, chosen.rounds, say)
        if "batch" in chosen.only:
            found.copied = batch.speed(databases, chosen.customers, chosen.batch_receipts, chosen.batch_rounds, say)
        if "memory" in chosen.only:
            found.memory = batch.memory(databases, chosen.customers, chosen.upload_megabytes * 1_000_000, say)
        if "growth" in chosen.only:
            found.growth = growth.with_customers(databases, chosen.growth_receipts, say)
            if chosen.same_customers:
                found.more_receipts = growth.with_receipts(databases, chosen.growth_receipts, say)
        if "search" in chosen.only:
            found.searched = chosen.search_customers, search.measure(databases, chosen.search_customers, say)
        if "complaints" in chosen.only:
            found.complained = complaints.measure(databases, chosen.complaints, say)
        if "feedback" in chosen.only:
            found.heard = feedback.measure(databases, chosen.feedback, say)
    print("\n" + report.table(found))
    if chosen.write:
        report.write(found)


def _arguments() -> argparse.Namespace:
    """From the command line, after what RAPPORT_BENCH_ARGS says."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(_USUAL), help="the parts to measure")
    parser.add_argument("--write", action="store_true", help="put what was measured into docs/benchmarks.md")
    parser.add_argument("--customers", type=int, default=20_000, help="with 5 interactions and 2.5 receipts each")
    parser.add_argument("--seconds", type=float, default=5, help="length of a round")
    parser.add_argument("--rounds", type=int, default=5, help="of the service and the bare handler each")
    parser.add_argument("--batch-receipts", type=int, default=50_000)
    parser.add_argument("--batch-rounds", type=int, default=3)
    parser.add_argument("--upload-megabytes", type=int, default=200)
    parser.add_argument("--growth-receipts", type=int, default=1_000_000)
    parser.add_argument("--same-customers", action="store_true", help="growth with the number of customers fixed, too")
    parser.add_argument("--search-customers", type=int, default=1_000_000)
    parser.add_argument("--complaints", type=int, default=200_000)
    parser.add_argument("--feedback", type=int, default=1_000_000)
    return parser.parse_args([*shlex.split(os.environ.get("RAPPORT_BENCH_ARGS", "")), *sys.argv[1:]])


if __name__ == "__main__":
    main()
