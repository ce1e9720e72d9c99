"""Carries out a plan: the input and the server are asked again, and all of it is done or nothing."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from scn_sync.inputs import open_input, settle
from scn_sync.journal import UNFINISHED
from scn_sync.performing import perform_run
from scn_sync.planning import Plan, PlanCheck
from scn_sync.run_result import ImportResult
from scn_sync.session import Session
from scn_sync.settings import Settings
from scn_sync.sources import MailSource

ProgressBar = Callable[[MailSource], AbstractContextManager[Callable[[int, int], None]]]


def apply_plan(
    plan: Plan, session: Session, settings: Settings, *, progress: ProgressBar
) -> ImportResult | None:
    """Do what ``plan`` says and nothing else; None when it was done before.

    Everything is read, asked about and stored before the first batch is sent, and the server takes a batch only when it
    would still do with each record what the plan says. A plan whose sending was cut short is carried on from there.

    :raises PlanOutdated: too old, or made for another database or version.
    """
    head, journal = plan.head, session.journal
    run = journal.find(head.run)
    if run is not None and run.state == "complete":
        return None
    plan.check_server(session.server, session.info.module_version)
    if run is None or run.state != "released":  # what has begun is brought to its end
        plan.check_in_date()
    if run is None:
        run = journal.begin(head.run, "apply", head.server, head.source, head.origin, "staging")
    elif run.state not in UNFINISHED:
        journal.set_state(run, "staging")
        run = journal.find(head.run) or run
    settings = settings.model_copy(update={"mapping": head.mapping})
    source = open_input(Path(head.input), settings, head.from_start)
    try:
        with progress(source) as tell:
            return perform_run(
                source,
                session.inbox,
                journal,
                run,
                batch_size=settings.batch_size,
                limits=session.info.limits,
                observer=PlanCheck(plan, session.info.is_manager),
                expect=True,
                on_progress=tell,
                on_accounted=lambda outcomes: settle(source, outcomes),
            )
    finally:
        source.close()
