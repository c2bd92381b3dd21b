use super::*;

#[test]
fn each_sqlstate_has_its_action() {
    let rows: &[(Action, &str)] = &[
        (Action::Retry, "40001 40P01 55006 40000 40002"),
        (Action::RetryThenSkip, "55P03 57014"),
        (
            Action::NewValues,
            "23505 23P01 23503 23514 23502 23000 23001 22001 22003 22P02 22021 22000 44000 54000 \
             P0001 P0002 38000",
        ),
        (Action::RereadSchema, "42703 42P01 42804 26000 42883 42704 42809 428C9 3F000"),
        (Action::Skip, "42501 55000 0A000 42701 42P07 2200H"),
        (Action::Reconnect, "57P01 57P02 57P03 57P05 08000 08003 08006 08001 08004 08P01 25P03 25P04 25006"),
        (Action::PauseThenFatal, "53300 53100 53200 58030 53000 53400"),
        (Action::Resolve, "40003 08007"),
        (Action::Fatal, "28P01 28000 3D000 42601 XX001 XX000 XX002 58P01 25001"),
        (Action::Defect, "25P02"),
    ];
    for (expected, codes) in rows {
        for code in codes.split(' ') {
            assert_eq!(action(code, None, ""), *expected, "{code}");
        }
    }
    let again = [
        ("0A000", Some("RevalidateCachedQuery"), ""),
        ("XX000", None, "could not open relation with OID 16402"),
    ];
    assert_eq!(action("45000", Some("exec_stmt_raise"), "no"), Action::NewValues);
    assert_eq!(action("42501", Some("exec_stmt_raise"), "no"), Action::Skip);
    for (code, routine, message) in again {
        assert_eq!(action(code, routine, message), Action::RereadSchema, "{code}");
    }
    assert_eq!(action("", None, ""), Action::Fatal);
    assert_eq!(action("é", None, ""), Action::Fatal);
}

#[test]
fn the_place_decides_whether_it_was_done() {
    let plain =
        |code| [Place::Harmless, Place::Autocommit, Place::Commit].map(|at| is_aborted(code, true, at));
    for code in ["40001", "40P01", "23505", "23503", "23514", "25P02", "22003", "P0001"] {
        assert_eq!(plain(code), [true, true, true], "{code}");
    }
    for code in ["42501", "55P03", "57014", "53100", "XX000", "0A000"] {
        assert_eq!(plain(code), [true, true, false], "{code}");
    }
    for code in ["40003", "08007", "08006", "08P01", "57P01", "57P02", "57P03"] {
        assert_eq!(plain(code), [true, false, false], "{code}");
    }
}

#[test]
fn nothing_fatal_proves_an_abort() {
    for code in ["57P01", "40001", "23505", "25P03", "57P05", "XX000", "53100"] {
        assert!(is_aborted(code, false, Place::Harmless), "{code}");
        assert!(!is_aborted(code, false, Place::Autocommit), "{code}");
        assert!(!is_aborted(code, false, Place::Commit), "{code}");
    }
}

#[test]
fn silence_proves_nothing_once_the_work_could_have_been_done() {
    let eof = sqlx::Error::Io(io::ErrorKind::UnexpectedEof.into());
    let at = |place| classify(&eof, place);
    assert_eq!((at(Place::Harmless).indeterminate, at(Place::Harmless).action), (false, Action::Reconnect));
    for place in [Place::Autocommit, Place::Commit] {
        assert_eq!((at(place).indeterminate, at(place).action), (true, Action::Resolve));
        assert!(at(place).breaks_session() && deadline(place, 1.0).indeterminate);
    }
    assert!(deadline(Place::Harmless, 1.0).breaks_session() && Failure::of_broken_session().breaks_session());
    assert_eq!(at(Place::Commit).code, "connection lost");
    assert_eq!(deadline(Place::Commit, 1.0).code, "deadline");
}

#[test]
fn what_was_never_sent_was_never_done() {
    let failure = classify(&sqlx::Error::Encode("bad value".into()), Place::Commit);
    assert_eq!((failure.indeterminate, failure.action), (false, Action::Defect));
}

#[test]
fn places_in_the_drivers_source_are_nobodys_business() {
    let nested = "reading Authentication: unknown method: 7 (sqlx_postgres::message::authentication:84) \
                  (sqlx_postgres::message:139)";
    assert_eq!(said(nested), "reading Authentication: unknown method: 7");
    assert_eq!(said("plain (as it is)"), "plain (as it is)");
}
