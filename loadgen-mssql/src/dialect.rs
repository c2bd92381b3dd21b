//! What a server does not have, in one place: every difference between SQL Server and servers that only speak like it.

use crate::codec::Kind;

/// What kind of server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// SQL Server, Azure SQL Database or Managed Instance.
    SqlServer,
    /// Babelfish for PostgreSQL.
    Babelfish,
}

impl Dialect {
    /// Whether a NULL can be sent as a parameter of any type. The protocol has a type for it, which is not in every server.
    pub(crate) fn takes_nulls(self) -> bool {
        self != Dialect::Babelfish
    }

    /// Whether an insert may have an order and return something.
    pub(crate) fn orders_what_is_returned(self) -> bool {
        self != Dialect::Babelfish
    }

    /// Whether a connection takes bulk loads after one that failed. Babelfish loses track of where the rows begin.
    pub(crate) fn loads_after_a_failure(self) -> bool {
        self != Dialect::Babelfish
    }

    /// Whether a bulk load keeps values of a kind. Babelfish reads on behind decimals that are shorter than their column allows, and
    /// rounds times down.
    pub(crate) fn loads(self, kind: Kind) -> bool {
        self != Dialect::Babelfish || !matches!(kind, Kind::Decimal | Kind::Time)
    }

    /// Whether triggers see what is loaded in bulk, if that is asked for.
    pub(crate) fn fires_in_bulk(self) -> bool {
        self != Dialect::Babelfish
    }

    /// Whether the catalog says which policies decide about rows.
    pub(crate) fn has_policies(self) -> bool {
        self != Dialect::Babelfish
    }

    /// Whether the catalog says if commits wait for the log.
    pub(crate) fn has_delayed_durability(self) -> bool {
        self != Dialect::Babelfish
    }

    /// Where the condition of a CHECK of `sys.check_constraints` as `k` is. Babelfish cannot put every one into words of its own.
    pub(crate) fn check_definition(self) -> &'static str {
        match self {
            Dialect::SqlServer => "k.definition",
            Dialect::Babelfish => {
                "(select pg_get_expr(p.conbin, p.conrelid) from pg_constraint p where p.oid = k.object_id)"
            }
        }
    }

    /// Where the same is in words that can be asked again; none on Babelfish, where reading some is an error.
    pub(crate) fn check_words(self) -> &'static str {
        match self {
            Dialect::SqlServer => "k.definition",
            Dialect::Babelfish => "null",
        }
    }

    /// Where the condition of an index of `sys.indexes` as `i` is. Babelfish keeps to it, and does not say so.
    pub(crate) fn index_condition(self) -> &'static str {
        match self {
            Dialect::SqlServer => "case when i.has_filter = 1 then i.filter_definition end",
            Dialect::Babelfish => {
                "(select pg_get_expr(p.indpred, p.indrelid) from pg_index p \
                  join pg_class n on n.oid = p.indexrelid \
                  where p.indrelid = i.object_id and n.relname = i.name collate \"default\")"
            }
        }
    }
}

/// The number of an error as SQL Server has it.
pub(crate) fn number(number: u32, message: &str) -> u32 {
    match number {
        UNTRANSLATED => translated(message).unwrap_or(UNTRANSLATED),
        known => known,
    }
}

/// What Babelfish calls every error for which it has no number.
pub(crate) const UNTRANSLATED: u32 = 33_557_097;

/// Babelfish passes messages of PostgreSQL on; the first that fits says which error of SQL Server that is.
fn translated(message: &str) -> Option<u32> {
    let said = |words: &&(&str, &str, u32)| message.starts_with(words.0) && message.contains(words.1);
    MESSAGES.iter().find(said).map(|(_, _, number)| *number)
}

/// How the message begins, what else it has, and the number.
const MESSAGES: [(&str, &str, u32); 34] = [
    ("invalid TDS authentication request", "", 18456),
    ("canceling statement due to lock timeout", "", 1222),
    ("canceling statement due to", "", 3617),
    ("deadlock detected", "", 1205),
    ("could not serialize access", "", 3960),
    ("terminating connection", "", 596),
    ("the database system is", "", 6005),
    ("column ", "is an identity column", 544),
    ("cannot insert a non-DEFAULT value into column", "", 271),
    ("column ", "can only be updated to DEFAULT", 271),
    ("column ", "does not exist", 207),
    ("database ", "does not exist", 911),
    ("schema ", "does not exist", 208),
    ("relation ", "does not exist", 208),
    ("type ", "does not exist", 2715),
    ("function ", "does not exist", 2812),
    ("procedure ", "does not exist", 2812),
    ("operator does not exist", "", 402),
    ("could not open relation with OID", "", 208),
    ("cache lookup failed for", "", 208),
    ("cached plan must not change", "", 2801),
    ("INSERT has more", "", 213),
    ("relation ", "already exists", 2714),
    ("permission denied", "", 229),
    ("must be owner of", "", 229),
    ("invalid input syntax", "", 245),
    ("value ", "is out of range", 8115),
    ("value too long", "", 2628),
    ("numeric field overflow", "", 8115),
    ("null value in column", "", 515),
    ("duplicate key value", "", 2627),
    ("index row size", "", 1946),
    ("date/time field value out of range", "", 242),
    ("nextval: reached", "", 11_728),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_another_server_have_the_numbers_of_this_one() {
        for (message, expected) in [
            ("canceling statement due to lock timeout", Some(1222)),
            ("canceling statement due to user request", Some(3617)),
            ("column \"x\" does not exist", Some(207)),
            ("column \"x\" of relation \"t\" does not exist", Some(207)),
            ("relation \"t\" does not exist", Some(208)),
            ("invalid input syntax for type integer: \"x\"", Some(245)),
            ("permission denied for table t", Some(229)),
            ("something else", None),
        ] {
            assert_eq!(translated(message), expected, "{message}");
        }
    }
}
