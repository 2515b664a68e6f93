"""How many processor cores a run may use."""

import os
from pathlib import Path


def physical_cores() -> int:
    """Physical cores among the processors this process may use; at least 1."""
    try:
        processors = os.sched_getaffinity(0)
    except AttributeError:
        return max(1, (os.cpu_count() or 2) // 2)
    cores = set()
    for processor in processors:
        topology = Path(f"/sys/devices/system/cpu/cpu{processor}/topology")
        try:
            cores.add(((topology / "physical_package_id").read_text(), (topology / "core_id").read_text()))
        except OSError:
            cores.add((str(processor), ""))
    return max(1, len(cores))
