"""Reading files on many machines: ``build --scheduler`` gives the work to Dask (the extra ``resograph[dask]``).

A scheduler is an address ("tcp://10.0.0.5:8786"), or "local" for one started here with a process for each core.  Its workers need
this program in the same version, and the files under the same paths (a shared folder).  They read and annotate, and hand back
N-Quads; what is loaded and derived is loaded and derived here, in the order of the files, so that the graph is that of one process.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from typing import Any

from resograph.errors import ResographError

PATIENCE = 20.0
"""Seconds in which a scheduler must answer, and have a worker."""


@contextmanager
def executor(scheduler: str, jobs: int = 0) -> Iterator[Executor]:
    """The workers of *scheduler* as an executor; *jobs* limits those of "local".  ``ResographError`` where there are none."""
    try:
        import distributed
    except ImportError as error:
        raise ResographError("--scheduler needs Dask: pip install 'resograph[dask]'") from error
    with ExitStack() as stack:
        dask: Any = distributed
        try:
            where: Any = scheduler
            if scheduler == "local":
                where = stack.enter_context(dask.LocalCluster(n_workers=jobs or None, threads_per_worker=1, dashboard_address=None))
            client: Any = stack.enter_context(dask.Client(where, timeout=PATIENCE))
            client.wait_for_workers(1, timeout=PATIENCE)
        except (OSError, TimeoutError, ValueError) as error:
            reason = " ".join(str(error).split())[:200]
            raise ResographError(f"the scheduler {scheduler} cannot be used ({reason}); see that it runs there and has workers") from error
        _refuse_others(client)
        yield stack.enter_context(client.get_executor())


def _refuse_others(client: Any) -> None:
    """``ResographError`` where a worker would read the files differently."""
    from resograph.build import code_digest

    mine = code_digest()
    try:
        theirs = client.run(_digest_there)
    except Exception as error:  # whatever goes wrong on another machine comes back as itself
        raise ResographError(f"a worker cannot run this program ({type(error).__name__}); install the same version there") from error
    if other := next((address for address, digest in theirs.items() if digest != mine), None):
        raise ResographError(f"the worker {other} has another version of this program; install the same version there")


def _digest_there() -> str:
    from resograph.build import code_digest

    return code_digest()
