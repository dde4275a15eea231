"""Run all tests, the browser's beside the others: ``python -m tools.run_tests [OPTION ...]``.

Both runs get the options; the log of the browser's follows when the other has ended.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile


def main(options: list[str]) -> int:
    """Run both and return 0 if both have passed."""
    pytest = [sys.executable, "-m", "pytest", *options, "-m"]
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as log,
        subprocess.Popen([*pytest, "browser"], stdout=log, stderr=subprocess.STDOUT) as browser,
    ):
        try:
            code = subprocess.run([*pytest, "not browser"], check=False).returncode
            code = code or browser.wait()
        except BaseException:
            browser.terminate()
            raise
        finally:
            browser.wait()
            log.seek(0)
            print("\nIn the browser:\n", log.read(), sep="", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
