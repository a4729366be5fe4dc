//! Generates one permission a command, so that `capabilities/main.json` is an explicit list.

/// Every command of the window; `src/ipc.rs` lists the same.
const COMMANDS: [&str; 28] = [
    "session",
    "change_settings",
    "draft",
    "save_draft",
    "choose_folder",
    "reveal_logs",
    "check",
    "generate",
    "continue_from",
    "fit",
    "fit_to_model",
    "import_image",
    "choose_image",
    "take_frame",
    "jobs",
    "stop_following",
    "send_again",
    "settle",
    "dismiss",
    "clips",
    "clip",
    "film",
    "reply",
    "reveal_clip",
    "save_frame",
    "save_key",
    "check_key",
    "remove_key",
];

fn main() {
    let manifest = tauri_build::AppManifest::new().commands(&COMMANDS);
    if let Err(error) = tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest)) {
        println!("cargo::error={error:#}");
    }
}
