"""A running simulator, boto3 clients for it that never retry, and what cases say of its refusals."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

import boto3
import botocore.config
import botocore.exceptions
import pytest

REGION = "eu-west-1"


class Simulator:
    """A running `aws-sim --step`, with its control API and clients for it."""

    def __init__(self, address):
        self.address = address
        self.url = f"http://{address}"
        self._clients = {}

    def client(self, service, region=REGION, key="test", secret="test", token=None):
        """A boto3 client that takes the first answer for the last one."""
        name = (service, region, key, secret, token)
        if name not in self._clients:
            config = botocore.config.Config(
                retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=30, parameter_validation=False,
                inject_host_prefix=False,
            )
            self._clients[name] = boto3.client(
                service,
                region_name=region,
                endpoint_url=self.url,
                aws_access_key_id=key,
                aws_secret_access_key=secret,
                aws_session_token=token,
                config=config,
            )
        return self._clients[name]

    def __getattr__(self, service):
        """`aws.ec2` is the client for ec2 in the region of the tests."""
        if service.startswith("_"):
            raise AttributeError(service)
        return self.client(service.replace("_", "-"))

    def control(self, method, path, body=None):
        """Calls the control API under `/_sim`."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.url}/_sim{path}", data=data, method=method, headers={"content-type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            text = response.read()
        return json.loads(text) if text else None

    def advance(self, seconds):
        """Lets simulated time pass."""
        self.control("POST", "/clock/advance", {"seconds": seconds})

    def fault(self, **rule):
        """Asks for trouble."""
        return self.control("POST", "/faults", rule)["id"]

    def inventory(self, service, kind):
        """What exists of a kind."""
        return self.control("GET", "/inventory").get(service, {}).get(kind, [])

    def until(self, condition, at_most=3600, step=5):
        """Lets time pass until `condition()` is true, and gives its value back."""
        for _ in range(0, at_most, step):
            value = condition()
            if value:
                return value
            self.advance(step)
        raise AssertionError(f"not within {at_most} simulated seconds")


@contextmanager
def refused(code, message=None, status=None):
    """The block's call is refused with this code, and, where given, with this text in its message and this status."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        yield caught
    error = caught.value.response
    assert error["Error"]["Code"] == code, error["Error"]
    if message is not None:
        assert message in error["Error"]["Message"], error["Error"]["Message"]
    if status is not None:
        assert error["ResponseMetadata"]["HTTPStatusCode"] == status


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(*options):
    """A simulator with these options, ended with the block."""
    binary = os.environ.get("AWS_SIM") or pytest.exit("AWS_SIM must name the aws-sim binary")
    address = f"127.0.0.1:{free_port()}"
    environment = {"PATH": os.environ["PATH"], "RUST_LOG": "warn"}
    process = subprocess.Popen([binary, "--bind", address, *options], env=environment)
    try:
        yield wait_until_healthy(Simulator(address), process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=10)


def wait_until_healthy(simulator, process):
    for _ in range(200):
        assert process.poll() is None, "aws-sim ended"
        try:
            simulator.control("GET", "/health")
            return simulator
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
    raise AssertionError("aws-sim does not answer")
