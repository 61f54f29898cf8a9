//! `playgate hls`: playlists whose URIs carry the proof.

use crate::{Answer, Failure, remark};
use clap::{Args, Subcommand};
use signer::hls::{Addition, BaseUrl, Options, Rewriter};
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};

#[derive(Subcommand)]
pub(crate) enum Hls {
    /// Put a query or a path prefix on every URI of the playlist on stdin
    Sign(Sign),
}

#[derive(Args)]
pub(crate) struct Sign {
    /// The query to add, without its `?`, such as what a signed URL carries
    #[arg(long, conflicts_with = "path_prefix")]
    query: Option<String>,
    /// The path prefix to add to URIs that begin at the root, such as /t/TOKEN; relative ones inherit it
    #[arg(long)]
    path_prefix: Option<String>,
    /// The playlist's own URL: absolute URIs on its host are signed, too
    #[arg(long)]
    base: Option<String>,
    /// Drop variants above this height, and the renditions that only they use
    #[arg(long)]
    max_height: Option<u32>,
    /// The value of a variable that EXT-X-DEFINE imports, as NAME=VALUE; repeat it for several
    #[arg(long, value_name = "NAME=VALUE")]
    define: Vec<String>,
}

impl Hls {
    pub(crate) fn run(self) -> Answer {
        match self {
            Self::Sign(command) => command.run(),
        }
    }
}

impl Sign {
    fn run(self) -> Answer {
        if self.query.is_none() && self.path_prefix.is_none() && self.max_height.is_none() {
            let why = "there is nothing to do: pass `--query`, `--path-prefix` or `--max-height`";
            return Err(Failure::Usage(why.to_owned()));
        }
        let mut rewriter = Rewriter::new(self.addition()?, self.options()?);
        let mut stdin = std::io::stdin().lock();
        let mut stdout = std::io::stdout().lock();
        let mut chunk = vec![0; 64 * 1024];
        let mut signed = Vec::new();
        let mut written = false;
        let failed = |error: &dyn std::fmt::Display, written: bool| {
            if written {
                remark("warning: what stands on stdout is only the beginning: do not serve it");
            }
            Failure::about("stdin", error)
        };
        loop {
            let length = match stdin.read(&mut chunk) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(failed(&error, written)),
            };
            signed.clear();
            let bytes = chunk.get(..length).unwrap_or_default();
            let result = rewriter.push(bytes, &mut signed);
            stdout.write_all(&signed)?;
            written |= !signed.is_empty();
            result.map_err(|error| failed(&error, written))?;
        }
        signed.clear();
        let result = rewriter.finish(&mut signed);
        stdout.write_all(&signed)?;
        stdout.flush()?;
        result.map_err(|error| failed(&error, written || !signed.is_empty()))
    }

    fn addition(&self) -> Result<Addition, Failure> {
        match (&self.query, &self.path_prefix) {
            (Some(query), _) => Addition::query(query).map_err(|error| Failure::about("--query", error)),
            (None, Some(prefix)) => {
                Addition::path_prefix(prefix).map_err(|error| Failure::about("--path-prefix", error))
            }
            (None, None) => Ok(Addition::Nothing),
        }
    }

    fn options(&self) -> Result<Options, Failure> {
        let base = self.base.as_deref().map(BaseUrl::parse).transpose();
        let mut variables = BTreeMap::new();
        for definition in &self.define {
            let Some((name, value)) = definition.split_once('=') else {
                return Err(Failure::Usage(format!("--define: `{definition}` has no `=`: write NAME=VALUE")));
            };
            variables.insert(name.to_owned(), value.to_owned());
        }
        Ok(Options {
            base: base.map_err(|error| Failure::about("--base", error))?,
            max_height: self.max_height,
            variables,
        })
    }
}
