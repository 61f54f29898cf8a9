//! Where a title goes and who hears of it: a content folder with the files that speak of all titles, and an origin API if there is one.

use crate::api::Api;
use crate::catalogue::{Catalogue, Entry, OpenKeys};
use crate::keys::Written;
use crate::place::in_words;
use crate::reading::{self, Unread};
use crate::run::ARTWORK;
use crate::running::Running;
use crate::stop::Stop;
use crate::{IngestError, Order, Protection, To};
use std::path::{Path, PathBuf};

const CATALOGUE: &str = "catalogue.json";
const KEYS: &str = "keys.json";

/// The most bytes of a file that speaks of all titles: those of some 100,000.
const LARGEST: u64 = 256 << 20;

/// Where it goes, and who hears of it.
pub(crate) struct Target {
    pub(crate) output: PathBuf,
    pub(crate) api: Option<Api>,
    /// Whether keys are written into `keys.json`, too.
    pub(crate) open_keys: bool,
    /// Whether players fetch keys from whichever host their playlist is from.
    pub(crate) relative_keys: bool,
}

impl Target {
    pub(crate) async fn of(order: &Order, stop: &Stop) -> Result<Self, IngestError> {
        let (output, server, is_demo) = match &order.to {
            To::Folder => (order.output.clone(), None, false),
            To::Server(server) => (order.output.clone(), Some(server.clone()), false),
            To::Demo(address) => {
                let (running, server) = Running::find(address, stop).await?;
                (running.content, Some(server), true)
            }
        };
        if let Some(server) = &server
            && server.packager.is_none()
            && order.protection != Protection::None
        {
            return Err(IngestError::Usage(
                "to encrypt, keys come from the key server; say who asks with --packager and --password"
                    .to_owned(),
            ));
        }
        let output = std::path::absolute(&output).map_err(|problem| in_words(&output, &problem))?;
        if !output.is_dir() {
            return Err(format!(
                "{}: there is no such folder; run this in a checkout, name a content folder with --output, or make one",
                output.display()
            )
            .into());
        }
        let api = server.as_ref().map(Api::new).transpose()?;
        let encrypted = order.protection != Protection::None;
        let open_keys = encrypted && (is_demo || api.is_none());
        Ok(Self { output, relative_keys: is_demo || api.is_none(), api, open_keys })
    }
}

/// What the content folder says of all titles, when there is room in it for the one that is ordered.
pub(crate) struct Shelf {
    catalogue: Catalogue,
    /// If the title has or had keys there.
    keys: Option<OpenKeys>,
}

impl Shelf {
    /// Fails if the title's place is taken, or if something there is not what it should be.
    pub(crate) fn look(order: &Order, target: &Target) -> Result<Self, String> {
        let output = &target.output;
        let path = output.join(CATALOGUE);
        let catalogue = Catalogue::read(read(&path)?.as_deref())
            .map_err(|problem| format!("{}: this is no catalogue: {problem}", path.display()))?;
        free(order, output, &catalogue)?;
        let path = output.join(KEYS);
        let text = read(&path)?;
        let concerned = target.open_keys
            || text.as_ref().is_some_and(|text| text.contains(&format!("\"{}\"", order.title)));
        let keys = concerned.then(|| OpenKeys::read(text.as_deref())).transpose();
        let keys =
            keys.map_err(|problem| format!("{}: these are no keys of the demo: {problem}", path.display()))?;
        Ok(Self { catalogue, keys })
    }

    /// The texts of the files that change, with this entry and these keys in the place of the title's former ones.
    pub(crate) fn with(
        self,
        title: &str,
        entry: &Entry,
        keys: Vec<Written>,
    ) -> Result<Vec<(&'static str, String)>, String> {
        let mut texts = Vec::new();
        if let Some(open) = self.keys {
            texts.push((KEYS, open.with(title, keys)?));
        }
        // The last: what it names has to be there.
        texts.push((CATALOGUE, self.catalogue.with(title, entry)?));
        Ok(texts)
    }
}

pub(crate) fn taken(title: &str) -> String {
    format!("there is a title `{title}` already; choose another id, or take its place with --replace")
}

fn free(order: &Order, output: &Path, catalogue: &Catalogue) -> Result<(), String> {
    match catalogue.in_the_way(&order.title) {
        Some(same) if same == order.title && order.replace => {
            if !output.join("vod").join(same).is_dir() {
                return Err(format!("`{same}` is not a film but a channel; choose another id"));
            }
        }
        Some(same) if same == order.title => return Err(taken(same)),
        Some(other) => {
            return Err(format!(
                "`{}` cannot be beside `{other}`, for one would lie in the other's folder; choose another id",
                order.title
            ));
        }
        None => {
            // Something that is in no catalogue is nothing of ours to take away, be it a link that leads nowhere.
            let folder = ["vod", ARTWORK]
                .map(|kind| output.join(kind).join(&order.title))
                .into_iter()
                .find(|path| path.symlink_metadata().is_ok());
            if let Some(folder) = folder {
                return Err(format!(
                    "{}: there is something already that is in no catalogue; move it away, or choose another id",
                    folder.display()
                ));
            }
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<Option<String>, String> {
    match reading::text(path, LARGEST) {
        Ok(text) => Ok(Some(text.to_string())),
        Err(Unread::Missing) => Ok(None),
        Err(problem) => Err(format!("{}: {problem}", path.display())),
    }
}
