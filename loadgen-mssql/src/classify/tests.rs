use super::*;

/// Each row of the table of actions, and what was added to it.
const ROWS: &[(Action, &[u32])] = &[
    (Action::Retry, &[1205, 3960, 41302, 41305, 41325, 41301, 13535]),
    (Action::RetryThenSkip, &[1222, 1204, 8645, 701, 8651, 3617]),
    (
        Action::NewValues,
        &[
            2627,
            2601,
            547,
            515,
            2628,
            8152,
            8115,
            245,
            220,
            242,
            511,
            550,
            1946,
            6522,
            8114,
            8134,
            9420,
            6965,
            13_609,
            33_504,
            3609,
            50_000,
            50_123,
            2_147_483_647,
        ],
    ),
    (
        Action::RereadSchema,
        &[207, 208, 213, 3961, 544, 271, 206, 334, 402, 2801, 2812, 8179, 13_536, 4815, 4891],
    ),
    (Action::Skip, &[229, 230, 916, 2714, 3701, 262, 11_728, 41_368]),
    (Action::Reconnect, &[10_053, 10_054, 10_060, 233, 596, 6005, 40_197, 40_613, 3906, 976, 983]),
    (Action::PauseThenFatal, &[40_501, 10_928, 10_929, 49_918, 49_919, 49_920, 9002, 1105, 41_823, 40_551]),
    (Action::Fatal, &[18_456, 4064, 102, 823, 824, 825, 4060, 911, 0, 40_615, 33_557_097]),
    (Action::Defect, &[3930, 3998, 266, 3902, 1934]),
];

#[test]
fn each_number_has_its_action() {
    for (expected, numbers) in ROWS {
        for number in *numbers {
            assert_eq!(action(*number, ""), *expected, "{number}");
        }
    }
    let last = "Arithmetic overflow error converting IDENTITY to data type int.";
    assert_eq!(action(8115, last), Action::Skip);
    // The word stands in the message of every language.
    let last = "Arithmetischer Überlauffehler beim Konvertieren von IDENTITY in den int-Datentyp.";
    assert_eq!(action(8115, last), Action::Skip);
    let failure = server_failure(33_557_097, 16, "column \"x\" does not exist", Place::Autocommit);
    assert_eq!((failure.action, failure.code.as_ref()), (Action::RereadSchema, "207"));
}

#[track_caller]
fn check(number: u32, severity: u8, expected: [bool; 4]) {
    let places = [Place::Harmless, Place::Caught, Place::Autocommit, Place::Commit];
    for (place, aborted) in places.into_iter().zip(expected) {
        let failure = server_failure(number, severity, "message", place);
        assert_eq!(failure.indeterminate, !aborted, "{number} at {place:?}");
        assert_eq!(failure.action == Action::Resolve, !aborted, "{number} at {place:?}");
        assert_eq!(failure.code, number.to_string());
    }
}

#[test]
fn the_place_decides_whether_it_was_done() {
    for number in [1205, 3960, 41302, 41305, 41325, 3930, 3998] {
        check(number, 16, [true, true, true, true]);
    }
    for number in [2627, 547, 515, 1222, 229, 207, 40_501, 1105, 3609, 8115, 102, 33_557_097] {
        check(number, 16, [true, true, true, false]);
    }
    for number in [3906, 976, 983, 40_613] {
        check(number, 16, [true, true, true, false]);
    }
    for number in [10_054, 233, 596, 6005, 40_197, 266] {
        check(number, 16, [true, false, false, false]);
    }
}

/// The server goes on after RAISERROR, and so to the commit.
#[test]
fn what_is_raised_without_ending_the_batch_proves_no_abort() {
    for number in [50_000, 50_123, 15_247] {
        check(number, 16, [true, true, false, false]);
    }
}

#[test]
fn nothing_that_closes_the_connection_proves_an_abort() {
    for number in [1205, 2627, 50_000, 824, 0, 3624, 40_551] {
        check(number, 20, [true, false, false, false]);
    }
    let failure = server_failure(2627, 20, "", Place::Harmless);
    assert_eq!(failure.action, Action::Reconnect);
    assert_eq!(server_failure(824, 24, "", Place::Harmless).action, Action::Fatal);
}

#[test]
fn taken_values_and_vetoes_are_told_from_the_rest() {
    for (number, taken, vetoed) in [
        (2627, true, false),
        (2601, true, false),
        (547, false, false),
        (50_000, false, true),
        (51_234, false, true),
        (3609, false, true),
        (33_504, false, true),
        (33_557_097, false, false),
    ] {
        let failure = server_failure(number, 16, "", Place::Harmless);
        assert_eq!((failure.taken, failure.vetoed), (taken, vetoed), "{number}");
    }
}

#[test]
fn silence_proves_nothing_once_the_work_could_have_been_done() {
    let eof = Error::Io { kind: io::ErrorKind::UnexpectedEof, message: "eof".into() };
    let at = |place| classify(&eof, place);
    assert_eq!((at(Place::Harmless).indeterminate, at(Place::Harmless).action), (false, Action::Reconnect));
    for place in [Place::Autocommit, Place::Caught, Place::Commit] {
        assert_eq!((at(place).indeterminate, at(place).action), (true, Action::Resolve));
        assert!(at(place).breaks_session() && deadline(place, 1.0).indeterminate);
    }
    assert!(deadline(Place::Harmless, 1.0).breaks_session() && Failure::of_broken_session().breaks_session());
    assert_eq!(at(Place::Commit).code, "connection lost");
    assert_eq!(deadline(Place::Commit, 1.0).code, "deadline");
    let unread = classify(&Error::Utf16, Place::Autocommit);
    assert_eq!((unread.indeterminate, unread.code.as_ref()), (true, "protocol"));
}

#[test]
fn what_was_never_sent_was_never_done() {
    let failure = classify(&Error::BulkInput("bad value".into()), Place::Commit);
    assert_eq!((failure.indeterminate, failure.action), (false, Action::Defect));
}

#[test]
fn what_a_service_wraps_is_read_where_another_try_would_meet_the_same() {
    let wrapped = |inner: u32, place| {
        let message = format!(
            "The service has encountered an error processing your request. Please try again. Error code {inner}."
        );
        server_failure(40_197, 17, &message, place)
    };
    let failure = wrapped(4815, Place::Harmless);
    assert_eq!((failure.action, failure.code.as_ref()), (Action::RereadSchema, "4815"));
    assert!(is_refused_in_bulk(&failure));
    let failure = wrapped(4221, Place::Harmless);
    assert_eq!((failure.action, failure.code.as_ref()), (Action::Reconnect, "40197"));
    // A change alone may have been made all the same.
    assert!(wrapped(4815, Place::Autocommit).indeterminate);
}
