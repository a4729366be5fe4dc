//! The desktop shell: start-up, thin commands, typed events, the media server.
//!
//! Nothing is decided here that the engine could decide. It owns what only a window needs: the
//! order of start-up, the settings file, native dialogs, and the loopback server that feeds `<video>`.

mod account;
mod commands;
mod desk;
mod dialogs;
mod environment;
mod ipc;
mod logs;
mod media_server;
mod open;
mod pictures;
mod settings_file;
mod window;
mod words;

use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use tauri::Manager;

use crate::desk::Desk;
use crate::environment::Environment;

/// Runs the app until its window is closed.
#[must_use]
pub fn run() -> ExitCode {
    let environment = Environment::of_process();
    let log_writer = Mutex::new(environment.places.as_ref().ok().and_then(logs::start));
    let builder = ipc::builder();
    let handler = builder.invoke_handler();
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_store::Builder::default().build())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        .invoke_handler(handler)
        .setup(move |app| {
            builder.mount_events(app);
            // The window first: it shows its frame while the library opens behind it.
            let theme = environment.places.as_ref().ok().map(settings_file::peek_theme).unwrap_or_default();
            app.manage(Desk::start(app.handle().clone(), environment));
            window::create(app.handle(), theme)?;
            Ok(())
        })
        .build(tauri::generate_context!());
    match app {
        Ok(app) => {
            app.run(move |app, event| {
                if let tauri::RunEvent::Exit = event {
                    tauri::async_runtime::block_on(app.state::<Desk>().close());
                    // The process ends without unwinding: what the log still holds is written here.
                    drop(log_writer.lock().unwrap_or_else(PoisonError::into_inner).take());
                }
            });
            ExitCode::SUCCESS
        }
        Err(error) => {
            tracing::error!(%error, "the window could not be made");
            #[expect(clippy::print_stderr, reason = "there is no window to say it in")]
            {
                eprintln!("Lastframe could not open its window: {error}");
            }
            ExitCode::FAILURE
        }
    }
}
