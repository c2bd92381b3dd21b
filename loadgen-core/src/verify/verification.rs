//! What is said of a sink in the end.

use std::{collections::BTreeMap, fmt};

use serde::{Serialize, Serializer};

/// All that was found out about a sink.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verification {
    /// The answer.
    pub verdict: Verdict,
    /// How often each check found something. All of them are listed.
    pub checks: BTreeMap<Check, u64>,
    /// What contradicts the ledger: a few of each check, in order of table, lane and number.
    pub findings: Vec<Finding>,
    /// Why there is no pass, if nothing contradicts the ledger.
    pub doubts: Vec<Doubt>,
    /// What could not be compared.
    pub coverage: Vec<NotCompared>,
    /// Changes of tables that the ledger does not have, by table: [`Verifier::pass_over`](super::Verifier::pass_over).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub passed_over: BTreeMap<String, u64>,
    /// What was there to judge.
    pub counts: Counts,
}

/// Whether the sink has what the ledger says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Verdict {
    /// It has, as far as [`Verification::coverage`] does not say otherwise.
    Pass,
    /// It has not.
    Fail,
    /// Nobody can say. This is never a pass.
    Inconclusive,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::Pass => "PASS",
            Verdict::Fail => "FAIL",
            Verdict::Inconclusive => "INCONCLUSIVE",
        })
    }
}

/// What is checked. In the order in which a sink is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Check {
    /// The sink has come as far as the last watermark.
    Watermark,
    /// Every committed change is there.
    Lost,
    /// No aborted change is there.
    Phantom,
    /// Nothing is there twice, but for what an at-least-once sink repeats.
    Duplicate,
    /// The changes of a row come in the order in which they were made.
    Order,
    /// Rows hold what was written.
    Value,
    /// Of each transaction everything is there, or nothing.
    Torn,
    /// A change has the columns that the table had at that time.
    Boundary,
    /// What is left in the end is what was written last.
    FinalState,
    /// Everything could be compared.
    Coverage,
    /// No row is there that nobody wrote.
    Foreign,
}

impl Check {
    /// All checks.
    pub const ALL: [Check; 11] = [
        Check::Watermark,
        Check::Lost,
        Check::Phantom,
        Check::Duplicate,
        Check::Order,
        Check::Value,
        Check::Torn,
        Check::Boundary,
        Check::FinalState,
        Check::Coverage,
        Check::Foreign,
    ];

    /// The name that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Check::Watermark => "watermark reached",
            Check::Lost => "lost",
            Check::Phantom => "phantom",
            Check::Duplicate => "duplicate",
            Check::Order => "order per key",
            Check::Value => "value",
            Check::Torn => "torn transaction",
            Check::Boundary => "schema boundary",
            Check::FinalState => "final state",
            Check::Coverage => "coverage",
            Check::Foreign => "foreign row",
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Check {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// One contradiction between sink and ledger.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// Which check found it.
    pub check: Check,
    /// The table, with its schema.
    pub table: Option<String>,
    /// Whose change it is.
    pub lane: Option<u32>,
    /// The lane's number of the transaction.
    pub seq: Option<u64>,
    /// The key of the row.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub key: Vec<String>,
    /// What is wrong.
    pub words: String,
}

/// One reason why nobody can say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Doubt {
    /// Which check could not be done, if it is one of them alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check: Option<Check>,
    /// Why, and what to do about it.
    pub words: String,
}

/// Something that was not compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotCompared {
    /// The table, with its schema.
    pub table: String,
    /// What, and why.
    pub words: String,
    /// How many rows, changes or values.
    pub count: u64,
}

/// What was there to judge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Transactions that the ledger has as committed, watermarks apart.
    pub committed: u64,
    /// Those that it has as aborted.
    pub aborted: u64,
    /// Those whose end it does not know.
    pub unresolved: u64,
    /// Rows changed by committed transactions.
    pub changes: u64,
    /// Rows or changes that the sink has shown.
    pub observed: u64,
    /// Marker rows among them.
    pub markers: u64,
    /// Marker rows of other runs: what those have written is foreign to this one.
    pub markers_of_others: u64,
    /// Rows or changes whose values are those of the ledger.
    pub compared: u64,
    /// Changes that the sink has delivered again.
    pub repeated: u64,
}
