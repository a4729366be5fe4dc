//! Who paints the page. Without a GPU `WebKitGTK` paints with OpenGL all the same and lets the processor play one: more
//! memory, and first frames that take several times as long as when it paints by itself. It is told by an environment
//! variable, which its processes read when they begin.
//!
//! Only painting is told of, not how what was painted and videos are put together: without OpenGL for that
//! (`WEBKIT_DISABLE_DMABUF_RENDERER`) a seek can lock its page up for ever.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Lets `WebKitGTK` (2.46 or later) paint with the processor.
const PAINT_PLAINLY: &str = "WEBKIT_SKIA_ENABLE_CPU_RENDERING";

/// Where there is no GPU, begins the program anew with [`PAINT_PLAINLY`], in the same process; where somebody has set that
/// already, leaves it at that. `gpu` says whether there is one; `None` looks.
///
/// Not set from inside, which is `unsafe` since other threads may be reading variables.
pub fn choose(gpu: Option<bool>) {
    if !is_to_be_told(gpu.unwrap_or_else(has_gpu), std::env::var_os(PAINT_PLAINLY).as_deref()) {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    // Returns only when it failed; then the window is painted as it would have been.
    let _ = Command::new(program).args(std::env::args_os().skip(1)).env(PAINT_PLAINLY, "1").exec();
}

fn is_to_be_told(gpu: bool, set: Option<&OsStr>) -> bool {
    !gpu && set.is_none()
}

/// Whether something here seems to draw with OpenGL in hardware: virtual graphics may only say so.
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
