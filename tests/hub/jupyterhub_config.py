"""docs/hub/jupyterhub_config.py, with what a test has to change: ports, a group, the proxy."""

import json
import os

c = get_config()  # noqa: F821  JupyterHub puts it here
test = json.loads(os.environ["ELC_HUB"])

load_subconfig(test["config"])  # noqa: F821
c.JupyterHub.bind_url = f"http://127.0.0.1:{test['ports'][0]}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{test['ports'][1]}"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{test['ports'][2]}"
c.ConfigurableHTTPProxy.command = [test["proxy"]]
c.PAMAuthenticator.allowed_groups = {test["group"]}
