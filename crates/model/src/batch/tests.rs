use super::*;
use crate::catalogue::{LITE_I2V, LITE_T2V, PRO};
use crate::ids::{ImageId, ModelId};
use crate::image::ImageFormat;
use crate::length::Length;
use crate::request::{Ratio, Resolution, ServiceTier};

fn picture(name: &str) -> ImageRef {
    ImageRef { id: ImageId::new(name), format: ImageFormat::Png, width: 1248, height: 704, bytes: 9e5 }
}

fn read_over(text: &str, base: &Request) -> Result<Batch, BatchError> {
    let (catalogue, prices) = (Catalogue::built_in(), PriceTable::default());
    let around = Around { catalogue: &catalogue, prices: &prices };
    read_batch(text, base, &around, &mut |name| match name {
        "gone.png" => Err(NoPicture::Unusable("gone.png: there is no such file.".to_owned())),
        name => Ok(picture(name)),
    })
}

fn read(text: &str) -> Batch {
    read_over(text, &Request::default()).unwrap()
}

fn only(text: &str) -> BatchRow {
    let mut batch = read(text);
    assert_eq!(batch.rows.len(), 1, "{batch:?}");
    batch.rows.remove(0)
}

/// The fields with a problem, in order.
fn wrong(row: &BatchRow) -> Vec<(Field, ProblemCode)> {
    row.problems.iter().map(|problem| (problem.field, problem.code)).collect()
}

#[test]
fn plain_lines_are_prompts() {
    let batch = read("\u{feff}A boat, drifting\r\n\r\n  “A storm”, she said  \n雨夜的街道，纸船\n");
    let prompts: Vec<_> = batch.rows.iter().map(|row| (row.line, row.request.prompt.as_str())).collect();
    assert_eq!(prompts, [(1, "A boat, drifting"), (3, "“A storm”, she said"), (4, "雨夜的街道，纸船")]);
    assert!(batch.rows.iter().all(|row| row.refusal().is_none() && row.count == 1));
    assert_eq!(batch.total.unwrap().to_string(), "0.5559", "3 × 0.1853");
    let models = read("Model, walking on a runway\nSeed falling to the ground");
    assert_eq!(models.rows.len(), 2, "a prompt that begins with the name of a column is a prompt");
}

#[test]
fn every_column_of_the_command_line_is_understood() {
    let row = only(concat!(
        "prompt,model,resolution,ratio,duration,seed,count,camera_fixed,watermark,return_last_frame,service_tier,",
        "expires_after,callback_url,last_frame,first_frame\n",
        "\"A boat, drifting\",Pro,1080p,4:3,7 s,42,3,yes,no,false,flex,7200,https://a.example/x,b.png,a.png\n",
    ));
    let expected = Request {
        model: ModelId::new(PRO),
        prompt: "A boat, drifting".into(),
        first_frame: Some(picture("a.png")),
        last_frame: Some(picture("b.png")),
        resolution: Resolution::P1080,
        ratio: Ratio::R4x3,
        length: Length::Seconds(7),
        seed: Some(42),
        camera_fixed: true,
        return_last_frame: false,
        service_tier: ServiceTier::Flex,
        expires_after: 7200,
        callback_url: Some("https://a.example/x".into()),
        ..Request::default()
    };
    assert_eq!((row.request, row.count, row.problems), (expected, 3, vec![]));
    let more = only("prompt\tframes\tseed\taudio\tdraft\nA boat\t57\trandom\ton\t0");
    assert_eq!((more.request.length, more.request.seed), (Length::Frames(57), None));
    assert_eq!(wrong(&more), [(Field::GenerateAudio, ProblemCode::AudioNotTaken)], "the same rules as in the form");
    let references = only("prompt,model,reference\nA boat,Lite i2v,a.png|b.png");
    assert_eq!(references.request.reference_images.len(), 2);
    assert_eq!(references.refusal(), None);
    for (column, names) in [
        (Column::CameraFixed, ["camera_fixed", "Camera fixed", "--camera-fixed"]),
        (Column::FirstFrame, ["first_frame", "FIRST-FRAME", "首帧"]),
    ] {
        assert!(names.iter().all(|name| Column::named(name) == Some(column)), "{names:?}");
    }
}

#[test]
fn chinese_headers_commas_and_wide_letters_are_understood() {
    for text in [
        "提示词,比例,时长,种子\n雨夜的街道，纸船,９：１６,６秒,随机",
        "提示词，比例，时长\n\"雨夜的街道，纸船\"，9:16，6",
    ] {
        let row = only(text);
        assert_eq!(row.request.prompt, "雨夜的街道，纸船", "{text}");
        assert_eq!((row.request.ratio, row.request.length), (Ratio::R9x16, Length::Seconds(6)), "{text}");
        assert_eq!(row.problems, []);
    }
}

#[test]
fn what_separates_cells_is_seen_in_the_header() {
    for text in ["prompt,duration\nA boat,7", "prompt\tduration\nA boat\t7", "prompt;duration\r\nA boat;7\r\n"] {
        assert_eq!(only(text).request.length, Length::Seconds(7), "{text:?}");
    }
    let quoted = read("prompt,duration\r\n\"She says \"\"now\"\",\r\nand leaves\",7\r\n\r\nA boat,8\r\n");
    assert_eq!(quoted.rows[0].request.prompt, "She says \"now\",\r\nand leaves");
    assert_eq!((quoted.rows[1].line, quoted.rows[1].request.length), (5, Length::Seconds(8)), "lines are the text's");
}

#[test]
fn a_row_takes_what_it_does_not_say_from_the_form() {
    let base = Request {
        model: ModelId::new(LITE_I2V),
        prompt: "The prompt of the form".into(),
        first_frame: Some(picture("form.png")),
        ratio: Ratio::R1x1,
        seed: Some(9),
        continues: Some(crate::ids::ClipId::new("clip")),
        ..Request::default()
    };
    let batch = read_over("prompt,first_frame,duration\nA boat,,\n,other.png,3\n", &base).unwrap();
    assert_eq!(batch.rows[0].request, Request { prompt: "A boat".into(), ..base.clone() });
    let second = &batch.rows[1].request;
    assert_eq!(second.prompt, "", "an empty cell is an empty prompt, not the form's");
    assert_eq!((second.first_frame.clone(), second.continues.clone()), (Some(picture("other.png")), None));
    let without = read_over("first_frame\na.png\n", &base).unwrap();
    assert_eq!(without.rows[0].request.prompt, base.prompt, "without such a column it is the form's");
}

#[test]
fn what_is_wrong_is_said_at_its_cell_and_nothing_is_guessed() {
    use ProblemCode::{CellUnread, CountRange, ModelUnknown, PromptMissing, SecondsRange};
    let cells = [
        ("duration", "2.4", Field::Length, CellUnread),
        ("duration", "99", Field::Length, SecondsRange),
        ("duration", "99999999999", Field::Length, CellUnread),
        ("resolution", "4k", Field::Resolution, CellUnread),
        ("ratio", "2:1", Field::Ratio, CellUnread),
        ("seed", "-7", Field::Seed, CellUnread),
        ("count", "9", Field::Count, CountRange),
        ("count", "0", Field::Count, CountRange),
        ("watermark", "maybe", Field::Watermark, CellUnread),
        ("service_tier", "cheap", Field::ServiceTier, CellUnread),
        ("model", "Sora", Field::Model, ModelUnknown),
        ("first_frame", "gone.png", Field::FirstFrame, CellUnread),
    ];
    for (column, text, field, code) in cells {
        let row = only(&format!("prompt,{column}\nA boat,{text}"));
        assert_eq!(wrong(&row), [(field, code)], "{column} = {text}");
        assert!(row.refusal().is_some(), "{column} = {text}");
        if code == CellUnread {
            assert!(row.problems[0].message.contains(text), "{:?}", row.problems);
            assert_eq!((row.unread[0].column.as_str(), row.unread[0].text.as_str()), (column, text));
        }
    }
    assert_eq!(wrong(&only("prompt,seed\n,3")), [(Field::Prompt, PromptMissing)]);
    assert_eq!(wrong(&only("prompt,duration,frames\nA boat,5,57")), [(Field::Length, CellUnread)], "not both");
    let spilled = only("prompt,seed\nA boat, drifting,3");
    assert_eq!(wrong(&spilled), [(Field::Seed, CellUnread), (Field::Prompt, CellUnread)], "nothing falls off the end");
    assert_eq!(only("prompt,seed\nA boat").refusal(), None, "what is left out at the end is not said");
    let batch = read("prompt,mood,,seed\nA boat,sad,x,3");
    assert_eq!(batch.unknown_columns, ["mood"]);
}

#[test]
fn the_total_is_of_the_rows_that_can_go() {
    let batch = read("prompt,count,duration\nA boat,2,5\nA cat,1,99\nA dog,1,5\n");
    assert_eq!(batch.rows.iter().filter(|row| row.refusal().is_none()).count(), 2);
    assert_eq!(batch.total.unwrap().to_string(), "0.5559", "(2 + 1) × 0.1853");
}

#[test]
fn what_is_no_list_is_refused_whole() {
    let refused = |text: &str| read_over(text, &Request::default()).unwrap_err();
    assert_eq!(refused(" \n\r\n"), BatchError::Empty);
    assert_eq!(refused("prompt,seed\n"), BatchError::Empty);
    assert_eq!(refused(&"A boat\n".repeat(1001)), BatchError::TooManyRows(1001));
    assert_eq!(read(&"A boat\n".repeat(1000)).rows.len(), 1000);
    assert_eq!(refused(&"x".repeat(MAX_BYTES + 1)), BatchError::TooLarge);
    assert_eq!(refused("prompt,seed\nA boat,1\n\"A cat,2\nA dog,3\n"), BatchError::OpenQuote(3), "three rows as one");
}

proptest::proptest! {
    /// Whatever is pasted, no row is invented or lost on the way, and nothing panics.
    #[test]
    fn any_text_is_read_or_refused(text in "(?s).{0,400}") {
        if let Ok(batch) = read_over(&text, &Request::default()) {
            assert!(!batch.rows.is_empty() && batch.rows.len() <= text.lines().count());
        }
    }

    /// A table that a spreadsheet writes comes back as it was.
    #[test]
    fn what_a_spreadsheet_writes_is_read_back(
        rows in proptest::collection::vec(("[ -~\u{4e00}-\u{4fff}\n]{0,40}[a-z]", 0_u32..=u32::MAX), 1..20)
    ) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["prompt", "seed"]).unwrap();
        for (prompt, seed) in &rows {
            writer.write_record([prompt.as_str(), &seed.to_string()]).unwrap();
        }
        let batch = read(&String::from_utf8(writer.into_inner().unwrap()).unwrap());
        let back: Vec<_> = batch.rows.iter().map(|row| (row.request.prompt.as_str(), row.request.seed)).collect();
        let wanted: Vec<_> = rows.iter().map(|(prompt, seed)| (prompt.trim(), Some(*seed))).collect();
        assert_eq!(back, wanted);
    }
}

#[test]
fn the_form_itself_is_accepted() {
    assert_eq!(only("prompt\nA boat").request, Request { prompt: "A boat".into(), ..Request::default() });
    assert_eq!(only("A boat").request.model, ModelId::new(LITE_T2V));
}
