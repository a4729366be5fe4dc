//! Another program on the same screen: a small window from which one file can be dragged, and onto which files can be let
//! go. It says what it was given, one URI a line.
//!
//!     neighbour FILE X Y
//!
//! For tests of what is dragged into the app's window and out of it; there is no file manager on a test's display.

use std::process::ExitCode;

/// Width and height of the window, pixels.
#[cfg(target_os = "linux")]
const SIZE: i32 = 100;

#[cfg(target_os = "linux")]
#[expect(clippy::print_stdout, reason = "a program of its own, whose output is read by the test")]
fn main() -> ExitCode {
    use gtk::prelude::{GtkWindowExt, WidgetExt, WidgetExtManual};
    use gtk::{DestDefaults, Window, WindowType, gdk};

    let words: Vec<String> = std::env::args().skip(1).collect();
    let [file, x, y] = words.as_slice() else { return ExitCode::from(2) };
    let (Ok(uri), Ok(x), Ok(y)) = (url::Url::from_file_path(file), x.parse(), y.parse()) else {
        return ExitCode::from(2);
    };
    if gtk::init().is_err() {
        return ExitCode::FAILURE;
    }
    // As a menu is: above every other window, and where it is told to be, without a window manager.
    let window = Window::new(WindowType::Popup);
    window.set_default_size(SIZE, SIZE);
    window.move_(x, y);
    window.drag_source_set(gdk::ModifierType::BUTTON1_MASK, &[], gdk::DragAction::COPY);
    window.drag_source_add_uri_targets();
    window.connect_drag_data_get(move |_, _, data, _, _| {
        data.set_uris(&[uri.as_str()]);
    });
    window.drag_dest_set(DestDefaults::ALL, &[], gdk::DragAction::COPY);
    window.drag_dest_add_uri_targets();
    window.connect_drag_data_received(|_, _, _, _, data, _, _| {
        for uri in data.uris() {
            println!("{uri}");
        }
    });
    window.show_all();
    println!("ready");
    gtk::main();
    ExitCode::SUCCESS
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    ExitCode::FAILURE
}
