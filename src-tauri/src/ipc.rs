//! The one list of commands and events: for the app and for the test that holds the TypeScript to it.

use lastframe_model::Event;
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri_specta::{Builder, collect_commands, collect_events};

use crate::commands;

/// What the engine tells, as the window hears it.
#[derive(Clone, Debug, Serialize, Deserialize, Type, tauri_specta::Event)]
pub struct Happened(pub Event);

/// Every command and event of the window.
#[must_use]
#[expect(clippy::too_many_lines, reason = "one list of all commands, as long as there are commands")]
pub fn builder() -> Builder<tauri::Wry> {
    Builder::<tauri::Wry>::new()
        .disable_serde_phases()
        .commands(collect_commands![
            commands::session::session,
            commands::session::change_settings,
            commands::session::choose_folder,
            commands::session::reveal_logs,
            commands::session::rebuild_library,
            commands::session::renew_page,
            commands::session::show_window,
            commands::generate::check,
            commands::generate::generate,
            commands::generate::continue_from,
            commands::generate::fit,
            commands::generate::fit_to_model,
            commands::generate::import_image,
            commands::generate::choose_image,
            commands::generate::take_frame,
            commands::generate::recent_bills,
            commands::jobs::jobs,
            commands::jobs::cancel_queued,
            commands::jobs::stop_following,
            commands::jobs::send_again,
            commands::jobs::settle,
            commands::jobs::dismiss,
            commands::jobs::recheck,
            commands::jobs::pause_queue,
            commands::jobs::move_in_queue,
            commands::clips::clips,
            commands::clips::clip,
            commands::clips::film,
            commands::clips::reply,
            commands::clips::reveal_clip,
            commands::clips::save_frame,
            commands::clips::save_copy,
            commands::clips::verify_clip,
            commands::clips::read_recipe,
            commands::key::save_key,
            commands::key::paste_key,
            commands::key::check_key,
            commands::key::remove_key,
            commands::recall::draft,
            commands::recall::save_draft,
            commands::recall::board_draft,
            commands::recall::save_board_draft,
            commands::recall::prompts,
            commands::recall::presets,
            commands::recall::save_preset,
            commands::recall::rename_preset,
            commands::recall::delete_preset,
            commands::batches::read_batch,
            commands::batches::start_batch,
            commands::batches::frame_picture,
            commands::storyboards::check_storyboard,
            commands::storyboards::start_storyboard,
            commands::storyboards::storyboards,
            commands::storyboards::run_storyboard,
            commands::storyboards::halt_storyboard,
            commands::storyboards::resume_storyboard,
            commands::storyboards::change_shot,
            commands::storyboards::put_storyboard_away,
            commands::session::refresh_catalogue,
            commands::gallery::gallery,
            commands::gallery::gallery_page,
            commands::gallery::gallery_ids,
            commands::gallery::gallery_place,
            commands::gallery::mark_clips,
            commands::gallery::trash_clips,
            commands::gallery::restore_clips,
            commands::gallery::delete_clips,
            commands::gallery::tags,
            commands::gallery::common_marks,
            commands::gallery::saved_searches,
            commands::gallery::save_search,
            commands::gallery::delete_search,
            commands::gallery::disk_use,
            commands::gallery::export_clips,
            commands::usage::usage,
            commands::usage::usage_page,
            commands::usage::export_usage,
            commands::usage::budget_warning,
            commands::import::import_files,
            commands::import::import_dropped,
            commands::import::dragged_files,
            commands::import::dropped_file,
            commands::import::cancel_import,
            commands::import::look_for_clip,
            commands::import::locate_clip,
            commands::import::mend_poster,
            commands::import::copy_file,
            commands::import::drag_file,
            commands::films::films,
            commands::films::film_view,
            commands::films::film_of,
            commands::films::new_film,
            commands::films::change_film,
            commands::films::duplicate_film,
            commands::films::delete_film,
            commands::films::restore_film,
            commands::films::measure_seam,
            commands::films::plan_export,
            commands::films::export_film,
            commands::films::cancel_export,
            commands::films::reveal_export,
            commands::films::export_shots,
            commands::films::contact_sheet,
        ])
        .events(collect_events![Happened])
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// `npm run bindings` sets this to write the file; without it the test only compares.
    const WRITE: &str = "LASTFRAME_WRITE_BINDINGS";

    #[test]
    fn the_committed_typescript_is_what_the_types_say() {
        let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/lib/ipc/bindings.ts");
        let fresh = std::env::temp_dir().join(format!("lastframe-bindings-{}.ts", std::process::id()));
        super::builder().export(specta_typescript::Typescript::default(), &fresh).unwrap();
        let text = std::fs::read_to_string(&fresh).unwrap();
        std::fs::remove_file(&fresh).unwrap();
        if std::env::var_os(WRITE).is_some() {
            std::fs::write(&committed, &text).unwrap();
        }
        // Not `assert_eq!`: nobody wants to read both files.
        let same = std::fs::read_to_string(&committed).is_ok_and(|committed| committed == text);
        assert!(same, "bindings.ts is not what the types say: run `npm run bindings` and commit the result");
    }
}
