"""Simulates a build in shards: how many shards a worker should get.

    python benchmarks/shards.py                        the table of docs/scale.md
    python benchmarks/shards.py --articles 100000 --workers 8 --speed 12

Articles of some lengths fall to shards by hash; each of the workers takes the next shard from a queue, as an array job
or `--executor` does. Starting a shard costs time. A worker fails at a rate an hour, at any moment: what it did since
the last article it finished is lost, the rest of the shard goes to the end of the queue and is started again. Some
workers are slower than the others.

The figure is the makespan (until the last shard is done) over the ideal one, in which all workers work at their speed,
to the end, on nothing but articles: the median and, behind it, the worst of the runs. Lengths are log-normal, of the
median that seeds/ has; with a tail, one article in a thousand is a book instead (Pareto, of 500 sentences and more,
exponent 1.5, up to 20,000).
"""

import argparse
from collections import deque
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush

import numpy as np

SHARDS = (1, 2, 4, 8, 16, 32, 64)  # a worker


@dataclass(frozen=True, slots=True)
class World:
    """What a cluster and its articles are like; times are seconds."""

    articles: int = 200_000
    workers: int = 64
    speed: float = 50  # sentences a second and worker
    start: float = 5  # of a shard: the model, the list of articles
    median: float = 24  # sentences of an article
    sigma: float = 0.7  # of their logarithm
    books: float = 0  # share of articles
    failures: float = 0  # an hour and worker
    slow: float = 0  # share of workers at half speed


def lengths(world: World, draw: np.random.Generator) -> np.ndarray:
    """Draw the sentences of each article."""
    found = draw.lognormal(np.log(world.median), world.sigma, world.articles)
    books = draw.random(world.articles) < world.books
    found[books] = np.minimum(500 * (1 + draw.pareto(1.5, books.sum())), 20_000)
    return np.ceil(found)


def makespan(world: World, shards: int, draw: np.random.Generator) -> float:
    """Give the time until all shards are done, over the ideal one."""
    found = lengths(world, draw)
    place = draw.integers(shards, size=len(found))
    order = np.argsort(place, kind="stable")
    ends = np.split(found[order], np.cumsum(np.bincount(place, minlength=shards))[:-1])
    # Of each shard, the work that is done when each of its articles is, what of it is done, and from when it can go on.
    queue = deque((np.cumsum(part), 0.0, 0.0) for part in ends)
    speeds = np.where(draw.random(world.workers) < world.slow, world.speed / 2, world.speed)
    free = [(0.0, worker) for worker in range(world.workers)]
    heapify(free)
    last = 0.0
    while queue:
        now, worker = heappop(free)
        work, done, ready = queue.popleft()
        now = max(now, ready)
        total = work[-1] if len(work) else 0.0
        needed = world.start + (total - done) / speeds[worker]
        lives = draw.exponential(3600 / world.failures) if world.failures else np.inf
        if lives < needed:
            reached = done + max(0.0, lives - world.start) * speeds[worker]
            whole = np.searchsorted(work, reached, side="right")
            queue.append((work, max(done, work[whole - 1] if whole else 0.0), now + lives))
            heappush(free, (now + lives, worker))
        else:
            last = max(last, now + needed)
            heappush(free, (now + needed, worker))
    return float(last / (found.sum() / speeds.sum()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    world = World()
    parser.add_argument("--articles", type=int, default=world.articles)
    parser.add_argument("--workers", type=int, default=world.workers)
    parser.add_argument("--speed", type=float, default=world.speed, help="sentences a second and worker")
    parser.add_argument("--start", type=float, default=world.start, help="seconds that a shard takes to begin")
    parser.add_argument("--runs", type=int, default=9)
    options = parser.parse_args()
    world = replace(world, **{name: value for name, value in vars(options).items() if name != "runs"})
    worlds = {
        "articles alone": replace(world, start=0),
        "start-up": world,
        "books": replace(world, books=0.001),
        "failures, one in 5 h": replace(world, failures=0.2),
        "a tenth at half speed": replace(world, slow=0.1),
        "all of these": replace(world, books=0.001, failures=0.2, slow=0.1),
    }
    hours = lengths(world, np.random.default_rng(0)).sum() / world.speed / world.workers / 3600
    print(f"{world.articles:,} articles, {world.workers} workers, {hours:.2f} hours at best\n")
    print("| shards a worker | " + " | ".join(worlds) + " |\n|---|" + "---|" * len(worlds))
    for each in SHARDS:
        cells = []
        for one in worlds.values():
            runs = [makespan(one, each * one.workers, np.random.default_rng(run)) for run in range(options.runs)]
            cells.append(f"{np.median(runs):.2f} ({max(runs):.2f})")
        print(f"| {each} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
