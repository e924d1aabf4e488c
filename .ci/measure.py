"""Measures the start time of `countersign dev`, from exec to the line `ready`, and its memory when idle.

python3 .ci/measure.py BINARY

Runs on a database in memory, as test suites do, and on an existing SQLite file. Fails if the best of three rounds is
over a limit: other programs make a round slower, but never faster.
"""

import statistics
import sys
import tempfile

from server import Server, ask

ROUNDS, RUNS = 3, 20
START_LIMIT_MS = 150
MEMORY_LIMIT_MIB = 40
DATABASES = ("sqlite::memory:", "sqlite://countersign.db")


def resident_mib(process_id):
    with open(f"/proc/{process_id}/status") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    raise RuntimeError("no VmRSS")


def start(binary, folder, database):
    return Server(
        binary, "dev", "--listen", "127.0.0.1:0", "--sandbox-listen", "127.0.0.1:0",
        "--database-url", database, folder=folder,
    )


def one_round(binary, folder, database):
    starts, memory = [], []
    for _ in range(RUNS):
        with start(binary, folder, database) as server:
            starts.append(server.seconds_to_ready * 1000)
            ask(f"{server.api}/health/ready")
            memory.append(resident_mib(server.process.pid))
    return statistics.median(starts), statistics.median(memory), max(starts)


def within_limits(binary, database):
    print(f"{database}:")
    with tempfile.TemporaryDirectory() as folder:
        with start(binary, folder, database):
            pass  # makes the database
        rounds = [one_round(binary, folder, database) for _ in range(ROUNDS)]
    for milliseconds, memory, slowest in rounds:
        print(
            f"  median of {RUNS}: ready after {milliseconds:.0f} ms (slowest {slowest:.0f}), "
            f"{memory:.1f} MiB resident when idle"
        )
    milliseconds, memory, _ = (min(values) for values in zip(*rounds))
    print(f"  best round: {milliseconds:.0f} ms (limit {START_LIMIT_MS}), {memory:.1f} MiB (limit {MEMORY_LIMIT_MIB})")
    return milliseconds <= START_LIMIT_MS and memory <= MEMORY_LIMIT_MIB


def main():
    results = [within_limits(sys.argv[1], database) for database in DATABASES]
    if not all(results):
        sys.exit("over the limit")


main()
