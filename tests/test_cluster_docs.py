"""The texts of docs/cluster.md, as far as they can be tried without a cluster."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from distributed.cli.dask_scheduler import main as scheduler
from distributed.cli.dask_worker import main as worker

from grader import cli

TEXT = (Path(__file__).parent.parent / "docs/cluster.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", TEXT, re.DOTALL)
COMMANDS = [
    line.partition("#")[0].strip()
    for kind, block in BLOCKS
    if kind in ("console", "bash")
    for line in block.splitlines()
]


def block(kind):
    return next(text for name, text in BLOCKS if name == kind)


@pytest.mark.parametrize(
    "line",
    [line.removeprefix("exec ") for line in COMMANDS if re.match(r"(exec )?dask ", line)],
)
def test_dask_knows_every_option(line):
    _, command, *arguments = shlex.split(line)
    known = CliRunner().invoke({"scheduler": scheduler, "worker": worker}[command], ["--help"])
    for option in (each for each in arguments if each.startswith("--")):
        assert option in known.output


def test_grader_knows_every_option(capsys, monkeypatch):
    (line,) = [line for line in COMMANDS if line.startswith("grader ")]
    monkeypatch.setattr("sys.argv", [*shlex.split(line), "--help"])
    with pytest.raises(SystemExit):
        cli.main()
    said = capsys.readouterr().out
    assert all(word in said for word in shlex.split(line) if word.startswith("--"))


def test_the_job_script_is_bash_and_asks_slurm_in_its_words():
    script = block("bash")
    done = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    asked = re.findall(r"^#SBATCH --([\w-]+)=", script, re.MULTILINE)
    assert {"array", "cpus-per-task", "time"} <= set(asked)
    workers = re.search(r"--nworkers (\d+)", script)[1]
    assert f"--cpus-per-task={workers}" in script


def test_the_python_runs_as_far_as_it_can():
    compile(block("python"), "docs/cluster.md", "exec")


def test_the_pods_agree_with_themselves():
    found = yaml.safe_load(block("yaml"))
    assert found["kind"] == "Deployment"
    spec = found["spec"]
    assert spec["selector"]["matchLabels"] == spec["template"]["metadata"]["labels"]
    (container,) = spec["template"]["spec"]["containers"]
    command = container["command"]
    assert command[:2] == ["dask", "worker"]
    cpus = container["resources"]["requests"]["cpu"]
    assert command[command.index("--nworkers") + 1] == cpus
