//! A school as the ladder sees it.

use serde::{Deserialize, Serialize};

use super::ids::{SchoolId, TrustId};

/// The nation whose law applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Nation {
    /// England.
    England,
    /// Wales.
    Wales,
    /// Scotland.
    Scotland,
    /// Northern Ireland.
    NorthernIreland,
}

/// What kind of school it is, which decides the regime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SchoolKind {
    /// An academy or free school.
    Academy,
    /// Maintained by a council.
    Maintained,
    /// An independent school.
    Independent,
}

/// A school: who it is and how to reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct School {
    /// Its id.
    pub id: SchoolId,
    /// The trust or other body that it belongs to.
    pub trust: TrustId,
    /// Its name in addresses: `hazel-lane`.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// What kind it is.
    pub kind: SchoolKind,
    /// Where it is.
    pub nation: Nation,
    /// Its telephone number, as people dial it.
    pub phone: String,
    /// The address that answers mail from families.
    pub email: String,
    /// Its postal address, with line breaks.
    pub address: String,
    /// When the office answers, in words.
    pub office_hours: String,
}
