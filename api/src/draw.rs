//! Choices that are made once, at acceptance: address ranges and host ports.

use std::collections::BTreeSet;

use ipnet::Ipv4Net;
use rand::seq::{IndexedRandom as _, IteratorRandom as _};
use std::net::Ipv4Addr;

use crate::validate::port::HOST_PORTS;

/// A 10.x.0.0/16 that none of `taken` overlaps; `None` when there is none.
pub fn cidr(taken: &[Ipv4Net]) -> Option<Ipv4Net> {
    let all = (0..=u8::MAX).filter_map(|second| Ipv4Net::new(Ipv4Addr::new(10, second, 0, 0), 16).ok());
    let free: Vec<_> = all.filter(|range| !taken.iter().any(|other| overlap(range, other))).collect();
    free.choose(&mut rand::rng()).copied()
}

/// Whether two ranges have an address in common.
pub fn overlap(one: &Ipv4Net, other: &Ipv4Net) -> bool {
    one.contains(other) || other.contains(one)
}

/// So many host ports that are not in `taken`; `None` when there are not enough.
pub fn ports(how_many: usize, taken: &BTreeSet<u16>) -> Option<Vec<u16>> {
    let free = HOST_PORTS.filter(|port| !taken.contains(port));
    let drawn = free.choose_multiple(&mut rand::rng(), how_many);
    (drawn.len() == how_many).then_some(drawn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_free_range_is_found_and_none_after_it() {
        let mut taken: Vec<Ipv4Net> =
            (0..=255).filter(|x| *x != 7).map(|x| format!("10.{x}.0.0/16").parse().unwrap()).collect();
        assert_eq!(cidr(&taken).unwrap().to_string(), "10.7.0.0/16");
        taken.push("10.7.128.0/20".parse().unwrap());
        assert_eq!(cidr(&taken), None);
    }

    #[test]
    fn drawn_ports_differ_and_are_free() {
        let taken: BTreeSet<u16> = HOST_PORTS.filter(|port| *port >= 10_003).collect();
        let drawn: BTreeSet<u16> = ports(3, &taken).unwrap().into_iter().collect();
        assert_eq!(drawn, BTreeSet::from([10_000, 10_001, 10_002]));
        assert_eq!(ports(4, &taken), None);
    }
}
