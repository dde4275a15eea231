"""Exchange two folders in one step, where the system can."""

from __future__ import annotations

import ctypes
import errno
import os
from pathlib import Path

#: Of Linux: paths are relative to the current folder; the two are exchanged. See renameat2(2),
#: https://man7.org/linux/man-pages/man2/rename.2.html
_CURRENT_FOLDER, _EXCHANGE = -100, 2

#: What systems and file systems answer that cannot do it.
_CANNOT = (errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM)


def exchange(one: Path, other: Path) -> bool:
    """Exchange two folders of one file system, so that neither name is missing at any moment.

    Returns
    -------
    bool
        False, with nothing changed, if the system cannot do this.

    Raises
    ------
    OSError
        If it can, and this exchange fails.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> for name in ("old", "new"):
    ...     (folder / name).mkdir()
    ...     _ = (folder / name / "page").write_text(name)
    >>> changed = exchange(folder / "old", folder / "new")
    >>> (folder / "old" / "page").read_text() == ("new" if changed else "old")
    True
    """
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, TypeError, AttributeError):  # another system, or an older one
        return False
    names = os.fsencode(one), os.fsencode(other)
    if rename(_CURRENT_FOLDER, names[0], _CURRENT_FOLDER, names[1], _EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT:
        return False
    raise OSError(number, os.strerror(number), str(one), None, str(other))
