//! Access tokens of Entra: of a managed identity, or of whatever credential the surroundings have.

use std::{error::Error as _, sync::Arc, time::Duration};

use async_trait::async_trait;
use azure_core::{
    credentials::{Secret, TokenCredential},
    error::{Error, ErrorKind},
};
use azure_identity::{
    ClientSecretCredential, DeveloperToolsCredential, ManagedIdentityCredential,
    ManagedIdentityCredentialOptions, UserAssignedId, WorkloadIdentityCredential,
    WorkloadIdentityCredentialOptions,
};
use loadgen_core::{Action, Failure};
use tokio::{sync::OnceCell, time::timeout};

use crate::{
    settings::Application,
    token::{AccessToken, TokenSource},
};

/// What a token of a database is for.
const SCOPE: &str = "https://database.windows.net/.default";

/// How long each of the four credentials of the chain may take, so that the next one has its turn within the time for connecting.
const EACH: Duration = Duration::from_secs(3);

/// Credentials that are tried in order.
pub(crate) struct Entra {
    kinds: &'static [Kind],
    client: Option<String>,
    application: Option<Application>,
    made: OnceCell<Vec<(Kind, Arc<dyn TokenCredential>)>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// `AZURE_TENANT_ID`, `AZURE_CLIENT_ID` and `AZURE_CLIENT_SECRET`.
    Environment,
    /// The token that Kubernetes gives a pod.
    Workload,
    /// The identity of a machine, a container or an App Service.
    Managed,
    /// `az login` or `azd auth login`.
    Developer,
}

impl Entra {
    /// A managed identity, by its client id unless it is the system's own.
    pub(crate) fn managed(client: Option<String>) -> Self {
        Entra { kinds: &[Kind::Managed], client, application: None, made: OnceCell::new() }
    }

    /// The default chain: the environment, a workload's identity, a managed one, the tools of a developer.
    pub(crate) fn chain(client: Option<String>, application: Option<Application>) -> Self {
        let kinds = &[Kind::Environment, Kind::Workload, Kind::Managed, Kind::Developer];
        Entra { kinds, client, application, made: OnceCell::new() }
    }

    /// Those of the credentials that have what they need; for the others there is nothing in the surroundings.
    async fn credentials(&self) -> &[(Kind, Arc<dyn TokenCredential>)] {
        let make = async || {
            let made = self.kinds.iter().map(|kind| (*kind, self.credential(*kind)));
            made.filter_map(|(kind, credential)| Some((kind, credential?))).collect()
        };
        self.made.get_or_init(make).await
    }

    fn credential(&self, kind: Kind) -> Option<Arc<dyn TokenCredential>> {
        let client = self.client.clone();
        match kind {
            Kind::Environment => {
                let Application { tenant, secret } = self.application.clone()?;
                Some(ClientSecretCredential::new(&tenant, client?, Secret::new(secret), None).ok()?)
            }
            Kind::Workload => {
                let options = WorkloadIdentityCredentialOptions { client_id: client, ..Default::default() };
                Some(WorkloadIdentityCredential::new(Some(options)).ok()?)
            }
            Kind::Managed => {
                let user_assigned_id = client.map(UserAssignedId::ClientId);
                let options = ManagedIdentityCredentialOptions { user_assigned_id, ..Default::default() };
                Some(ManagedIdentityCredential::new(Some(options)).ok()?)
            }
            Kind::Developer => Some(DeveloperToolsCredential::new(None).ok()?),
        }
    }
}

#[async_trait]
impl TokenSource for Entra {
    async fn token(&self) -> Result<AccessToken, Failure> {
        let credentials = self.credentials().await;
        let (mut reasons, mut is_refused) = (Vec::new(), true);
        for (kind, credential) in credentials {
            let asked = credential.get_token(&[SCOPE], None);
            // The only one has all the time that there is.
            let answer = if credentials.len() > 1 { timeout(EACH, asked).await } else { Ok(asked.await) };
            match answer {
                Ok(Ok(token)) => {
                    let text = token.token.secret().to_owned();
                    return Ok(AccessToken { text, expires: Some(token.expires_on.into()) });
                }
                Ok(Err(error)) => {
                    is_refused &= status(&error).is_some_and(|status| status < 500);
                    reasons.push((*kind, reason(*kind, &error, self.client.is_some())));
                }
                Err(_) => {
                    is_refused = false;
                    reasons.push((*kind, format!("no answer within {} s", EACH.as_secs())));
                }
            }
        }
        // What cannot be reached now may be there later.
        let action = if is_refused { Action::Fatal } else { Action::Reconnect };
        Err(Failure::aborted(action, "token", words(self.kinds, &reasons)))
    }
}

fn words(kinds: &[Kind], reasons: &[(Kind, String)]) -> String {
    let said = |kind: &Kind| {
        let reason = reasons.iter().find(|(tried, _)| tried == kind);
        format!("{}: {}", name(*kind), reason.map_or("nothing of it is here", |(_, reason)| reason))
    };
    let said: Vec<_> = kinds.iter().map(said).collect();
    format!("no access token for the database ({})", said.join("; "))
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Environment => "AZURE_CLIENT_SECRET",
        Kind::Workload => "workload identity",
        Kind::Managed => "managed identity",
        Kind::Developer => "az and azd",
    }
}

/// Why there is no token, in a line of ours: what the service says goes on for a page.
fn reason(kind: Kind, error: &Error, named: bool) -> String {
    if let Some(status) = status(error) {
        return match (kind, status, named) {
            (Kind::Managed, 400, true) => {
                "there is no identity with that client id here; look at AZURE_CLIENT_ID"
            }
            (Kind::Managed, 400, false) => "no identity of the system here; name one by AZURE_CLIENT_ID",
            _ => return format!("refused with status {status}"),
        }
        .to_owned();
    }
    match kind {
        Kind::Managed => "nothing here answers for identities; does this run on Azure?".to_owned(),
        Kind::Developer => "neither is signed in; say az login".to_owned(),
        _ => "the service of tokens cannot be reached".to_owned(),
    }
}

/// What the service answered, if it did.
fn status(error: &Error) -> Option<u16> {
    let mut inner = Some(error);
    while let Some(error) = inner {
        if let ErrorKind::HttpResponse { status, .. } = error.kind() {
            return Some(u16::from(*status));
        }
        inner = error.source().and_then(|source| source.downcast_ref());
    }
    None
}

#[cfg(test)]
mod tests;
