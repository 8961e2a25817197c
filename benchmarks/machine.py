"""What a figure was measured on; every benchmark prints it first."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def describe_machine() -> str:
    """One line: processor, cores, memory, system, Python."""
    processor, memory = platform.processor() or platform.machine(), ""
    cpuinfo, meminfo = Path("/proc/cpuinfo"), Path("/proc/meminfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        names = [line.split(":", 1)[1].strip() for line in lines if "model name" in line]
        processor = names[0] if names else processor
    if meminfo.exists():
        kibibytes = int(meminfo.read_text(encoding="utf-8").split()[1])
        memory = f", {kibibytes / 1024**2:.0f} GiB"
    system = f"{platform.system()} {platform.release().split('-')[0]}"
    return f"{processor}, {os.cpu_count()} cores{memory}, {system}, Python {platform.python_version()}"
