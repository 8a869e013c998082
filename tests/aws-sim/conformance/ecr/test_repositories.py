"""Repositories and what is set for them."""

import base64
import json

import pytest
from simulator import refused

CREATE = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html"
DESCRIBE = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeRepositories.html"
DELETE = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DeleteRepository.html"
POLICY = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html"
LIFECYCLE = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutLifecyclePolicy.html"
TAGS = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_TagResource.html"
TOKEN = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html"
SCANNING = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImageScanningConfiguration.html"
PULL_THROUGH = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreatePullThroughCacheRule.html"
REGISTRY = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeRegistry.html"

ACCOUNT = "123456789012"


@pytest.mark.aws(CREATE)
def test_a_repository_has_an_address_and_defaults(aws):
    """A new repository shows its ARN, its URI, mutable tags, no scanning on push and AES256 encryption."""
    made = aws.ecr.create_repository(repositoryName="team/app")["repository"]
    assert made["repositoryArn"] == f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/team/app"
    assert made["repositoryUri"] == f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/team/app"
    assert (made["registryId"], made["imageTagMutability"]) == (ACCOUNT, "MUTABLE")
    assert made["imageScanningConfiguration"] == {"scanOnPush": False}
    assert made["encryptionConfiguration"] == {"encryptionType": "AES256"}
    assert aws.ecr.describe_repositories(repositoryNames=["team/app"])["repositories"] == [made]


@pytest.mark.aws(CREATE)
def test_a_repository_is_made_once(aws):
    """A repository's name is unique in its registry."""
    aws.ecr.create_repository(repositoryName="app")
    with refused("RepositoryAlreadyExistsException", message=f"already exists in the registry with id '{ACCOUNT}'"):
        aws.ecr.create_repository(repositoryName="app")
    aws.client("ecr", region="us-east-1").create_repository(repositoryName="app")


@pytest.mark.aws(CREATE)
def test_names_are_small_letters_with_single_separators(aws):
    """A repository's name has 2 to 256 small letters, digits and separators, and nothing else."""
    for wrong in ("App", "a", "app/", "a..b", "x" * 257):
        with refused("InvalidParameterException", message="repositoryName"):
            aws.ecr.create_repository(repositoryName=wrong)
    assert aws.ecr.describe_repositories()["repositories"] == []


@pytest.mark.aws(CREATE)
def test_encryption_with_kms_shows_its_key(aws):
    """A repository encrypted with KMS shows the ARN of its key."""
    made = aws.ecr.create_repository(repositoryName="app", encryptionConfiguration={"encryptionType": "KMS"})
    encryption = made["repository"]["encryptionConfiguration"]
    assert encryption["encryptionType"] == "KMS"
    assert encryption["kmsKey"].startswith(f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/")


@pytest.mark.aws(DESCRIBE)
def test_repositories_are_paged(aws):
    """DescribeRepositories gives maxResults at a time and a token for the rest."""
    for name in ("one", "three", "two"):
        aws.ecr.create_repository(repositoryName=name)
    first = aws.ecr.describe_repositories(maxResults=2)
    second = aws.ecr.describe_repositories(maxResults=2, nextToken=first["nextToken"])
    names = [repository["repositoryName"] for page in (first, second) for repository in page["repositories"]]
    assert names == ["one", "three", "two"] and "nextToken" not in second
    with refused("InvalidParameterException"):
        aws.ecr.describe_repositories(maxResults=1001)


@pytest.mark.aws(DESCRIBE)
def test_an_absent_repository_is_not_found(aws):
    """Describing a repository that does not exist, or one of another registry, is refused with its name."""
    aws.ecr.create_repository(repositoryName="app")
    with refused("RepositoryNotFoundException", message="The repository with name 'web' does not exist"):
        aws.ecr.describe_repositories(repositoryNames=["app", "web"])
    with refused("RepositoryNotFoundException", message="in the registry with id '999999999999'"):
        aws.ecr.describe_repositories(registryId="999999999999", repositoryNames=["app"])


@pytest.mark.aws(DELETE)
def test_a_repository_is_deleted_once(aws):
    """DeleteRepository answers what was deleted; a second time nothing is found."""
    aws.ecr.create_repository(repositoryName="app")
    assert aws.ecr.delete_repository(repositoryName="app")["repository"]["repositoryName"] == "app"
    with refused("RepositoryNotFoundException"):
        aws.ecr.delete_repository(repositoryName="app")


@pytest.mark.aws(POLICY)
def test_a_repository_policy_is_checked_and_kept(aws):
    """A repository policy must be one; it is given back as it was set, and its absence is refused."""
    aws.ecr.create_repository(repositoryName="app")
    policy = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage"}]}
    )
    with refused("RepositoryPolicyNotFoundException"):
        aws.ecr.get_repository_policy(repositoryName="app")
    with refused("InvalidParameterException", message="Invalid repository policy provided"):
        aws.ecr.set_repository_policy(repositoryName="app", policyText='{"Version":"2012-10-17"}')
    aws.ecr.set_repository_policy(repositoryName="app", policyText=policy)
    assert aws.ecr.get_repository_policy(repositoryName="app")["policyText"] == policy
    assert aws.ecr.delete_repository_policy(repositoryName="app")["policyText"] == policy
    with refused("RepositoryPolicyNotFoundException"):
        aws.ecr.delete_repository_policy(repositoryName="app")


@pytest.mark.aws(LIFECYCLE)
def test_a_lifecycle_policy_is_checked_and_kept(aws):
    """A lifecycle policy is kept as it was put; one with a wrong rule is refused with what is wrong."""
    aws.ecr.create_repository(repositoryName="app")
    selection = {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 10}
    rule = {"rulePriority": 1, "selection": selection, "action": {"type": "expire"}}
    with refused("LifecyclePolicyNotFoundException"):
        aws.ecr.get_lifecycle_policy(repositoryName="app")
    for wrong, said in (
        ("nothing", "Could not map policyString into LifecyclePolicy."),
        ("{}", 'object has missing required properties (["rules"])'),
        (json.dumps({"rules": [{**rule, "colour": "red"}]}), "not allowed by the schema"),
        (json.dumps({"rules": [{**rule, "action": {"type": "keep"}}]}), "not found in enum"),
        (json.dumps({"rules": [{**rule, "selection": {**selection, "countNumber": 0}}]}), "minimum: 1, found: 0"),
        (json.dumps({"rules": [{**rule, "selection": {**selection, "tagStatus": "tagged"}}]}), "tagPrefixList"),
        (json.dumps({"rules": [rule, rule]}), "Duplicate rule priorities"),
    ):
        with refused("InvalidParameterException", message=said):
            aws.ecr.put_lifecycle_policy(repositoryName="app", lifecyclePolicyText=wrong)
    text = json.dumps({"rules": [rule]})
    aws.ecr.put_lifecycle_policy(repositoryName="app", lifecyclePolicyText=text)
    assert aws.ecr.get_lifecycle_policy(repositoryName="app")["lifecyclePolicyText"] == text
    aws.ecr.delete_lifecycle_policy(repositoryName="app")
    with refused("LifecyclePolicyNotFoundException"):
        aws.ecr.get_lifecycle_policy(repositoryName="app")


@pytest.mark.aws(SCANNING)
def test_scanning_on_push_is_switched(aws):
    """PutImageScanningConfiguration changes what DescribeRepositories shows."""
    aws.ecr.create_repository(repositoryName="app")
    aws.ecr.put_image_scanning_configuration(repositoryName="app", imageScanningConfiguration={"scanOnPush": True})
    seen = aws.ecr.describe_repositories()["repositories"][0]
    assert seen["imageScanningConfiguration"] == {"scanOnPush": True}


@pytest.mark.aws(TAGS)
def test_tags_of_repositories(aws):
    """Tags are given in the creating call, added, overwritten and removed by the repository's ARN."""
    made = aws.ecr.create_repository(repositoryName="app", tags=[{"Key": "a", "Value": "1"}])["repository"]
    arn = made["repositoryArn"]
    aws.ecr.tag_resource(resourceArn=arn, tags=[{"Key": "a", "Value": "2"}, {"Key": "b", "Value": "3"}])
    aws.ecr.untag_resource(resourceArn=arn, tagKeys=["b"])
    assert aws.ecr.list_tags_for_resource(resourceArn=arn)["tags"] == [{"Key": "a", "Value": "2"}]
    with refused("RepositoryNotFoundException"):
        aws.ecr.list_tags_for_resource(resourceArn=arn + "x")
    with refused("InvalidParameterException", message="Invalid ARN"):
        aws.ecr.list_tags_for_resource(resourceArn="app")


@pytest.mark.aws(TOKEN)
def test_a_token_is_for_the_user_aws_and_lasts_twelve_hours(aws):
    """GetAuthorizationToken gives `AWS:password` in base64, the registry's address, and an end in 12 hours."""
    answer = aws.ecr.get_authorization_token()
    created = aws.ecr.create_repository(repositoryName="app")["repository"]["createdAt"]
    data = answer["authorizationData"][0]
    assert base64.b64decode(data["authorizationToken"]).startswith(b"AWS:")
    assert data["proxyEndpoint"] == f"https://{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com"
    assert (data["expiresAt"] - created).total_seconds() == 12 * 3600


@pytest.mark.aws(REGISTRY)
def test_a_registry_is_the_accounts_and_replicates_nothing(aws):
    """DescribeRegistry answers the account's id and no replication rules."""
    answer = aws.ecr.describe_registry()
    assert (answer["registryId"], answer["replicationConfiguration"]) == (ACCOUNT, {"rules": []})


@pytest.mark.aws(PULL_THROUGH)
def test_pull_through_rules_are_unique_by_prefix(aws):
    """A pull-through cache rule needs a supported registry and a prefix that no other rule has."""
    rule = {"ecrRepositoryPrefix": "quay", "upstreamRegistryUrl": "quay.io"}
    made = aws.ecr.create_pull_through_cache_rule(**rule)
    assert (made["upstreamRegistry"], made["registryId"]) == ("quay", ACCOUNT)
    with refused("PullThroughCacheRuleAlreadyExistsException"):
        aws.ecr.create_pull_through_cache_rule(**rule)
    with refused("UnsupportedUpstreamRegistryException"):
        aws.ecr.create_pull_through_cache_rule(ecrRepositoryPrefix="xx", upstreamRegistryUrl="registry.example.com")
    assert len(aws.ecr.describe_pull_through_cache_rules()["pullThroughCacheRules"]) == 1
    aws.ecr.delete_pull_through_cache_rule(ecrRepositoryPrefix="quay")
    with refused("PullThroughCacheRuleNotFoundException"):
        aws.ecr.delete_pull_through_cache_rule(ecrRepositoryPrefix="quay")
