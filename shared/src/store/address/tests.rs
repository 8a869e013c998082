//! The forms of `REDIS_URL`.

use super::*;

fn address(url: &str) -> Result<Address, RedisError> {
    Address::of(&Settings { redis_url: url.to_owned(), ..Settings::default() })
}

/// Host, port and database of each client.
fn targets(clients: &[Client]) -> Vec<String> {
    let target = |client: &Client| {
        let info = client.get_connection_info();
        let redis = info.redis_settings();
        format!("{} {:?} {:?} {}", info.addr(), redis.username(), redis.password(), redis.db())
    };
    clients.iter().map(target).collect()
}

#[test]
fn one_server_is_named_as_ever() {
    let Address::Single(client) = address("redis://:secret@host:1234/2").unwrap() else { panic!("not one server") };
    assert_eq!(targets(&[client]), ["host:1234 None Some(\"secret\") 2"]);
}

#[test]
fn nodes_of_a_cluster_share_name_and_password() {
    let Address::Cluster(nodes) = address("redis+cluster://me:secret@one:7001,two").unwrap() else {
        panic!("not a cluster")
    };
    let each = "Some(\"me\") Some(\"secret\") 0";
    assert_eq!(targets(&nodes), [format!("one:7001 {each}"), format!("two:6379 {each}")]);
}

#[test]
fn sentinels_have_a_name_and_password_of_their_own() {
    let url = "rediss+sentinel://me:secret@one,two:1/main/3?sentinel_auth=guard:other";
    let Address::Sentinel { sentinels, master, like } = address(url).unwrap() else { panic!("no sentinels") };
    assert_eq!(master, "main");
    let each = "Some(\"guard\") Some(\"other\") 0";
    assert_eq!(targets(&sentinels), [format!("one:26379 {each}"), format!("two:1 {each}")]);
    let node = super::like(&like, "10.0.0.1", 6380).unwrap();
    assert!(matches!(node.get_connection_info().addr(), ConnectionAddr::TcpTls { insecure: false, .. }));
    assert_eq!(targets(&[node]), ["10.0.0.1:6380 Some(\"me\") Some(\"secret\") 3"]);
}

#[test]
fn what_cannot_be_meant_is_refused_without_telling_secrets() {
    for url in [
        "host:6379",
        "redis+cluster://:hunter2@one/1",
        "redis+sentinel://:hunter2@one",
        "redis+sentinel://one/main?password=hunter2",
        "redis+ring://:hunter2@one",
    ] {
        let refused = address(url).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidClientConfig, "{url}");
        assert!(!format!("{refused} {refused:?}").contains("hunter2"), "{refused:?}");
    }
}

#[test]
fn files_of_certificates_must_be_there() {
    let settings = Settings { redis_ca: Some("/nowhere/ca.pem".into()), ..Settings::default() };
    assert!(Address::of(&settings).unwrap_err().to_string().contains("/nowhere/ca.pem"));
}
