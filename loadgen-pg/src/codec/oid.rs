//! The numbers of built-in types, which are the same in every server (`pg_type.dat`).

pub(crate) const BOOL: u32 = 16;
pub(crate) const BYTEA: u32 = 17;
pub(crate) const INT8: u32 = 20;
pub(crate) const INT2: u32 = 21;
pub(crate) const INT4: u32 = 23;
pub(crate) const TEXT: u32 = 25;
pub(crate) const JSON: u32 = 114;
pub(crate) const FLOAT4: u32 = 700;
pub(crate) const FLOAT8: u32 = 701;
pub(crate) const INT4_ARRAY: u32 = 1007;
pub(crate) const TEXT_ARRAY: u32 = 1009;
pub(crate) const INT8_ARRAY: u32 = 1016;
pub(crate) const BPCHAR: u32 = 1042;
pub(crate) const VARCHAR: u32 = 1043;
pub(crate) const DATE: u32 = 1082;
pub(crate) const TIME: u32 = 1083;
pub(crate) const TIMESTAMP: u32 = 1114;
pub(crate) const TIMESTAMPTZ: u32 = 1184;
pub(crate) const INTERVAL: u32 = 1186;
pub(crate) const NUMERIC: u32 = 1700;
pub(crate) const UUID: u32 = 2950;
pub(crate) const JSONB: u32 = 3802;

/// Each supported type, the type of its arrays, and its name.
const ARRAYS: [(u32, u32, &str); 19] = [
    (BOOL, 1000, "bool"),
    (BYTEA, 1001, "bytea"),
    (INT8, 1016, "int8"),
    (INT2, 1005, "int2"),
    (INT4, INT4_ARRAY, "int4"),
    (TEXT, TEXT_ARRAY, "text"),
    (JSON, 199, "json"),
    (FLOAT4, 1021, "float4"),
    (FLOAT8, 1022, "float8"),
    (BPCHAR, 1014, "bpchar"),
    (VARCHAR, 1015, "varchar"),
    (DATE, 1182, "date"),
    (TIME, 1183, "time"),
    (TIMESTAMP, 1115, "timestamp"),
    (TIMESTAMPTZ, 1185, "timestamptz"),
    (INTERVAL, 1187, "interval"),
    (NUMERIC, 1231, "numeric"),
    (UUID, 2951, "uuid"),
    (JSONB, 3807, "jsonb"),
];

/// The element type of a built-in array type.
pub(crate) fn element(array: u32) -> Option<u32> {
    ARRAYS.iter().find(|(_, id, _)| *id == array).map(|(element, ..)| *element)
}

/// The name of a supported type or of its arrays, without a length.
pub(crate) fn name(id: u32) -> Option<String> {
    let name = |(element, array, name): &(u32, u32, &str)| match id {
        id if id == *element => Some((*name).to_owned()),
        id if id == *array => Some(format!("{name}[]")),
        _ => None,
    };
    ARRAYS.iter().find_map(name)
}
