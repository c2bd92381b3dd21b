use loadgen_pg::PgSettings;
use proptest::prelude::*;

use super::*;

#[test]
fn passwords_are_masked_wherever_they_stand_in_a_line() {
    for (text, expected) in [
        ("target: postgres://me:pw@db/shop", "target: postgres://me:***@db/shop"),
        ("\"postgres://me:p@ss@db:5/shop\" # x", "\"postgres://me:***@db:5/shop\" # x"),
        ("postgres://me:p/w@db/shop", "postgres://me:***@db/shop"),
        ("a postgres://me:p'w \"x@db/shop", "a postgres://me:***@db/shop"),
        ("postgres://me@db/shop", "postgres://me@db/shop"),
        ("postgres://db:5432/shop", "postgres://db:5432/shop"),
        ("postgres://db/x?user=me&password=p'w x&a=b", "postgres://db/x?user=me&password=***&a=b"),
        ("'postgres://db/x?password=pw' # y", "'postgres://db/x?password=***"),
        (
            "postgres://db/x?password=a&password=b&sslpassword=c&d=e",
            "postgres://db/x?password=***&password=***&sslpassword=***&d=e",
        ),
        ("a: b\nt: postgres://me:pw@db/shop\nc: d", "a: b\nt: postgres://me:***@db/shop\nc: d"),
        ("password=pw", "password=***"),
        ("rate: 200/s", "rate: 200/s"),
    ] {
        assert_eq!(masked(text), expected);
    }
}

#[test]
fn of_an_address_that_is_refused_nothing_is_shown() {
    for address in [
        "postgres://u@h/x?Password=hunter2",
        "postgres://u@h/x?pwd=hunter2",
        "postgres://u@h/x?PGPASSWORD=hunter2",
        "mssql://db:1433/x?Pwd=hunter2",
        "sqlserver://db:1433;user=sa;password=hunter2",
        "jdbc:sqlserver://db;password=hunter2",
        "host=127.0.0.1 user=me password=hunter2",
        "u:hunter2@db/x",
        "postgres:/u:hunter2@db/x",
        "postgres://u:hunter2/x",
        "postgres://u:hunter2\\\"x@db/x?y=z",
    ] {
        for line in [
            format!("    target: {address}"),
            format!("    target: {address} # why"),
            format!("    \"target\": \"{address}\", \"lanes\": 4"),
            format!("{{target: '{address}', lanes: 4}}, {{target: '{address}'}}"),
            format!("--set jobs.0.target={address}"),
        ] {
            let shown = masked(&line);
            assert!(!shown.contains("hunter2"), "{line}: {shown}");
        }
    }
    let shown = |line: &str, expected: &str| assert_eq!(masked(line), expected);
    shown("  target: ${DATABASE}", "  target: ${DATABASE}");
    shown("{target: 'u:p@db', lanes: 4}", "{target: '***', lanes: 4}");
    shown("{'target': 'mssql://u:it''s@db/x', lanes: 4}", "{'target': 'mssql://u:***@db/x', lanes: 4}");
    shown("  # a target of tests", "  # a target of tests");
    assert!(names_target("  target: x") && !names_target("    u:hunter2@target/x"));
}

#[test]
fn the_rest_of_an_address_stays_as_it_was() {
    for (address, expected) in [
        ("postgres://me:hun'ter2@db/shop?a=b", "postgres://me@db/shop?a=b"),
        ("postgres://me:p:w\" x@db:5/shop", "postgres://me@db:5/shop"),
        ("postgres://db:5432/shop?host=/tmp", "postgres://db:5432/shop?host=/tmp"),
        ("postgres:///shop?password=a'b", "postgres:///shop"),
        ("postgres:///shop?user=me&password=a@b&host=/tmp", "postgres:///shop?user=me&host=/tmp"),
        ("postgres://", "postgres://"),
    ] {
        assert_eq!(without_password(address), expected);
    }
}

#[test]
fn an_address_is_refused_that_could_be_cut_in_the_middle_of_a_secret() {
    for address in [
        "postgres://me:Qz1@/Qz2@localhost:5432/shop",
        "postgres://me:Qz1@db/Qz2@localhost/shop",
        "postgres://me:Qz1@?user=Qz2@localhost/shop",
        "postgres://me:Qz1/Qz2@localhost/shop",
    ] {
        let refused = PgSettings::from_url(address).unwrap_err().to_string();
        assert!(!refused.contains("Qz"), "{refused}");
    }
}

proptest! {
    /// Between the two halves of a secret stands whatever a shell lets through.
    #[test]
    fn no_secret_of_an_accepted_address_is_left(inside in "[ -~\u{e9}]{0,12}", scheme in "postgres(ql)?", place in 0..3) {
        let secret = format!("Qz1{inside}Qz2");
        let address = match place {
            0 => format!("{scheme}://me:{secret}@localhost:5432/shop?application_name=x"),
            1 => format!("{scheme}:///shop?user=me&password={secret}&host=/tmp"),
            _ => format!("{scheme}://me:a@db/shop?password={secret}"),
        };
        let without = without_password(&address);
        if let Ok(settings) = PgSettings::from_url(&address) {
            prop_assert!(!without.contains("Qz1") && !without.contains("Qz2"), "{}", without);
            let again = PgSettings::from_url(&without);
            prop_assert_eq!(again.map(|again| again.describe()), Ok(settings.describe()));
        }
        let line = masked(&format!("    target: \"{address}\" # by x"));
        prop_assert!(!line.contains("Qz1"), "{}", line);
        let bare = place == 0 || !inside.contains('&');
        prop_assert!(!bare || !line.contains("Qz2"), "{}", line);
    }
}

#[test]
fn passwords_of_sql_server_are_left_out_of_addresses_and_connection_strings() {
    for (address, expected) in [
        ("mssql://me:s3cret@db:1433/shop?encrypt=true", "mssql://me@db:1433/shop?encrypt=true"),
        ("mssql://me@db/shop?password=s3cret&encrypt=true", "mssql://me@db/shop?encrypt=true"),
        ("Server=db;User Id=me;Password='s3;cret';Encrypt=True", "Server=db;User Id=me;Encrypt=True"),
        ("Server=db;pwd=s3cret", "Server=db"),
    ] {
        assert_eq!(without_password(address), expected);
        assert!(!masked(&format!("  target: {address}")).contains("cret"), "{address}");
    }
}
