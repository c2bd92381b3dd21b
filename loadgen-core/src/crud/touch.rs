//! Whose rows are touched.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which rows of a table are updated, deleted and referred to by new ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Touch {
    /// Those that the run has inserted.
    #[default]
    Own,
    /// Those that were there before the run. What it inserts is counted and left alone.
    Existing,
    /// Both.
    All,
}

impl Touch {
    /// Each of them.
    pub const CHOICES: [Touch; 3] = [Touch::Own, Touch::Existing, Touch::All];

    /// Whether rows are taken over that were there before the run.
    pub fn adopts(self) -> bool {
        self != Touch::Own
    }

    /// The word in a plan file.
    pub fn name(self) -> &'static str {
        match self {
            Touch::Own => "own",
            Touch::Existing => "existing",
            Touch::All => "all",
        }
    }
}
