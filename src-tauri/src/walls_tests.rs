//! Who may call what: the rights that are compiled into the app, asked as Tauri asks them for every call.

use tauri::ipc::Origin;

/// Every command of the app, as `build.rs` lists them.
fn commands() -> Vec<&'static str> {
    env!("LASTFRAME_COMMANDS").split(',').collect()
}

/// Commands of the plug-ins and of Tauri itself that would open the walls from inside.
const FOREIGN_COMMANDS: [&str; 24] = [
    "plugin:store|load",
    "plugin:store|set",
    "plugin:store|get",
    "plugin:dialog|open",
    "plugin:dialog|save",
    "plugin:dialog|message",
    "plugin:opener|open_url",
    "plugin:opener|open_path",
    "plugin:opener|reveal_item_in_dir",
    "plugin:shell|execute",
    "plugin:fs|read_file",
    "plugin:fs|write_file",
    "plugin:http|fetch",
    "plugin:event|emit",
    "plugin:event|emit_to",
    "plugin:window|create",
    "plugin:window|close",
    "plugin:webview|create_webview_window",
    "plugin:webview|create_webview",
    "plugin:webview|internal_toggle_devtools",
    "plugin:path|resolve_directory",
    "plugin:app|version",
    "plugin:menu|new",
    "plugin:tray|new",
];

#[test]
fn every_command_is_for_the_one_window_and_its_own_page_alone() {
    let mut context = crate::context();
    let authority = context.runtime_authority_mut();
    let may =
        |command: &str, label: &str, origin: &Origin| authority.resolve_access(command, label, label, origin).is_some();
    let foreign = |url: &str| Origin::Remote { url: url.parse().unwrap() };
    let commands = commands();
    for command in &commands {
        assert!(may(command, crate::window::LABEL, &Origin::Local), "{command}: the window itself needs it");
        for other in ["other", "main2", "Main", "", "*"] {
            assert!(!may(command, other, &Origin::Local), "{command} from a window called “{other}”");
        }
        for url in ["https://example.com/", "http://127.0.0.1:8080/", "file:///tmp/x.html", "data:text/html,x"] {
            assert!(!may(command, crate::window::LABEL, &foreign(url)), "{command} from {url}");
        }
    }
    for command in FOREIGN_COMMANDS {
        assert!(!may(command, crate::window::LABEL, &Origin::Local), "{command}: nothing of it is for the page");
    }
    println!("ipc: {} commands refused from a second window, {0} from a foreign page", commands.len());
}

#[test]
fn the_commands_that_exist_are_those_that_are_listed() {
    // The generated TypeScript names what is really registered; `ipc.rs` holds it to the Rust types.
    let bindings = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/lib/ipc/bindings.ts");
    let registered = std::fs::read_to_string(bindings).unwrap();
    let calls = |command: &str| registered.contains(&format!("__TAURI_INVOKE(\"{command}\""));
    for command in commands() {
        assert!(calls(command), "{command} has rights and is not there");
    }
    assert_eq!(
        registered.matches("__TAURI_INVOKE(\"").count(),
        commands().len(),
        "a command without an entry in build.rs would have no rights to be refused by"
    );
}

#[test]
fn the_configuration_keeps_the_page_in() {
    let config: serde_json::Value = serde_json::from_str(include_str!("../tauri.conf.json")).unwrap();
    let security = &config["app"]["security"];
    let csp = |name: &str| security["csp"][name].as_str().unwrap_or_default().to_owned();
    assert_eq!(csp("default-src"), "'self'");
    assert_eq!(csp("script-src"), "'self'", "no inline script, no eval, no foreign script");
    assert_eq!(csp("connect-src"), "ipc: http://ipc.localhost", "the page speaks to the program alone");
    for nothing in ["object-src", "frame-src", "worker-src", "base-uri", "form-action"] {
        assert_eq!(csp(nothing), "'none'", "{nothing}");
    }
    assert!(!security["csp"].to_string().contains("unsafe-eval"));
    assert_eq!(security["dangerousDisableAssetCspModification"], serde_json::json!(["style-src"]), "never scripts");
    assert!(security.get("assetProtocol").is_none(), "the asset protocol stays off");
    assert_eq!(config["app"]["withGlobalTauri"], false);
    assert_eq!(security["capabilities"], serde_json::json!(["main"]));
    assert_eq!(config["app"]["windows"], serde_json::json!([]), "the one window is made in window.rs, with its walls");
    let capability: serde_json::Value = serde_json::from_str(include_str!("../capabilities/main.json")).unwrap();
    assert_eq!(capability["windows"], serde_json::json!([crate::window::LABEL]));
    assert!(capability.get("remote").is_none() && capability.get("webviews").is_none());
}
