"""What stacks share: an empty AWS, and the check that none of them leaves anything behind."""

import pytest
from provider import Stack, what_is_left

# What ECS, ELB and Auto Scaling make for themselves in an account, and keep.
AWS_OWN = ("AWSServiceRoleFor",)


@pytest.fixture
def twice(aws):
    """Builds, tries and destroys a stack, and all of it again with the same names."""

    def run(life):
        before = what_is_left(aws, besides=AWS_OWN)
        for _ in range(2):
            stack = Stack(aws)
            life(stack)
            stack.destroy()
            aws.advance(60)
            assert what_is_left(aws, besides=AWS_OWN) == before

    return run
