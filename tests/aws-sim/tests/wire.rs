//! The simulator as a client meets it: requests on a socket, answers in the protocols' shapes.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

use std::net::SocketAddr;

use aws_sim::{Config, Sim};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A simulator on a free port.
async fn start() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(aws_sim::serve(listener, Sim::new(Config::default()), std::future::pending()));
    address
}

/// Sends one request; what comes back until the connection ends, which is nothing if it is cut.
async fn send(to: SocketAddr, line: &str, headers: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(to).await.unwrap();
    let length = body.len();
    let request =
        format!("{line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A connection that is cut may end in an error instead of an end.
    stream.read_to_end(&mut answer).await.ok();
    String::from_utf8(answer).unwrap()
}

/// Signs a request to a service as the default account does: the headers of Signature Version 4.
fn signed(service: &str, line: &str, body: &str) -> String {
    let now = chrono::Utc::now();
    let (at, day) = (now.format("%Y%m%dT%H%M%SZ"), now.format("%Y%m%d"));
    let (method, path) = line.split_once(' ').unwrap();
    let payload = hex::encode(Sha256::digest(body));
    let request = format!("{method}\n{path}\n\nhost:x\nx-amz-date:{at}\n\nhost;x-amz-date\n{payload}");
    let scope = format!("{day}/eu-west-1/{service}/aws4_request");
    let string = format!("AWS4-HMAC-SHA256\n{at}\n{scope}\n{}", hex::encode(Sha256::digest(request)));
    let day = day.to_string();
    let key = ["eu-west-1", service, "aws4_request"].iter().fold(hmac(b"AWS4test", &day), |key, part| hmac(&key, part));
    let signature = hex::encode(hmac(&key, &string));
    format!(
        "x-amz-date: {at}\r\nauthorization: AWS4-HMAC-SHA256 Credential=test/{scope}, SignedHeaders=host;x-amz-date, \
         Signature={signature}\r\n"
    )
}

fn hmac(key: &[u8], data: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(data.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// Sends a signed request.
async fn call(to: SocketAddr, service: &str, line: &str, headers: &str, body: &str) -> String {
    send(to, line, &format!("{}{headers}", signed(service, line, body)), body).await
}

async fn query(to: SocketAddr, service: &str, form: &str) -> String {
    call(to, service, "POST /", "", form).await
}

async fn json(to: SocketAddr, service: &str, target: &str, body: &str) -> String {
    call(to, service, "POST /", &format!("x-amz-target: {target}\r\n"), body).await
}

async fn control(to: SocketAddr, line: &str, body: &str) -> String {
    send(to, line, "content-type: application/json\r\n", body).await
}

#[tokio::test]
async fn every_protocol_answers_and_refuses_in_its_own_shape() {
    let sim = start().await;
    let answer = query(sim, "ec2", "Action=CreateVpc&CidrBlock=10.0.0.0/16&Version=2016-11-15").await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("<vpc><vpcId>vpc-"), "{answer}");
    let answer = query(sim, "ec2", "Action=DeleteVpc&VpcId=vpc-0123456789abcdef0&Version=2016-11-15").await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert!(answer.contains("<Response><Errors><Error><Code>InvalidVpcID.NotFound</Code>"), "{answer}");
    let answer = query(sim, "iam", "Action=ListRoles&Version=2010-05-08").await;
    assert!(answer.contains("<ListRolesResult><Roles></Roles>"), "{answer}");
    let answer = query(sim, "iam", "Action=GetRole&RoleName=none&Version=2010-05-08").await;
    assert!(
        answer.starts_with("HTTP/1.1 404") && answer.contains("<Type>Sender</Type><Code>NoSuchEntity<"),
        "{answer}"
    );
    let answer = json(sim, "logs", "Logs_20140328.DescribeLogGroups", "{}").await;
    assert!(answer.ends_with("{\"logGroups\":[]}"), "{answer}");
    let answer = json(sim, "logs", "Logs_20140328.DeleteLogGroup", "{\"logGroupName\":\"none\"}").await;
    assert!(answer.contains("\"__type\":\"ResourceNotFoundException\""), "{answer}");
    let zone = "<CreateHostedZoneRequest xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"><Name>example.com</Name>\
                <CallerReference>1</CallerReference></CreateHostedZoneRequest>";
    let answer = call(sim, "route53", "POST /2013-04-01/hostedzone", "", zone).await;
    assert!(answer.starts_with("HTTP/1.1 201") && answer.contains("location: https://route53"), "{answer}");
    let answer = call(sim, "route53", "GET /2013-04-01/hostedzone/Z1", "", "").await;
    assert!(answer.starts_with("HTTP/1.1 404") && answer.contains("<Code>NoSuchHostedZone</Code>"), "{answer}");
}

#[tokio::test]
async fn what_is_not_simulated_says_so_and_is_remembered() {
    let sim = start().await;
    for (service, form) in [
        ("ec2", "Action=CreateFleet&Version=2016-11-15"),
        ("elasticloadbalancing", "Action=DescribeTrustStores&Version=2015-12-01"),
        ("sqs", "Action=ListQueues"),
    ] {
        let answer = query(sim, service, form).await;
        assert!(answer.starts_with("HTTP/1.1 501") && answer.contains("<Code>NotSimulated</Code>"), "{answer}");
    }
    let unknown = control(sim, "GET /_sim/unknown", "").await;
    for operation in ["CreateFleet", "DescribeTrustStores", "ListQueues"] {
        assert!(unknown.contains(operation), "{unknown}");
    }
}

#[tokio::test]
async fn a_cut_connection_tells_nothing_of_whether_the_call_was_carried_out() {
    let sim = start().await;
    let create = "Action=CreateVpc&CidrBlock=10.0.0.0/16&Version=2016-11-15";
    for (kind, made) in [("reset_before", 0), ("reset_after", 1)] {
        let fault = format!("{{\"operation\": \"CreateVpc\", \"kind\": \"{kind}\", \"count\": 1}}");
        assert!(control(sim, "POST /_sim/faults", &fault).await.starts_with("HTTP/1.1 201"));
        assert_eq!(query(sim, "ec2", create).await, "", "{kind}");
        let inventory = control(sim, "GET /_sim/inventory", "").await;
        assert_eq!(inventory.matches("\"id\":\"vpc-").count(), made, "{kind}: {inventory}");
    }
}

#[tokio::test]
async fn a_fault_is_asked_for_by_the_words_of_the_parameters_and_calls_are_remembered_with_their_callers() {
    let sim = start().await;
    let fault =
        r#"{"service":"iam","operation":"CreateRole","contains":"instance","kind":"error","code":"AccessDenied"}"#;
    control(sim, "POST /_sim/faults", fault).await;
    let trust = "%7B%22Version%22:%222012-10-17%22,%22Statement%22:%5B%7B%22Effect%22:%22Allow%22,%22Action%22:\
                 %22sts:AssumeRole%22,%22Principal%22:%7B%22Service%22:%22ecs.amazonaws.com%22%7D%7D%5D%7D";
    let role =
        |name: &str| format!("Action=CreateRole&RoleName={name}&AssumeRolePolicyDocument={trust}&Version=2010-05-08");
    let agent = "x-amz-user-agent: sdk/1 step/create_role\r\n";
    let refused = call(sim, "iam", "POST /", agent, &role("dev-instance")).await;
    assert!(refused.contains("<Code>AccessDenied</Code>"), "{refused}");
    let made = call(sim, "iam", "POST /", agent, &role("dev-service")).await;
    assert!(made.starts_with("HTTP/1.1 200"), "{made}");
    let calls = control(sim, "GET /_sim/calls?operation=CreateRole", "").await;
    assert!(calls.contains("\"outcome\":\"AccessDenied\"") && calls.contains("step/create_role"), "{calls}");
}
