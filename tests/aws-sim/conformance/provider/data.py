"""Log groups, parameters, secrets and repositories."""

import json

from provider import Resource, as_map


class LogGroup(Resource):
    def create(self):
        self.id = self.asked["logGroupName"]
        self.aws.logs.create_log_group(logGroupName=self.id, tags=self.asked["tags"])
        self.update({"retentionInDays": self.asked["retentionInDays"]})

    def read(self):
        groups = self.aws.logs.describe_log_groups(logGroupNamePrefix=self.id)["logGroups"]
        found = [group for group in groups if group["logGroupName"] == self.id]
        if not found:
            return None
        tags = self.aws.logs.list_tags_for_resource(resourceArn=found[0]["arn"].removesuffix(":*"))["tags"]
        # What is stored grows by itself.
        return {name: value for name, value in found[0].items() if name != "storedBytes"} | {"tags": tags}

    def update(self, change):
        if "retentionInDays" in change:
            days = change["retentionInDays"]
            self.aws.logs.put_retention_policy(logGroupName=self.id, retentionInDays=days)
        if "tags" in change:
            arn = self.read()["arn"].removesuffix(":*")
            self.aws.logs.tag_resource(resourceArn=arn, tags=change["tags"])

    def delete(self):
        self.aws.logs.delete_log_group(logGroupName=self.id)


class Parameter(Resource):
    absent = ("ParameterNotFound",)

    def create(self):
        self.id = self.asked["Name"]
        self.aws.ssm.put_parameter(**self.without("tags"), Tags=self.tags())

    def read(self):
        found = self.aws.ssm.get_parameter(Name=self.id, WithDecryption=True)["Parameter"]
        named = [{"Key": "Name", "Option": "Equals", "Values": [self.id]}]
        (about,) = self.aws.ssm.describe_parameters(ParameterFilters=named)["Parameters"]
        tags = self.aws.ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=self.id)["TagList"]
        return about | found | {"tags": as_map(tags)}

    def update(self, change):
        asked = self.without("tags") | change
        self.aws.ssm.put_parameter(**asked, Overwrite=True)

    def delete(self):
        self.aws.ssm.delete_parameter(Name=self.id)


class Secret(Resource):
    """A secret and its version; destroyed without a recovery window unless it asks for one."""

    absent = ("ResourceNotFoundException",)

    def create(self):
        made = self.aws.secretsmanager.create_secret(**self.without("tags", "SecretString", "window"), Tags=self.tags())
        self.id = made["ARN"]
        self.update({"SecretString": self.asked["SecretString"]})

    def read(self):
        found = self.aws.secretsmanager.describe_secret(SecretId=self.id)
        if "DeletedDate" in found:
            return None
        found |= {"policy": self.aws.secretsmanager.get_resource_policy(SecretId=self.id).get("ResourcePolicy")}
        value = self.aws.secretsmanager.get_secret_value(SecretId=self.id, VersionStage="AWSCURRENT")
        found |= {"SecretString": value["SecretString"], "tags": as_map(found.get("Tags", []))}
        # The day of the last access is no attribute of the provider, and neither is what the client adds.
        return {name: value for name, value in found.items() if name not in ("LastAccessedDate", "ResponseMetadata")}

    def update(self, change):
        if "SecretString" in change:
            self.aws.secretsmanager.put_secret_value(SecretId=self.id, SecretString=change["SecretString"])
        if "Description" in change:
            self.aws.secretsmanager.update_secret(SecretId=self.id, Description=change["Description"])

    def delete(self):
        window = self.asked.get("window")
        how = {"RecoveryWindowInDays": window} if window else {"ForceDeleteWithoutRecovery": True}
        self.aws.secretsmanager.delete_secret(SecretId=self.id, **how)
        self.aws.until(lambda: self.find() is None)

    def differences(self, found):
        return super().differences(found | ({"window": self.asked["window"]} if "window" in self.asked else {}))


class Repository(Resource):
    absent = ("RepositoryNotFoundException", "LifecyclePolicyNotFoundException")

    def create(self):
        self.id = self.asked["repositoryName"]
        self.aws.ecr.create_repository(**self.without("tags", "lifecycle"), tags=self.tags())
        text = json.dumps(self.asked["lifecycle"])
        self.aws.ecr.put_lifecycle_policy(repositoryName=self.id, lifecyclePolicyText=text)

    def read(self):
        (found,) = self.aws.ecr.describe_repositories(repositoryNames=[self.id])["repositories"]
        tags = self.aws.ecr.list_tags_for_resource(resourceArn=found["repositoryArn"])["tags"]
        policy = self.aws.ecr.get_lifecycle_policy(repositoryName=self.id)["lifecyclePolicyText"]
        return found | {"tags": as_map(tags), "lifecycle": json.loads(policy)}

    def update(self, change):
        if "imageTagMutability" in change:
            self.aws.ecr.put_image_tag_mutability(repositoryName=self.id, **change)
        if "imageScanningConfiguration" in change:
            self.aws.ecr.put_image_scanning_configuration(repositoryName=self.id, **change)

    def delete(self):
        self.aws.ecr.delete_lifecycle_policy(repositoryName=self.id)
        self.aws.ecr.delete_repository(repositoryName=self.id, force=False)
