"""Resources as Terraform's AWS provider makes, reads, changes and destroys them: the same calls in the same order."""

import botocore.exceptions


class Resource:
    """A resource block: `asked` is what its author wrote, in the members of the API; `id` is what AWS calls it."""

    absent = ()  # the error codes that say that there is no such thing

    def __init__(self, aws, **asked):
        self.aws, self.asked, self.id = aws, asked, None

    def create(self):
        """Makes it, waits until it can be used, and sets `id`."""
        raise NotImplementedError

    def read(self):
        """All of it, from all calls by which the provider reads it."""
        raise NotImplementedError

    def update(self, change):
        """Changes it in place."""
        raise NotImplementedError

    def delete(self):
        """Destroys it, and waits until it is gone."""
        raise NotImplementedError

    def find(self):
        """The same as `read`, or nothing if it does not exist."""
        try:
            return self.read()
        except botocore.exceptions.ClientError as error:
            if error.response["Error"]["Code"] in self.absent:
                return None
            raise

    def tags(self):
        """The tags as a list, as most APIs want them."""
        return [{"Key": key, "Value": value} for key, value in self.asked.get("tags", {}).items()]

    def without(self, *members):
        """What was asked besides these."""
        return {member: value for member, value in self.asked.items() if member not in members}

    def differences(self, found):
        """The members whose value is not what was asked: (member, asked, found)."""
        return [(name, value, found.get(name)) for name, value in self.asked.items() if found.get(name) != value]


class Stack:
    """What an author wrote, made in the order of its dependencies."""

    def __init__(self, aws):
        self.aws, self.resources, self.state = aws, [], {}

    def add(self, kind, **asked):
        """Makes a resource and reads it back."""
        resource = kind(self.aws, **asked)
        resource.create()
        found = resource.read()
        assert not resource.differences(found), (kind.__name__, resource.differences(found))
        self.resources.append(resource)
        return resource

    def refresh(self):
        """Reads everything into the state."""
        self.state = {place: resource.read() for place, resource in enumerate(self.resources)}

    def plan(self):
        """What another run would change: members that differ from what was asked, or that changed by themselves."""
        known, changes = self.state, []
        self.refresh()
        for place, resource in enumerate(self.resources):
            found, name = self.state[place], type(resource).__name__
            changes += [(name, *difference) for difference in resource.differences(found)]
            if place in known:
                before = known[place].items()
                changes += [(name, key, old, found.get(key)) for key, old in before if found.get(key) != old]
        return changes

    def change(self, resource, **change):
        """Another value for members, in place."""
        resource.update(change)
        resource.asked |= change
        found = resource.read()
        assert not resource.differences(found), (type(resource).__name__, resource.differences(found))

    def destroy(self):
        """Destroys everything, the last first; each is gone afterwards."""
        for resource in reversed(self.resources):
            resource.delete()
            assert resource.find() is None, f"{type(resource).__name__} {resource.id} is still there"
        self.resources, self.state = [], {}


def as_map(tags, key="Key", value="Value"):
    """Tags as a map, without those that AWS puts there itself."""
    return {tag[key]: tag[value] for tag in tags if not tag[key].startswith("aws:")}


def what_is_left(aws, besides=()):
    """The kinds of things that exist, with their ids, besides those that AWS made for itself."""
    left = {}
    for service, kinds in aws.control("GET", "/inventory").items():
        for kind, items in kinds.items():
            ids = [item["id"] for item in items if not any(word in item["id"] + item["name"] for word in besides)]
            if ids and (service, kind) not in besides:
                left[service, kind] = ids
    return left
