//! What values the types of the server take, by their names.

use loadgen_core::Type;

/// The forms of types whose values go as texts, one template a line.
const SPELLINGS: &str = include_str!("spellings.txt");

/// The type of a column as the catalog has it.
pub(super) struct Native<'a> {
    /// The name of the type, or of the one that it was made of.
    pub(super) name: &'a str,
    /// Bytes; -1 where there is no bound.
    pub(super) max_length: i32,
    pub(super) precision: i32,
    pub(super) scale: i32,
}

impl Native<'_> {
    /// What values it takes. Fractions of a second that are finer than a microsecond stay zero.
    pub(super) fn ty(&self) -> Type {
        let fraction = u8::try_from(self.scale.clamp(0, 6)).unwrap_or(6);
        match self.name {
            "bit" => Type::Bool,
            "tinyint" => Type::Int(8),
            "smallint" => Type::Int(16),
            "int" => Type::Int(32),
            "bigint" => Type::Int(64),
            "decimal" | "numeric" => decimal(self.precision, self.scale),
            "money" => decimal(18, 4),
            "smallmoney" => decimal(9, 4),
            "real" => Type::Real,
            "float" if self.precision <= 24 => Type::Real,
            "float" => Type::Double,
            "date" => Type::Date,
            "time" => Type::Time(fraction),
            "datetime2" => Type::Timestamp { precision: fraction, zoned: false },
            "datetimeoffset" => Type::Timestamp { precision: fraction, zoned: true },
            // It counts in 300ths of a second, of which every hundredth is a whole number.
            "datetime" => Type::Timestamp { precision: 2, zoned: false },
            "char" | "nchar" => Type::Text { max: self.length(), fixed: true },
            "varchar" | "nvarchar" | "text" | "ntext" => Type::Text { max: self.length(), fixed: false },
            "binary" => Type::Bytes { max: self.length(), fixed: true },
            "varbinary" | "image" => Type::Bytes { max: self.length(), fixed: false },
            "timestamp" | "rowversion" => Type::Bytes { max: Some(8), fixed: true },
            "uniqueidentifier" => Type::Uuid,
            "json" => Type::Json,
            "vector" => self.vector(),
            other => spelt(other),
        }
    }

    /// The type as people write it.
    pub(super) fn words(&self) -> String {
        let length = |length: Option<u32>| length.map_or("max".to_owned(), |length| length.to_string());
        match self.name {
            "decimal" | "numeric" => format!("{}({},{})", self.name, self.precision, self.scale),
            "time" | "datetime2" | "datetimeoffset" => format!("{}({})", self.name, self.scale),
            "char" | "nchar" | "varchar" | "nvarchar" | "binary" | "varbinary" => {
                format!("{}({})", self.name, length(self.length()))
            }
            "timestamp" => "rowversion".to_owned(),
            "float" if self.precision <= 24 => "real".to_owned(),
            "vector" => format!("vector({})", self.dimensions()),
            name => name.to_owned(),
        }
    }

    /// The most bytes, or units of UTF-16 in a type of these; none where there is no bound.
    fn length(&self) -> Option<u32> {
        let bytes = match self.name {
            "text" | "ntext" | "image" => None,
            _ => u32::try_from(self.max_length).ok(),
        };
        if self.name.starts_with('n') { bytes.map(|bytes| bytes / 2) } else { bytes }
    }

    /// Numbers that a float of 32 bits has exactly, as the server writes them.
    fn vector(&self) -> Type {
        let number = "{1-9}.{=0000000|5000000|2500000}e+000";
        let of = |number: &str| format!("[{}]", vec![number; self.dimensions()].join(","));
        Type::Spelt(vec![of(number), of("0.0000000e+000"), of("-1.2500000e-001")].into())
    }

    /// How many numbers a vector has: each takes four bytes, and what comes before them eight.
    fn dimensions(&self) -> usize {
        usize::try_from((self.max_length - 8) / 4).unwrap_or(0).max(1)
    }
}

fn decimal(precision: i32, scale: i32) -> Type {
    let digits = u16::try_from(precision.clamp(1, 38)).unwrap_or(38);
    Type::Decimal { precision: digits, scale: u8::try_from(scale.clamp(0, 38)).unwrap_or(0) }
}

/// A type whose values go as texts, if it is listed.
fn spelt(name: &str) -> Type {
    let of_name = |line: &'static str| line.strip_prefix(name)?.strip_prefix(" : ");
    let templates: Vec<String> = SPELLINGS.lines().filter_map(of_name).map(str::to_owned).collect();
    if templates.is_empty() { Type::Unsupported } else { Type::Spelt(templates.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn native(name: &str, [max_length, precision, scale]: [i32; 3]) -> Native<'_> {
        Native { name, max_length, precision, scale }
    }

    fn check(name: &str, sizes: [i32; 3], ty: &Type, words: &str) {
        let native = native(name, sizes);
        assert_eq!((&native.ty(), native.words().as_str()), (ty, words), "{name}");
    }

    #[test]
    fn every_type_of_the_server_has_values() {
        let text = |max, fixed| Type::Text { max, fixed };
        let bytes = |max, fixed| Type::Bytes { max, fixed };
        let decimal = |precision, scale| Type::Decimal { precision, scale };
        let timestamp = |precision, zoned| Type::Timestamp { precision, zoned };
        check("bit", [1, 1, 0], &Type::Bool, "bit");
        check("tinyint", [1, 3, 0], &Type::Int(8), "tinyint");
        check("smallint", [2, 5, 0], &Type::Int(16), "smallint");
        check("int", [4, 10, 0], &Type::Int(32), "int");
        check("bigint", [8, 19, 0], &Type::Int(64), "bigint");
        check("decimal", [9, 18, 2], &decimal(18, 2), "decimal(18,2)");
        check("numeric", [17, 38, 38], &decimal(38, 38), "numeric(38,38)");
        check("money", [8, 19, 4], &decimal(18, 4), "money");
        check("smallmoney", [4, 10, 4], &decimal(9, 4), "smallmoney");
        check("real", [4, 24, 0], &Type::Real, "real");
        check("float", [8, 53, 0], &Type::Double, "float");
        check("float", [4, 24, 0], &Type::Real, "real");
        check("date", [3, 10, 0], &Type::Date, "date");
        check("time", [5, 16, 7], &Type::Time(6), "time(7)");
        check("datetime", [8, 23, 3], &timestamp(2, false), "datetime");
        check("datetime2", [7, 23, 3], &timestamp(3, false), "datetime2(3)");
        check("datetimeoffset", [10, 34, 7], &timestamp(6, true), "datetimeoffset(7)");
        check("char", [10, 0, 0], &text(Some(10), true), "char(10)");
        check("nchar", [20, 0, 0], &text(Some(10), true), "nchar(10)");
        check("varchar", [-1, 0, 0], &text(None, false), "varchar(max)");
        check("nvarchar", [8000, 0, 0], &text(Some(4000), false), "nvarchar(4000)");
        check("text", [16, 0, 0], &text(None, false), "text");
        check("ntext", [16, 0, 0], &text(None, false), "ntext");
        check("binary", [16, 0, 0], &bytes(Some(16), true), "binary(16)");
        check("varbinary", [-1, 0, 0], &bytes(None, false), "varbinary(max)");
        check("image", [16, 0, 0], &bytes(None, false), "image");
        check("timestamp", [8, 0, 0], &bytes(Some(8), true), "rowversion");
        check("uniqueidentifier", [16, 0, 0], &Type::Uuid, "uniqueidentifier");
        check("json", [-1, 0, 0], &Type::Json, "json");
        check("clr", [-1, 0, 0], &Type::Unsupported, "clr");
        for name in ["smalldatetime", "xml", "hierarchyid", "geometry", "geography", "sql_variant", "vector"]
        {
            assert!(matches!(native(name, [-1, 0, 0]).ty(), Type::Spelt(_)), "{name}");
        }
    }

    #[test]
    fn a_vector_has_as_many_numbers_as_its_dimensions() {
        let Type::Spelt(templates) = native("vector", [20, 0, 0]).ty() else { panic!("no templates") };
        assert!(templates.iter().all(|template| template.split(',').count() == 3), "{templates:?}");
        assert_eq!(native("vector", [20, 0, 0]).words(), "vector(3)");
    }

    #[test]
    fn every_line_has_a_name_and_a_template_without_blanks_at_its_ends() {
        for line in SPELLINGS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (name, template) = line.split_once(" : ").expect(line);
            assert!(!name.is_empty() && !template.is_empty() && template.trim() == template, "{line}");
            assert!(matches!(spelt(name), Type::Spelt(_)), "{line}");
        }
    }
}
