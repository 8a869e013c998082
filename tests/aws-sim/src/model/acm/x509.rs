//! Certificates as X.509 has them: imported ones read, issued ones written.
//!
//! Issued certificates are well-formed and carry the right names, dates and key type; their keys and signatures are
//! made up, so that nothing can be proven by them.

use std::str::FromStr;
use std::time::Duration;

use sha2::{Digest, Sha256};
use x509_cert::Certificate;
use x509_cert::certificate::{TbsCertificate, Version};
use x509_cert::der::asn1::{Any, BitString, Ia5String, ObjectIdentifier, SequenceOf, Uint, UtcTime};
use x509_cert::der::pem::{LineEnding, decode_vec};
use x509_cert::der::{Decode, DecodePem, Encode, EncodePem};
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{ExtendedKeyUsage, KeyUsage, KeyUsages, SubjectAltName};
use x509_cert::ext::{AsExtension, Extension};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::time::{Time, Validity};

use crate::model::clock::Moment;
use crate::model::timing;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const SHA256_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const SERVER_AUTHENTICATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1");
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const ALTERNATIVE_NAMES: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");
/// Name, curve, and bytes of a point's coordinate.
const CURVES: [(&str, ObjectIdentifier, usize); 3] = [
    ("EC_prime256v1", ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"), 32),
    ("EC_secp384r1", ObjectIdentifier::new_unwrap("1.3.132.0.34"), 48),
    ("EC_secp521r1", ObjectIdentifier::new_unwrap("1.3.132.0.35"), 66),
];
const SIGNATURES: [(&str, &str); 6] = [
    ("1.2.840.113549.1.1.11", "SHA256WITHRSA"),
    ("1.2.840.113549.1.1.12", "SHA384WITHRSA"),
    ("1.2.840.113549.1.1.13", "SHA512WITHRSA"),
    ("1.2.840.113549.1.1.5", "SHA1WITHRSA"),
    ("1.2.840.10045.4.3.2", "SHA256WITHECDSA"),
    ("1.2.840.10045.4.3.3", "SHA384WITHECDSA"),
];
const ISSUER: &str = "CN=Amazon RSA 2048 M02,O=Amazon,C=US";
const ROOT: &str = "CN=Amazon Root CA 1,O=Amazon,C=US";

/// What an issued certificate says.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Issued {
    pub(super) serial: String,
    pub(super) subject: String,
    /// The common name of who issued it.
    pub(super) issuer: String,
    pub(super) signature: String,
    pub(super) not_before: Moment,
    pub(super) not_after: Moment,
    pub(super) pem: String,
    pub(super) chain: Option<String>,
}

/// What an imported certificate says.
pub(super) struct Imported {
    pub(super) names: Vec<String>,
    pub(super) algorithm: String,
    pub(super) issued: Issued,
}

/// Issues a certificate; `seed` makes it differ from all others.
pub(super) fn issue(names: &[&str], algorithm: &str, seed: &str, now: Moment) -> Issued {
    let first = names.first().copied().unwrap_or_default();
    let (not_before, not_after) = (now, now + timing::CERTIFICATE_TERM);
    let (serial, subject) = (&made_up(seed, 16), format!("CN={first}"));
    let pem = write(&subject, ISSUER, names, algorithm, serial, (not_before, not_after)).unwrap_or_default();
    let chain = write(
        "CN=Amazon RSA 2048 M02,O=Amazon,C=US",
        ROOT,
        &[],
        "RSA_2048",
        &made_up("chain", 16),
        (not_before, not_after),
    );
    Issued {
        serial: colons(serial),
        subject,
        issuer: "Amazon".to_owned(),
        signature: "SHA256WITHRSA".to_owned(),
        not_before,
        not_after,
        pem,
        chain,
    }
}

/// Reads a certificate, and checks it against its key and the time. What is wrong with it is said as ACM says it.
pub(super) fn read(body: &[u8], key: &[u8], chain: Option<&[u8]>, now: Moment) -> Result<Imported, String> {
    let malformed = "The certificate field contains more than one certificate or is not PEM-encoded or is not valid.";
    let certificate = Certificate::from_pem(body).map_err(|_| malformed.to_owned())?;
    let (label, key) = decode_vec(key).map_err(|_| "The private key is not PEM-encoded or is not valid.".to_owned())?;
    if !matches!(label, "PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY") {
        return Err("The private key is not supported.".to_owned());
    }
    let tbs = &certificate.tbs_certificate;
    let not_after = moment(tbs.validity.not_after).ok_or(malformed)?;
    let not_before = moment(tbs.validity.not_before).ok_or(malformed)?;
    if not_after < now {
        return Err("The certificate has expired, is not valid.".to_owned());
    }
    if not_before > now {
        return Err("The certificate is not in effect yet, is not valid.".to_owned());
    }
    let (algorithm, public) =
        key_of(&tbs.subject_public_key_info).ok_or("The certificate's key type is not supported.")?;
    if !key.windows(public.len()).any(|part| part == public.as_slice()) {
        return Err("The private key does not match the public key of the certificate.".to_owned());
    }
    let chain = chain.map(|chain| String::from_utf8_lossy(chain).into_owned());
    match &chain {
        Some(chain) if Certificate::load_pem_chain(chain.as_bytes()).is_err() => {
            return Err("The certificate chain is not PEM-encoded or is not valid.".to_owned());
        }
        None if tbs.issuer != tbs.subject => {
            return Err("Provided certificate is not a valid self signed. Please provide either a valid self-signed \
                        certificate or certificate chain."
                .to_owned());
        }
        Some(_) | None => {}
    }
    let oid = certificate.signature_algorithm.oid.to_string();
    let signature = SIGNATURES.iter().find(|(known, _)| *known == oid).map_or("SHA256WITHRSA", |(_, name)| name);
    Ok(Imported {
        names: names_of(tbs),
        algorithm,
        issued: Issued {
            serial: colons(tbs.serial_number.as_bytes()),
            subject: tbs.subject.to_string(),
            issuer: common_name(&tbs.issuer).unwrap_or_else(|| tbs.issuer.to_string()),
            signature: signature.to_owned(),
            not_before,
            not_after,
            pem: String::from_utf8_lossy(body).into_owned(),
            chain,
        },
    })
}

/// The common name, and the alternative names that are not the same.
fn names_of(tbs: &TbsCertificate) -> Vec<String> {
    let mut names: Vec<String> = common_name(&tbs.subject).into_iter().collect();
    let extensions = tbs.extensions.iter().flatten().filter(|one| one.extn_id == ALTERNATIVE_NAMES);
    let lists = extensions.filter_map(|one| SubjectAltName::from_der(one.extn_value.as_bytes()).ok());
    for name in lists.flat_map(|list| list.0) {
        if let GeneralName::DnsName(name) = name
            && !names.iter().any(|known| known == name.as_str())
        {
            names.push(name.to_string());
        }
    }
    names
}

fn common_name(name: &Name) -> Option<String> {
    let mut attributes = name.0.iter().flat_map(|one| one.0.iter());
    let found = attributes.find(|attribute| attribute.oid == COMMON_NAME)?;
    String::from_utf8(found.value.value().to_vec()).ok()
}

/// The name of a key's algorithm, and the bytes by which a private key shows that it belongs to it.
fn key_of(key: &SubjectPublicKeyInfoOwned) -> Option<(String, Vec<u8>)> {
    let raw = key.subject_public_key.raw_bytes();
    if key.algorithm.oid == RSA {
        let numbers = SequenceOf::<Uint, 2>::from_der(raw).ok()?;
        let modulus = numbers.get(0)?.as_bytes().to_vec();
        let bits = modulus.len() * 8;
        return matches!(bits, 1024 | 2048 | 3072 | 4096).then(|| (format!("RSA_{bits}"), modulus));
    }
    let curve: ObjectIdentifier = key.algorithm.parameters.as_ref()?.decode_as().ok()?;
    let known = CURVES.iter().find(|(_, oid, _)| key.algorithm.oid == EC && *oid == curve);
    known.map(|(name, ..)| ((*name).to_owned(), raw.to_vec()))
}

fn write(
    subject: &str,
    issuer: &str,
    names: &[&str],
    algorithm: &str,
    serial: &[u8],
    (from, to): (Moment, Moment),
) -> Option<String> {
    let signature = AlgorithmIdentifierOwned { oid: SHA256_WITH_RSA, parameters: Some(Any::null()) };
    let subject = Name::from_str(subject).ok()?;
    let extensions = extensions(&subject, names)?;
    let tbs_certificate = TbsCertificate {
        version: Version::V3,
        serial_number: SerialNumber::new(serial).ok()?,
        signature: signature.clone(),
        issuer: Name::from_str(issuer).ok()?,
        validity: Validity { not_before: time(from)?, not_after: time(to)? },
        subject,
        subject_public_key_info: made_up_key(algorithm, serial)?,
        issuer_unique_id: None,
        subject_unique_id: None,
        extensions: Some(extensions),
    };
    let digest = hex::encode(Sha256::digest(tbs_certificate.to_der().ok()?));
    let signed = BitString::from_bytes(&made_up(&digest, 256)).ok()?;
    let certificate = Certificate { tbs_certificate, signature_algorithm: signature, signature: signed };
    certificate.to_pem(LineEnding::LF).ok()
}

fn extensions(subject: &Name, names: &[&str]) -> Option<Vec<Extension>> {
    let usage = KeyUsage(KeyUsages::DigitalSignature | KeyUsages::KeyEncipherment);
    let mut extensions = vec![
        usage.to_extension(subject, &[]).ok()?,
        ExtendedKeyUsage(vec![SERVER_AUTHENTICATION]).to_extension(subject, &[]).ok()?,
    ];
    if !names.is_empty() {
        let names =
            names.iter().map(|name| Ia5String::new(*name).map(GeneralName::DnsName)).collect::<Result<Vec<_>, _>>();
        extensions.push(SubjectAltName(names.ok()?).to_extension(subject, &[]).ok()?);
    }
    Some(extensions)
}

fn made_up_key(algorithm: &str, seed: &[u8]) -> Option<SubjectPublicKeyInfoOwned> {
    let seed = hex::encode(seed);
    if let Some((_, curve, size)) = CURVES.iter().find(|(name, ..)| *name == algorithm) {
        let mut point = vec![4];
        point.extend(made_up(&seed, size * 2));
        let algorithm = AlgorithmIdentifierOwned { oid: EC, parameters: Some(Any::encode_from(curve).ok()?) };
        let subject_public_key = BitString::from_bytes(&point).ok()?;
        return Some(SubjectPublicKeyInfoOwned { algorithm, subject_public_key });
    }
    let bits: usize = algorithm.strip_prefix("RSA_")?.parse().ok()?;
    let mut modulus = made_up(&seed, bits / 8);
    // A modulus has its full length and is odd.
    *modulus.first_mut()? |= 0x80;
    *modulus.last_mut()? |= 1;
    let mut numbers = SequenceOf::<Uint, 2>::new();
    numbers.add(Uint::new(&modulus).ok()?).ok()?;
    numbers.add(Uint::new(&[1, 0, 1]).ok()?).ok()?;
    let algorithm = AlgorithmIdentifierOwned { oid: RSA, parameters: Some(Any::null()) };
    let subject_public_key = BitString::from_bytes(&numbers.to_der().ok()?).ok()?;
    Some(SubjectPublicKeyInfoOwned { algorithm, subject_public_key })
}

/// Bytes that look random, the same ones for the same seed.
fn made_up(seed: &str, length: usize) -> Vec<u8> {
    let blocks = (0u32..).flat_map(|block| Sha256::digest(format!("{seed} {block}")).to_vec());
    blocks.take(length).enumerate().map(|(place, byte)| if place == 0 { byte & 0x7f | 0x40 } else { byte }).collect()
}

fn time(at: Moment) -> Option<Time> {
    let since = Duration::from_secs(u64::try_from(at.timestamp()).ok()?);
    UtcTime::from_unix_duration(since).ok().map(Time::UtcTime)
}

fn moment(time: Time) -> Option<Moment> {
    Moment::from_timestamp(i64::try_from(time.to_unix_duration().as_secs()).ok()?, 0)
}

/// `0a:1b:2c`
fn colons(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")
}
