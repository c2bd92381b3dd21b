use proptest::prelude::*;

use super::*;

fn resolve(url: Option<&str>, variables: &[(&str, &str)]) -> Result<MssqlSettings, SettingsError> {
    let lookup =
        |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    MssqlSettings::resolve(url, &lookup)
}

fn settings(url: &str) -> MssqlSettings {
    resolve(Some(url), &[("SQLCMDUSER", "me")]).unwrap_or_else(|error| panic!("{url}: {error}"))
}

fn login(url: &str, variables: &[(&str, &str)]) -> String {
    match resolve(Some(url), variables).unwrap().login {
        Login::Sql { user, password } => format!("{user}:{password}"),
        Login::Token(token) => format!("token {token}"),
        Login::TokenFile(path) => format!("file {}", path.display()),
        Login::ManagedIdentity(client) => format!("identity {client:?}"),
        Login::Default { client, application } => {
            format!("default {client:?}{}", if application.is_some() { " or an application" } else { "" })
        }
    }
}

#[test]
fn an_address_says_where() {
    for (text, expected) in [
        ("mssql://u:p@db:1444/shop", "mssql://db:1444/shop"),
        ("SQLSERVER://u@db", "mssql://db:1433/master"),
        ("mssql://u@[::1]:1/shop", "mssql://[::1]:1/shop"),
        ("mssql://u@[::1]/shop", "mssql://[::1]:1433/shop"),
        ("mssql://u:a%40b%2F@db/my%20shop", "mssql://db:1433/my shop"),
        (r"mssql://u@db\sales/shop", r"mssql://db\sales/shop"),
        ("mssql://u@db%5Csales/shop", r"mssql://db\sales/shop"),
        (r"mssql://u@db\sales:1444/shop", "mssql://db:1444/shop"),
        ("mssql://u@db/shop?instance=sales", r"mssql://db\sales/shop"),
        (r"mssql://u@db\MSSQLSERVER/shop", "mssql://db:1433/shop"),
        ("mssql://u@db?database=shop", "mssql://db:1433/shop"),
        ("Server=tcp:db.example.com,1444;Database=shop;User Id=u", "mssql://db.example.com:1444/shop"),
        (r"Data Source=.\SQLEXPRESS;Initial Catalog=shop;uid=u", r"mssql://localhost\SQLEXPRESS/shop"),
        ("server=(local); database = my shop ;UID=u;", "mssql://localhost:1433/my shop"),
        ("Server=::1,1444;User Id=u", "mssql://[::1]:1444/master"),
        ("Server=[::1];User Id=u", "mssql://[::1]:1433/master"),
    ] {
        assert_eq!(settings(text).describe(), expected, "{text}");
        assert!(is_address(text), "{text}");
    }
    for other in ["postgres://db/x", "plan.yaml", "a=b", "", "servers", "http://x/?server=y", "\"server\""] {
        assert!(!is_address(other), "{other}");
    }
}

#[test]
fn variables_of_sqlcmd_fill_what_is_left_out() {
    let variables = [
        ("SQLCMDSERVER", r"tcp:three\inst,99"),
        ("SQLCMDUSER", "me"),
        ("SQLCMDPASSWORD", "secret"),
        ("SQLCMDDBNAME", "third"),
    ];
    let all = resolve(None, &variables).unwrap();
    assert_eq!(all.describe(), "mssql://three:99/third");
    assert_eq!(login("mssql://one/first", &variables), "me:secret");
    assert_eq!(login("mssql://u:p@one/first", &variables), "u:p");
    let first = [("DATABASE_URL", "mssql://u@two/second"), variables[0]];
    assert_eq!(resolve(None, &first).unwrap().describe(), "mssql://two:1433/second");
    let other = [("DATABASE_URL", "postgres://u@two/second"), variables[0], variables[1]];
    assert_eq!(resolve(None, &other).unwrap().describe(), "mssql://three:99/master");
}

#[test]
fn who_signs_in_is_asked_for_or_follows_from_what_there_is() {
    let token = [("MSSQL_ACCESS_TOKEN", "t\n")];
    let client = [("AZURE_CLIENT_ID", "c"), ("SQLCMDUSER", "me")];
    let application = [("AZURE_TENANT_ID", "t"), ("AZURE_CLIENT_SECRET", "hunter2")];
    for (text, variables, expected) in [
        ("mssql://db", &token[..], "token t"),
        ("mssql://u:p@db", &token, "u:p"),
        ("mssql://u:p@db?authentication=token", &token, "token t"),
        ("mssql://db?access_token_file=%2Ft", &[], "file /t"),
        ("mssql://db?authentication=managed_identity", &[], "identity None"),
        ("mssql://db?authentication=managed_identity", &client, "identity Some(\"c\")"),
        ("mssql://db?authentication=managed_identity&client_id=d", &client, "identity Some(\"d\")"),
        ("mssql://d@db?authentication=default", &client, "default Some(\"d\")"),
        ("Server=db;Authentication=Active Directory Managed Identity;User Id=e", &[], "identity Some(\"e\")"),
        ("Server=db;Authentication=\"Active Directory Default\"", &[], "default None"),
        ("mssql://db?authentication=default", &application, "default None or an application"),
        ("Server=db;User Id=u;Password='a;b''\"c'", &[], "u:a;b'\"c"),
        ("Server=db;User Id=u;Password=\"it's\"\"\"", &[], "u:it's\""),
        ("Server=db;User Id=u;Password=a=b", &[], "u:a=b"),
    ] {
        assert_eq!(login(text, variables), expected, "{text}");
    }
    assert_eq!(resolve(Some("mssql://db"), &[]).unwrap_err(), SettingsError::NoUser);
    let error = resolve(Some("mssql://db?authentication=token"), &[]).unwrap_err();
    assert_eq!(error, SettingsError::NoToken);
    let windows = resolve(Some("Server=db;Integrated Security=SSPI"), &[]).unwrap_err();
    assert_eq!(windows, SettingsError::Windows);
}

#[test]
fn tls_is_verified_unless_the_address_says_otherwise() {
    for (query, expected, trust) in [
        ("", Encrypt::All, false),
        ("?encrypt=true", Encrypt::All, false),
        ("?encrypt=strict", Encrypt::Strict, false),
        ("?encrypt=off", Encrypt::Off, false),
        ("?encrypt=false", Encrypt::Login, false),
        ("?trust_server_certificate=true", Encrypt::All, true),
        ("?TrustServerCertificate=no", Encrypt::All, false),
    ] {
        for host in ["db.example.com", "localhost", "127.0.0.1"] {
            let settings = settings(&format!("mssql://{host}/x{query}"));
            assert_eq!((settings.encrypt, settings.trust), (expected, trust), "{query}");
        }
    }
    let error = resolve(Some("mssql://u@db?encrypt=maybe"), &[]).unwrap_err();
    assert_eq!(error, SettingsError::Encrypt);
    let both = resolve(Some("mssql://u@db?ca=x.pem&trust_server_certificate=true"), &[]).unwrap_err();
    assert_eq!(both, SettingsError::TrustTwice);
}

#[test]
fn what_is_nearly_right_is_answered_with_what_is() {
    let check = |address: &str, words: &str| {
        let error = resolve(Some(address), &[("MSSQL_ACCESS_TOKEN", "hunter2")]).unwrap_err().to_string();
        assert!(error.contains(words) && !error.contains("hunter2"), "{address}: {error}");
    };
    check("mssql://u@db?encyrpt=off", "did you mean `encrypt`?");
    check("mssql://u@db?trust_server_cert=true", "did you mean `trust_server_certificate`?");
    check("mssql://u@db?colour=red", "`colour` that is not supported");
    check("mssql://u@db?password=x&hunter2=x", "`...` that is not supported");
    check("mssql://u:pa@x?hunter2=x@db", "`...` that is not supported");
    check(
        "Server=db;User Id=u;Databse=x",
        "setting number 3 of the connection string is not supported, did you mean `Database`?",
    );
    check("Server=db;User Id=u;Pasword=hunter2", "did you mean `Password`?");
    check(
        "Server=db;User Id=u;Password=hunt;hunter2",
        "a value with a semicolon or a quote stands in quotes",
    );
    check("Server=tcp:127.0.0.1:1433;User Id=u", "behind a comma");
    for encrypt in ["off", "login"] {
        check(&format!("mssql://db.example?authentication=token&encrypt={encrypt}"), "in TLS alone");
        check(&format!("mssql://10.0.0.1?authentication=managed_identity&encrypt={encrypt}"), "in TLS alone");
    }
    let here =
        resolve(Some("mssql://localhost?authentication=token&encrypt=off"), &[("MSSQL_ACCESS_TOKEN", "x")]);
    assert!(here.is_ok(), "nobody is on the way to this machine");
    assert_eq!(settings("Server=::1,1433;User Id=u").describe(), "mssql://[::1]:1433/master");
}

#[test]
fn a_string_as_the_portal_writes_it_is_taken_whole() {
    let portal = "Server=tcp:shop.database.windows.net,1433;Initial Catalog=shop;Persist Security Info=False;User ID=me;\
                  Password={hunter2};MultipleActiveResultSets=False;Encrypt=True;TrustServerCertificate=False;\
                  Connection Timeout=30;Application Name=x;ApplicationIntent=ReadOnly;MultiSubnetFailover=True;Pooling=";
    let settings = settings(portal);
    assert_eq!(settings.describe(), "mssql://shop.database.windows.net:1433/shop");
    assert_eq!(settings.connect_timeout(), Some(Duration::from_secs(30)));
    assert!(settings.read_only && settings.all_addresses && settings.application_name == "x");
    let error = resolve(Some("Server=db;User Id=u;Nonsense=1"), &[]).unwrap_err();
    assert_eq!(error, SettingsError::Setting(3, None));
    assert_eq!(resolve(Some("Server=np:db;User Id=u"), &[]).unwrap_err(), SettingsError::Transport);
}

#[test]
fn no_secret_gets_into_an_error_or_a_description() {
    for bad in [
        "mssql://me:hunter2/x@db/shop",
        "mssql://me:hunter2?x@db/shop",
        "mssql://me:hunter2?x&y@db/shop",
        "mssql://me:1234/hunter2@db",
        "mssql://me:hunter2@db:port/shop",
        "mssql://me:hunter2@one,two/shop",
        "mssql://me:hunter2%FF@db/shop",
        "mssql://me:x@db/shop?bad=hunter2",
        "mssql://me:x@db/shop?encrypt=hunter2",
        "mysql://me:hunter2@db/shop",
        "me:hunter2@db",
        "Server=db;User Id=me;Password=a;hunter2=b",
        "Server=db;User Id=me;Password=a;hunter2",
        "Server=db;User Id=me;Password='hunter2",
        "Server=db;User Id=me;Password='a'hunter2",
    ] {
        let error = resolve(Some(bad), &[]).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{bad}: {error}");
        assert!(!without_password(bad).contains("hunter2"), "{bad}");
    }
    let good = resolve(Some("mssql://me:hunter2@db/shop"), &[]).unwrap();
    assert!(!format!("{good:?}{}", good.describe()).contains("hunter2"));
    assert!(!good.describe().contains("me"));
    assert!(!format!("{:?}", good.config(None)).contains("hunter2"));
}

#[test]
fn a_masked_address_shows_the_rest() {
    for (text, expected) in [
        ("mssql://me:hunter2@db/shop?encrypt=off", "mssql://me:***@db/shop?encrypt=off"),
        ("mssql://db/shop?user=me&Pass_word=hunter2", "mssql://db/shop?user=me&Pass_word=***"),
        ("mssql://me@db/shop", "mssql://me@db/shop"),
        ("Server=db; PWD = 'hun;ter2' ;Database=x", "Server=db; PWD = *** ;Database=x"),
        ("Server=db;Password=hunter2", "Server=db;Password=***"),
        ("mssql://me:hunter2@db:port/shop", "mssql://***"),
        ("what is this", "***"),
    ] {
        assert_eq!(without_password(text), expected, "{text}");
    }
}

fn password(text: &str) -> Option<String> {
    match resolve(Some(text), &[]).ok()?.login {
        Login::Sql { password, .. } => Some(password),
        _ => None,
    }
}

proptest! {
    /// Passwords are long enough, and made of what nothing else in the address is.
    #[test]
    fn whatever_is_read_as_a_password_is_not_shown(
        secret in "[XYZ;'\"{}=@:/?#%& ]{6,14}",
        quote in prop::sample::select(vec!["", "'", "\""]),
        name in prop::sample::select(vec!["Password", "pwd", "PWD ", "pass word"]),
    ) {
        let addresses = [
            format!("mssql://me:{secret}@db/shop?encrypt=off"),
            format!("mssql://me@db/shop?encrypt=off&{}={secret}", name.trim()),
            format!("Server=db;User Id=me;{name}={quote}{secret}{quote};Database=shop"),
            format!("{name}={quote}{secret}{quote};Server=db;User Id=me"),
        ];
        for address in addresses {
            let shown = without_password(&address);
            prop_assert!(!shown.contains(['X', 'Y', 'Z']), "{address} -> {shown}");
            if let Some(password) = password(&address).filter(|password| password.len() > 3) {
                prop_assert!(!shown.contains(&password), "{address} -> {shown}");
            }
        }
    }

    #[test]
    fn a_password_in_quotes_comes_back_as_it_is(secret in "[a-z;'\"=@:/?#%& ]{1,14}") {
        let single = format!("Server=db;User Id=me;Password='{}'", secret.replace('\'', "''"));
        let double = format!("Server=db;User Id=me;Password=\"{}\";", secret.replace('"', "\"\""));
        prop_assert_eq!(password(&single), Some(secret.clone()));
        prop_assert_eq!(password(&double), Some(secret.clone()));
        let encoded = percent_encoding::utf8_percent_encode(&secret, percent_encoding::NON_ALPHANUMERIC);
        prop_assert_eq!(password(&format!("mssql://me:{encoded}@db/x")), Some(secret.clone()));
    }
}
