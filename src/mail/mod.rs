//! Mail: the only place that knows lettre.
