//! How the web view draws. Without a GPU `WebKitGTK` lets the processor play one: twice the memory, and frames that take
//! several times as long as when it simply draws. It is told by an environment variable, read once when it is loaded: changing
//! its mind later, through its settings, now and then crashes the page's process.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Keeps `WebKitGTK` (2.42 or later) from drawing with OpenGL.
const DRAW_PLAINLY: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// Where there is no GPU, begins the program anew with [`DRAW_PLAINLY`], in the same process; where somebody has set that
/// already, leaves it at that. `gpu` says whether there is one; `None` looks.
///
/// A variable cannot be set from inside: other threads may be reading them, and glibc has no lock that holds for C.
pub fn choose(gpu: Option<bool>) {
    if !is_to_be_told(gpu.unwrap_or_else(has_gpu), std::env::var_os(DRAW_PLAINLY).as_deref()) {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    // Returns only when it failed; then the window is drawn as it would have been.
    let _ = Command::new(program).args(std::env::args_os().skip(1)).env(DRAW_PLAINLY, "1").exec();
}

fn is_to_be_told(gpu: bool, set: Option<&OsStr>) -> bool {
    !gpu && set.is_none()
}

/// Whether something here can draw with OpenGL in hardware.
fn has_gpu() -> bool {
    let render_node = |entry: std::fs::DirEntry| entry.file_name().to_string_lossy().starts_with("renderD");
    std::fs::read_dir("/dev/dri").is_ok_and(|entries| entries.flatten().any(render_node))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_begins_anew_once_and_only_without_a_gpu() {
        assert!(is_to_be_told(false, None));
        assert!(!is_to_be_told(true, None));
        assert!(!is_to_be_told(false, Some(OsStr::new("1"))), "or it would begin for ever");
        assert!(!is_to_be_told(false, Some(OsStr::new("0"))), "somebody knows better");
    }
}
