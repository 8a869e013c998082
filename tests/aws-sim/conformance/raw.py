"""Requests written by hand, signed by botocore: for what no client would send."""

import http.client
import json
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from unittest import mock

import botocore.auth
import botocore.awsrequest
import botocore.credentials
from simulator import REGION

FORM = {"content-type": "application/x-www-form-urlencoded"}


@dataclass
class Answer:
    status: int
    headers: dict
    body: bytes

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """AWS's error code, wherever the protocol has it."""
        header = self.headers.get("x-amzn-errortype")
        if header:
            return header
        if self.body.startswith(b"<"):
            return self._element("Code")
        return self.json["__type"].rpartition("#")[2]

    @property
    def message(self):
        if self.body.startswith(b"<"):
            return self._element("Message")
        return self.json.get("message") or self.json.get("Message")

    def _element(self, name):
        return next(node.text for node in ElementTree.fromstring(self.text).iter() if node.tag.rpartition("}")[2] == name)


def send(aws, service, method="POST", path="/", headers=None, body=b"", sign=True, change=None, ago=0, **credentials):
    """One request as it is told. `change` gets the signed request before it is sent; `ago` seconds it was signed."""
    body = body.encode() if isinstance(body, str) else body
    request = botocore.awsrequest.AWSRequest(method, aws.url + path, headers or {}, data=body)
    if sign:
        signer(service, **credentials)(request, ago)
    if change:
        change(request)
    return transmit(aws, method, request.url.removeprefix(aws.url), dict(request.headers), request.data)


def signer(service, key="test", secret="test", token=None, region=REGION):
    auth = botocore.auth.SigV4Auth(botocore.credentials.Credentials(key, secret, token), service, region)

    def sign(request, ago):
        then = datetime.now(timezone.utc).replace(tzinfo=None) - timedelta(seconds=ago)
        with mock.patch("botocore.auth.get_current_datetime", return_value=then):
            auth.add_auth(request)

    return sign


def transmit(aws, method, path, headers, body=b""):
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection(aws.address, timeout=30)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
    finally:
        connection.close()


def query(aws, service, form, **options):
    """A call of a query service."""
    return send(aws, service, headers=FORM, body=form, **options)


def target(aws, service, target, body="{}", content_type="application/x-amz-json-1.1", **options):
    """A call of a JSON service."""
    return send(aws, service, headers={"content-type": content_type, "x-amz-target": target}, body=body, **options)
