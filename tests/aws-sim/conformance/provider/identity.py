"""Roles with their policies, and instance profiles."""

import json

from provider import Resource, as_map
from policy_documents import trust


class Role(Resource):
    """A role; what it may do is `inline` (name → document) and `attached` (ARNs)."""

    absent = ("NoSuchEntity",)

    def create(self):
        document = trust({"Service": self.asked["service"]})
        name = self.id = self.asked["RoleName"]
        settings = self.without("RoleName", "service", "inline", "attached", "tags")
        made = self.aws.iam.create_role(
            RoleName=name, AssumeRolePolicyDocument=document, Tags=self.tags(), **settings
        )
        self.arn = made["Role"]["Arn"]
        for policy, text in self.asked.get("inline", {}).items():
            self.aws.iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(text))
        for arn in self.asked.get("attached", []):
            self.aws.iam.attach_role_policy(RoleName=name, PolicyArn=arn)

    def read(self):
        iam = self.aws.iam
        role = iam.get_role(RoleName=self.id)["Role"]
        names = iam.list_role_policies(RoleName=self.id)["PolicyNames"]
        inline = {name: iam.get_role_policy(RoleName=self.id, PolicyName=name)["PolicyDocument"] for name in names}
        attached = iam.list_attached_role_policies(RoleName=self.id)["AttachedPolicies"]
        return role | {
            "service": role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Service"],
            "inline": inline,
            "attached": [policy["PolicyArn"] for policy in attached],
            "tags": as_map(role.get("Tags", [])),
        }

    def update(self, change):
        if "service" in change:
            document = trust({"Service": change["service"]})
            self.aws.iam.update_assume_role_policy(RoleName=self.id, PolicyDocument=document)
        settings = {name: change[name] for name in ("Description", "MaxSessionDuration") if name in change}
        if settings:
            self.aws.iam.update_role(RoleName=self.id, **settings)
        if "tags" in change:
            gone = [key for key in self.asked.get("tags", {}) if key not in change["tags"]]
            if gone:
                self.aws.iam.untag_role(RoleName=self.id, TagKeys=gone)
            tags = [{"Key": key, "Value": value} for key, value in change["tags"].items()]
            self.aws.iam.tag_role(RoleName=self.id, Tags=tags)

    def delete(self):
        iam = self.aws.iam
        assert iam.list_instance_profiles_for_role(RoleName=self.id)["InstanceProfiles"] == []
        for policy in iam.list_attached_role_policies(RoleName=self.id)["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=self.id, PolicyArn=policy["PolicyArn"])
        for name in iam.list_role_policies(RoleName=self.id)["PolicyNames"]:
            iam.delete_role_policy(RoleName=self.id, PolicyName=name)
        iam.delete_role(RoleName=self.id)


class InstanceProfile(Resource):
    absent = ("NoSuchEntity",)

    def create(self):
        self.id = self.asked["InstanceProfileName"]
        self.aws.iam.create_instance_profile(InstanceProfileName=self.id, Tags=self.tags())
        self.aws.iam.get_waiter("instance_profile_exists").wait(InstanceProfileName=self.id)
        self.aws.iam.add_role_to_instance_profile(InstanceProfileName=self.id, RoleName=self.asked["role"])

    def read(self):
        found = self.aws.iam.get_instance_profile(InstanceProfileName=self.id)["InstanceProfile"]
        return found | {"role": found["Roles"][0]["RoleName"], "tags": as_map(found.get("Tags", []))}

    def delete(self):
        self.aws.iam.remove_role_from_instance_profile(InstanceProfileName=self.id, RoleName=self.asked["role"])
        self.aws.iam.delete_instance_profile(InstanceProfileName=self.id)
