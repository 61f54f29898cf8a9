//! Which heights are made of a picture.

/// What is made for phones alone.
const MOBILE: [u32; 2] = [360, 240];

/// The heights of a title. None is above the source's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ladder {
    /// From the highest on.
    pub(crate) main: Vec<u32>,
    /// Of these, what phones get, too.
    pub(crate) shared: Vec<u32>,
    /// What only phones get.
    pub(crate) mobile: Vec<u32>,
}

/// One of its pictures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rung {
    pub(crate) height: u32,
    /// Below the title's folder.
    pub(crate) folder: String,
    /// The file that it is encoded to.
    pub(crate) file: String,
}

impl Ladder {
    /// For a picture of this height, with the heights that are wanted.
    pub(crate) fn of(source: u32, wanted: &[u32]) -> Self {
        let even = source - source % 2;
        let mut main: Vec<u32> = wanted.iter().copied().filter(|height| *height <= source).collect();
        if main.is_empty() {
            main.push(even);
        }
        main.sort_unstable_by(|one, other| other.cmp(one));
        main.dedup();
        let lowest = main.last().copied().unwrap_or(even);
        let of_phones = |height: &u32| *height <= MOBILE.into_iter().max().unwrap_or_default();
        let mut shared: Vec<u32> = main.iter().copied().filter(of_phones).collect();
        let mobile: Vec<u32> =
            MOBILE.into_iter().filter(|height| *height <= source && !main.contains(height)).collect();
        if shared.is_empty() && mobile.is_empty() {
            shared.push(lowest);
        }
        Self { main, shared, mobile }
    }

    /// Everything that is encoded, from the highest on, what phones alone get at the end.
    pub(crate) fn rungs(&self) -> Vec<Rung> {
        let main = self.main.iter().map(|height| Rung {
            height: *height,
            folder: format!("{height}p"),
            file: format!("{height}p.mp4"),
        });
        let mobile = self.mobile.iter().map(|height| Rung {
            height: *height,
            folder: format!("mobile/{height}p"),
            file: format!("mobile-{height}p.mp4"),
        });
        main.chain(mobile).collect()
    }
}

/// The most bits a second that a picture of this height gets, in thousands.
pub(crate) fn kilobits(height: u32) -> u32 {
    match height {
        0..=240 => 400,
        241..=360 => 900,
        361..=480 => 1_400,
        481..=720 => 3_000,
        721..=1080 => 5_000,
        1081..=1440 => 9_000,
        _ => 16_000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_height_is_above_the_source() {
        let usual = [1080, 720, 360].as_slice();
        for (source, wanted, main, shared, mobile) in [
            (1080, usual, vec![1080, 720, 360], vec![360], vec![240]),
            (2160, usual, vec![1080, 720, 360], vec![360], vec![240]),
            (1079, usual, vec![720, 360], vec![360], vec![240]),
            (720, usual, vec![720, 360], vec![360], vec![240]),
            (241, usual, vec![240], vec![240], vec![]),
            (240, usual, vec![240], vec![240], vec![]),
            (239, usual, vec![238], vec![238], vec![]),
            (33, usual, vec![32], vec![32], vec![]),
            (301, usual, vec![300], vec![300], vec![240]),
            (1080, &[1080], vec![1080], vec![], vec![360, 240]),
            (1080, &[360, 1080, 360], vec![1080, 360], vec![360], vec![240]),
            (1080, &[480, 240], vec![480, 240], vec![240], vec![360]),
            (1080, &[2160, 1440], vec![1080], vec![], vec![360, 240]),
        ] {
            assert_eq!(Ladder::of(source, wanted), Ladder { main, shared, mobile }, "{source} {wanted:?}");
        }
    }

    #[test]
    fn each_picture_has_a_folder_and_a_file_of_its_own() {
        let rungs = Ladder::of(1080, &[1080, 360]).rungs();
        let named: Vec<_> = rungs.iter().map(|rung| (rung.folder.as_str(), rung.file.as_str())).collect();
        assert_eq!(named, [("1080p", "1080p.mp4"), ("360p", "360p.mp4"), ("mobile/240p", "mobile-240p.mp4")]);
    }
}
