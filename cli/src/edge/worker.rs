//! What Workers take: modules, and a `wrangler.toml` that says which is what. The keys are not among them.

use super::build::shared;
use super::configuration::Configuration;
use super::folder::Files;
use super::materials::{Finished, Secret};
use super::module::{Module, WORKER};
use crate::Failure;
use edge::settings::WorkerSettings;
use rights::Bundle;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::Path;

/// All files.
pub(super) fn files(
    module: &Module,
    configuration: &Configuration,
    materials: &Finished,
    bundle: &Bundle<Vec<u8>>,
) -> Result<Files, Failure> {
    let wanted = configuration.settings.worker.as_ref();
    let wanted = wanted.ok_or_else(|| Failure::Refused("the configuration has no `[worker]`".to_owned()))?;
    let mut files = shared(module, &WORKER, materials, bundle.bytes());
    files.put("edge.js", module.glue);
    files.put("index.js", index(&materials.keys).as_bytes());
    files.put("wrangler.toml", wrangler(wanted).as_bytes());
    Ok(files)
}

/// The name of the secret that holds a key.
pub(super) fn binding(kid: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' };
    format!("PLAYGATE_KEY_{}", kid.chars().map(plain).collect::<String>())
}

/// The commands that hand over the keys, one each.
pub(super) fn secret_commands(keys: &[Secret], output: &Path) -> Vec<String> {
    let settings = quoted(&output.join("wrangler.toml"));
    let command = |key: &Secret| {
        let put = format!("wrangler secret put {} --config {settings}", binding(&key.kid));
        match &key.file {
            // It asks for the value.
            None => put,
            Some(file) if key.is_hex => format!("{put} < {}", quoted(file)),
            Some(file) => format!("od -An -v -tx1 < {} | tr -d ' \\n' | {put}", quoted(file)),
        }
    };
    keys.iter().map(command).collect()
}

/// A path as a shell takes it.
pub(super) fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+".contains(&byte);
    if !text.is_empty() && !text.starts_with('-') && text.bytes().all(plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// The outermost file. Each key is a secret of its own, so that one can be replaced without the others at hand.
fn index(keys: &[Secret]) -> String {
    // In pairs, for in an object of JavaScript not every name is one.
    let names: Value = keys.iter().map(|key| json!([key.kid, binding(&key.kid)])).collect();
    format!(
        "// Made by `playgate edge build`. The secrets that hold the token keys, by key id.\n\
         import worker from \"./worker-index.mjs\";\n\
         \n\
         const SECRETS = {names};\n\
         \n\
         let last;\n\
         let secrets;\n\
         export default {{\n\
         \x20 fetch(request, env, ctx) {{\n\
         \x20   if (env !== last) {{\n\
         \x20     const known = SECRETS.map(([kid, name]) => [kid, env[name]]);\n\
         \x20     secrets = {{ TOKEN_KEYS: JSON.stringify(Object.fromEntries(known)) }};\n\
         \x20     last = env;\n\
         \x20   }}\n\
         \x20   return worker.fetch(request, secrets, ctx);\n\
         \x20 }},\n\
         }};\n"
    )
}

fn wrangler(wanted: &WorkerSettings) -> String {
    let mut text =
        String::from("# Made by `playgate edge build`: what is changed here is lost at the next build.\n");
    // Both were checked, and need no escapes.
    let _ = writeln!(text, "name = \"{}\"", wanted.name);
    let _ = writeln!(text, "main = \"index.js\"\ncompatibility_date = \"{}\"", wanted.compatibility_date);
    text.push_str(RULES);
    text
}

const RULES: &str = "
[[rules]]
type = \"Data\"
globs = [\"**/*.bin\", \"**/*.bundle\", \"**/shell.json\"]
fallthrough = false

[[rules]]
type = \"CompiledWasm\"
globs = [\"**/*.wasm\"]
fallthrough = false
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_a_secret_that_wrangler_can_name() {
        for (kid, name) in [
            ("k1", "PLAYGATE_KEY_K1"),
            ("2026-edge.a", "PLAYGATE_KEY_2026_EDGE_A"),
            ("ü", "PLAYGATE_KEY__"),
            ("A$(rm)", "PLAYGATE_KEY_A__RM_"),
        ] {
            assert_eq!(binding(kid), name);
        }
    }

    #[test]
    fn paths_are_quoted_as_a_shell_needs_it() {
        for (path, text) in [
            ("keys/k1.hex", "keys/k1.hex"),
            ("my keys/k", "'my keys/k'"),
            ("a'b", "'a'\\''b'"),
            ("-x", "'-x'"),
            ("$(x)", "'$(x)'"),
        ] {
            assert_eq!(quoted(Path::new(path)), text);
        }
    }
}
