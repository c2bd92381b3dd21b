//! What collations say of texts.

/// Whether texts that differ in case alone are the same in a collation of that name.
pub(super) fn folds(name: &str) -> bool {
    name.split('_').any(|part| part.eq_ignore_ascii_case("ci"))
}

#[cfg(test)]
mod tests {
    use super::folds;

    #[test]
    fn names_of_collations_say_whether_case_counts() {
        for any_case in
            ["SQL_Latin1_General_CP1_CI_AS", "Latin1_General_100_CI_AI_SC_UTF8", "bbf_unicode_cp1_ci_as"]
        {
            assert!(folds(any_case), "{any_case}");
        }
        for exact in ["Latin1_General_CS_AS", "Latin1_General_BIN2", "Polish_100_CS_AI", "", "Cics_CS_AS"] {
            assert!(!folds(exact), "{exact}");
        }
    }
}
