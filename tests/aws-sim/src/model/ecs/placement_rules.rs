//! Placement constraints and strategies, as calls give them.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-constraints.html>

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::expression::Expression;
use super::refusal::invalid;
use crate::model::error::AwsError;
use crate::model::input::Input;
use crate::model::service::Service;

/// Where a task may go, and where it should.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Rules {
    pub(super) is_distinct: bool,
    member_of: Vec<String>,
    pub(super) strategies: Vec<Strategy>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Strategy {
    Random,
    Spread(Field),
    Binpack(Resource),
}

/// What tasks are spread over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Field {
    Instance,
    Attribute(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Resource {
    Cpu,
    Memory,
}

impl Rules {
    /// The members `placementConstraints` and `placementStrategy` of a call.
    pub(super) fn read(input: &Input<'_>) -> Result<Self, AwsError> {
        let (constraints, strategies) = (input.parts("placementConstraints"), input.parts("placementStrategy"));
        if constraints.len() > 10 {
            return Err(invalid("placementConstraints can have at most 10 items."));
        }
        if strategies.len() > 5 {
            return Err(invalid("placementStrategy can have at most 5 items."));
        }
        let mut rules = Self::default();
        for one in constraints {
            match one.text("type").unwrap_or_default() {
                "distinctInstance" if one.has("expression") => {
                    return Err(invalid("distinctInstance placement constraints can not have an expression."));
                }
                "distinctInstance" => rules.is_distinct = true,
                "memberOf" => rules.member_of.push(expression(&one)?),
                other => return Err(invalid(format!("Invalid placement constraint type '{other}'."))),
            }
        }
        rules.strategies = strategies.iter().map(Strategy::read).collect::<Result<_, _>>()?;
        Ok(rules)
    }

    /// The same of lists that were read before.
    pub(super) fn of(constraints: &Value, strategies: &Value) -> Self {
        let is_empty = |list: &Value| list.as_array().is_none_or(Vec::is_empty);
        if is_empty(constraints) && is_empty(strategies) {
            return Self::default();
        }
        let tree = serde_json::json!({"placementConstraints": constraints, "placementStrategy": strategies});
        Self::read(&Input::new(Service::Ecs, &tree)).unwrap_or_default()
    }

    pub(super) fn expressions(&self) -> impl Iterator<Item = &str> {
        self.member_of.iter().map(String::as_str)
    }
}

impl Strategy {
    fn read(input: &Input<'_>) -> Result<Self, AwsError> {
        let field = input.text("field").unwrap_or_default();
        match (input.text("type").unwrap_or_default(), field) {
            ("random", "") => Ok(Self::Random),
            ("random", _) => Err(invalid("The random placement strategy does not take a field.")),
            ("spread", "instanceId" | "host") => Ok(Self::Spread(Field::Instance)),
            ("spread", other) => match other.strip_prefix("attribute:") {
                Some(name) if !name.is_empty() => Ok(Self::Spread(Field::Attribute(name.to_owned()))),
                Some(_) | None => Err(invalid(format!("Invalid field '{other}' for placement strategy spread."))),
            },
            ("binpack", other) => match other.to_ascii_lowercase().as_str() {
                "cpu" => Ok(Self::Binpack(Resource::Cpu)),
                "memory" => Ok(Self::Binpack(Resource::Memory)),
                _ => Err(invalid(format!("Invalid field '{other}' for placement strategy binpack."))),
            },
            (other, _) => Err(invalid(format!("Invalid placement strategy type '{other}'."))),
        }
    }
}

/// The expression of a `memberOf` constraint.
pub(super) fn expression(constraint: &Input<'_>) -> Result<String, AwsError> {
    let text = constraint.text("expression").unwrap_or_default();
    match Expression::parse(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err(invalid(format!("Invalid expression '{text}' in placement constraint."))),
    }
}
