//! The desktop app's executable: all of it is in the library, so that tests reach it.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    lastframe_desktop::run()
}
