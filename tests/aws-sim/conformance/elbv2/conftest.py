"""What the cases of this folder begin with."""

import pytest
from balancing import make_balancer, make_group, make_network


@pytest.fixture
def network(aws):
    """A VPC with three public subnets."""
    return make_network(aws)


@pytest.fixture
def balancer(aws, network):
    """An active application load balancer in two zones."""
    made = make_balancer(aws, network)
    aws.advance(300)
    return made


@pytest.fixture
def group(aws, network):
    """A target group of instances."""
    return make_group(aws, network)
