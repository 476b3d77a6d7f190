"""Which machine a figure was measured on."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile", "amx_int8", "amx_bf16", "bf16")
BF16 = frozenset({"avx512_bf16", "amx_bf16", "bf16"})  # the last is what ARM calls it
PACKAGES = ("torch", "transformers", "sentence-transformers", "chromadb")


def machine() -> dict[str, Any]:
    """Processor, cores, memory (GB) and those of its abilities that matter here; system and libraries."""
    about = _cpu_info()
    flags = set(about.get("flags", about.get("Features", "")).split())
    return {
        "processor": about.get("model name") or platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "cores_usable": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "flags": [flag for flag in FLAGS if flag in flags],
        "memory_gb": _memory(),
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
    }


def computes_bf16() -> bool:
    """Whether bf16 is computed here by the hardware; elsewhere it is emulated, many times slower."""
    import torch

    return torch.cuda.is_available() or bool(BF16 & set(machine()["flags"]))


def described(found: dict[str, Any]) -> str:
    """The machine in one line."""
    flags = ", ".join(found["flags"]) or "no flags known"
    return f"{found['processor']}, {found['cores_usable']} of {found['cores']} cores, {flags}"


def _cpu_info() -> dict[str, str]:
    """The first processor that Linux lists; nothing elsewhere."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").partition("\n\n")[0].splitlines()
    except OSError:
        return {}
    return {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _memory() -> float | None:
    try:
        return round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1)
    except (AttributeError, ValueError, OSError):
        return None


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
