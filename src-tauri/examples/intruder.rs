//! The app with two windows that have no business there: a second one on its own page, and a foreign page in the place of
//! the first. Each calls every command there is; what they were answered is printed as one JSON document.
//!
//!     intruder FOREIGN-PAGE
//!
//! For tests of the walls. The app itself cannot be made to open either.

use std::process::ExitCode;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use tauri::{AppHandle, Manager, RunEvent, WebviewUrl, WebviewWindow, WebviewWindowBuilder};

const PATIENCE: Duration = Duration::from_secs(20);

/// Calls everything, and leaves the answers in the page: what was granted, what was refused, what was never answered.
const CALL_EVERYTHING: &str = r"
    (() => {
        const answers = {};
        const call = async (command) => {
            const silence = new Promise((done) => setTimeout(() => done('silence'), 5000));
            const answer = Promise.resolve()
                .then(() => window.__TAURI_INTERNALS__.invoke(command, {}))
                .then((value) => `granted: ${JSON.stringify(value)}`, (error) => `refused: ${JSON.stringify(error)}`);
            answers[command] = await Promise.race([answer, silence]);
        };
        Promise.all(COMMANDS.map(call)).then(() => { window.__answers = answers; });
    })();
";

fn main() -> ExitCode {
    let (Some(foreign), Ok(app)) = (std::env::args().nth(1), lastframe_desktop::app()) else {
        return ExitCode::FAILURE;
    };
    app.run(move |app, event| match event {
        RunEvent::Ready => {
            let (app, foreign) = (app.clone(), foreign.clone());
            std::thread::spawn(move || app.exit(i32::from(intrude(&app, &foreign).is_none())));
        }
        // The first window makes way for the foreign page; the program goes on.
        RunEvent::ExitRequested { code: None, api, .. } => api.prevent_exit(),
        _ => {}
    });
    ExitCode::SUCCESS
}

fn intrude(app: &AppHandle, foreign: &str) -> Option<()> {
    let every = env!("LASTFRAME_COMMANDS");
    let own = app.get_webview_window("main")?;
    // That the window itself is answered: otherwise refusals would prove nothing. Only commands that change nothing.
    let first = answers(&own, "session,jobs,draft")?;
    let second = WebviewWindowBuilder::new(app, "second", WebviewUrl::default()).build().ok()?;
    let second = answers(&second, every)?;
    own.destroy().ok()?;
    let gone = Instant::now() + PATIENCE;
    while app.get_webview_window("main").is_some() && Instant::now() < gone {
        std::thread::sleep(Duration::from_millis(20));
    }
    let page = WebviewUrl::External(foreign.parse().ok()?);
    let foreign = WebviewWindowBuilder::new(app, "main", page).build().ok()?;
    let foreign = answers(&foreign, every)?;
    #[expect(clippy::print_stdout, reason = "the answers are what it is run for")]
    {
        println!(r#"{{"window":{first},"second":{second},"foreign":{foreign}}}"#);
    }
    Some(())
}

/// What a window's page is answered, as a JSON object by command.
fn answers(window: &WebviewWindow, commands: &str) -> Option<String> {
    let list: Vec<&str> = commands.split(',').collect();
    let call = CALL_EVERYTHING.replace("COMMANDS", &format!("{list:?}"));
    let until = Instant::now() + PATIENCE;
    ask(
        window,
        "window.__TAURI_INTERNALS__ && location.href !== 'about:blank' && document.readyState === 'complete'",
        until,
    )?;
    window.eval(call).ok()?;
    ask(window, "window.__answers", until)
}

/// Asks the page until it has a value that is not false or nothing; as JSON.
fn ask(window: &WebviewWindow, question: &str, until: Instant) -> Option<String> {
    while Instant::now() < until {
        let (tell, told) = mpsc::channel();
        window.eval_with_callback(question.to_owned(), move |value| drop(tell.send(value))).ok()?;
        match told.recv_timeout(Duration::from_secs(2)) {
            Ok(value) if !matches!(value.as_str(), "" | "null" | "undefined" | "false") => return Some(value),
            _ => std::thread::sleep(Duration::from_millis(100)),
        }
    }
    None
}
