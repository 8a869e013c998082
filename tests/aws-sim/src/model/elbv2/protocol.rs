//! The protocols that listeners, target groups and health checks speak.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, VariantNames};

/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Display, EnumString, VariantNames)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Protocol {
    Http,
    Https,
    Tcp,
    Tls,
    Udp,
    TcpUdp,
    Geneve,
    Quic,
    TcpQuic,
}

impl Protocol {
    /// Whether requests are understood, as application load balancers do.
    pub(super) fn is_http(self) -> bool {
        matches!(self, Self::Http | Self::Https)
    }

    /// Whether a listener of this protocol needs a certificate.
    pub(super) fn is_secure(self) -> bool {
        matches!(self, Self::Https | Self::Tls)
    }

    /// Whether it belongs to network load balancers, as far as they are simulated.
    pub(super) fn is_transport(self) -> bool {
        matches!(self, Self::Tcp | Self::Tls | Self::Udp | Self::TcpUdp)
    }

    /// Whether a listener of this protocol may forward to a target group of that one.
    /// <https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-listeners.html>
    pub(super) fn leads_to(self, group: Self) -> bool {
        match self {
            Self::Http | Self::Https => group.is_http(),
            Self::Tcp => matches!(group, Self::Tcp | Self::TcpUdp),
            Self::Tls => matches!(group, Self::Tcp | Self::Tls),
            Self::Udp => matches!(group, Self::Udp | Self::TcpUdp),
            Self::TcpUdp => group == Self::TcpUdp,
            Self::Geneve | Self::Quic | Self::TcpQuic => group == self,
        }
    }
}
