"""What AWS's own API reference says of a member of an answer or of an error, as botocore's models carry it."""

import re
from functools import cache
from html import unescape

import botocore.session

# Where the API reference of a service stands.
REFERENCE = {
    "ec2": "AWSEC2/latest/APIReference",
    "iam": "IAM/latest/APIReference",
    "sts": "STS/latest/APIReference",
    "autoscaling": "autoscaling/ec2/APIReference",
    "ecs": "AmazonECS/latest/APIReference",
    "elb": "elasticloadbalancing/2012-06-01/APIReference",
    "elbv2": "elasticloadbalancing/latest/APIReference",
    "route53": "Route53/latest/APIReference",
    "acm": "acm/latest/APIReference",
    "logs": "AmazonCloudWatchLogs/latest/APIReference",
    "ssm": "systems-manager/latest/APIReference",
    "secretsmanager": "secretsmanager/latest/apireference",
    "ecr": "AmazonECR/latest/APIReference",
    "scheduler": "scheduler/latest/APIReference",
    "events": "eventbridge/latest/APIReference",
    "application-autoscaling": "autoscaling/application/APIReference",
}


@cache
def model(service):
    return botocore.session.get_session().get_service_model(service)


def operation(call):
    """The model of `ec2:create_vpc`."""
    service, _, name = call.partition(":")
    names = {botocore.xform_name(one): one for one in model(service).operation_names}
    return model(service).operation_model(names[name])


def page(call):
    """The page of the API reference about a call."""
    return f"https://docs.aws.amazon.com/{REFERENCE[call.split(':')[0]]}/API_{operation(call).name}.html"


def of_member(call, path):
    """What the reference says of the member at a path such as `Vpcs[].State`; none if it knows no such member."""
    shape = operation(call).output_shape
    text = None
    for name in path.replace("[]", "").split("."):
        while shape is not None and shape.type_name == "list":
            shape = shape.member
        if shape is None or shape.type_name != "structure" or name not in shape.members:
            return None
        shape = shape.members[name]
        text = shape.documentation
    return first_sentence(text)


def of_error(call, code):
    """What the reference says of an error of a call; none if its model does not have it."""
    for shape in operation(call).error_shapes:
        if code in (shape.name, shape.metadata.get("error", {}).get("code")):
            return first_sentence(shape.documentation)
    return None


def first_sentence(html):
    text = " ".join(unescape(re.sub(r"<[^>]+>", " ", html or "")).split())
    text = re.sub(r" ([.,:;)])", r"\1", text)
    found = re.match(r".*?[.](?=\s+[A-Z]|$)", text)
    return found[0] if found else text or None
