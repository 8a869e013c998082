//! The layout of a network: two zones, a public and a private subnet in each, and their route tables.

use ipnet::Ipv4Net;
use shared::district::NatType;

/// One of the two availability zones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Zone {
    /// The first.
    One,
    /// The second.
    Two,
}

impl Zone {
    /// Both.
    pub(crate) const ALL: [Zone; 2] = [Zone::One, Zone::Two];

    /// Its number as text.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Zone::One => "1",
            Zone::Two => "2",
        }
    }

    /// Its number.
    pub(crate) fn number(self) -> u8 {
        match self {
            Zone::One => 1,
            Zone::Two => 2,
        }
    }

    /// Its place in lists of both.
    pub(crate) fn index(self) -> usize {
        match self {
            Zone::One => 0,
            Zone::Two => 1,
        }
    }

    /// The zones in which NAT gateways stand.
    pub(crate) fn with_gateway(nat: NatType) -> impl Iterator<Item = Zone> {
        Zone::ALL.into_iter().filter(move |zone| zone.number() <= nat.gateways())
    }

    /// The zone whose NAT gateway this one's private subnet goes out through.
    pub(crate) fn way_out(self, nat: NatType) -> Option<Zone> {
        let number = nat.gateway_of(self.number())?;
        Zone::ALL.into_iter().find(|zone| zone.number() == number)
    }
}

/// One of the four subnets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subnet {
    /// For load balancers and NAT gateways.
    Public(Zone),
    /// For instances.
    Private(Zone),
}

impl Subnet {
    /// All.
    pub(crate) const ALL: [Subnet; 4] =
        [Subnet::Public(Zone::One), Subnet::Public(Zone::Two), Subnet::Private(Zone::One), Subnet::Private(Zone::Two)];

    /// What it is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Subnet::Public(Zone::One) => "public-1",
            Subnet::Public(Zone::Two) => "public-2",
            Subnet::Private(Zone::One) => "private-1",
            Subnet::Private(Zone::Two) => "private-2",
        }
    }

    /// The value of its tag `Network`.
    pub(crate) fn network(self) -> &'static str {
        match self {
            Subnet::Public(_) => "Public",
            Subnet::Private(_) => "Private",
        }
    }

    /// Its zone.
    pub(crate) fn zone(self) -> Zone {
        match self {
            Subnet::Public(zone) | Subnet::Private(zone) => zone,
        }
    }

    /// Its route table.
    pub(crate) fn table(self) -> Table {
        match self {
            Subnet::Public(_) => Table::Public,
            Subnet::Private(zone) => Table::Private(zone),
        }
    }

    /// Its /24 of the VPC's /16: the zone's number as third octet, public ones with 128 added.
    pub(crate) fn range(self, vpc: Ipv4Net) -> String {
        let [first, second, ..] = vpc.network().octets();
        let third = match self {
            Subnet::Public(zone) => 128 + zone.number(),
            Subnet::Private(zone) => zone.number(),
        };
        format!("{first}.{second}.{third}.0/24")
    }
}

/// One of the three route tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Table {
    /// Of both public subnets.
    Public,
    /// Of a private subnet.
    Private(Zone),
}

impl Table {
    /// All.
    pub(crate) const ALL: [Table; 3] = [Table::Public, Table::Private(Zone::One), Table::Private(Zone::Two)];

    /// What it is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Table::Public => "public",
            Table::Private(Zone::One) => "private-1",
            Table::Private(Zone::Two) => "private-2",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subnets_have_the_third_octets_of_the_original() {
        let ranges = Subnet::ALL.map(|subnet| subnet.range("10.42.0.0/16".parse().unwrap()));
        assert_eq!(ranges, ["10.42.129.0/24", "10.42.130.0/24", "10.42.1.0/24", "10.42.2.0/24"]);
    }

    #[test]
    fn one_nat_gateway_serves_both_zones_and_two_serve_one_each() {
        let ways = |nat| Zone::ALL.map(|zone| zone.way_out(nat));
        assert_eq!(ways(NatType::Gateway), [Some(Zone::One); 2]);
        assert_eq!(ways(NatType::GatewayMultiAz), [Some(Zone::One), Some(Zone::Two)]);
        assert_eq!(ways(NatType::None), [None; 2]);
        assert_eq!(Zone::with_gateway(NatType::Gateway).collect::<Vec<_>>(), [Zone::One]);
    }
}
