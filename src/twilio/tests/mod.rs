//! The client against a server that plays whatever it is told to.
