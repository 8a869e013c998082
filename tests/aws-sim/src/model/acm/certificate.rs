//! One certificate: what it is and how it is shown.

use serde_json::{Value, json};

use super::x509::Issued;
use crate::model::clock::{Moment, epoch};
use crate::model::inventory::Item;
use crate::model::tags::Tags;
use crate::model::timing;

/// A certificate, or the request for one.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Certificate {
    pub(super) arn: String,
    /// The first is the domain name, the others are the alternative names.
    pub(super) domains: Vec<Domain>,
    pub(super) method: Method,
    pub(super) status: Status,
    pub(super) failure: Option<String>,
    pub(super) algorithm: String,
    pub(super) logs_transparency: bool,
    pub(super) is_exportable: bool,
    pub(super) created: Moment,
    /// When it was issued or imported.
    pub(super) issued_at: Option<Moment>,
    /// None until it is issued.
    pub(super) issued: Option<Issued>,
    /// When it was renewed last.
    pub(super) renewed: Option<Moment>,
    pub(super) tags: Tags,
}

/// A domain name in a certificate.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Domain {
    pub(super) name: String,
    /// Where mails about it go.
    pub(super) validation_domain: String,
    pub(super) is_validated: bool,
    /// Name and value of the record that validates it.
    pub(super) record: (String, String),
}

/// How it is found out that the caller controls the domains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, strum::IntoStaticStr)]
#[strum(serialize_all = "UPPERCASE")]
pub(super) enum Method {
    Dns,
    Email,
    /// It was imported.
    None,
}

/// <https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, strum::IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Status {
    PendingValidation,
    Issued,
    ValidationTimedOut,
    Failed,
    Expired,
}

impl Certificate {
    pub(super) fn is_imported(&self) -> bool {
        self.method == Method::None
    }

    fn domain_name(&self) -> &str {
        self.domains.first().map(|domain| domain.name.as_str()).unwrap_or_default()
    }

    fn names(&self) -> Vec<&str> {
        self.domains.iter().map(|domain| domain.name.as_str()).collect()
    }

    pub(super) fn item(&self) -> Item {
        let status: &str = self.status.into();
        let item = Item::new("acm", "certificates", &self.arn, &self.tags, status).named(self.domain_name());
        item.with("domains", self.names())
    }

    /// As DescribeCertificate shows it.
    pub(super) fn render(&self, used_by: &[String], now: Moment) -> Value {
        let status: &str = self.status.into();
        let issued = self.issued.as_ref();
        let renewable = !self.is_imported() && self.status == Status::Issued && !used_by.is_empty();
        let (at, imported) = (self.issued_at.map(epoch), self.is_imported());
        json!({
            "CertificateArn": self.arn,
            "DomainName": self.domain_name(),
            "SubjectAlternativeNames": self.names(),
            "DomainValidationOptions": if imported { Value::Null } else { self.render_validation(now) },
            "Serial": issued.map(|issued| &issued.serial),
            "Subject": issued.map_or_else(|| format!("CN={}", self.domain_name()), |issued| issued.subject.clone()),
            "Issuer": issued.map_or("Amazon", |issued| issued.issuer.as_str()),
            "CreatedAt": epoch(self.created),
            "IssuedAt": if imported { None } else { at },
            "ImportedAt": if imported { at } else { None },
            "Status": status,
            "NotBefore": issued.map(|issued| epoch(issued.not_before)),
            "NotAfter": issued.map(|issued| epoch(issued.not_after)),
            // RSA is written with a hyphen in answers and with an underscore in requests.
            "KeyAlgorithm": self.algorithm.replace("RSA_", "RSA-"),
            "SignatureAlgorithm": issued.map_or("SHA256WITHRSA", |issued| issued.signature.as_str()),
            "InUseBy": used_by,
            "FailureReason": self.failure,
            "Type": self.kind(),
            "RenewalSummary": self.render_renewal(),
            "KeyUsages": self.key_usages(),
            "ExtendedKeyUsages": self.extended_key_usages(),
            "RenewalEligibility": if renewable { "ELIGIBLE" } else { "INELIGIBLE" },
            "Options": {
                "CertificateTransparencyLoggingPreference": on(self.logs_transparency),
                "Export": on(self.is_exportable),
            },
        })
    }

    /// As ListCertificates shows it.
    pub(super) fn render_summary(&self, is_used: bool) -> Value {
        let status: &str = self.status.into();
        let (at, imported) = (self.issued_at.map(epoch), self.is_imported());
        let renewable = !imported && self.status == Status::Issued && is_used;
        let names = |list: Option<Value>| list.map(|list| named(&list));
        json!({
            "CertificateArn": self.arn,
            "DomainName": self.domain_name(),
            "SubjectAlternativeNameSummaries": self.names(),
            "HasAdditionalSubjectAlternativeNames": false,
            "Status": status,
            "Type": self.kind(),
            "KeyAlgorithm": self.algorithm.replace("RSA_", "RSA-"),
            "KeyUsages": names(self.key_usages()).unwrap_or_default(),
            "ExtendedKeyUsages": names(self.extended_key_usages()).unwrap_or_default(),
            "ExportOption": on(self.is_exportable),
            "InUse": is_used,
            "RenewalEligibility": if renewable { "ELIGIBLE" } else { "INELIGIBLE" },
            "NotBefore": self.issued.as_ref().map(|issued| epoch(issued.not_before)),
            "NotAfter": self.issued.as_ref().map(|issued| epoch(issued.not_after)),
            "CreatedAt": epoch(self.created),
            "IssuedAt": if imported { None } else { at },
            "ImportedAt": if imported { at } else { None },
        })
    }

    fn kind(&self) -> &'static str {
        if self.is_imported() { "IMPORTED" } else { "AMAZON_ISSUED" }
    }

    /// The records are known some seconds after the request.
    fn render_validation(&self, now: Moment) -> Value {
        let (method, knows_records): (&str, bool) = (self.method.into(), now >= self.created + timing::RECORDS_DRAWN);
        let row = |domain: &Domain| {
            let status = match self.status {
                _ if domain.is_validated => "SUCCESS",
                Status::PendingValidation | Status::Issued | Status::Expired => "PENDING_VALIDATION",
                Status::ValidationTimedOut | Status::Failed => "FAILED",
            };
            let (name, value) = &domain.record;
            let record = json!({"Name": name, "Type": "CNAME", "Value": value});
            json!({
                "DomainName": domain.name,
                "ValidationDomain": domain.validation_domain,
                "ValidationStatus": status,
                "ValidationMethod": method,
                "ResourceRecord": (self.method == Method::Dns && knows_records).then_some(record),
                "ValidationEmails": (self.method == Method::Email).then(|| domain.mailboxes()),
            })
        };
        self.domains.iter().map(row).collect()
    }

    fn render_renewal(&self) -> Value {
        let Some(at) = self.renewed else { return Value::Null };
        json!({
            "RenewalStatus": "SUCCESS",
            "DomainValidationOptions": self.render_validation(at),
            "UpdatedAt": epoch(at),
        })
    }

    fn key_usages(&self) -> Option<Value> {
        self.issued.as_ref().map(|_| json!([{"Name": "DIGITAL_SIGNATURE"}, {"Name": "KEY_ENCIPHERMENT"}]))
    }

    fn extended_key_usages(&self) -> Option<Value> {
        self.issued.as_ref().map(|_| json!([{"Name": "TLS_WEB_SERVER_AUTHENTICATION", "OID": "1.3.6.1.5.5.7.3.1"}]))
    }
}

impl Domain {
    /// <https://docs.aws.amazon.com/acm/latest/userguide/email-validation.html>
    fn mailboxes(&self) -> Vec<String> {
        ["administrator", "hostmaster", "postmaster", "webmaster", "admin"]
            .map(|name| format!("{name}@{}", self.validation_domain))
            .into()
    }
}

fn on(flag: bool) -> &'static str {
    if flag { "ENABLED" } else { "DISABLED" }
}

fn named(list: &Value) -> Value {
    list.as_array().into_iter().flatten().map(|one| one["Name"].clone()).collect()
}
