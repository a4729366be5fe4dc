//! The key of the hosted service. It is asked for or piped in, never an argument, and never printed.

use std::io::{self, BufRead, IsTerminal};

use lastframe_model::{KeyState, KeyStatus};
use lastframe_provider::CheckError;
use lastframe_secrets::account_of;
use secrecy::SecretString;

use crate::arguments::Key;
use crate::connect;
use crate::failure::{CliError, End};
use crate::output::Output;
use crate::place::Place;

pub async fn run(key: Key, place: &Place, output: Output) -> Result<End, CliError> {
    let account = account_of(&place.address);
    match key {
        Key::Set => {
            let status = place.keys.save(&account, ask(&account)?).await?;
            report(&status, &account, output)?;
        }
        Key::Check => check(&account, place, output).await?,
        Key::Remove => {
            let status = place.keys.remove(&account).await?;
            report(&status, &account, output)?;
        }
    }
    Ok(End::Done)
}

async fn check(account: &str, place: &Place, output: Output) -> Result<(), CliError> {
    let client = connect::service(place, &place.address).await?;
    let checked = client.check_key().await;
    place.keys.mark_refused(account, matches!(checked, Err(CheckError::KeyRefused { .. })));
    checked?;
    let status = place.keys.status(account).await;
    output.result(&status, || format!("{} accepts the key{}.", place.address, ending(&status)))
}

fn report(status: &KeyStatus, account: &str, output: Output) -> Result<(), CliError> {
    output.result(status, || match status.state {
        KeyState::Missing => format!("No key is stored for {account}."),
        KeyState::Stored => format!("The key{} is stored in the keychain for {account}.", ending(status)),
        KeyState::Environment => {
            format!("Done. This run uses the key{} from LASTFRAME_API_KEY all the same.", ending(status))
        }
        KeyState::SessionOnly | KeyState::Unavailable => {
            status.problem.clone().unwrap_or_else(|| "The keychain could not be asked.".to_owned())
        }
    })
}

fn ending(status: &KeyStatus) -> String {
    status.last_four.as_ref().map(|end| format!(" ending in {end}")).unwrap_or_default()
}

/// The key as it is typed, without echo, or the first line of standard input.
fn ask(account: &str) -> Result<SecretString, CliError> {
    let failed = |source| CliError::Io { what: "The key could not be read".to_owned(), source };
    let key = if io::stdin().is_terminal() {
        rpassword::prompt_password(format!("Key for {account}: ")).map_err(failed)?
    } else {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map_err(failed)?;
        line
    };
    if key.trim().is_empty() { Err(CliError::KeyEmpty) } else { Ok(SecretString::from(key)) }
}
