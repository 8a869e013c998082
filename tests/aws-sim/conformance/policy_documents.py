"""Policy documents that the cases of IAM and STS use."""

import json


def trust(principal=None, action="sts:AssumeRole", **more):
    """A trust policy that lets somebody in; EC2 if nobody is named."""
    statement = {"Effect": "Allow", "Principal": principal or {"Service": "ec2.amazonaws.com"}, "Action": action, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def allow(action="logs:PutLogEvents", resource="*", **more):
    """A policy that allows something."""
    statement = {"Effect": "Allow", "Action": action, "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def long(size):
    """A policy of so many characters without white space."""
    empty = len(allow(resource="arn:aws:s3:::").replace(" ", ""))
    return allow(resource="arn:aws:s3:::" + "x" * (size - empty))
