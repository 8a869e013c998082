//! The protocol of operations: its table of states, and what must hold whatever happens in whatever order.

mod table;
