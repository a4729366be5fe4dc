//! The desktop shell: start-up, thin commands, typed events, the media server.
//!
//! Nothing is decided here that the engine could decide. It owns what only a window needs: the
//! order of start-up, the settings file, native dialogs, and the loopback server that feeds `<video>`.

mod account;
mod clipboard;
mod commands;
mod desk;
mod dialogs;
#[cfg(target_os = "linux")]
mod drawing;
mod dropped;
mod environment;
mod ipc;
mod logs;
mod media_server;
mod open;
mod outward;
mod pictures;
mod renewal;
mod settings_file;
mod strips;
mod thumbnails;
mod window;
mod words;

#[cfg(test)]
mod walls_tests;

use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use tauri::Manager;

use crate::desk::Desk;
use crate::environment::Environment;

/// Runs the app until its window is closed.
#[must_use]
pub fn run() -> ExitCode {
    let environment = Environment::of_process();
    #[cfg(target_os = "linux")]
    drawing::choose(environment.gpu);
    let log_writer = Mutex::new(environment.places.as_ref().ok().and_then(logs::start));
    match build(environment) {
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

/// The app with its window, built and not yet run, without a log: for whoever looks at its walls from outside.
pub fn app() -> tauri::Result<tauri::App> {
    build(Environment::of_process())
}

fn build(environment: Environment) -> tauri::Result<tauri::App> {
    let builder = ipc::builder();
    let handler = builder.invoke_handler();
    tauri::Builder::default()
        .plugin(tauri_plugin_store::Builder::default().build())
        .plugin(tauri_plugin_dialog::init())
        // Used from Rust alone: without this it would put a script of its own into every page, for clicks on links.
        .plugin(tauri_plugin_opener::Builder::new().open_js_links_on_click(false).build())
        .invoke_handler(handler)
        .setup(move |app| {
            builder.mount_events(app);
            // The window first: its page is loaded while the library opens behind it.
            let theme = environment.places.as_ref().ok().map(settings_file::peek_theme).unwrap_or_default();
            app.manage(Desk::start(app.handle().clone(), environment));
            app.manage(renewal::Renewal::of(app.handle().clone()));
            let curtain = window::Curtain::before(app.handle().clone());
            app.manage(curtain.clone());
            let window = window::create(app.handle(), theme)?;
            curtain.rise_later();
            let dropped = dropped::Dropped::default();
            dropped.listen(&window)?;
            app.manage(dropped);
            let handle = app.handle().clone();
            // Whoever comes back from a file manager may have moved files there.
            window.on_window_event(move |event| {
                if let tauri::WindowEvent::Focused(true) = event {
                    handle.state::<Desk>().look_through();
                }
            });
            Ok(())
        })
        .build(context())
}

/// What is fixed when the app is compiled: its page, and what each window may do.
fn context() -> tauri::Context {
    tauri::generate_context!()
}
