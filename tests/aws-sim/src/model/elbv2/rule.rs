//! One rule of a listener: which requests it takes, and what becomes of them.

use serde_json::{Value, json};

use super::action::Action;
use super::condition::Condition;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// A rule that is not the default one.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Rule {
    pub(super) arn: String,
    /// ARN.
    pub(super) listener: String,
    /// Rules are asked in this order.
    pub(super) priority: i64,
    pub(super) conditions: Vec<Condition>,
    pub(super) actions: Vec<Action>,
    pub(super) tags: Tags,
}

impl Rule {
    pub(super) fn item(&self) -> Item {
        Item::new("elbv2", "rules", &self.arn, &self.tags, "active").with("priority", self.priority)
    }

    /// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Rule.html>
    pub(super) fn render(&self) -> Value {
        json!({
            "RuleArn": self.arn,
            "Priority": self.priority.to_string(),
            "Conditions": self.conditions.iter().map(Condition::render).collect::<Vec<_>>(),
            "Actions": self.actions.iter().map(Action::render).collect::<Vec<_>>(),
            "IsDefault": false,
        })
    }
}
