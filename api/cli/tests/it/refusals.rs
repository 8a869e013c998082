//! Refusals: by the API, by the network, by the command line itself.

use serde_json::{Value, json};
use shared::problem::{Code, Problem};

use crate::fake::{Fake, ID, run};

fn refusal() -> Value {
    let problem = Problem::new(Code::InvalidField, "the request has two wrong fields");
    let problem = problem.at("/cluster_size", "must be at most 100").at("/cidr_block", "is not a private /16");
    json!(problem)
}

#[tokio::test]
async fn a_refused_request_names_its_fields_and_what_to_do() {
    let fake = Fake::default().answer("POST", 422, refusal());
    let ran = fake.bcn("district create dev --cluster-size 500").await;
    insta::assert_snapshot!(ran.stderr);
    assert_eq!((ran.status, ran.stdout.as_str()), (1, ""));
    assert_eq!(fake.seen().len(), 1, "a refusal is not sent again");
}

#[tokio::test]
async fn programs_get_the_problem_document() {
    let ran = Fake::default().answer("POST", 422, refusal()).bcn("district create dev -o json").await;
    assert_eq!(serde_json::from_str::<Value>(&ran.stdout).unwrap(), refusal());
    assert_eq!(ran.status, 1);
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_is_named() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let ran = run("district create dev", &format!("http://127.0.0.1:{port}")).await;
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains(&format!("cannot reach Barcelona at http://127.0.0.1:{port}")), "{}", ran.stderr);
    assert!(!ran.stderr.contains("may have been accepted"), "{}", ran.stderr);
    assert!(ran.stderr.contains("Connection refused") && ran.stderr.contains("BARCELONA_ENDPOINT"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("client error"), "{}", ran.stderr);
}

#[tokio::test]
async fn a_change_whose_answer_was_lost_can_be_sent_again_with_the_key_that_is_named() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let hangs_up = tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let mut request = [0; 64];
            let _read = tokio::io::AsyncReadExt::read(&mut connection, &mut request).await;
        }
    });
    let ran = run("district create dev --idempotency-key ci-1", &endpoint).await;
    hangs_up.abort();
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("sending it again is safe with --idempotency-key ci-1"), "{}", ran.stderr);
}

#[tokio::test]
async fn advice_is_in_the_words_of_the_command_line() {
    let cases = [
        (Code::Unauthorized, "Set BARCELONA_TOKEN, or pass --token."),
        (Code::AmbiguousName, "Say which one with --district."),
    ];
    for (code, advice) in cases {
        let problem = json!(Problem::new(code, "no"));
        let ran = Fake::default().answer("GET", code.status(), problem).bcn("app show web-app").await;
        assert!(ran.stderr.ends_with(&format!("advice    {advice}\n")), "{}", ran.stderr);
    }
    let problem = Problem::new(Code::AmbiguousName, "no").advised("Do this.");
    let ran = Fake::default().answer("GET", 409, json!(problem)).bcn("app show web-app").await;
    assert!(ran.stderr.ends_with("advice    Do this.\n"), "{}", ran.stderr);
}

#[tokio::test]
async fn who_is_refused_for_want_of_room_is_told_when_to_come_back() {
    let problem = Problem::new(Code::QueueFull, "10000 operations are unfinished, and 10000 may be");
    let problem = json!(Problem { retry_after: Some(42), ..problem });
    let fake = Fake::default().answer("POST", 503, problem);
    let ran = fake.bcn("district create dev").await;
    assert!(ran.stderr.contains("start more workers") && ran.stderr.ends_with("again     in 42 s\n"), "{}", ran.stderr);
    assert_eq!((ran.status, fake.seen().len()), (1, 1), "so long nobody waits without asking");
}

#[tokio::test]
async fn who_stops_in_the_middle_of_a_command_gets_its_help() {
    let fake = Fake::default();
    let ran = fake.bcn("app").await;
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("Usage: bcn app") && ran.stderr.contains("deploy"), "{}", ran.stderr);
    let ran = run("district list", "localhost:8080").await;
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("write http://HOST:PORT"), "{}", ran.stderr);
}

#[tokio::test]
async fn wrong_use_is_status_2_and_sends_nothing() {
    let fake = Fake::default();
    let cases = [
        "district create Dev",
        "district update dev",
        "app create web-app --district dev",
        "app create web-app --district dev --image nginx --memory 1 --service web",
        "app deploy web-app",
        "op list --state done",
        "op show 17",
        "app env set web-app",
    ];
    for line in cases {
        let ran = fake.bcn(line).await;
        assert_eq!(ran.status, 2, "{line}: {ran:?}");
    }
    assert!(fake.seen().is_empty());
}

#[tokio::test]
async fn a_long_list_is_read_page_by_page() {
    let operation = serde_json::to_value(crate::fake::queued()).unwrap();
    let page = |next: Value| json!({"operations": [operation, operation], "next": next});
    let fake = Fake::default().answer("GET", 200, page(json!("one"))).answer("GET", 200, page(json!("two")));
    let fake = fake.answer("GET", 200, page(json!("three")));
    let ran = fake.bcn("op list --limit 205 --state queued -o json").await;
    assert_eq!(ran.status, 1, "the script has no fourth page: {ran:?}");
    let lines: Vec<String> = fake.seen().into_iter().map(|seen| seen.line).collect();
    let path = "GET /v1/operations?state=queued&limit=";
    let expected = ["200", "200&cursor=one", "200&cursor=two", "199&cursor=three"].map(|rest| format!("{path}{rest}"));
    assert_eq!(lines, expected);

    let fake = Fake::default().answer("GET", 200, page(json!("one"))).answer("GET", 200, page(Value::Null));
    let ran = fake.bcn("op list --limit 4 -o json").await;
    let list: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((list["operations"].as_array().unwrap().len(), &list["next"]), (4, &Value::Null));
}

#[tokio::test]
async fn lists_are_aligned_and_filters_are_sent() {
    let operation = serde_json::to_value(crate::fake::queued()).unwrap();
    let fake = Fake::default().answer("GET", 200, json!({"operations": [operation], "next": null}));
    let ran = fake.bcn("op list --state queued,running --kind scale_service --district dev --app web-app").await;
    let seen = fake.seen().remove(0).line;
    assert_eq!(
        seen,
        "GET /v1/operations?state=queued%2Crunning&kind=scale_service&district=dev&heritage=web-app&limit=20"
    );
    let lines: Vec<_> = ran.stdout.lines().collect();
    assert_eq!(lines[0].find("KIND"), lines[1].find("create_heritage"), "{}", ran.stdout);
    assert!(lines[1].starts_with(ID));
}
