"""JupyterHub on one machine: `jupyterhub -f jupyterhub_config.py`, as root."""

from pathlib import Path

c = get_config()  # noqa: F821  JupyterHub puts it here

c.JupyterHub.bind_url = "http://127.0.0.1:8000"  # a web server in front of it speaks TLS
c.JupyterHub.authenticator_class = "pam"  # the passwords of the machine
c.PAMAuthenticator.allowed_groups = {"course"}  # whoever is in this group of the machine
c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"  # each server as its user

load_subconfig("course.py", path=str(Path(__file__).parent))  # noqa: F821  the same
