//! One integration-test binary: stories through the public surface, on both databases.
