//! Bulk loads, and rows that cannot be loaded in bulk.

use loadgen_core::{Action, BulkSession, Change, Failure, Loaded, SqlSession, Taken, Value};
use loadgen_mssql::MssqlSession;

use crate::support::{Server, insert, int, rows, table, text};

async fn load(session: &mut MssqlSession, change: &Change, taken: Taken) -> Result<Loaded, Failure> {
    let mut left = 0..change.rows;
    let mut next =
        |values: &mut Vec<Value>| left.next().map(|row| values.extend_from_slice(change.row(row))).is_some();
    session.load(&change.shape, taken, &mut next).await
}

#[tokio::test]
async fn a_bulk_load_is_held_to_constraints_and_seen_by_triggers() {
    let Some(server) = Server::of_the_environment() else { return };
    let sql = "create table log (id int);
        create table t (id int not null primary key, n int check (n > 0), s varchar(5), d nvarchar(9) default N'x')
        GO
        create trigger seen on t after insert as insert into log (id) select id from inserted";
    let sql = sql.replace("\n        ", "\n");
    let (_, mut session) = server.database(&sql).await;
    let (own, log) = (table(&mut session, "t").await, table(&mut session, "log").await);
    let columns = ["id", "n", "s", "d"];
    let good = [int(1), int(1), text("abc"), Value::Null];
    let change = insert(&own, &columns, &[], &[&good, &[int(2), int(1), Value::Null, text("🦀")]]);
    assert_eq!(load(&mut session, &change, Taken::Refuse).await.unwrap(), Loaded::whole(2));
    let expected = vec![good.to_vec(), vec![int(2), int(1), Value::Null, text("🦀")]];
    assert_eq!(rows(&mut session, &own).await, expected, "a NULL is no default");
    assert_eq!(rows(&mut session, &log).await.len(), 2, "triggers see the rows");
    for refused in
        [[int(3), int(0), Value::Null, Value::Null], [int(3), int(1), text("abcdefgh"), Value::Null]]
    {
        let change = insert(&own, &columns, &[], &[&[int(4), int(1), Value::Null, Value::Null], &refused]);
        let failure = load(&mut session, &change, Taken::Refuse).await.unwrap_err();
        assert_eq!((failure.action, failure.indeterminate), (Action::NewValues, false), "{failure}");
        assert_eq!(rows(&mut session, &own).await.len(), 2, "nothing of it stays");
    }
    server.clean().await;
}

#[tokio::test]
async fn rows_for_which_a_trigger_ends_the_transaction_are_left_out_and_no_others() {
    let Some(server) = Server::of_the_environment() else { return };
    let sql = "create table t (id int not null primary key, a int)\nGO\n\
        create trigger refused on t after insert as\n\
        if exists (select 1 from inserted where a < 0) begin rollback transaction; throw 50001, 'no debts', 1; end";
    let (_, mut session) = server.database(sql).await;
    let own = table(&mut session, "t").await;
    let many: Vec<[Value; 2]> =
        (0..40).map(|id| [int(id), int(if matches!(id, 0 | 17 | 18 | 39) { -1 } else { 1 })]).collect();
    let mut many: Vec<&[Value]> = many.iter().map(<[Value; 2]>::as_slice).collect();
    many.push(many[5]);
    let change = insert(&own, &["id", "a"], &[], &many);
    let loaded = load(&mut session, &change, Taken::SkipRefused).await.unwrap();
    assert_eq!(loaded, Loaded { rows: 36, refused: 4 });
    assert_eq!(rows(&mut session, &own).await.len(), 36);
    assert!(session.apply_one(&insert(&own, &["id"], &[], &[&[int(0)], &[int(1)]])).await.is_err());
    assert_eq!(rows(&mut session, &own).await.len(), 36, "what fails takes everything with it again");
    server.clean().await;
}
