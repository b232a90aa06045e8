"""What the course wants of a hub whose students are users of the machine.

jupyterhub_config.py loads it; The Littlest JupyterHub does from its jupyterhub_config.d.
"""

import contextlib
import os
import pwd
import sys
from pathlib import Path

TEACHERS = set(os.environ.get("COURSE_TEACHERS", "teacher").split())
PLACES = [os.environ.get("COURSE_ENVIRONMENT", sys.prefix), "/opt/tljh/user"]  # of the course

c = get_config()  # noqa: F821  JupyterHub puts it here

found = (
    Path(place).glob("lib/python3*/site-packages/grader/classroom/jupyter") for place in PLACES
)
settings = next((path for paths in found for path in paths), None)
if settings is None:
    raise FileNotFoundError(
        f"The course is not installed in {' or '.join(PLACES)}. Install it there (pip install, "
        "without -e), or name the environment that has it in COURSE_ENVIRONMENT."
    )

c.Spawner.default_url = "/lab"
c.Spawner.environment = {"PATH": f"{settings.parents[5]}/bin:/usr/local/bin:/usr/bin:/bin"}
c.Spawner.args = [  # what nobody touches for an hour gives its memory back
    "--MappingKernelManager.cull_idle_timeout=3600",
    "--ServerApp.shutdown_no_activity_timeout=3600",
]
c.SystemdSpawner.isolate_tmp = True  # The Littlest JupyterHub's spawner


def prepare(spawner):
    """Students' menus or the teacher's, and nothing that another user may enter or hear."""
    role = "instructor" if spawner.user.name in TEACHERS else "student"
    # In "hub": kernels talk encrypted; every user of a machine may listen on its loopback.
    spawner.environment["JUPYTER_CONFIG_PATH"] = f"{settings / role}:{settings / 'hub'}"
    # The Littlest JupyterHub makes the user after this, with a closed home.
    with contextlib.suppress(KeyError, FileNotFoundError):
        home = Path(pwd.getpwnam(spawner.user.name).pw_dir)
        home.chmod(0o700)
        # PyTorch's own is /tmp/torchinductor_NAME: whoever makes that first, writes code into it.
        spawner.environment["TORCHINDUCTOR_CACHE_DIR"] = f"{home}/.cache/torchinductor"


c.Spawner.pre_spawn_hook = prepare
