//! Clusters, and when they can be deleted.

use serde_json::json;

use super::Ecs;

#[test]
fn creating_a_cluster_again_answers_the_one_that_is_there() {
    let mut ecs = Ecs::with_instances(0);
    let tags = json!([{"key": "team", "value": "a"}]);
    let first = ecs.ok("CreateCluster", json!({"clusterName": "live", "tags": tags}));
    let again = ecs.ok("CreateCluster", json!({"clusterName": "live"}));
    assert_eq!((&again["cluster"]["clusterArn"], &again["cluster"]["tags"]), (&first["cluster"]["clusterArn"], &tags));
    let other = json!({"clusterName": "live", "tags": [{"key": "team", "value": "b"}]});
    assert!(ecs.refused("CreateCluster", other).starts_with("InvalidParameterException: Arguments on this idempotent"));
}

#[test]
fn only_an_empty_cluster_is_deleted() {
    let mut ecs = Ecs::with_instances(1);
    let definition = ecs.register("nginx", 0);
    let delete = json!({"cluster": "dev"});
    assert!(ecs.refused("DeleteCluster", delete.clone()).starts_with("ClusterContainsContainerInstancesException: "));
    ecs.lose(1);
    ecs.create(&definition, 0, json!({}));
    assert!(ecs.refused("DeleteCluster", delete.clone()).starts_with("ClusterContainsServicesException: "));
    ecs.ok("DeleteService", json!({"cluster": "dev", "service": "web"}));
    ecs.pass(10);
    assert_eq!(ecs.ok("DeleteCluster", delete.clone())["cluster"]["status"], "INACTIVE");
    assert_eq!(ecs.ok("DescribeClusters", json!({"clusters": ["dev"]}))["clusters"][0]["status"], "INACTIVE");
    assert_eq!(ecs.ok("ListClusters", json!({}))["clusterArns"], json!([]));
    assert_eq!(ecs.refused("ListServices", delete), "ClusterNotFoundException: The referenced cluster was inactive.");
    assert_eq!(ecs.ok("CreateCluster", json!({"clusterName": "dev"}))["cluster"]["status"], "ACTIVE");
}

#[test]
fn everything_that_has_an_arn_can_be_tagged() {
    let mut ecs = Ecs::with_instances(1);
    let definition = ecs.register("nginx", 0);
    let service = ecs.create(&definition, 1, json!({"propagateTags": "SERVICE", "tags": [{"key": "a", "value": "b"}]}));
    ecs.pass(30);
    let task = ecs.tasks("RUNNING")[0]["taskArn"].clone();
    let instance = json!(ecs.instance_arn(1));
    let cluster = service["clusterArn"].clone();
    for arn in [&service["serviceArn"], &task, &instance, &cluster, &json!(definition)] {
        ecs.ok("TagResource", json!({"resourceArn": arn, "tags": [{"key": "op", "value": "1"}]}));
        let tags = ecs.ok("ListTagsForResource", json!({"resourceArn": arn}))["tags"].take();
        assert!(tags.as_array().unwrap().contains(&json!({"key": "op", "value": "1"})), "{arn}");
        ecs.ok("UntagResource", json!({"resourceArn": arn, "tagKeys": ["op"]}));
    }
    let tags = ecs.ok("ListTagsForResource", json!({"resourceArn": task}));
    assert_eq!(tags["tags"], json!([{"key": "a", "value": "b"}]));
}
