//! Attributes of listeners.
//!
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ListenerAttribute.html>

use serde_json::json;

use super::attribute::Allowed::{Flag, Number, Text};
use super::attribute::{Attributes, Spec, spec};
use super::protocol::Protocol;
use crate::model::context::Context;
use crate::model::error::Answer;
use crate::model::input::Input;

const NETWORK: [Spec; 1] = [spec("tcp.idle_timeout.seconds", "350", Number(60, 6000))];

const APPLICATION: [Spec; 11] = [
    spec("routing.http.response.server.enabled", "true", Flag),
    spec("routing.http.response.strict_transport_security.header_value", "", Text),
    spec("routing.http.response.access_control_allow_origin.header_value", "", Text),
    spec("routing.http.response.access_control_allow_methods.header_value", "", Text),
    spec("routing.http.response.access_control_allow_headers.header_value", "", Text),
    spec("routing.http.response.access_control_allow_credentials.header_value", "", Text),
    spec("routing.http.response.access_control_expose_headers.header_value", "", Text),
    spec("routing.http.response.access_control_max_age.header_value", "", Text),
    spec("routing.http.response.content_security_policy.header_value", "", Text),
    spec("routing.http.response.x_content_type_options.header_value", "", Text),
    spec("routing.http.response.x_frame_options.header_value", "", Text),
];

/// The names of headers that tell targets of the TLS connection; of HTTPS listeners only.
const SECURE: [Spec; 8] = [
    spec(
        "routing.http.request.x_amzn_mtls_clientcert_serial_number.header_name",
        "X-Amzn-Mtls-Clientcert-Serial-Number",
        Text,
    ),
    spec("routing.http.request.x_amzn_mtls_clientcert_issuer.header_name", "X-Amzn-Mtls-Clientcert-Issuer", Text),
    spec("routing.http.request.x_amzn_mtls_clientcert_subject.header_name", "X-Amzn-Mtls-Clientcert-Subject", Text),
    spec("routing.http.request.x_amzn_mtls_clientcert_validity.header_name", "X-Amzn-Mtls-Clientcert-Validity", Text),
    spec("routing.http.request.x_amzn_mtls_clientcert_leaf.header_name", "X-Amzn-Mtls-Clientcert-Leaf", Text),
    spec("routing.http.request.x_amzn_mtls_clientcert.header_name", "X-Amzn-Mtls-Clientcert", Text),
    spec("routing.http.request.x_amzn_tls_version.header_name", "X-Amzn-Tls-Version", Text),
    spec("routing.http.request.x_amzn_tls_cipher_suite.header_name", "X-Amzn-Tls-Cipher-Suite", Text),
];

/// What a new listener has.
pub(super) fn of_new(protocol: Protocol) -> Attributes {
    match protocol {
        Protocol::Https => Attributes::of_new(APPLICATION.iter().chain(&SECURE)),
        Protocol::Http => Attributes::of_new(APPLICATION.iter()),
        Protocol::Tcp | Protocol::TcpUdp => Attributes::of_new(NETWORK.iter()),
        Protocol::Tls | Protocol::Udp | Protocol::Geneve | Protocol::Quic | Protocol::TcpQuic => Attributes::default(),
    }
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let listener = context.region().elbv2.listener(input.required("ListenerArn")?)?;
    Ok(json!({ "Attributes": listener.attributes.render() }))
}

/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyListenerAttributes.html>
pub(super) fn modify(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let listener = context.region().elbv2.listener_mut(input.required("ListenerArn")?)?;
    let kind = format!("listeners with the protocol '{}'", listener.protocol);
    let specs = NETWORK.iter().chain(&APPLICATION).chain(&SECURE);
    listener.attributes = listener.attributes.changed(input, specs, "Listener", &kind)?;
    Ok(json!({ "Attributes": listener.attributes.render() }))
}
