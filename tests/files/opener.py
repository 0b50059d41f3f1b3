"""Opens each file named on standard input in this process and prints one line of JSON for each.

The parent watches the clock and reads the last line that came: a crash, a hang or a memory hog in a decoder
must not take the tests with it.
"""

from __future__ import annotations

import json
import resource
import sys
import time


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
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(json.dumps({"path": path, "said": said, "seconds": seconds, "peak_mb": peak}), flush=True)


if __name__ == "__main__":
    main()
