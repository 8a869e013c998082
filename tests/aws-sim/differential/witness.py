"""Makes the same calls of moto and of the simulator, and tells in what their answers differ."""

import datetime
import json
import os
import re
import subprocess
import sys
import time
import tomllib
import urllib.request
from contextlib import contextmanager
from fnmatch import fnmatch
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[2] / "docs" / "aws-sim-moto.md"
sys.path.insert(0, str(HERE.parent / "conformance"))

import boto3  # noqa: E402
import botocore.config  # noqa: E402
import botocore.exceptions  # noqa: E402
import botocore.parsers  # noqa: E402
import sentences  # noqa: E402
from sequences import ALL  # noqa: E402
from simulator import REGION, free_port, running  # noqa: E402

ABSENT = "absent"
# What each side draws by itself, and what it is called instead.
DRAWN = [
    (re.compile(r"\b(vpc|subnet|igw|rtb|rtbassoc|eipalloc|eipassoc|nat|eni|sgr|sg|lt|i|ami|acl|dopt)-[0-9a-f]{8,17}\b"), r"\1-id"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "id"),
    (re.compile(r"\bns-\d+\.awsdns-\d+\.[a-z.]+"), "a name server"),
    (re.compile(r"(?<=hostedzone/)\w+|(?<=change/)\w+|(?<=ecs-svc/)\d+|(?<=db-)[A-Za-z0-9]{6}\b"), "id"),
    (re.compile(r"(?<=service-revision/dev/web/)\d+|(?<=service-deployment/dev/web/)\w+"), "id"),
    (re.compile(r"\b(?:AROA|AIPA|ANPA|AIDA)[0-9A-Z]{12,17}\b"), "id"),
    (re.compile(r"\b(?=[a-zA-Z]*\d)[0-9A-Za-z]{20,21}\b|\b[0-9a-f]{32}\b|\b[0-9a-f]{16,17}\b"), "id"),
    (re.compile(r"(?<=web-)[0-9a-f]{8,17}(?=\.)|(?<=web-)\d+(?=\.)"), "id"),
    (re.compile(r"\b\d{1,3}(\.\d{1,3}){3}\b(?!/)"), "an address"),
]
MILLISECONDS_SINCE_1970 = 1_500_000_000_000


class Recorder:
    """Makes calls, and remembers each answer with all that is drawn at random taken out."""

    def __init__(self, url, wait):
        self.url, self.wait = url, wait
        self.answers, self._clients = [], {}

    def __call__(self, service, operation, /, **parameters):
        client = self._clients.setdefault(service, client_for(service, self.url))
        try:
            answer = getattr(client, operation)(**parameters)
            answer.pop("ResponseMetadata", None)
            self.answers.append((service, operation, "accepted", self.plain(answer)))
            return answer
        except botocore.exceptions.ClientError as error:
            self.answers.append((service, operation, error.response["Error"]["Code"], {}))
        except botocore.parsers.ResponseParserError:
            # moto breaks on some calls and answers with a page of its web server.
            self.answers.append((service, operation, "HTTP 500", {}))
        return Missing()

    def plain(self, value):
        """The value with all that is drawn called by what it is, and lists in an order of their own."""
        if isinstance(value, dict):
            return {name: self.plain(part) for name, part in value.items()}
        if isinstance(value, list):
            return sorted((self.plain(part) for part in value), key=lambda part: json.dumps(part, sort_keys=True))
        if isinstance(value, datetime.datetime) or (isinstance(value, int) and value > MILLISECONDS_SINCE_1970):
            return "a time"
        if isinstance(value, str):
            for pattern, name in DRAWN:
                value = pattern.sub(name, value)
        return value


class Missing(dict):
    """What a refused call gives: anything may be taken from it, and is nothing."""

    def __missing__(self, _name):
        return self

    def __getitem__(self, _name):
        return "nothing" if _name in (0,) else self

    def __str__(self):
        return "nothing"


def client_for(service, url):
    config = botocore.config.Config(retries={"total_max_attempts": 1}, parameter_validation=False)
    return boto3.client(
        service, region_name=REGION, endpoint_url=url, aws_access_key_id="test", aws_secret_access_key="test", config=config
    )


@contextmanager
def moto():
    port = free_port()
    binary = Path(sys.executable).parent / "moto_server"
    environment = os.environ | {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true", "MOTO_ACM_VALIDATION_WAIT": "10"}
    process = subprocess.Popen(
        [binary, "-H", "127.0.0.1", "-p", str(port)], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{url}/moto-api/data.json", timeout=5).read()
                break
            except OSError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=10)


def differences():
    """(call, path, what moto says, what the simulator says) of each difference, each once."""
    found = []
    calls = 0
    with moto() as moto_url, running("--step") as simulator:
        for sequence in ALL:
            urllib.request.urlopen(urllib.request.Request(f"{moto_url}/moto-api/reset", method="POST")).read()
            simulator.control("POST", "/reset")
            recorders = Recorder(moto_url, lambda _seconds: None), Recorder(simulator.url, simulator.advance)
            for recorder in recorders:
                sequence(recorder)
            calls += len(recorders[0].answers)
            for number, (one, other) in enumerate(zip(recorders[0].answers, recorders[1].answers, strict=True), 1):
                call = f"{one[0]}:{one[1]}"
                if one[2] != other[2]:
                    found.append((f"{call} ({sequence.__name__} {number})", "outcome", one[2], other[2]))
                    continue
                rows = [(call, *row) for row in compare(one[3], other[3], "")]
                found.extend(row for row in rows if row not in found)
    return calls, found


def compare(moto, sim, path):
    if isinstance(moto, dict) and isinstance(sim, dict):
        for name in sorted(set(moto) | set(sim)):
            yield from compare(moto.get(name, ABSENT), sim.get(name, ABSENT), f"{path}.{name}" if path else name)
    elif isinstance(moto, list) and isinstance(sim, list) and len(moto) == len(sim):
        for one, other in zip(moto, sim):
            yield from compare(one, other, f"{path}[]")
    elif moto != sim:
        yield path, shown(moto), shown(sim)


def shown(value):
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return text if len(text) <= 80 else text[:77] + "..."


HEAD = """# In what moto and aws-sim differ, and what AWS says

`make conformance` makes the same {calls} calls of moto {version} and of the simulator, in {sequences} sequences
(`tests/aws-sim/differential/sequences.py`), and compares every member of every answer. Each row is a difference, with
the sentence of AWS's documentation that decides it: of the API reference's text about that member or error, or one that
is kept in `decisions.toml`. A difference without such a sentence fails the run, and so does a decision about nothing.
What either side draws (ids, times, addresses) is compared by kind only. `make conformance-document` writes this file.

{count} differences.

| call | what | moto | aws-sim | AWS |
|---|---|---|---|---|
"""


def decided(found):
    """The rows with their sentences, those without, and the decisions that nothing needed."""
    decisions = tomllib.loads((HERE / "decisions.toml").read_text())["decision"]
    rows, undecided, used = [], [], set()
    for call, path, moto_says, sim_says in found:
        fits = [
            number for number, one in enumerate(decisions) if fnmatch(call, one["call"]) and fnmatch(path, one["path"])
        ]
        used.update(fits)
        name = call.split(" ")[0]
        if fits:
            says, where = decisions[fits[0]]["says"], decisions[fits[0]]["page"]
        elif path == "outcome":
            says, where = sentences.of_error(name, sim_says), sentences.page(name)
        else:
            says, where = sentences.of_member(name, path), sentences.page(name)
        if says is None:
            undecided.append((call, path, moto_says, sim_says))
        else:
            rows.append((call, path, moto_says, sim_says, f"{says} [AWS]({where})"))
    return rows, undecided, [one for number, one in enumerate(decisions) if number not in used]


def document(calls, rows):
    head = HEAD.format(calls=calls, version=version("moto"), sequences=len(ALL), count=len(rows))
    cells = lambda row: " | ".join(cell.replace("|", "\\|").replace("\n", " ") or "(empty)" for cell in row)
    return head + "".join(f"| {cells(row)} |\n" for row in rows)


def main():
    calls, found = differences()
    rows, undecided, idle = decided(found)
    for row in undecided:
        print("no sentence of AWS decides:", " | ".join(row))
    for one in idle:
        print("nothing differs any more:", one["call"], one["path"])
    if undecided or idle:
        return 1
    text = document(calls, rows)
    if "--check" in sys.argv:
        if DOCUMENT.read_text() != text:
            print("docs/aws-sim-moto.md is old: make conformance-document")
            return 1
        print(f"{calls} calls of moto and aws-sim, {len(rows)} differences, each decided by AWS's documentation")
        return 0
    DOCUMENT.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
