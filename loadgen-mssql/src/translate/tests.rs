use loadgen_core::{NativeType, Type, memory::table};

use super::*;

fn products() -> Table {
    let text = |max| Type::Text { max: Some(max), fixed: false };
    let moment = Type::Timestamp { precision: 6, zoned: false };
    let mut table = table("products")
        .column("id", Type::Int(32))
        .column("price", Type::Decimal { precision: 10, scale: 2 })
        .column("status", text(20))
        .column("Name", text(50))
        .column("at", moment)
        .column("born", Type::Date)
        .column("active", Type::Bool)
        .column("ratio", Type::Double)
        .column("ident", Type::Uuid);
    for column in &mut table.columns {
        let name = if column.name == "status" { "varchar" } else { "nvarchar" };
        column.native = NativeType { name: name.to_owned(), ..NativeType::default() };
    }
    table.special.folded = vec![3];
    table
}

fn check(definition: &str, expected: &str) {
    assert_eq!(translate(definition, &products()).sql, expected, "{definition}");
}

#[test]
fn comparisons_are_of_one_type() {
    check("([price]>(0))", "(\"price\" > 0)");
    check("([price]>=(0.5) AND [price]<(1000.))", "((\"price\" >= 0.5) AND (\"price\" < 1000))");
    check("([ratio]<(1.000000000000000e+005))", "(\"ratio\" < 100000)");
    check("([price]>='5')", "(\"price\" >= 5)");
    check("([price]>$5.25)", "(\"price\" > 5.25)");
    check("([active]=(1))", "(\"active\" = true)");
    check("([born]>='19000101')", "(\"born\" >= CAST('1900-01-01' AS date))");
    check("([at]<'2030-01-01T10:00:00')", "(\"at\" < CAST('2030-01-01 10:00:00' AS timestamp))");
    check("([born]>'01/02/2003')", "(\"born\" > '01/02/2003')");
    check("([ident]<>'AB')", "(\"ident\" <> CAST('ab' AS uuid))");
    check("([NAME]=N'it''s')", "(\"Name\" = 'it''s')");
}

#[test]
fn what_differs_differs_in_more_than_case() {
    check("([Name]<>N'None')", "(lower(\"Name\") <> 'none')");
    check("([Name]<>'')", "(\"Name\" <> '')");
    check("([status]<>'None')", "(\"status\" <> 'None')");
    check("([Name] collate Latin1_General_BIN2<>'None')", "(\"Name\" <> 'None')");
    check("([Name] like '[A-F]%')", "(\"Name\" ~* '^[A-F].*$')");
    check("([status] like '[A-F]%')", "(\"status\" ~ '^[A-F].*$')");
    check("(NOT [Name] like '%@%')", "(NOT (\"Name\" ILIKE '%@%'))");
}

#[test]
fn lists_are_lists_again() {
    check("([status]='c' OR [status]='b' OR [status]='a')", "(\"status\" IN ('a', 'b', 'c'))");
    check("([id]=(1) OR [price]=(2) OR [price]=(3))", "((\"id\" = 1) OR (\"price\" IN (3, 2)))");
    check("([status] IN ('a', N'b'))", "(\"status\" IN ('a', 'b'))");
}

#[test]
fn functions_are_called_what_they_are_called_elsewhere() {
    check("(len([Name])>(2))", "(length(rtrim(\"Name\")) > 2)");
    check("(datalength([Name])>(2))", "((length(\"Name\") * 2) > 2)");
    check("(datalength([status])<=(5))", "(octet_length(\"status\") <= 5)");
    check("(isnull([price],(0))>=(0))", "(coalesce(\"price\", 0) >= 0)");
    check("([at]<=getdate())", "(\"at\" <= now())");
    check("([born]<=CONVERT([date],sysutcdatetime()))", "(\"born\" <= CAST(now() AS date))");
    check("([born]<dateadd(year,(-18),getdate()))", "(\"born\" < (now() + CAST('-18 years' AS interval)))");
    check("(datediff(day,[born],[at])>(0))", "((CAST(\"at\" AS date) - CAST(\"born\" AS date)) > 0)");
    check("(datepart(month,[born])<(7))", "(extract(month from \"born\") < 7)");
    check("(year([born])>(1900))", "(extract(year from \"born\") > 1900)");
    check("(CONVERT([int],[price])=(3))", "(CAST(trunc(\"price\") AS integer) = 3)");
    check("(charindex('@',[status])>(1))", "(strpos(\"status\", '@') > 1)");
    check("(patindex('%[^0-9]%',[status])=(0))", "(\"status\" ~ '^[0-9]*$')");
    check("(upper([status])=[status])", "(upper(\"status\") = \"status\")");
    check("([status]+'x'<>'')", "((\"status\" || 'x') <> '')");
    check("(substring([status],(1),(2))='ab')", "(substring(\"status\", 1, 2) = 'ab')");
    check("(iif([id]>(1),(1),(0))=(1))", "(CASE WHEN (\"id\" > 1) THEN 1 ELSE 0 END = 1)");
    check(
        "(case when [active]=(1) then [price] else (0) end>=(0))",
        "(CASE WHEN (\"active\" = true) THEN \"price\" ELSE 0 END >= 0)",
    );
}

#[test]
fn what_is_not_known_is_not_taken_for_something_else() {
    check("([dbo].[length]([Name])=(1))", "(\"dbo.length of the server\"(\"Name\") = 1)");
    check("(isjson([Name])=(1))", "(\"isjson of the server\"(\"Name\") = 1)");
    check("(checksum(*)=(1))", "(\"checksum of the server\"() = 1)");
    check("no expression at", "no expression at");
    let translated = translate("([NAME] like 'x' OR soundex([Price])='at')", &products());
    assert_eq!(translated.columns, [1, 3]);
}

#[test]
fn texts_that_have_to_be_documents_are_columns_of_documents() {
    let check = |definition: &str, expected: Option<usize>| {
        let mut table = products();
        table.columns[3].ty = Type::Text { max: None, fixed: false };
        assert_eq!(documents(definition, &table), expected, "{definition}");
        table.columns[3].ty = Type::Json;
        assert_eq!(translate(definition, &table).sql.contains("of the server"), expected.is_none());
    };
    check("(isjson([Name])=(1))", Some(3));
    check("((isjson([name])>(0)))", Some(3));
    check("(isjson([Name],OBJECT)<>(0))", Some(3));
    check("(isjson([Name],ARRAY)=(1))", None);
    check("(isjson([status])=(1))", None);
    assert_eq!(documents("(isjson([Name])=(0))", &products()), None);
    assert_eq!(documents("(isjson([status])=(1))", &products()), None, "20 characters hold none");
}

#[test]
fn what_another_database_writes_is_read_as_well() {
    check("(status = ANY (ARRAY['a'::\"varchar\", 'b'::\"varchar\"]))", "(\"status\" IN ('a', 'b'))");
    check("(len((name)::text) > 2)", "(length(rtrim(\"Name\")) > 2)");
    check("((status)::text ~~* '[A-Z]%'::text COLLATE \"default\")", "(\"status\" ~ '^[A-Z].*$')");
    check("((price)::numeric > 0)", "(\"price\" > 0)");
    check(
        "(((status)::text ~~* 'AB%'::text COLLATE \"default\") AND (((status)::text >= 'AB'::text COLLATE \"default\") AND \
         ((status)::text < ('AB'::text COLLATE \"default\" || '\u{ffff}'::text))))",
        "(\"status\" LIKE 'AB%')",
    );
    check(
        "((price > (0)::numeric) AND ((status ~~* 'AB%'::text) AND ((status >= 'AB'::text) AND (status < ('AB'::text || '\u{ffff}'::text)))))",
        "((\"price\" > 0) AND (\"status\" LIKE 'AB%'))",
    );
    check("(at <= (getdate())::datetime2)", "(\"at\" <= CAST(now() AS timestamp))");
    check("(active = 1)", "(\"active\" = true)");
    check("(ratio > ('100000'::numeric)::double precision)", "(\"ratio\" > 100000)");
}
