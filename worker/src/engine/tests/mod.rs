//! The engine against a real Redis and a world in memory.

mod bench;
mod crashes;
mod forward;
mod lag;
mod leaving;
mod serving;
mod undo;
mod world;
