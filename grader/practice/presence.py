"""Whether somebody is there who could answer."""

from __future__ import annotations


def someone_is_there() -> bool:
    """True in a kernel whose notebook could answer an `input()`: in JupyterLab, VS Code or Colab,
    and not while a notebook is built, tested, validated or printed."""
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    kernel = getattr(get_ipython(), "kernel", None)
    if kernel is None:
        return False
    return bool(kernel.get_parent("shell").get("content", {}).get("allow_stdin"))
