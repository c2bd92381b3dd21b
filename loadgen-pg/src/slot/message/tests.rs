use super::*;

/// Bytes as the manual lists them: numbers in hexadecimal, text in apostrophes, `_` ends a text.
fn bytes(spelt: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for word in spelt.split_whitespace() {
        match word.strip_prefix('\'') {
            Some(text) => bytes.extend(text.replace('_', "\0").bytes()),
            None => {
                let digits = word.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
                bytes.extend(digits.map(|pair| u8::from_str_radix(pair, 16).unwrap()));
            }
        }
    }
    bytes
}

#[track_caller]
fn check(spelt: &str, expected: &Message<'_>) {
    let bytes = bytes(spelt);
    assert_eq!(Message::read(&bytes).as_ref(), Ok(expected), "{spelt}");
    for end in 0..bytes.len() {
        let is_open = matches!(expected, Message::Other) && end > 0;
        assert_eq!(Message::read(&bytes[..end]).is_ok(), is_open, "{spelt}, cut at {end}");
    }
}

const RELATION: &str =
    "'R 00004000 'public_ 'orders_ 'd 0002 01 'id_ 00000014 ffffffff 00 'note_ 00000019 ffffffff";

#[test]
fn every_message_is_read_and_none_that_is_cut() {
    check("'B 0000000001020304 00029f0000000000 0000abcd", &Message::Begin(0xabcd));
    check("'C 00 0000000001020304 0000000001020310 00029f0000000000", &Message::Commit);
    let column = |is_key, name: &str, type_id| RelationColumn { is_key, name: name.into(), type_id };
    let columns = vec![column(true, "id", 20), column(false, "note", 25)];
    let relation = Relation { id: 0x4000, schema: "public".into(), name: "orders".into(), columns };
    check(RELATION, &Message::Relation(relation));
    let new = vec![Field::Binary(&[0, 0, 0, 0, 0, 0, 0, 7]), Field::Text(b"paid")];
    let seven = "0002 'b 00000008 0000000000000007 't 00000004 'paid";
    check(&format!("'I 00004000 'N {seven}"), &Message::Insert { relation: 0x4000, new: new.clone() });
    let (relation, none) = (0x4000, "0002 'n 'u");
    check(&format!("'U 00004000 'N {seven}"), &Message::Update { relation, old: None, new: new.clone() });
    let nothing = vec![Field::Null, Field::Unchanged];
    let old = Some(Old::Key(nothing.clone()));
    check(&format!("'U 00004000 'K {none} 'N {seven}"), &Message::Update { relation, old, new: new.clone() });
    let old = Some(Old::Row(nothing.clone()));
    check(&format!("'U 00004000 'O {none} 'N {seven}"), &Message::Update { relation, old, new: new.clone() });
    check(&format!("'D 00004000 'K {none}"), &Message::Delete { relation, old: Old::Key(nothing) });
    check(&format!("'D 00004000 'O {seven}"), &Message::Delete { relation, old: Old::Row(new) });
    check("'T 00000002 01 00004000 00004001", &Message::Truncate(vec![0x4000, 0x4001]));
    check("'O 0000000001020304 'elsewhere_", &Message::Other);
    check("'M 00 0000000001020304 'prefix_ 00000001 'x", &Message::Other);
}

#[test]
fn what_is_unknown_or_too_long_is_refused() {
    let read = |spelt: &str| Message::read(&bytes(spelt)).map(|_| ());
    assert_eq!(read("'Z"), Err(Torn::Kind(b'Z')));
    assert_eq!(read("'I 00004000 'X 0000"), Err(Torn::Kind(b'X')));
    assert_eq!(read("'I 00004000 'N 0001 'x"), Err(Torn::Kind(b'x')));
    assert_eq!(read("'U 00004000 'K 0000 'K 0000"), Err(Torn::Kind(b'K')));
    assert_eq!(read("'B 0000000001020304 00029f0000000000 0000abcd 00"), Err(Torn::Long(1)));
    assert_eq!(read("'I 00004000 'N 0001 't ffffffff 'x"), Err(Torn::Short));
    assert_eq!(read("'R 00004000 ff00"), Err(Torn::Text));
}
