"""Work in batches on dask.distributed: results come back as they are made, none is lost.

A batch that kills its worker is halved until the item that does it is found.
"""

from __future__ import annotations

import contextlib
from asyncio import CancelledError
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import dask
from distributed import Client, KilledWorker, LocalCluster, as_completed
from distributed.comm.core import CommClosedError

from grader.judge.errors import CourseError

Batch = list[tuple[str, Any]]
AHEAD = 2  # batches for each worker that are under way at a time, so that memory stays flat
MOST_IN_A_BATCH = 25
DEATHS = 1  # of its worker that a batch may survive before it is halved


class ClusterError(CourseError):
    """There is no cluster, or it is gone; the message says how to go on."""


@contextlib.contextmanager
def cluster(workers: int | None, scheduler: str | None) -> Iterator[Client]:
    """A client of the scheduler at this address, or of a cluster on this machine.

    Raises:
        ClusterError: if nobody answers there.
    """
    settings = {
        "distributed.scheduler.allowed-failures": DEATHS,
        "distributed.worker.memory.pause": False,  # students' code has limits of its own
        "distributed.admin.low-level-log-length": 4,  # messages, and hand-ins are in them
        "distributed.admin.large-graph-warning-threshold": "1 GB",  # hand-ins may be large
    }
    with dask.config.set(settings):
        if scheduler:
            try:
                client = Client(scheduler, timeout="10s")
            except (OSError, ValueError, TimeoutError) as error:
                said = str(error).partition("\n")[0]
                raise ClusterError(f"No dask scheduler answers at {scheduler} ({said}).") from None
            with client:
                yield client
            return
        with (
            LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                dashboard_address="127.0.0.1:0",  # a free port, so that two clusters may run
                host="127.0.0.1",
                silence_logs="CRITICAL",
            ) as local,
            Client(local) as client,
        ):
            yield client


@dataclass(frozen=True)
class Failure:
    """One item that no worker could do."""

    why: str


def results(
    client: Client,
    work: Callable[[str, Sequence[Any]], Sequence[Any]],
    shared: str,
    items: Iterable[tuple[str, Any]],
    count: int,
) -> Iterator[dict[str, Any]]:
    """What `work(shared, items)` gives for each item, by name, a batch at a time, in any order.

    Args:
        shared: what all items need, as JSON.
        items: `(name, item)`; they are made while others are being worked on.
        count: how many there are.

    Raises:
        ClusterError: when the scheduler is gone.
    """
    workers = max(1, len(client.scheduler_info(n_workers=-1)["workers"]))
    size = max(1, min(MOST_IN_A_BATCH, count // (4 * workers)))
    waiting = _batches(iter(items), size)
    sent: dict[Any, Batch] = {}
    suspects: Batch = []

    def send(batch: Batch) -> Any:
        future = client.submit(work, shared, [item for _, item in batch], pure=False)
        sent[future.key] = batch
        return future

    under_way = as_completed(list(map(send, islice(waiting, AHEAD * workers))))
    try:
        for future in under_way:
            batch = sent.pop(future.key)
            if future.status == "finished":
                yield dict(zip((name for name, _ in batch), future.result(), strict=True))
            elif future.status != "error":
                raise _gone(client)
            elif len(batch) == 1:
                suspects += batch  # or its neighbour on the worker that died
            else:
                half = len(batch) // 2
                under_way.update(map(send, (batch[:half], batch[half:])))
            future.release()
            under_way.update(map(send, islice(waiting, max(0, AHEAD * workers - len(sent)))))
        for name, item in suspects:  # one after the other, with nobody else under way
            alone = client.submit(work, shared, [item], pure=False)
            error = alone.exception()
            yield {name: Failure(_why(error)) if error else alone.result()[0]}
    except (CommClosedError, CancelledError, OSError, TimeoutError):
        raise _gone(client) from None


def _batches(items: Iterator[tuple[str, Any]], size: int) -> Iterator[Batch]:
    while batch := list(islice(items, size)):
        yield batch


def _why(error: Any) -> str:
    if isinstance(error, KilledWorker):
        return "the program that grades it died each time"
    return f"grading it ended in {type(error).__name__}"


def _gone(client: Client) -> ClusterError:
    return ClusterError(
        f"The scheduler {client.scheduler.addr if client.scheduler else ''} is gone. What was "
        "graded so far is in the journal: run the same command again."
    )
