//! What the role may do that starts a heritage's containers: pull, log, and read this heritage's secrets.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html>

use serde_json::{Value, json};
use shared::outline::roll_out::sources;

use super::create_role::Purpose;
use crate::engine::Failure;
use crate::workflows::HeritageCx;

const MANAGED: &str = "policy/service-role/AmazonECSTaskExecutionRolePolicy";
const INLINE: &str = "secrets";

/// Gives the role both policies: for what the environment refers to before and after, since old tasks still start while
/// new ones roll out.
pub(crate) async fn put(cx: &HeritageCx, role_arn: &str) -> Result<(), Failure> {
    let specs = [cx.target.before.as_ref(), cx.target.after.as_ref()];
    let sources: Vec<&str> = specs.into_iter().flatten().flat_map(sources).collect();
    put_for(cx, role_arn, &sources).await
}

/// Gives the role both policies, for these sources besides the heritage's own parameters.
pub(crate) async fn put_for(cx: &HeritageCx, role_arn: &str, sources: &[&str]) -> Result<(), Failure> {
    let name = cx.role(Purpose::Execution.as_str());
    let partition = role_arn.split(':').nth(1).unwrap_or("aws");
    cx.aws.iam.attach_policy(&name, &format!("arn:{partition}:iam::aws:{MANAGED}")).await?;
    let parameters = format!("arn:{partition}:ssm:{}:{}:parameter", cx.aws.region, cx.aws.account);
    let own = cx.aws.names.parameter_path(cx.district(), &cx.heritage);
    let document = document(&parameters, &own, sources);
    Ok(cx.aws.iam.put_policy(&name, INLINE, &document.to_string()).await?)
}

fn document(parameters: &str, own: &str, sources: &[&str]) -> Value {
    let mut readable = vec![format!("{parameters}{own}/*")];
    let mut secrets = Vec::new();
    for source in sources {
        match source.split(':').nth(2) {
            Some("secretsmanager") => secrets.push(secret(source)),
            Some(_) => readable.push((*source).to_owned()),
            None => readable.push(format!("{parameters}/{}", source.trim_start_matches('/'))),
        }
    }
    let mut statements = vec![json!({"Effect": "Allow", "Action": "ssm:GetParameters", "Resource": readable})];
    if !secrets.is_empty() {
        statements.push(json!({"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": secrets}));
    }
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// The ARN of a secret, without the key, stage and version that may follow it.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html>
fn secret(source: &str) -> String {
    source.splitn(8, ':').take(7).collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_role_may_read_its_own_parameters_and_just_the_sources_that_are_named() {
        let secret = "arn:aws:secretsmanager:eu-west-1:1:secret:db-AbCdEf";
        let keyed = format!("{secret}:password::");
        let policy = document("arn:aws:ssm:eu-west-1:1:parameter", "/barcelona/dev/shop", &["/common/key", &keyed]);
        let statements = policy["Statement"].as_array().unwrap();
        assert_eq!(statements[0]["Resource"][0], "arn:aws:ssm:eu-west-1:1:parameter/barcelona/dev/shop/*");
        assert_eq!(statements[0]["Resource"][1], "arn:aws:ssm:eu-west-1:1:parameter/common/key");
        assert_eq!(statements[1]["Resource"][0], secret);
    }
}
