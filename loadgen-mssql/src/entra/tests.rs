use std::{process::Command, time::SystemTime};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::*;

/// A fake of the endpoint that App Service has: it knows one identity, and that of the system.
async fn fake_endpoint(secret: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (mut asked, mut chunk) = (String::new(), [0; 4096]);
            while !asked.contains("\r\n\r\n") {
                let read = stream.read(&mut chunk).await.unwrap();
                asked.push_str(&String::from_utf8_lossy(&chunk[..read]));
            }
            let answer = answer(&asked.to_lowercase(), secret);
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    format!("http://{address}/msi/token")
}

fn answer(asked: &str, secret: &str) -> String {
    let is_right = asked.contains(&format!("x-identity-header: {secret}"))
        && asked.contains("resource=https%3a%2f%2fdatabase.windows.net");
    let identity = match (asked.contains("client_id="), asked.contains("client_id=mine")) {
        (false, _) => Some("system"),
        (true, true) => Some("mine"),
        (true, false) => None,
    };
    let (status, body) = match identity.filter(|_| is_right) {
        Some(identity) => {
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
            let body = format!(
                r#"{{"access_token":"token of {identity}","expires_on":"{}","token_type":"Bearer","resource":"x"}}"#,
                now + 3600
            );
            ("200 OK", body)
        }
        None => ("400 Bad Request", "{}".to_owned()),
    };
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

/// Runs a test of this file in a process of its own, with the variables of App Service.
async fn in_app_service(name: &str) {
    let endpoint = fake_endpoint("hunter2").await;
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", &format!("entra::tests::{name}")]).env("LOADGEN_CHILD", "1");
    child.env("IDENTITY_ENDPOINT", endpoint).env("IDENTITY_HEADER", "hunter2");
    child.env_remove("AZURE_TENANT_ID").env_remove("AZURE_FEDERATED_TOKEN_FILE");
    let done = tokio::task::spawn_blocking(move || child.output().unwrap()).await.unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && said.contains("1 passed"), "{said}");
}

fn is_child() -> bool {
    std::env::var_os("LOADGEN_CHILD").is_some()
}

#[tokio::test]
async fn the_identity_of_the_system_and_one_by_its_client_id_get_tokens() {
    if !is_child() {
        return in_app_service("the_identity_of_the_system_and_one_by_its_client_id_get_tokens").await;
    }
    for (client, expected) in [(None, "token of system"), (Some("mine"), "token of mine")] {
        for source in
            [Entra::managed(client.map(str::to_owned)), Entra::chain(client.map(str::to_owned), None)]
        {
            let token = source.token().await.unwrap();
            assert_eq!(token.text, expected);
            let left = token.expires.unwrap().duration_since(SystemTime::now()).unwrap();
            assert!(left > Duration::from_secs(3000), "{left:?}");
        }
    }
}

#[tokio::test]
async fn a_client_id_that_is_not_known_is_said_to_be_none() {
    if !is_child() {
        return in_app_service("a_client_id_that_is_not_known_is_said_to_be_none").await;
    }
    let failure = Entra::managed(Some("other".to_owned())).token().await.unwrap_err();
    assert_eq!((failure.code.as_ref(), failure.action), ("token", Action::Fatal), "{failure}");
    assert!(failure.message.contains("is no identity with that client id here"), "{failure}");
    assert!(!failure.message.contains("hunter2") && !failure.message.contains('\n'), "{failure}");
}

#[test]
fn every_link_of_the_chain_has_its_reason() {
    let said = words(Entra::chain(None, None).kinds, &[(Kind::Managed, "no answer within 3 s".to_owned())]);
    assert_eq!(
        said,
        "no access token for the database (AZURE_CLIENT_SECRET: nothing of it is here; workload identity: nothing of it \
         is here; managed identity: no answer within 3 s; az and azd: nothing of it is here)"
    );
}
