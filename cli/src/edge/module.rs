//! What this command brings along: the edge's module, and the shells around it.

use crate::Failure;

mod built {
    include!(concat!(env!("OUT_DIR"), "/edge_module.rs"));
}

/// The module as WebAssembly, and the JavaScript that calls it.
pub(super) struct Module {
    pub(super) glue: &'static [u8],
    pub(super) wasm: &'static [u8],
    /// The shell for Lambda@Edge and the glue in one file: a start reads one instead of five.
    pub(super) lambda: &'static [u8],
}

/// A file of a shell, with its name in the folder.
pub(super) type Source = (&'static str, &'static [u8]);

/// The shell for Workers, but its outermost file.
pub(super) const WORKER: [Source; 4] = [
    ("worker-index.mjs", include_bytes!("../../../edge/shells/worker-index.mjs")),
    ("worker.mjs", include_bytes!("../../../edge/shells/worker.mjs")),
    ("sources.mjs", include_bytes!("../../../edge/shells/sources.mjs")),
    ("wire.mjs", include_bytes!("../../../edge/shells/wire.mjs")),
];

impl Module {
    /// The one that was there when this command was built.
    pub(super) fn built_in() -> Result<Self, Failure> {
        match (built::GLUE, built::WASM, built::LAMBDA) {
            (Some(glue), Some(wasm), Some(lambda)) => Ok(Self { glue, wasm, lambda }),
            _ => Err(Failure::Refused(
                "this `playgate` was built without the edge module; run `make build` in its sources, and use the one \
                 that it makes"
                    .to_owned(),
            )),
        }
    }

    /// How many bytes the module has on its way to where it runs.
    pub(super) fn gzip_size(&self) -> std::io::Result<usize> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut encoder, self.wasm)?;
        Ok(encoder.finish()?.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The files next to a shell's entry that it and what it imports ask for.
    fn wanted(shell: &[Source]) -> Vec<String> {
        let text = shell.iter().map(|(_, bytes)| std::str::from_utf8(bytes).unwrap()).collect::<String>();
        let imported = text.split(" from \"./").skip(1).filter_map(|rest| rest.split_once('"'));
        let read = text.split("file(\"").skip(1).filter_map(|rest| rest.split_once('"'));
        imported.chain(read).map(|(name, _)| name.to_owned()).collect()
    }

    #[test]
    fn a_shell_asks_for_no_file_that_is_not_written() {
        let beside = ["edge_bg.wasm", "settings.bin", "shell.json", "rights.bundle"];
        let optional = ["edge.js", "keys.json", "revocations.bin", "addresses.bin"];
        let lambda = built::LAMBDA.map(|bytes| vec![("index.mjs", bytes)]);
        for shell in lambda.into_iter().chain([WORKER.to_vec()]) {
            let wanted = wanted(&shell);
            assert!(wanted.len() > 5, "{wanted:?}");
            for name in &wanted {
                let own = shell.iter().any(|(own, _)| own == name);
                assert!(own || beside.iter().chain(&optional).any(|known| known == name), "{name}");
            }
            for name in beside {
                assert!(wanted.iter().any(|wanted| wanted == name), "{name} is written for nothing");
            }
        }
    }
}
