"""From settings to what a verification needs."""

from prometheus_client import CollectorRegistry

from deploy.consenting.people import people_in
from deploy.consenting.watching import Needed
from deploy.rulebook import load_rulebook
from deploy.settings import Settings
from deploy.signing import private_key, public_key
from deploy.verify.checkpoints import Checkpoint
from deploy.verify.differences import Difference
from deploy.verify.figures import Figures
from deploy.verify.office import Consents
from deploy.verify.proof import checkpoints_in
from deploy.verify.watching import Signing, Watch
from deploy.verify.whole import Source
from streams.core.moments import moment_of
from streams.topics import ACTS, prefixed


def source_of(settings: Settings) -> Source:
    """Return where the log is and the rules that count before anything was published.

    Raises ReferenceError, PeopleUnusable.
    """
    first = load_rulebook(settings.reference.folder)
    kafka = settings.kafka
    return Source(kafka.cluster, kafka.prefix, first, settings.worker.replay, consents=_consents_of(settings))


def _consents_of(settings: Settings) -> Consents | None:
    asked = settings.consent
    if asked.people_file is None:
        return None
    needed = Needed(asked.needed, 0 if asked.since is None else moment_of(asked.since))
    return Consents(people_in(asked.people_file), prefixed(settings.kafka.prefix, ACTS), needed)


def checkpoints_of(settings: Settings) -> tuple[list[Checkpoint], list[Difference]]:
    """Return the checkpoints that are kept, and what is none; raises KeyUnusable, OSError."""
    file = settings.audit.public_key_file
    return checkpoints_in(settings.audit.checkpoints, None if file is None else public_key(file))


def watch_of(settings: Settings) -> tuple[Watch, CollectorRegistry]:
    """Return the watch and its figures.

    Raises ReferenceError, PeopleUnusable, KeyUnusable, OSError, ForgedCheckpoints.
    """
    audit, registry = settings.audit, CollectorRegistry()
    kept, forged = checkpoints_of(settings)
    if forged:
        raise ForgedCheckpoints("\n".join(one.told for one in forged))
    signing = None
    if audit.key_file is not None and audit.checkpoints is not None:
        signing = Signing(private_key(audit.key_file), audit.checkpoints, audit.checkpoint_lines)
    watch = Watch(source_of(settings), Figures(registry), kept=kept, signing=signing)
    watch.index = audit.index
    return watch, registry


class ForgedCheckpoints(Exception):
    """In the folder of the checkpoints lies what our key did not sign; a line for each."""
