"""The AWS command line, run as its users run it: a process with an environment, files and profiles."""

import json
import os
import subprocess
import sys
from pathlib import Path


class CommandLine:
    """`aws` in a home directory of its own, speaking to a simulator."""

    def __init__(self, simulator, home):
        self.simulator, self.home = simulator, home
        self.aws = Path(sys.executable).parent / "aws"

    def run(self, *words, **environment):
        """Runs a command: what it writes, what it complains of, and its exit code."""
        inherited = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "AWS_ENDPOINT_URL": self.simulator.url,
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_PAGER": "",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "1",
        }
        variables = {name: value for name, value in (inherited | environment).items() if value is not None}
        command = [str(self.aws), *map(str, words)]
        return subprocess.run(command, env=variables, cwd=self.home, capture_output=True, text=True, timeout=120)

    def text(self, *words, **environment):
        """The fields of each line that a command writes with `--output text`."""
        done = self.run(*words, "--output", "text", **environment)
        assert done.returncode == 0, done.stderr
        return [line.split("\t") for line in done.stdout.splitlines()]

    def json(self, *words, **environment):
        """The document that a command writes, if any."""
        done = self.run(*words, "--output", "json", **environment)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout else None

    def refused(self, *words, **environment):
        """What a command that AWS refuses complains of; it exits with 255."""
        done = self.run(*words, **environment)
        assert done.returncode == 255 and done.stdout == "", (done.returncode, done.stdout)
        return done.stderr.strip()

    def file(self, name, content):
        """A file in the home directory, as JSON unless it is text or bytes; its name."""
        path = self.home / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content))
        return name
