use super::*;

fn resolve(url: Option<&str>, variables: &[(&str, &str)]) -> Result<PgSettings, SettingsError> {
    let lookup =
        |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    PgSettings::resolve(url, &lookup)
}

fn describe(url: &str) -> String {
    resolve(Some(url), &[("PGUSER", "me")]).unwrap().describe()
}

#[test]
fn an_address_says_where() {
    assert_eq!(describe("postgres://u:p@db:6432/shop"), "postgres://db:6432/shop");
    assert_eq!(describe("postgresql://db"), "postgres://db:5432/me");
    assert_eq!(describe("postgres://u@[::1]:1/shop"), "postgres://[::1]:1/shop");
    assert_eq!(describe("postgres:///shop?host=/run/pg&port=99"), "postgres:///run/pg:99/shop");
    assert_eq!(describe("postgres://%2Frun%2Fpg/shop"), "postgres:///run/pg:5432/shop");
    assert_eq!(describe("postgres://u:a%40b%2F@db/my%20shop"), "postgres://db:5432/my shop");
    assert_eq!(describe("postgres://db?dbname=x&user=a%40b"), "postgres://db:5432/x");
}

#[test]
fn brackets_come_in_pairs_around_the_whole_host() {
    for bad in ["u@[bad/x", "u@bad]/x", "[::1/x", "[::1]x:5/x", "x[::1]:5/x", "[[::1]]/x", "/x?host=[bad"] {
        let error = resolve(Some(&format!("postgres://{bad}")), &[]).unwrap_err();
        assert_eq!(error, SettingsError::Address(AddressError::Brackets), "{bad}");
    }
    assert_eq!(describe("postgres://u:p[w]@[::1]/x"), "postgres://[::1]:5432/x");
}

#[test]
fn the_address_comes_before_the_variables() {
    let variables = [
        ("DATABASE_URL", "postgres://two/second"),
        ("PGHOST", "/three"),
        ("PGPORT", "3"),
        ("PGDATABASE", "third"),
        ("PGUSER", "me"),
    ];
    let shown = |url, from: &[(&str, &str)]| resolve(url, from).unwrap().describe();
    assert_eq!(shown(Some("postgres://one:1/first"), &variables), "postgres://one:1/first");
    assert_eq!(shown(None, &variables), "postgres://two:3/second");
    assert_eq!(shown(None, &variables[1..]), "postgres:///three:3/third");
}

#[test]
fn connecting_takes_as_long_as_the_address_says_or_the_variable() {
    let waits = |url: &str, text: &str| {
        let settings = resolve(Some(url), &[("PGCONNECT_TIMEOUT", text)]).unwrap();
        settings.connect_timeout().map(|timeout| timeout.as_secs())
    };
    assert_eq!(waits("postgres://db/x", "7"), Some(7));
    assert_eq!(waits("postgres://db/x?connect_timeout=3", "7"), Some(3));
    assert_eq!(waits("postgres://db/x", "0"), None);
}

#[test]
fn tls_is_verified_unless_the_host_is_local() {
    let mode =
        |url: &str, variables: &[(&str, &str)]| resolve(Some(url), variables).unwrap().options.get_ssl_mode();
    assert!(matches!(mode("postgres://db.example.com/x", &[]), PgSslMode::VerifyFull));
    assert!(matches!(mode("postgres://10.0.0.1/x", &[]), PgSslMode::VerifyFull));
    assert!(matches!(mode("postgres://localhost/x", &[]), PgSslMode::Prefer));
    assert!(matches!(mode("postgres:///x?host=/tmp", &[("PGSSLMODE", "require")]), PgSslMode::Disable));
    assert!(matches!(mode("postgres://db/x?sslmode=require", &[]), PgSslMode::Require));
    assert!(matches!(mode("postgres://db/x", &[("PGSSLMODE", "disable")]), PgSslMode::Disable));
    assert_eq!(resolve(Some("postgres://db/x?sslmode=yes"), &[]).unwrap_err(), SettingsError::SslMode);
}

#[test]
fn no_secret_gets_into_an_error_or_a_description() {
    for bad in [
        "postgres://me:hunter2/x@db/shop",
        "postgres://me:hunter2?x@db/shop",
        "postgres://me:hunter2?x&y@db/shop",
        "postgres://me:1234/hunter2@db",
        "postgres://me:hunter2@db:port/shop",
        "postgres://me:hunter2@one,two/shop",
        "postgres://me:hunter2%FF@db/shop",
        "postgres://me:hunter2@db/shop?bad=hunter2",
        "postgres://me:hunter2@db/shop?sslmode=hunter2",
        "postgres://db/shop?user=me&password=x&hunter2=x",
        "mysql://me:hunter2@db/shop",
        "me:hunter2@db",
    ] {
        let error = resolve(Some(bad), &[]).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{bad}: {error}");
    }
    let good = resolve(Some("postgres://me:hunter2@db/shop"), &[]).unwrap();
    assert!(!format!("{good:?}{}", good.describe()).contains("hunter2"));
    assert!(!good.describe().contains("me"));
}

#[test]
fn unreadable_variables_are_named() {
    for name in ["PGPORT", "PGCONNECT_TIMEOUT"] {
        assert_eq!(resolve(None, &[(name, "x")]).unwrap_err(), SettingsError::Variable(name));
    }
    assert_eq!(
        resolve(Some("postgres://db/x?speed=9"), &[]).unwrap_err().to_string(),
        "the address of the database has a parameter `speed` that is not supported"
    );
}

#[test]
fn sessions_are_named_and_options_are_kept() {
    let plain = resolve(Some("postgres://db/x"), &[]).unwrap().options;
    assert_eq!(plain.get_application_name(), Some("loadgen"));
    let variables =
        [("PGOPTIONS", r"-c search_path=a,b --work_mem=1MB -cDateStyle=ISO,\ DMY"), ("PGAPPNAME", "x")];
    let named = resolve(Some("postgres://db/x"), &variables).unwrap().options;
    assert_eq!(named.get_application_name(), Some("x"));
    assert_eq!(
        named.get_options(),
        Some(
            r"-c search_path=a,b -c work_mem=1MB -c datestyle=ISO,\ DMY -c IntervalStyle=postgres -c bytea_output=hex -c lc_monetary=C -c xmloption=content -c standard_conforming_strings=on -c array_nulls=on -c transform_null_equals=off -c enable_seqscan=off -c jit=off -c plan_cache_mode=force_generic_plan"
        )
    );
}

#[test]
fn what_the_user_says_of_a_session_wins() {
    let variables = [("PGOPTIONS", "-c plan_cache_mode=auto -c jit=on")];
    let options = resolve(Some("postgres://db/x"), &variables).unwrap().options;
    let expected = "-c plan_cache_mode=auto -c jit=on -c IntervalStyle=postgres -c bytea_output=hex -c lc_monetary=C -c xmloption=content -c standard_conforming_strings=on -c array_nulls=on -c transform_null_equals=off -c enable_seqscan=off";
    assert_eq!(options.get_options(), Some(expected));
}

#[cfg(unix)]
#[test]
fn a_missing_password_comes_from_the_password_file() {
    use std::os::unix::fs::PermissionsExt;
    let path = std::env::temp_dir().join(format!("loadgen-pgpass-{}", std::process::id()));
    std::fs::write(&path, "db:*:other:me:of-other\n*:*:*:me:from-file\n").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let file = path.to_str().unwrap();
    let password = |url: &str| {
        let options = resolve(Some(url), &[("PGPASSFILE", file), ("PGUSER", "me")]).unwrap().options;
        options.to_url_lossy().password().map(str::to_owned)
    };
    assert_eq!(password("postgres://db/x").as_deref(), Some("from%2Dfile"));
    assert_eq!(password("postgres://me:own@db/x").as_deref(), Some("own"));
    assert_eq!(password("postgres://me:@db/x").as_deref(), Some("from%2Dfile"));
    assert_eq!(password("postgres://db/x?user=me&password=").as_deref(), Some("from%2Dfile"));
    assert_eq!(password("postgres://you@db/x"), None);
    // Another database of the server may have another password, unless one was given.
    let elsewhere = |url: &str| {
        let settings = resolve(Some(url), &[("PGPASSFILE", file), ("PGUSER", "me")]).unwrap();
        let options = settings.with_database("other").options;
        options.to_url_lossy().password().map(str::to_owned)
    };
    assert_eq!(elsewhere("postgres://db/x").as_deref(), Some("of%2Dother"));
    assert_eq!(elsewhere("postgres://me:own@db/x").as_deref(), Some("own"));
    std::fs::remove_file(path).unwrap();
}

/// The driver reads variables of its own accord, so this is about those of a process of its own.
#[test]
fn variables_of_the_process_that_the_driver_misreads_do_no_harm() {
    const NAME: &str = "settings::tests::variables_of_the_process_that_the_driver_misreads_do_no_harm";
    if std::env::var_os("LOADGEN_CHILD").is_none() {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", NAME]).env("LOADGEN_CHILD", "1").env("PGSSLROOTCERT", "system");
        child.env("PGPASSWORD", "hunter2").env("PGOPTIONS", "-c work_mem=1MB -c jit=on");
        let done = child.output().unwrap();
        let said = String::from_utf8_lossy(&done.stdout);
        assert!(done.status.success() && said.contains("1 passed"), "{said}");
        return;
    }
    let options = PgSettings::from_url("postgres://me@db/x").unwrap().options;
    let shown = format!("{options:?}");
    assert!(!shown.contains("\"system\""), "{shown}");
    let parameters = options.get_options().unwrap();
    assert_eq!(
        (parameters.matches("work_mem").count(), parameters.matches("jit").count()),
        (1, 1),
        "{parameters}"
    );
    let looked_up = resolve(Some("postgres://me@db/x"), &[]).unwrap().options;
    assert!(!format!("{looked_up:?}").contains("hunter2"));
}

#[test]
fn options_that_are_not_understood_are_refused() {
    let error = resolve(Some("postgres://db/x"), &[("PGOPTIONS", "-B 10")]).unwrap_err();
    assert_eq!(error, SettingsError::Options);
}
