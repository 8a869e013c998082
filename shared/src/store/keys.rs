//! Every key of a namespace, with its type and what stands in it.
