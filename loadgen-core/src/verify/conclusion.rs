//! The verdict.

use std::collections::BTreeMap;

use super::{
    account::Account,
    coverage::Why,
    error::VerifyError,
    findings::{Draft, Findings},
    group::Group,
    judgement::Judgement,
    observation::Sink,
    relation::Relation,
    row, several,
    shared::in_order,
    tally::Tally,
    verification::{Check, Doubt, NotCompared, Verdict, Verification},
    walk,
};

/// What a sink of changes does wrong whatever else was done that the ledger does not have.
const CERTAIN: [Check; 5] = [Check::Lost, Check::Duplicate, Check::Order, Check::Torn, Check::Boundary];

const NOTHING: &str = "the sink has shown nothing at all of this run: neither its tables, under their names and in their schemas, nor \
                       its markers; is it the right sink, and was it consumed before?";

/// How many tables are told that the ledger does not have.
const MOST_OTHERS: usize = 5;

/// How many lost markers of a lane are told one by one.
const MOST: u64 = 1_000;

impl Judgement {
    /// Judges one key.
    pub(super) fn group(&mut self, group: &Group<'_>) -> Result<(), VerifyError> {
        // That it cannot be judged came out when the ledger had been read.
        if group.relation.exempt.is_some() {
            return group.versions.first().map_or(Ok(()), |version| {
                *self.exempt.entry(version.relation).or_default() += group.versions.len() as u64;
                Ok(())
            });
        }
        if group.is_unsure() {
            return self.pass_over(group, Why::Missed);
        }
        match (self.sink, group.is_shared()) {
            (Sink::State, false) => row::judge(group, self),
            (Sink::Changes, false) => walk::judge(group, self),
            (Sink::State, true) => match in_order(group.versions) {
                Some(versions) => row::judge(&Group { versions: &versions, ..*group }, self),
                None => self.pass_over(group, Why::SeveralLanes),
            },
            (Sink::Changes, true) => several::judge(group, self),
        }
    }

    /// Each lane's marker has to have gone through all numbers up to the last that was committed.
    pub(super) fn markers(&mut self, account: &Account) -> Result<(), VerifyError> {
        (self.counts.markers, self.counts.markers_of_others) = (self.marks.seen, self.marks.foreign);
        for (lane, last) in &account.last {
            let newest = self.marks.newest(*lane);
            if !self.is_complete || newest >= *last {
                continue;
            }
            match self.sink {
                Sink::Changes => self.lost_markers(*lane, newest + 1, *last)?,
                Sink::State if newest == 0 => self.findings.add(Check::Lost, || {
                    let words = format!(
                        "the marker of the lane is not there, and its last committed transaction is {last}"
                    );
                    Draft::of_transaction(Check::Lost, *lane, *last, words)
                }),
                Sink::State => self.findings.add(Check::FinalState, || {
                    let words = format!(
                        "the marker of the lane is at {newest}, and its last committed transaction is {last}"
                    );
                    Draft::of_transaction(Check::FinalState, *lane, *last, words)
                }),
            }
        }
        for (lane, mark) in std::mem::take(&mut self.marks.lanes) {
            let last = account.last.get(&lane).copied().unwrap_or_default();
            let possible = account.open.get(&lane).copied().unwrap_or(last);
            if mark.newest > last.max(possible) {
                self.findings.add(Check::Phantom, || {
                    let words = "the marker of a transaction that was not committed is there";
                    Draft::of_transaction(Check::Phantom, lane, mark.newest, words)
                });
            }
            for (from, to) in mark.gaps {
                self.lost_markers(lane, from, to.min(last))?;
            }
            for seq in mark.late {
                self.findings.add(Check::Order, || {
                    let words = "the marker of the transaction comes behind later ones of its lane";
                    Draft::of_transaction(Check::Order, lane, seq, words)
                });
            }
        }
        Ok(())
    }

    fn lost_markers(&mut self, lane: u32, from: u64, to: u64) -> Result<(), VerifyError> {
        let missing = (from..=to).take(MOST as usize);
        missing
            .map(|seq| Tally { missing: Some(Check::Lost), ..Tally::marker(lane, seq, None) })
            .try_for_each(|tally| self.tallies.add(&tally))
    }

    /// What contradicts the ledger, and all but that of the answer.
    pub(super) fn conclude(
        mut self,
        account: &Account,
        relations: &[Relation],
    ) -> Result<(Findings, Verification), VerifyError> {
        let is_complete = self.is_complete;
        self.tallies.judge(&mut self.findings)?;
        let unfinished = self.replays.judge(&mut self.findings)?;
        let mut doubts = account.doubts();
        let mut doubt = |check, words: String| doubts.push(Doubt { check, words });
        if !account.is_whole() {
            let certain = |check: &&Check| self.sink == Sink::Changes && CERTAIN.contains(*check);
            for check in Check::ALL.iter().filter(|check| !certain(check)) {
                match self.findings.withdraw(*check) {
                    0 => {}
                    count => doubt(
                        Some(*check),
                        format!(
                            "findings that do not count, as the ledger does not have everything that was done: {count}"
                        ),
                    ),
                }
            }
        }
        let has_findings = self.findings.counts.values().any(|count| *count > 0);
        if self.counts.observed == 0 {
            doubt(None, nothing(&self.passed_over));
        } else if self.counts.compared == 0 && self.counts.changes > 0 {
            doubt(Some(Check::Coverage), "nothing could be compared".to_owned());
        }
        if !is_complete {
            let why = self.held_back.clone().unwrap_or_else(|| watermark(account, &self.marks));
            doubt(Some(Check::Watermark), why);
        }
        if unfinished > 0 {
            let words = format!(
                "the sink has stopped in the middle of a replay, in {unfinished} of its streams; give it more time, or read it to its end"
            );
            doubt(Some(Check::Duplicate), words);
        }
        let verdict = match (has_findings, doubts.is_empty()) {
            (true, _) => Verdict::Fail,
            (false, true) => Verdict::Pass,
            (false, false) => Verdict::Inconclusive,
        };
        let coverage = coverage(&self.coverage, &self.exempt, relations);
        let (checks, counts) = (self.findings.counts.clone(), self.counts);
        let (findings, passed_over) = (Vec::new(), self.passed_over);
        let verification = Verification { verdict, checks, findings, doubts, coverage, passed_over, counts };
        Ok((self.findings, verification))
    }
}

/// What to say if nothing came that the ledger knows.
fn nothing(others: &BTreeMap<String, u64>) -> String {
    if others.is_empty() {
        return NOTHING.to_owned();
    }
    let mut names: Vec<&str> = others.keys().take(MOST_OTHERS).map(String::as_str).collect();
    names.extend((others.len() > MOST_OTHERS).then_some("others"));
    format!(
        "the sink has shown {} changes, and none of them of this run: they are of {}; tables have to come under the names and \
         in the schemas that they have at the source",
        others.values().sum::<u64>(),
        names.join(", ")
    )
}

fn watermark(account: &Account, marks: &super::marks::Marks) -> String {
    match &account.watermark {
        None => "the ledger has no watermark, so nobody knows when everything has to be there, and no time is worth \
                 waiting for; `loadgen resolve` writes one if the run was cut off"
            .to_owned(),
        Some(_) if marks.seen == 0 => {
            "the sink shows no marker rows of this run; it needs the marker table, with what the run has left there until \
             `loadgen cleanup` removes it"
                .to_owned()
        }
        Some(mark) => format!(
            "the sink has come to watermark {} of {}; give it more time",
            marks.newest(mark.lane),
            mark.seq
        ),
    }
}

fn coverage(
    found: &super::coverage::Coverage,
    exempt: &BTreeMap<u32, u64>,
    relations: &[Relation],
) -> Vec<NotCompared> {
    let name = |relation: u32| relations[relation as usize].name.clone();
    let mut coverage: Vec<NotCompared> = found.list(name).collect();
    for (number, relation) in (0u32..).zip(relations) {
        let table = || relation.name.clone();
        if let Some(why) = &relation.exempt {
            let words = format!("the whole table: {why}");
            let count = relation.passed_over + exempt.get(&number).copied().unwrap_or_default();
            coverage.push(NotCompared { table: table(), words, count });
        }
        let mut list = |words: String, count| coverage.push(NotCompared { table: table(), words, count });
        for (column, count) in &relation.inexact {
            list(relation.inexact_words(column), *count);
        }
        for column in relation.absent() {
            list(format!("the column {column}, which the sink never shows"), 1);
        }
        for column in relation.uncovered().into_iter().filter(|_| relation.exempt.is_none()) {
            list(format!("the column {column}, whose values the ledger does not have"), 1);
        }
        for (column, count) in &relation.strange {
            list(format!("values of {column}, a column that the ledger has never seen"), *count);
        }
    }
    coverage
}
