"""Rows into SQL Server by the drivers of Python, for mssql.sh.

mssql.py DRIVER WAY ADDRESS ROWS prints seconds. DRIVER is pymssql or pytds; WAY is single (a statement a row, each
committed), many (100 rows a statement, each committed) or bulk. ADDRESS is host:port/user/password/database.
The values are made beforehand, so that the time is that of the driver and the server.
"""

import datetime
import sys
import time
import uuid

COLUMNS = ["id", "reference", "status", "amount", "quantity", "placed_at", "email", "note"]


def row(number):
    return (
        number,
        uuid.UUID(int=number),
        ("new", "paid", "shipped")[number % 3],
        number % 100000 / 100,
        number % 50 + 1,
        datetime.datetime(2024, 1, 1) + datetime.timedelta(seconds=number),
        f"person{number}@example.com",
        "a note of some words about the order",
    )


def connect(driver, address):
    place, user, password, database = address.split("/")
    host, port = place.split(":")
    if driver == "pymssql":
        import pymssql

        return pymssql.connect(server=host, port=port, user=user, password=password, database=database, autocommit=True)
    import pytds

    return pytds.connect(dsn=host, port=int(port), user=user, password=password, database=database, autocommit=True)


def insert(cursor, rows, each):
    names = ", ".join(f"[{name}]" for name in COLUMNS)
    mark = "(" + ", ".join(["%s"] * len(COLUMNS)) + ")"
    for start in range(0, len(rows), each):
        part = rows[start : start + each]
        text = f"insert into [loadgen_bulk] ({names}) values " + ", ".join([mark] * len(part))
        cursor.execute(text, tuple(value for values in part for value in values))


def bulk(driver, connection, cursor, rows):
    if driver == "pymssql":
        connection.bulk_copy("loadgen_bulk", rows)
        return
    from pytds import Column
    from pytds import tds_types as types

    kinds = [
        types.BigIntType(),
        types.UniqueIdentifierType(),
        types.VarCharType(20),
        types.FloatType(),
        types.IntType(),
        types.DateTime2Type(7),
        types.VarCharType(120),
        types.NVarCharType(200),
    ]
    columns = [Column(name=name, type=kind) for name, kind in zip(COLUMNS, kinds)]
    cursor.copy_to(data=rows, table_or_view="loadgen_bulk", columns=columns)


def main():
    driver, way, address, count = sys.argv[1:5]
    rows = [row(number) for number in range(int(count))]
    if driver == "pymssql":
        rows = [(id, str(reference), *rest) for id, reference, *rest in rows]
    connection = connect(driver, address)
    cursor = connection.cursor()
    cursor.execute("truncate table [loadgen_bulk]")
    begun = time.monotonic()
    if way == "bulk":
        bulk(driver, connection, cursor, rows)
    else:
        insert(cursor, rows, 1 if way == "single" else 100)
    took = time.monotonic() - begun
    cursor.execute("select count(*) from [loadgen_bulk]")
    assert cursor.fetchone()[0] == len(rows)
    print(took)


main()
