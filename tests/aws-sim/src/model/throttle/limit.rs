//! AWS's numbers: which operations share a bucket, how much it holds and what comes back each second.

use crate::model::bucket::Capacity;
use crate::model::service::Service;

/// One bucket and the operations that take from it.
pub(super) struct Limit {
    pub(super) name: &'static str,
    /// Names, or their beginnings with a star. The first limit of a service that names an operation is its limit.
    pub(super) operations: &'static [&'static str],
    pub(super) capacity: Capacity,
    /// Whether each operation has a bucket of its own.
    pub(super) each: bool,
}

const fn shared(name: &'static str, operations: &'static [&'static str], size: f64, refill: f64) -> Limit {
    Limit { name, operations, capacity: Capacity { size, refill }, each: false }
}

const fn each(name: &'static str, operations: &'static [&'static str], size: f64, refill: f64) -> Limit {
    Limit { name, operations, capacity: Capacity { size, refill }, each: true }
}

/// The limits of a service; none where AWS publishes none and nothing is known.
pub(super) fn of(service: Service) -> &'static [Limit] {
    match service {
        Service::Ec2 => &EC2,
        Service::Ecs => &ECS,
        Service::Elb | Service::ElbV2 => &ELB,
        Service::Route53 => &ROUTE53,
        Service::Iam => &IAM,
        Service::Sts => &STS,
        Service::AutoScaling | Service::ApplicationAutoScaling => &AUTO_SCALING,
        Service::Ssm => &SSM,
        Service::Logs => &LOGS,
        Service::Acm => &ACM,
        Service::SecretsManager => &SECRETS_MANAGER,
        Service::Ecr => &ECR,
        Service::Scheduler | Service::Events | Service::CloudMap => &[],
    }
}

/// <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html#throttling-limits-rate-based>: each API has a
/// bucket of its own, of the size of its category. What is uncategorised there stands first.
const EC2: [Limit; 10] = [
    each("uncategorized", &["CreateVpcEndpoint", "DeleteVpcEndpoints"], 4.0, 0.3),
    each("uncategorized", &["RunInstances", "StartInstances"], 5.0, 2.0),
    each("uncategorized", &["CreateDefaultVpc", "CreateDefaultSubnet"], 1.0, 1.0),
    each("uncategorized", &["CreateSubnetCidrReservation", "DeleteSubnetCidrReservation"], 5.0, 1.0),
    each(
        "uncategorized",
        &["CreateNatGateway", "DeleteNatGateway", "AssociateNatGatewayAddress", "DisassociateNatGatewayAddress"],
        10.0,
        1.0,
    ),
    each("uncategorized", &["CreateTags", "DeleteTags"], 100.0, 10.0),
    each(
        "uncategorized",
        &[
            "AssignPrivateIpAddresses",
            "UnassignPrivateIpAddresses",
            "AssociateIamInstanceProfile",
            "DisassociateIamInstanceProfile",
            "CreateLaunchTemplateVersion",
            "CreateNetworkInterface",
            "DeleteNetworkInterface",
            "CreateSnapshot",
            "DeleteSnapshot",
            "CreateVolume",
            "DeleteVolume",
            "MonitorInstances",
            "UnmonitorInstances",
            "TerminateInstances",
        ],
        100.0,
        5.0,
    ),
    each(
        "resource-intensive",
        &[
            "AcceptVpcPeeringConnection",
            "AuthorizeSecurityGroupIngress",
            "CancelSpotInstanceRequests",
            "CreateKeyPair",
            "CreateVpcPeeringConnection",
            "DeleteVpcPeeringConnection",
            "RejectVpcPeeringConnection",
            "RevokeSecurityGroupIngress",
            "RequestSpotInstances",
        ],
        50.0,
        5.0,
    ),
    each("non-mutating", &["Describe*", "Get*", "List*", "Search*"], 100.0, 20.0),
    each("mutating", &["*"], 50.0, 5.0),
];

/// Reads of EC2 that take from a smaller bucket when they neither filter nor page.
pub(super) const UNFILTERED: [&str; 7] = [
    "DescribeInstances",
    "DescribeInstanceStatus",
    "DescribeNetworkInterfaces",
    "DescribeSecurityGroups",
    "DescribeSnapshots",
    "DescribeSpotInstanceRequests",
    "DescribeVolumes",
];
pub(super) const UNFILTERED_CAPACITY: Capacity = Capacity { size: 50.0, refill: 10.0 };
/// Reads that EC2's console makes.
pub(super) const CONSOLE_CAPACITY: Capacity = Capacity { size: 100.0, refill: 10.0 };

/// Instances, of which each takes a token beside the call's own.
/// <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html#throttling-limits-cost-based>
pub(super) const INSTANCES: [(&str, Capacity); 4] = [
    ("RunInstances", Capacity { size: 1000.0, refill: 2.0 }),
    ("StartInstances", Capacity { size: 1000.0, refill: 2.0 }),
    ("StopInstances", Capacity { size: 1000.0, refill: 20.0 }),
    ("TerminateInstances", Capacity { size: 1000.0, refill: 20.0 }),
];

/// Tasks on Fargate, of which each takes a token beside the call's own.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/throttling.html>
pub(super) const FARGATE_TASKS: Capacity = Capacity { size: 100.0, refill: 20.0 };

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html>
const ECS: [Limit; 20] = [
    shared(
        "cluster modify",
        &["CreateCluster", "DeleteCluster", "PutClusterCapacityProviders", "UpdateCluster", "UpdateClusterSettings"],
        20.0,
        1.0,
    ),
    shared("cluster read", &["DescribeClusters", "ListClusters"], 50.0, 20.0),
    shared("task definition modify", &["DeregisterTaskDefinition", "RegisterTaskDefinition"], 20.0, 1.0),
    shared(
        "task definition read",
        &["DescribeTaskDefinition", "ListTaskDefinitions", "ListTaskDefinitionFamilies"],
        50.0,
        20.0,
    ),
    shared("task definition deletion", &["DeleteTaskDefinitions"], 5.0, 1.0),
    shared(
        "capacity provider modify",
        &["CreateCapacityProvider", "DeleteCapacityProvider", "UpdateCapacityProvider"],
        10.0,
        1.0,
    ),
    shared("capacity provider read", &["DescribeCapacityProviders"], 50.0, 20.0),
    shared("tag modify", &["TagResource", "UntagResource"], 20.0, 10.0),
    shared("tag read", &["ListTagsForResource"], 50.0, 20.0),
    shared("setting modify", &["DeleteAccountSetting", "PutAccountSetting", "PutAccountSettingDefault"], 10.0, 1.0),
    shared("setting read", &["ListAccountSettings"], 50.0, 20.0),
    shared(
        "cluster resource modify",
        &[
            "DeleteAttributes",
            "DeregisterContainerInstance",
            "ExecuteCommand",
            "PutAttributes",
            "RunTask",
            "StartTask",
            "StopTask",
            "UpdateContainerAgent",
            "UpdateContainerInstancesState",
        ],
        100.0,
        40.0,
    ),
    shared(
        "cluster resource read",
        &["DescribeContainerInstances", "DescribeTasks", "ListAttributes", "ListContainerInstances", "ListTasks"],
        100.0,
        20.0,
    ),
    shared(
        "agent modify",
        &[
            "RegisterContainerInstance",
            "SubmitAttachmentStateChanges",
            "SubmitContainerStateChange",
            "SubmitTaskStateChange",
        ],
        200.0,
        120.0,
    ),
    shared("service modify", &["CreateService", "DeleteService", "UpdateService"], 50.0, 5.0),
    shared("service read", &["DescribeServices", "ListServices"], 100.0, 20.0),
    shared("service deployment", &["DescribeServiceDeployments", "ListServiceDeployments"], 50.0, 20.0),
    shared("service revision", &["DescribeServiceRevisions"], 50.0, 20.0),
    shared("task protection", &["UpdateTaskProtection", "GetTaskProtection"], 200.0, 80.0),
    shared("cluster service resource read", &["ListServicesByNamespace"], 10.0, 1.0),
];

/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-throttling.html>: each of the two APIs has its
/// own buckets.
const ELB: [Limit; 4] = [
    shared("resource-intensive", &["CreateLoadBalancer", "SetSubnets", "AttachLoadBalancerToSubnets"], 10.0, 0.2),
    shared(
        "registration",
        &[
            "RegisterTargets",
            "DeregisterTargets",
            "RegisterInstancesWithLoadBalancer",
            "DeregisterInstancesFromLoadBalancer",
        ],
        20.0,
        4.0,
    ),
    shared("non-mutating", &["Describe*", "Get*"], 40.0, 10.0),
    shared("mutating", &["*"], 20.0, 3.0),
];

/// Five requests a second for the whole account.
/// <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests>. Accounts whose limits
/// were raised as `throttling-api-requests.html` of the same guide announces may do ten a second, and fifty at once.
const ROUTE53: [Limit; 1] = [shared("all", &["*"], 5.0, 5.0)];

/// How long a hosted zone is busy with a batch; another one that comes meanwhile is refused as `PriorRequestNotComplete`.
/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html>
pub(super) const ZONE: Capacity = Capacity { size: 1.0, refill: 10.0 };

/// IAM says that it limits its callers, but no number: these are the ones of EC2's mutating and other actions.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
const IAM: [Limit; 2] = [shared("read", &["Get*", "List*"], 100.0, 20.0), shared("write", &["*"], 50.0, 5.0)];

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-sts-requests>
const STS: [Limit; 1] = [shared("all", &["*"], 600.0, 600.0)];

/// Auto Scaling too limits its callers without a number, by a bucket that all calls share.
/// <https://repost.aws/knowledge-center/autoscaling-api-calls-throttled>
const AUTO_SCALING: [Limit; 1] = [shared("all", &["*"], 100.0, 20.0)];

/// <https://docs.aws.amazon.com/general/latest/gr/ssm.html#limits_ssm>: the standard throughput of the parameter store.
const SSM: [Limit; 2] = [
    shared("read", &["GetParameter", "GetParameters", "GetParametersByPath"], 40.0, 40.0),
    shared("write", &["PutParameter"], 3.0, 3.0),
];

/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>
const LOGS: [Limit; 6] = [
    each("group", &["CreateLogGroup", "DeleteLogGroup", "DescribeLogGroups"], 10.0, 10.0),
    each("stream", &["CreateLogStream"], 50.0, 50.0),
    each("streams", &["DescribeLogStreams", "GetLogEvents"], 25.0, 25.0),
    each("filter", &["FilterLogEvents"], 5.0, 5.0),
    each("put", &["PutLogEvents"], 5000.0, 5000.0),
    each("tags", &["TagResource", "UntagResource", "TagLogGroup", "UntagLogGroup"], 5.0, 5.0),
];

/// <https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html#api-rate-limits>
const ACM: [Limit; 4] = [
    each("ten", &["DescribeCertificate", "DeleteCertificate", "GetCertificate", "ListTagsForCertificate"], 10.0, 10.0),
    each("eight", &["ListCertificates"], 8.0, 8.0),
    each(
        "five",
        &["RequestCertificate", "AddTagsToCertificate", "RemoveTagsFromCertificate", "UpdateCertificateOptions"],
        5.0,
        5.0,
    ),
    each("one", &["ImportCertificate", "ResendValidationEmail"], 1.0, 1.0),
];

/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html>
const SECRETS_MANAGER: [Limit; 6] = [
    shared("read", &["DescribeSecret", "GetSecretValue"], 10_000.0, 10_000.0),
    shared("list", &["ListSecrets"], 100.0, 100.0),
    shared("change", &["PutSecretValue", "UpdateSecret", "UpdateSecretVersionStage"], 50.0, 50.0),
    shared("tags", &["TagResource", "UntagResource"], 50.0, 50.0),
    shared("policy", &["GetResourcePolicy", "PutResourcePolicy", "DeleteResourcePolicy"], 50.0, 50.0),
    each("each", &["CreateSecret", "DeleteSecret", "RestoreSecret", "RotateSecret", "GetRandomPassword"], 50.0, 50.0),
];

/// <https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html>
const ECR: [Limit; 6] = [
    each("token", &["GetAuthorizationToken", "UploadLayerPart"], 500.0, 500.0),
    each("layers", &["InitiateLayerUpload", "CompleteLayerUpload"], 100.0, 100.0),
    each("put", &["PutImage"], 10.0, 10.0),
    each("get", &["BatchGetImage"], 2000.0, 2000.0),
    each("check", &["BatchCheckLayerAvailability"], 1000.0, 1000.0),
    each("download", &["GetDownloadUrlForLayer"], 3000.0, 3000.0),
];
