"""The parts of `cosmicman annotate` that are about a pool of pictures: from finding them to a data set."""

import argparse

from server.cli.annotate.pool import collect, filter, parse, publish, takedown

PARTS = (collect, filter, parse, publish, takedown)


def add(parts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    for part in PARTS:
        part.add(parts)
