"""`python -m benchmarks`: runs the usual parts, or those that are named, and prints tables."""

import argparse
import os
import shlex
import sys
import time

from benchmarks import batch, complaints, feedback, growth, postgres, reads, report, search, shop

PARTS = ("reads", "batch", "memory", "growth", "search", "complaints", "feedback")
_DEFAULT_PARTS = PARTS[:4]


def main() -> None:
    options = _parse_options()
    started = time.monotonic()

    def log(message: str) -> None:
        print(f"{time.monotonic() - started:6.0f} s  {message}", flush=True)

    results = report.Results(options.seconds, options.rounds)
    with postgres.run_postgres() as databases:
        results.postgres = databases.version()
        if "reads" in options.only:
            scale = shop.Scale(options.customers, options.customers * 5, options.customers * 5 // 2, regulars=True)
            results.scale = scale
            results.comparisons = reads.measure(databases, scale, options.seconds, options.rounds, log)
        if "batch" in options.only:
            results.copy = batch.speed(databases, options.customers, options.batch_receipts, options.batch_rounds, log)
        if "memory" in options.only:
            results.memory = batch.memory(databases, options.customers, options.upload_megabytes * 1_000_000, log)
        if "growth" in options.only:
            results.growth = growth.with_customers(databases, options.growth_receipts, log)
            if options.same_customers:
                results.more_receipts = growth.with_receipts(databases, options.growth_receipts, log)
        if "search" in options.only:
            results.search = search.measure(databases, options.search_customers, log)
        if "complaints" in options.only:
            results.complaints = complaints.measure(databases, options.complaints, log)
        if "feedback" in options.only:
            results.feedback = feedback.measure(databases, options.feedback, log)
    print("\n" + report.tables(results))
    if options.write:
        report.write(results)


def _parse_options() -> argparse.Namespace:
    """Those of RAPPORT_BENCH_ARGS, and then those of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(_DEFAULT_PARTS), help="parts to run")
    parser.add_argument("--write", action="store_true", help="update the tables in docs/benchmarks.md")
    parser.add_argument("--customers", type=int, default=20_000, help="each has 5 interactions and 2.5 receipts")
    parser.add_argument("--seconds", type=float, default=5, help="length of a round")
    parser.add_argument("--rounds", type=int, default=5, help="rounds for the service and the bare handler each")
    parser.add_argument("--batch-receipts", type=int, default=50_000)
    parser.add_argument("--batch-rounds", type=int, default=3)
    parser.add_argument("--upload-megabytes", type=int, default=200)
    parser.add_argument("--growth-receipts", type=int, default=1_000_000)
    parser.add_argument(
        "--same-customers", action="store_true", help="also measure growth with a fixed number of customers"
    )
    parser.add_argument("--search-customers", type=int, default=1_000_000)
    parser.add_argument("--complaints", type=int, default=200_000)
    parser.add_argument("--feedback", type=int, default=1_000_000)
    return parser.parse_args([*shlex.split(os.environ.get("RAPPORT_BENCH_ARGS", "")), *sys.argv[1:]])


if __name__ == "__main__":
    main()
