//! Where everything is kept. The only module that knows file names.
//!
//! Reads no environment variable: the override is passed in.

use std::path::{Path, PathBuf};

use lastframe_model::{Clip, ClipId, JobId};

use crate::error::LibraryError;

/// The endings of all files of a clip, the video's first: `<clip id>.<ending>`.
pub(crate) const ENDINGS: [&str; 5] = ["mp4", "last.png", "poster.webp", "strip.webp", "json"];

/// The two folders of a library: one for the program's own files, one for the person's clips.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// Database, settings, draft, logs, pictures given to the service, the practice service's files.
    pub home: PathBuf,
    /// Where new clips go.
    pub clips: PathBuf,
}

impl Places {
    /// The folders to use: `home_override` moves everything at once (tests, portable use); otherwise the
    /// platform's data folder and `Lastframe` in the person's Videos folder. `clips_folder` is the person's
    /// own choice and wins over both.
    ///
    /// Creates nothing. [`LibraryError::NoHome`] if the platform names no data folder.
    pub fn resolve(home_override: Option<PathBuf>, clips_folder: Option<&str>) -> Result<Self, LibraryError> {
        let chosen = clips_folder.filter(|text| !text.trim().is_empty()).map(PathBuf::from);
        if let Some(home) = home_override {
            let home = std::path::absolute(&home).map_err(|source| LibraryError::io(&home, source))?;
            let clips = chosen.unwrap_or_else(|| home.join("clips"));
            return Ok(Self { home, clips });
        }
        let user = directories::UserDirs::new().ok_or(LibraryError::NoHome)?;
        let data = directories::ProjectDirs::from("", "", "Lastframe").ok_or(LibraryError::NoHome)?;
        let videos = || user.video_dir().map_or_else(|| user.home_dir().join("Videos"), Path::to_owned);
        let clips = chosen.unwrap_or_else(|| videos().join("Lastframe"));
        Ok(Self { home: data.data_dir().to_owned(), clips })
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.home.join("library.db")
    }

    /// What the person chose.
    #[must_use]
    pub fn settings_file(&self) -> PathBuf {
        self.home.join("settings.json")
    }

    /// The settings as they were last written, whole: used when a power cut left half of [`Self::settings_file`].
    #[must_use]
    pub fn settings_copy(&self) -> PathBuf {
        self.home.join("settings.copy.json")
    }

    /// The live model specs, as they were last fetched.
    #[must_use]
    pub fn models_file(&self) -> PathBuf {
        self.home.join("models.json")
    }

    /// The composer's draft.
    #[must_use]
    pub fn draft_file(&self) -> PathBuf {
        self.home.join("draft.json")
    }

    /// Folder of the logs.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.home.join("logs")
    }

    /// Folder of the pictures given to the service, by their content.
    #[must_use]
    pub fn images(&self) -> PathBuf {
        self.home.join("images")
    }

    /// Folder of thumbnails: made when they are wanted, and again when they are gone.
    #[must_use]
    pub fn thumbnails(&self) -> PathBuf {
        self.home.join("thumbnails")
    }

    /// The thumbnail of a clip's poster, if it has been made.
    #[must_use]
    pub fn thumbnail_file(&self, clip: &ClipId) -> PathBuf {
        self.thumbnails().join(format!("{clip}.webp"))
    }

    /// Folder of the practice service.
    #[must_use]
    pub fn rehearsal(&self) -> PathBuf {
        self.home.join("rehearsal")
    }

    /// The reserve for ids of accepted tasks; see `reserve.rs`.
    pub(crate) fn reserve(&self) -> PathBuf {
        self.home.join("accepted.journal")
    }

    /// The database that a rebuild makes, until it takes the place of the old one.
    pub(crate) fn rebuilt(&self) -> PathBuf {
        self.home.join("library.rebuilt.db")
    }

    /// Says where the old database goes; there from the moment in which the new one is whole until it is in place.
    pub(crate) fn rebuilding(&self) -> PathBuf {
        self.home.join("library.rebuilding")
    }

    /// The copies of the database made before migrating.
    pub(crate) fn copies(&self) -> PathBuf {
        self.home.join("copies")
    }

    /// The file whose lock says that somebody runs jobs here.
    pub(crate) fn lock(&self) -> PathBuf {
        self.home.join("lock")
    }

    /// Who holds [`Self::lock`]: apart from it, since a locked file cannot be read on Windows.
    pub(crate) fn lock_owner(&self) -> PathBuf {
        self.home.join("lock.owner")
    }

    /// The file whose lock makes migrations wait for each other.
    pub(crate) fn migration_lock(&self) -> PathBuf {
        self.home.join("lock.migration")
    }

    /// The video. `clip.file` is absolute for a clip that was kept in another folder, and then stands.
    #[must_use]
    pub fn clip_file(&self, clip: &Clip) -> PathBuf {
        self.clips.join(&clip.file)
    }

    /// Its last frame, a PNG of the video's size.
    #[must_use]
    pub fn last_frame_file(&self, clip: &Clip) -> PathBuf {
        self.clip_file(clip).with_extension("last.png")
    }

    /// Its first frame, a WebP of at most 640 px in width.
    #[must_use]
    pub fn poster_file(&self, clip: &Clip) -> PathBuf {
        self.clip_file(clip).with_extension("poster.webp")
    }

    /// Small frames from all over it on one WebP sheet. Made when it is first wanted; a clip may have none.
    #[must_use]
    pub fn strip_file(&self, clip: &Clip) -> PathBuf {
        self.clip_file(clip).with_extension("strip.webp")
    }

    /// How it was made: the clip and the service's reply as JSON.
    #[must_use]
    pub fn recipe_file(&self, clip: &Clip) -> PathBuf {
        self.clip_file(clip).with_extension("json")
    }

    /// Where its video is fetched to until it is whole.
    #[must_use]
    pub fn part_file(&self, clip: &ClipId) -> PathBuf {
        self.clips.join(format!("{clip}.mp4.part"))
    }

    /// Where files that are brought in are made ready: on the volume of the clips folder, out of sight.
    #[must_use]
    pub fn staging(&self) -> PathBuf {
        self.clips.join(".lastframe-import")
    }

    /// Where its last frame is fetched to.
    #[must_use]
    pub fn last_frame_part_file(&self, clip: &ClipId) -> PathBuf {
        self.clips.join(format!("{clip}.last.png.part"))
    }
}

/// The clip that a job will become. One job makes at most one clip, so they share their id: what was fetched
/// before a restart is found again after it.
#[must_use]
pub fn clip_of(job: &JobId) -> ClipId {
    ClipId::new(job.as_str())
}

/// Where a clip's video stands in its folder, with `/`: by the month in which it was asked for, in UTC.
#[must_use]
pub fn file_of(clip: &ClipId, created_at: jiff::Timestamp) -> String {
    format!("{}/{clip}.mp4", created_at.strftime("%Y-%m"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_override_moves_everything_at_once() {
        let places = Places::resolve(Some(PathBuf::from("/tmp/elsewhere")), None).unwrap();
        assert_eq!(places.clips, PathBuf::from("/tmp/elsewhere/clips"));
        for path in [places.database(), places.settings_file(), places.logs(), places.images(), places.rehearsal()] {
            assert!(path.starts_with("/tmp/elsewhere"), "{} would be the person's own library", path.display());
        }
    }

    #[test]
    fn the_chosen_clips_folder_wins_and_an_empty_one_is_no_choice() {
        let home = || Some(PathBuf::from("/tmp/h"));
        assert_eq!(Places::resolve(home(), Some("/tmp/films")).unwrap().clips, PathBuf::from("/tmp/films"));
        assert_eq!(Places::resolve(home(), Some(" ")).unwrap().clips, PathBuf::from("/tmp/h/clips"));
    }

    #[test]
    fn files_of_a_clip_share_its_id_in_the_folder_of_its_month() {
        let id = ClipId::new("0192f3a0-aaaa");
        assert_eq!(file_of(&id, "2026-11-30T23:59:59Z".parse().unwrap()), "2026-11/0192f3a0-aaaa.mp4");
    }
}
