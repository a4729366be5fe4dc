//! From text to rows of cells: which columns there are, what separates them, where a row ends.

use csv::{ReaderBuilder, Trim};

use super::BatchError;

/// What a column of a list says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The prompt.
    Prompt,
    /// The model, by id or name.
    Model,
    /// The first frame.
    FirstFrame,
    /// The last frame.
    LastFrame,
    /// Reference images, up to four, separated by `;` or `|`.
    Reference,
    /// The resolution.
    Resolution,
    /// The aspect ratio.
    Ratio,
    /// Whole seconds.
    Duration,
    /// Exact frames.
    Frames,
    /// The seed.
    Seed,
    /// How many clips.
    Count,
    /// Camera fixed.
    CameraFixed,
    /// Watermark.
    Watermark,
    /// Whether the service sends the last frame.
    ReturnLastFrame,
    /// Online or flex.
    ServiceTier,
    /// Expiry in seconds.
    ExpiresAfter,
    /// Callback URL.
    CallbackUrl,
    /// Sound.
    Audio,
    /// Draft.
    Draft,
}

/// The command line's words, the service's where they differ, and the window's in Chinese.
const NAMES: [(Column, &[&str]); 19] = [
    (Column::Prompt, &["prompt", "text", "提示词", "提示語", "提示词文本"]),
    (Column::Model, &["model", "模型"]),
    (Column::FirstFrame, &["first_frame", "首帧"]),
    (Column::LastFrame, &["last_frame", "尾帧"]),
    (Column::Reference, &["reference", "references", "reference_images", "参考图"]),
    (Column::Resolution, &["resolution", "分辨率"]),
    (Column::Ratio, &["ratio", "aspect_ratio", "比例", "画面比例", "宽高比"]),
    (Column::Duration, &["duration", "seconds", "length", "时长", "秒数"]),
    (Column::Frames, &["frames", "帧数", "精确帧数"]),
    (Column::Seed, &["seed", "种子"]),
    (Column::Count, &["count", "数量", "片段数"]),
    (Column::CameraFixed, &["camera_fixed", "固定镜头"]),
    (Column::Watermark, &["watermark", "水印"]),
    (Column::ReturnLastFrame, &["return_last_frame", "返回尾帧"]),
    (Column::ServiceTier, &["service_tier", "tier", "服务", "服务等级"]),
    (Column::ExpiresAfter, &["expires_after", "有效期"]),
    (Column::CallbackUrl, &["callback_url", "回调地址"]),
    (Column::Audio, &["audio", "generate_audio", "声音"]),
    (Column::Draft, &["draft", "草稿"]),
];

impl Column {
    /// The column of that name, in any case, with spaces, dashes or underscores.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let plain = name.trim().trim_start_matches("--").to_lowercase().replace([' ', '-'], "_");
        NAMES.iter().find(|(_, names)| names.contains(&plain.as_str())).map(|(column, _)| *column)
    }
}

/// One row, as text.
pub(super) struct Row {
    /// The line it begins in, from 1.
    pub line: u32,
    pub cells: Vec<String>,
}

/// Rows and what their cells mean: each column with the name that the list gives it.
pub(super) struct Table {
    pub columns: Vec<(Option<Column>, String)>,
    pub rows: Vec<Row>,
}

/// What separates cells, if the first line that says anything names columns.
pub(super) fn header(text: &str) -> Option<char> {
    let first = text.lines().find(|line| !line.trim().is_empty())?;
    let names = |separator: char| -> Vec<Option<Column>> {
        first.split(separator).map(|name| Column::named(name.trim().trim_matches('"'))).collect()
    };
    let names_columns = |separator: &char| {
        let columns = names(*separator);
        columns.contains(&Some(Column::Prompt)) || columns.iter().all(Option::is_some)
    };
    let by_most = |separator: &char| names(*separator).iter().flatten().count();
    [',', '\t', ';', '，'].into_iter().filter(names_columns).max_by_key(by_most)
}

/// A table whose first row names its columns.
pub(super) fn table(text: &str, separator: char) -> Result<Table, BatchError> {
    // The reader separates by a byte: one that no text has stands for a separator of several.
    let (text, delimiter) = match u8::try_from(separator) {
        Ok(byte) => (text.to_owned(), byte),
        Err(_) => (outside_quotes(text, separator, '\u{1f}'), 0x1f),
    };
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let (mut line, mut counted) = (1, 0);
    // The text is UTF-8 and rows may differ in length: nothing is left that the reader could refuse.
    for record in reader.records().flatten() {
        let begins = record.position().and_then(|at| usize::try_from(at.byte()).ok()).unwrap_or(counted);
        // Empty lines and the rest of the last line's end are counted to the record that follows.
        let blank = text.get(begins..).map_or(0, |rest| rest.len() - rest.trim_start_matches(['\r', '\n']).len());
        line += text.get(counted..begins + blank).map_or(0, |passed| passed.matches('\n').count());
        counted = begins + blank;
        if record.iter().any(|cell| !cell.is_empty()) {
            let cells = record.iter().map(str::to_owned).collect();
            rows.push(Row { line: u32::try_from(line).unwrap_or(u32::MAX), cells });
        }
    }
    if text.matches('"').count() % 2 == 1 {
        return Err(BatchError::OpenQuote(u32::try_from(line).unwrap_or(u32::MAX)));
    }
    if rows.is_empty() {
        return Err(BatchError::Empty);
    }
    let names = rows.remove(0).cells;
    let columns = names.into_iter().map(|name| (Column::named(&name), name)).collect();
    Ok(Table { columns, rows })
}

/// One prompt a line.
pub(super) fn prompts(text: &str) -> Table {
    let lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    let rows = lines.map(|(text, line)| Row { line, cells: vec![text.trim().to_owned()] }).collect();
    Table { columns: vec![(Some(Column::Prompt), "prompt".to_owned())], rows }
}

fn outside_quotes(text: &str, from: char, to: char) -> String {
    let mut quoted = false;
    let one = |letter: char| {
        quoted ^= letter == '"';
        if letter == from && !quoted { to } else { letter }
    };
    text.chars().map(one).collect()
}
