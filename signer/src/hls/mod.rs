//! HLS playlists: put the proof on every URI, leave every other byte alone.
