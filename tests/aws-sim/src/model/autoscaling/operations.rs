//! Auto Scaling's operations, by name.

use super::{
    activity, coming_and_going, group_calls, launch_configuration, lifecycle_hook, member_calls, notification, offers,
    process, refresh_calls, scaling_policy, scheduled_action, tagging, traffic,
};
use crate::model::context::Handler;

/// The operation of that name, if it is simulated.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    of_groups(operation)
        .or_else(|| of_scaling(operation))
        .or_else(|| of_traffic(operation))
        .or_else(|| offer(operation))
}

fn of_groups(operation: &str) -> Option<Handler> {
    Some(match operation {
        "CreateAutoScalingGroup" => group_calls::create,
        "UpdateAutoScalingGroup" => group_calls::update,
        "DescribeAutoScalingGroups" => group_calls::describe,
        "DeleteAutoScalingGroup" => group_calls::delete,
        "SetDesiredCapacity" => group_calls::set_desired_capacity,
        "DescribeScalingActivities" => activity::describe,
        "CreateLaunchConfiguration" => launch_configuration::create,
        "DescribeLaunchConfigurations" => launch_configuration::describe,
        "DeleteLaunchConfiguration" => launch_configuration::delete,
        "DescribeAutoScalingInstances" => member_calls::describe,
        "TerminateInstanceInAutoScalingGroup" => member_calls::terminate,
        "AttachInstances" => coming_and_going::attach,
        "DetachInstances" => member_calls::detach,
        "EnterStandby" => coming_and_going::enter_standby,
        "ExitStandby" => coming_and_going::exit_standby,
        "SetInstanceProtection" => member_calls::set_protection,
        "SetInstanceHealth" => member_calls::set_health,
        "CreateOrUpdateTags" => tagging::create_or_update,
        "DeleteTags" => tagging::delete,
        "DescribeTags" => tagging::describe,
        _ => return None,
    })
}

fn of_scaling(operation: &str) -> Option<Handler> {
    Some(match operation {
        "PutLifecycleHook" => lifecycle_hook::put,
        "DescribeLifecycleHooks" => lifecycle_hook::describe,
        "DeleteLifecycleHook" => lifecycle_hook::delete,
        "CompleteLifecycleAction" => lifecycle_hook::complete,
        "RecordLifecycleActionHeartbeat" => lifecycle_hook::heartbeat,
        "StartInstanceRefresh" => refresh_calls::start,
        "DescribeInstanceRefreshes" => refresh_calls::describe,
        "CancelInstanceRefresh" => refresh_calls::cancel,
        "RollbackInstanceRefresh" => refresh_calls::roll_back,
        "PutScalingPolicy" => scaling_policy::put,
        "DescribePolicies" => scaling_policy::describe,
        "DeletePolicy" => scaling_policy::delete,
        "ExecutePolicy" => scaling_policy::execute,
        "PutScheduledUpdateGroupAction" => scheduled_action::put,
        "BatchPutScheduledUpdateGroupAction" => scheduled_action::batch_put,
        "DescribeScheduledActions" => scheduled_action::describe,
        "DeleteScheduledAction" => scheduled_action::delete,
        "BatchDeleteScheduledAction" => scheduled_action::batch_delete,
        "SuspendProcesses" => process::suspend,
        "ResumeProcesses" => process::resume,
        _ => return None,
    })
}

fn of_traffic(operation: &str) -> Option<Handler> {
    Some(match operation {
        "AttachLoadBalancers" => traffic::attach_load_balancers,
        "DetachLoadBalancers" => traffic::detach_load_balancers,
        "DescribeLoadBalancers" => traffic::describe_load_balancers,
        "AttachLoadBalancerTargetGroups" => traffic::attach_target_groups,
        "DetachLoadBalancerTargetGroups" => traffic::detach_target_groups,
        "DescribeLoadBalancerTargetGroups" => traffic::describe_target_groups,
        "AttachTrafficSources" => traffic::attach_sources,
        "DetachTrafficSources" => traffic::detach_sources,
        "DescribeTrafficSources" => traffic::describe_sources,
        "PutNotificationConfiguration" => notification::put,
        "DescribeNotificationConfigurations" => notification::describe,
        "DeleteNotificationConfiguration" => notification::delete,
        "EnableMetricsCollection" => offers::enable_metrics,
        "DisableMetricsCollection" => offers::disable_metrics,
        _ => return None,
    })
}

fn offer(operation: &str) -> Option<Handler> {
    Some(match operation {
        "DescribeAccountLimits" => offers::account_limits,
        "DescribeAdjustmentTypes" => offers::adjustments,
        "DescribeAutoScalingNotificationTypes" => offers::notifications,
        "DescribeLifecycleHookTypes" => offers::hooks,
        "DescribeMetricCollectionTypes" => offers::metrics,
        "DescribeScalingProcessTypes" => offers::processes,
        "DescribeTerminationPolicyTypes" => offers::termination_policies,
        _ => return None,
    })
}
