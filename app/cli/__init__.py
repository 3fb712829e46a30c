"""The command `rapport`: a module for each subject, put together here.

The modules import what only one command needs when that command runs: importing everything takes seconds, and
`rapport --help` or `rapport keys list` should not wait for a web framework.
"""

import typer

from app.cli import contract, importing, jobs, keys, migrate, sample, serve, worker

main = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Rapport: a headless customer relationship service."
)
main.command("serve")(serve.serve)
main.command("worker")(worker.run_worker)
main.command("migrate")(migrate.migrate)
main.command("sample")(sample.load_sample)
main.command("contract")(contract.write_contract)
main.command("import")(importing.import_file)
main.add_typer(keys.commands, name="keys")
main.add_typer(jobs.commands, name="jobs")
