"""Opens each file named on standard input in this process and prints one line of JSON for each.

The parent watches the clock and reads the last line that came: a crash, a hang or a memory hog in a decoder
must not take the tests with it.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


def peak_mb() -> int:
    """Return the most memory that this program has held, in MB.

    `getrusage` would count what the parent held when it forked; this mark of the kernel starts anew.
    """
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) // 1024


def main() -> None:
    from keepdial.errors import FileError
    from keepdial.files import open_image

    for line in sys.stdin:
        path = line.rstrip("\n")
        begin = time.perf_counter()
        try:
            image = open_image(path)
            said = f"ok {image.source.format} {image.pixels.shape} {image.pixels.dtype}"
        except FileError as problem:
            said = type(problem).__name__
        except Exception as problem:  # noqa: BLE001 - the test reports whatever else comes
            said = f"UNCAUGHT {type(problem).__name__}: {problem}"
        seconds = time.perf_counter() - begin
        print(json.dumps({"path": path, "said": said, "seconds": seconds, "peak_mb": peak_mb()}), flush=True)


if __name__ == "__main__":
    main()
