"""Run all tests as two shares, side by side: ``python -m tools.run_tests [OPTION ...]``.

Both runs get the options; the log of the second share follows when the first has ended. The shares
take about as long as each other on two cores.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile

#: Folders of the second share.
SECOND = ("tests/browser", "tests/bounds", "tests/statistics", "tests/synthetic")


def main(options: list[str]) -> int:
    """Run both shares and return 0 if both have passed."""
    pytest = [sys.executable, "-m", "pytest", *options]
    others = [f"--ignore={folder}" for folder in SECOND]
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as log,
        subprocess.Popen([*pytest, *SECOND], stdout=log, stderr=subprocess.STDOUT) as second,
    ):
        try:
            code = subprocess.run([*pytest, *others], check=False).returncode
            code = code or second.wait()
        except BaseException:
            second.terminate()
            raise
        finally:
            second.wait()
            log.seek(0)
            print("\nThe second share:\n", log.read(), sep="", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
