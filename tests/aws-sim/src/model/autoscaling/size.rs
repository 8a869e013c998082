//! How many instances a group may have and shall have.

use super::group::Size;
use super::invalid;
use crate::model::error::AwsError;
use crate::model::input::Input;

impl Size {
    pub(super) fn read(input: &Input<'_>) -> Result<Self, AwsError> {
        let (least, most) = (input.required_int("MinSize")?, input.required_int("MaxSize")?);
        let size = Self { least, most, desired: input.int("DesiredCapacity")?.unwrap_or(least) };
        size.checked()
    }

    /// Without a desired capacity of its own a change moves the old one between the new bounds.
    pub(super) fn changed(self, input: &Input<'_>) -> Result<Self, AwsError> {
        let (least, most) = (input.int("MinSize")?.unwrap_or(self.least), input.int("MaxSize")?.unwrap_or(self.most));
        let desired = match input.int("DesiredCapacity")? {
            Some(desired) => desired,
            None => self.desired.min(most).max(least),
        };
        Self { least, most, desired }.checked()
    }

    fn checked(self) -> Result<Self, AwsError> {
        let Self { least, most, desired } = self;
        if least < 0 || most < 0 {
            return Err(invalid("Size bounds must not be negative."));
        }
        if most < least {
            return Err(invalid(format!("Max bound, {most}, must be greater than or equal to min bound, {least}")));
        }
        if !(least..=most).contains(&desired) {
            return Err(invalid(format!(
                "Desired capacity:{desired} must be between the specified min size:{least} and max size:{most}"
            )));
        }
        Ok(self)
    }

    /// The refusal of a desired capacity out of bounds.
    pub(super) fn check_desired(self, desired: i64) -> Result<(), AwsError> {
        let refusal = |bound: &str, value: i64| {
            let start = format!("New SetDesiredCapacity value {desired}");
            Err(invalid(format!("{start} is {bound} value {value} for the AutoScalingGroup.")))
        };
        if desired > self.most {
            return refusal("above max", self.most);
        }
        if desired < self.least {
            return refusal("below min", self.least);
        }
        Ok(())
    }
}
