//! The files of TLS.

use std::path::PathBuf;

use sqlx::postgres::PgConnectOptions;

/// What each of the files is for, and where it is: in the address, else in a variable.
pub(super) fn named(
    [root, cert, key]: [Option<String>; 3],
    given: &dyn Fn(&str) -> Option<String>,
) -> Vec<(&'static str, PathBuf)> {
    // `system` is libpq's word for the authorities that are trusted anyway, which is the driver's default.
    let root = root.or_else(|| given("PGSSLROOTCERT")).filter(|root| root != "system");
    let cert = cert.or_else(|| given("PGSSLCERT"));
    let key = key.or_else(|| given("PGSSLKEY"));
    let all = [("sslrootcert", root), ("sslcert", cert), ("sslkey", key)];
    all.into_iter().filter_map(|(name, path)| Some((name, PathBuf::from(path?)))).collect()
}

/// Hands them to the driver.
pub(super) fn with(options: PgConnectOptions, files: &[(&'static str, PathBuf)]) -> PgConnectOptions {
    // The driver takes PGSSLROOTCERT for a file whatever it says; no authority more is what takes its place.
    let options = options.ssl_root_cert_from_pem(Vec::new());
    files.iter().fold(options, |options, (name, path)| match *name {
        "sslrootcert" => options.ssl_root_cert(path),
        "sslcert" => options.ssl_client_cert(path),
        _ => options.ssl_client_key(path),
    })
}
