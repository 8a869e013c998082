//! Parameters that hold secrets.

use aws_sdk_ssm::types::{ParameterStringFilter, ParameterType};

use super::Ssm;
use crate::aws::{AbsentOk, NotCalled, Tag};

/// How many parameters one DeleteParameters takes.
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameters.html>
const PER_CALL: usize = 10;

impl Ssm {
    /// Writes a secret under a name that is written once: one that exists stays as it is.
    pub async fn write_secret(&self, name: &str, value: &str, tags: &[Tag]) -> Result<(), NotCalled> {
        let tags = tags.iter().map(|tag| aws_sdk_ssm::types::Tag::builder().key(&tag.key).value(&tag.value).build());
        let request = self
            .client
            .put_parameter()
            .name(name)
            .r#type(ParameterType::SecureString)
            .value(value)
            .overwrite(false)
            .set_tags(Some(tags.collect::<Result<_, _>>()?));
        let exists = ["ParameterAlreadyExists"];
        self.calls.call("ssm", "PutParameter", request.send()).await.absent_ok(&exists).map(|_| ())
    }

    /// Names of all parameters under a path.
    pub async fn find_parameters(&self, path: &str) -> Result<Vec<String>, NotCalled> {
        let mut names = Vec::new();
        let mut token = None;
        loop {
            let under = ParameterStringFilter::builder().key("Path").option("Recursive").values(path).build()?;
            let request = self.client.describe_parameters().parameter_filters(under).set_next_token(token);
            let answer = self.calls.call("ssm", "DescribeParameters", request.send()).await?;
            names.extend(answer.parameters().iter().filter_map(|parameter| parameter.name().map(str::to_owned)));
            token = answer.next_token;
            if token.is_none() {
                return Ok(names);
            }
        }
    }

    /// Deletes parameters.
    pub async fn delete_parameters(&self, names: &[String]) -> Result<(), NotCalled> {
        for some in names.chunks(PER_CALL) {
            let request = self.client.delete_parameters().set_names(Some(some.to_vec()));
            self.calls.call("ssm", "DeleteParameters", request.send()).await?;
        }
        Ok(())
    }
}
