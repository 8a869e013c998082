//! How long things take on AWS, in one place. All in simulated time.

use chrono::TimeDelta;

/// From RunInstances to `running`.
pub(crate) const INSTANCE_PENDING: TimeDelta = TimeDelta::seconds(12);
/// From TerminateInstances to `terminated`.
pub(crate) const INSTANCE_SHUTTING_DOWN: TimeDelta = TimeDelta::seconds(35);
/// From `running` to the ECS agent's registration: boot, docker and the agent's start.
pub(crate) const AGENT_JOINS: TimeDelta = TimeDelta::seconds(25);
/// How often an agent that cannot reach ECS tries again.
pub(crate) const AGENT_TRIES_AGAIN: TimeDelta = TimeDelta::seconds(30);
/// A NAT gateway's way to `available`.
pub(crate) const NAT_GATEWAY_PENDING: TimeDelta = TimeDelta::seconds(90);
/// A NAT gateway's way from `deleting` to `deleted`.
pub(crate) const NAT_GATEWAY_DELETING: TimeDelta = TimeDelta::seconds(45);
/// How long terminated instances and deleted NAT gateways are still described.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html>
pub(crate) const STILL_DESCRIBED: TimeDelta = TimeDelta::hours(1);
/// An interface endpoint's way to `available`.
/// <https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html>
pub(crate) const ENDPOINT_PENDING: TimeDelta = TimeDelta::seconds(60);
/// An interface endpoint's way from `deleting` to `deleted`.
pub(crate) const ENDPOINT_DELETING: TimeDelta = TimeDelta::seconds(45);
/// How long a deleted endpoint is still described.
pub(crate) const DELETED_ENDPOINT_DESCRIBED: TimeDelta = TimeDelta::minutes(1);
/// From StopInstances to `stopped`.
pub(crate) const INSTANCE_STOPPING: TimeDelta = TimeDelta::seconds(30);
/// From `running` until both status checks have passed.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-system-instance-status-check.html>
pub(crate) const STATUS_CHECKS_PASS: TimeDelta = TimeDelta::minutes(2);
/// From a change of an Auto Scaling group to the launch or termination that it asks for.
pub(crate) const SCALING_REACTS: TimeDelta = TimeDelta::seconds(5);
/// How often an Auto Scaling group looks for instances that have gone or are unhealthy.
pub(crate) const SCALING_CHECKS: TimeDelta = TimeDelta::seconds(30);
/// How often an instance refresh looks whether it can go on.
pub(crate) const REFRESH_STEPS: TimeDelta = TimeDelta::seconds(10);
/// How long an instance refresh tries to go on before it fails.
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html>
pub(crate) const REFRESH_GIVES_UP: TimeDelta = TimeDelta::hours(1);
/// How long a lifecycle hook waits that does not say how long.
pub(crate) const LIFECYCLE_HOOK_WAITS: TimeDelta = TimeDelta::hours(1);
/// How long role credentials last that do not say how long.
pub(crate) const SESSION_LASTS: TimeDelta = TimeDelta::hours(1);
/// From RequestCertificate until the certificate's records are told.
/// <https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html>
pub(crate) const RECORDS_DRAWN: TimeDelta = TimeDelta::seconds(5);
/// How often a young certificate's records are looked for, for how long, and how often later.
pub(crate) const VALIDATION_LOOKS_AT_FIRST: TimeDelta = TimeDelta::seconds(30);
pub(crate) const VALIDATION_LOOKS_OFTEN_FOR: TimeDelta = TimeDelta::minutes(30);
pub(crate) const VALIDATION_LOOKS_LATER: TimeDelta = TimeDelta::minutes(30);
/// How long a certificate waits for its validation.
/// <https://docs.aws.amazon.com/acm/latest/userguide/troubleshooting-timed-out.html>
pub(crate) const VALIDATION_TIMES_OUT: TimeDelta = TimeDelta::hours(72);
/// How long an idempotency token of RequestCertificate counts.
/// <https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html>
pub(crate) const CERTIFICATE_TOKEN_LASTS: TimeDelta = TimeDelta::hours(1);
/// How long a certificate of ACM is valid: 13 months.
/// <https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html>
pub(crate) const CERTIFICATE_TERM: TimeDelta = TimeDelta::days(395);
/// How long before its end a certificate is renewed.
/// <https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html>
pub(crate) const CERTIFICATE_RENEWED_BEFORE: TimeDelta = TimeDelta::days(60);
/// From CreateLoadBalancer to `active`: a few minutes, as AWS's waiter `LoadBalancerAvailable` expects, which looks
/// every 15 seconds for 10 minutes.
pub(crate) const APPLICATION_LOAD_BALANCER_PROVISIONING: TimeDelta = TimeDelta::seconds(120);
/// The same for network load balancers.
pub(crate) const NETWORK_LOAD_BALANCER_PROVISIONING: TimeDelta = TimeDelta::seconds(150);
/// From the request for capacity of a load balancer until it is there: a few minutes.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/request-capacity-unit-reservation.html>
pub(crate) const CAPACITY_RESERVED: TimeDelta = TimeDelta::minutes(3);
/// From a target's registration to the first health check of an application load balancer's nodes.
pub(crate) const APPLICATION_TARGET_REGISTERING: TimeDelta = TimeDelta::seconds(5);
/// The same for network load balancers, where it may take minutes.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health-checks.html>
pub(crate) const NETWORK_TARGET_REGISTERING: TimeDelta = TimeDelta::seconds(60);
/// How long such credentials last at most if they were asked for with those of another role.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining>
pub(crate) const LONGEST_CHAINED_SESSION: TimeDelta = TimeDelta::hours(1);
/// How long a role that was made is not known to all of AWS, if reads are not consistent.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency>
pub(crate) const IAM_PROPAGATES: TimeDelta = TimeDelta::seconds(10);
/// From the call to delete a service-linked role to the end of the deletion.
pub(crate) const LINKED_ROLE_GOES: TimeDelta = TimeDelta::seconds(15);
/// How long the network interfaces of a deleted load balancer stay.
pub(crate) const LOAD_BALANCER_INTERFACES_STAY: TimeDelta = TimeDelta::seconds(40);
/// From a change of records until all name servers know it.
/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetChange.html>
pub(crate) const NAME_SERVERS_LEARN: TimeDelta = TimeDelta::seconds(30);
/// How long lines of a log group stay after its retention.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>
pub(crate) const EXPIRED_LINES_STAY: TimeDelta = TimeDelta::hours(72);
/// From a change about an ECS service to the scheduler's look at it.
pub(crate) const SCHEDULER_REACTS: TimeDelta = TimeDelta::seconds(2);
/// How often the ECS scheduler looks at a service that is not as it shall be.
pub(crate) const SCHEDULER_CHECKS: TimeDelta = TimeDelta::seconds(10);
/// How often at most a service says the same complaint again.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages.html>
pub(crate) const PLACEMENT_TOLD_AGAIN: TimeDelta = TimeDelta::hours(6);
/// How often a service says that it is steady.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages.html>
pub(crate) const STEADY_TOLD_AGAIN: TimeDelta = TimeDelta::hours(6);
/// The longest time that ECS waits before it starts another task of a service whose tasks keep failing.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html>
pub(crate) const LONGEST_START_DELAY: TimeDelta = TimeDelta::minutes(27);
/// From a task's placement to the agent's beginning with it.
pub(crate) const TASK_PROVISIONING: TimeDelta = TimeDelta::seconds(1);
/// From a task's placement on an instance to its network interface, and from there to its attachment.
pub(crate) const INTERFACE_MADE: TimeDelta = TimeDelta::seconds(2);
pub(crate) const INTERFACE_ATTACHED: TimeDelta = TimeDelta::seconds(4);
/// The same on Fargate, where a machine is found first.
pub(crate) const FARGATE_PROVISIONING: TimeDelta = TimeDelta::seconds(6);
pub(crate) const FARGATE_INTERFACE_ATTACHED: TimeDelta = TimeDelta::seconds(8);
/// Pulling an image on Fargate, which keeps none.
pub(crate) const FARGATE_IMAGE_PULL: TimeDelta = TimeDelta::seconds(12);
/// From the start of the containers to RUNNING, for tasks with an interface of their own.
pub(crate) const TASK_ACTIVATING: TimeDelta = TimeDelta::seconds(2);
/// Until the interface of a task that has ended is gone.
pub(crate) const TASK_DEPROVISIONING: TimeDelta = TimeDelta::seconds(5);
pub(crate) const FARGATE_DEPROVISIONING: TimeDelta = TimeDelta::seconds(15);
/// How often it is looked whether Fargate wants the capacity of a Spot task back.
pub(crate) const SPOT_LOOKS: TimeDelta = TimeDelta::minutes(1);
/// How long a task waits for capacity before it is given up.
pub(crate) const CAPACITY_AWAITED: TimeDelta = TimeDelta::minutes(60);
/// How often a capacity provider compares what its group has with what is needed.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-auto-scaling.html>
pub(crate) const MANAGED_SCALING_LOOKS: TimeDelta = TimeDelta::minutes(1);
/// For how many looks in a row too much is too much.
pub(crate) const MANAGED_SCALE_IN_LOOKS: u32 = 15;
/// How long changes of capacity providers, of those of a cluster, and of agents take.
pub(crate) const CAPACITY_PROVIDER_CHANGES: TimeDelta = TimeDelta::seconds(10);
pub(crate) const AGENT_UPDATES: TimeDelta = TimeDelta::seconds(30);
/// Pulling an image and starting its container.
pub(crate) const IMAGE_PULL: TimeDelta = TimeDelta::seconds(6);
/// The same for an image that is slow on purpose.
pub(crate) const SLOW_IMAGE_PULL: TimeDelta = TimeDelta::minutes(2);
/// How long a running task of a service without load balancer and health check must run before it counts as healthy.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html>
pub(crate) const TASK_PROVES_HEALTHY: TimeDelta = TimeDelta::seconds(40);
/// How long a container may fail its health check before its task is replaced: three checks, 30 seconds apart.
pub(crate) const HEALTH_CHECK_FAILS: TimeDelta = TimeDelta::seconds(90);
/// How long a task takes to leave its load balancer.
pub(crate) const TASK_DEACTIVATING: TimeDelta = TimeDelta::seconds(5);
/// From SIGTERM to the end of a container that heeds it.
pub(crate) const TASK_STOPPING: TimeDelta = TimeDelta::seconds(2);
/// From SIGTERM to SIGKILL, if a container does not say how long.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html>
pub(crate) const STOP_TIMEOUT: TimeDelta = TimeDelta::seconds(30);
/// How long a task runs that ends by itself.
pub(crate) const BATCH_RUNS: TimeDelta = TimeDelta::seconds(20);
/// How long a group of schedules is on its way out.
pub(crate) const SCHEDULE_GROUP_DELETING: TimeDelta = TimeDelta::seconds(10);
/// The pause before a target is called again; it grows by as much with every try, up to an hour.
pub(crate) const DELIVERY_TRIED_AGAIN: TimeDelta = TimeDelta::minutes(1);
/// From the end of a secret's recovery window, or from a forced deletion, until its name is free.
/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html>
pub(crate) const SECRET_GOES: TimeDelta = TimeDelta::seconds(3);
/// An operation of Cloud Map, such as a registration.
/// <https://docs.aws.amazon.com/cloud-map/latest/api/API_GetOperation.html>
pub(crate) const CLOUD_MAP_WORKS: TimeDelta = TimeDelta::seconds(5);
/// The same for a namespace that gets a zone.
pub(crate) const DNS_NAMESPACE_MADE: TimeDelta = TimeDelta::seconds(45);
