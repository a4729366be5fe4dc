//! Every model × pictures × parameter against the reference, written down here apart from the catalogue.

use super::*;
use crate::catalogue::{LITE_I2V, LITE_T2V, PRO, PRO_1_5, PRO_FAST};
use crate::ids::{ImageId, ModelId};
use crate::image::ImageFormat;

/// What the reference says of one model.
struct Line {
    model: &'static str,
    /// Text, first frame, first and last frame, reference images.
    pictures: [bool; 4],
    seconds: (u32, u32),
    frames: bool,
    sound_and_draft: bool,
}

const REFERENCE: [Line; 5] = [
    line(LITE_T2V, [true, false, false, false], (2, 12), true, false),
    line(LITE_I2V, [false, true, true, true], (2, 12), true, false),
    line(PRO, [true, true, true, false], (2, 12), true, false),
    line(PRO_FAST, [true, true, false, false], (2, 12), true, false),
    line(PRO_1_5, [true, true, true, false], (4, 12), false, true),
];

const fn line(
    model: &'static str,
    pictures: [bool; 4],
    seconds: (u32, u32),
    frames: bool,
    sound_and_draft: bool,
) -> Line {
    Line { model, pictures, seconds, frames, sound_and_draft }
}

const LENGTHS: [Length; 14] = [
    Length::Seconds(0),
    Length::Seconds(1),
    Length::Seconds(2),
    Length::Seconds(3),
    Length::Seconds(4),
    Length::Seconds(12),
    Length::Seconds(13),
    Length::Frames(25),
    Length::Frames(29),
    Length::Frames(30),
    Length::Frames(57),
    Length::Frames(289),
    Length::Frames(291),
    Length::Frames(293),
];

fn with_pictures(request: &Request, kind: usize) -> Request {
    let picture =
        || ImageRef { id: ImageId::new("0"), format: ImageFormat::Png, width: 1248, height: 704, bytes: 1000.0 };
    let mut request = request.clone();
    match kind {
        1 => request.first_frame = Some(picture()),
        2 => (request.first_frame, request.last_frame) = (Some(picture()), Some(picture())),
        3 => request.reference_images = vec![picture(); 4],
        _ => {}
    }
    request
}

/// What the reference says of a request, worked out without the program.
fn is_documented(line: &Line, pictures: usize, request: &Request) -> bool {
    let length = match request.length {
        Length::Seconds(seconds) => line.seconds.0 <= seconds && seconds <= line.seconds.1,
        Length::Frames(frames) => line.frames && matches!(frames, 29 | 57 | 289),
    };
    let reference = pictures == 3 && (request.resolution == Resolution::P1080 || request.camera_fixed);
    let adaptive = request.ratio != Ratio::Adaptive || pictures > 0;
    let extras = line.sound_and_draft || !(request.generate_audio || request.draft);
    line.pictures[pictures] && length && !reference && adaptive && extras
}

#[test]
fn exactly_the_combinations_of_the_reference_are_accepted() {
    let catalogue = Catalogue::built_in();
    let (mut tried, mut accepted) = (0_u32, 0_u32);
    for line in &REFERENCE {
        for (pictures, length, switches) in (0..4).flat_map(|pictures| {
            LENGTHS.into_iter().flat_map(move |length| (0..16_u32).map(move |switches| (pictures, length, switches)))
        }) {
            for (&resolution, &ratio) in
                Resolution::ALL.iter().flat_map(|one| Ratio::ALL.iter().map(move |two| (one, two)))
            {
                let base = Request {
                    model: ModelId::new(line.model),
                    prompt: "A boat".into(),
                    resolution,
                    ratio,
                    length,
                    camera_fixed: switches & 1 > 0,
                    generate_audio: switches & 2 > 0,
                    draft: switches & 4 > 0,
                    watermark: switches & 8 > 0,
                    return_last_frame: switches & 8 == 0,
                    service_tier: if switches & 8 > 0 { ServiceTier::Flex } else { ServiceTier::Default },
                    ..Request::default()
                };
                let request = with_pictures(&base, pictures);
                let found = problems(&request, &catalogue);
                let taken = found.iter().all(|problem| problem.warning);
                assert_eq!(taken, is_documented(line, pictures, &request), "{request:?}: {found:?}");
                (tried, accepted) = (tried + 1, accepted + u32::from(taken));
            }
        }
    }
    assert_eq!(tried, 5 * 4 * 14 * 16 * 3 * 7);
    assert!(accepted > 1_000, "{accepted} of {tried}");
}
