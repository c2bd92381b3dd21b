//! Tables with conditions, filled.

use loadgen_core::{
    Column, Fill, NativeType, Run, Seed, Setup, SqlSession, Type, Value, crud,
    crud::{Crud, CrudConfig},
};

use loadgen_mssql::MssqlSession;

use crate::support::Server;

#[tokio::test]
async fn rows_meet_conditions_of_many_forms_before_they_are_sent() {
    let Some(server) = Server::of_the_environment() else { return };
    let (target, mut session) = server.database(include_str!("zoo/checks.sql")).await;
    let setup = Setup { seed: Seed(3), lanes: 8, check: true };
    let plan = crud::permitted_plan(&mut session, &CrudConfig::default(), &setup).await.unwrap();
    assert_eq!(plan.refused, []);
    assert_eq!(plan.tables.len(), 7);
    let run = Run::new(target, Crud::new(CrudConfig::default())).seed(3).lanes(8).connections(4);
    let report = run.operations(3_000).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    for table in &plan.tables {
        assert!(
            report.tally.tables[&table.table.name.to_string()].rows.inserted > 20,
            "{}",
            table.table.name
        );
    }
    session.server().await.unwrap();
    drop(session);
    server.clean().await;
}

fn column(name: &str, native: &str, ty: Type) -> Column {
    let native = NativeType { name: native.to_owned(), words: native.to_owned(), ..NativeType::default() };
    Column { name: name.to_owned(), ty, native, nullable: true, fill: Fill::None }
}

#[tokio::test]
async fn the_server_says_which_values_meet_conditions_of_its_own() {
    let Some(server) = Server::of_the_environment() else { return };
    let (_, mut session) = server.database("create table t (id int primary key)").await;
    let text = |text: &str| Value::Text(text.to_owned());
    let one = async |session: &mut MssqlSession, column: Column, condition: &str, values: Vec<Value>| {
        let rows: Vec<Vec<Value>> = values.into_iter().map(|value| vec![value]).collect();
        session.fits(&[&column], &[condition], &rows).await.unwrap()
    };
    let short = || column("a b", "varchar", Type::Text { max: Some(20), fixed: false });
    let values = vec![text("12"), text("x"), Value::Null, text("-3")];
    let fits = one(&mut session, short(), "try_convert(int, [a b]) is not null", values).await;
    assert_eq!(fits, [true, false, false, true]);
    let fits = one(&mut session, short(), "isjson([a b])=(1)", vec![text("{}"), text("x")]).await;
    assert_eq!(fits, [true, false]);
    let fits = one(&mut session, short(), "[a b]<>'x'", vec![text("x"), Value::Null]).await;
    assert_eq!(fits, [false, true], "what is unknown is not false");
    let fits = one(&mut session, short(), "datalength([a b])=(2)", vec![text("ab"), text("a")]).await;
    assert_eq!(fits, [true, false], "a character is a byte there");
    assert_eq!(one(&mut session, short(), "[a b]<>'x'", vec![Value::Null]).await, [true]);
    let day = || column("at", "datetime", Type::Timestamp { precision: 2, zoned: false });
    let days = vec![text("2024-05-07 10:00:00"), text("2024-07-05 10:00:00")];
    assert_eq!(one(&mut session, day(), "[at]<'20240601'", days).await, [true, false]);
    let whole = || column("n", "int", Type::Int(32));
    let numbers: Vec<Value> =
        (-700..700).map(|n| if n % 2 == 0 { Value::Int(n) } else { text(&n.to_string()) }).collect();
    let fits = one(&mut session, whole(), "power([n],(2))=(16)", numbers).await;
    let met: Vec<usize> = fits.iter().enumerate().filter(|(_, fits)| **fits).map(|(at, _)| at).collect();
    assert_eq!((fits.len(), met), (1_400, vec![696, 704]));
    let values = vec![text("7"), text("seven"), text("0"), text("4")];
    let fits = one(&mut session, whole(), "(100/[n])=(25)", values).await;
    assert_eq!(fits, [false, false, false, true], "one that is an error keeps no other from its answer");
    let bytes = column("b", "varbinary", Type::Bytes { max: None, fixed: false });
    let values = vec![Value::Bytes(vec![1, 2, 3]), Value::Bytes(vec![])];
    assert_eq!(one(&mut session, bytes, "datalength([b])=(3)", values).await, [true, false]);
    let nonsense = one(&mut session, whole(), "this is none", vec![Value::Int(1)]).await;
    assert!(nonsense.is_empty(), "nothing was computed");
    let low_high = [&column("low", "int", Type::Int(32)), &column("high", "int", Type::Int(32))];
    let rows = [vec![Value::Int(1), Value::Int(2)], vec![Value::Int(2), Value::Int(1)]];
    assert_eq!(session.fits(&low_high, &["[low]<[high]", "[low]>(0)"], &rows).await.unwrap(), [true, false]);
    session.server().await.unwrap();
    drop(session);
    server.clean().await;
}
