//! Giving a picture another shape before it is sent: what fits the clip, which pictures call for it, and how it is
//! done. Pixels are the media crate's business.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::check::image_problem;
use crate::cost::PixelSize;
use crate::error::Field;
use crate::image::ImageRef;
use crate::request::{Ratio, Request, Resolution};

/// By how much width / height may differ from the clip's before it is worth a word: 3 %. The table's own sizes are up
/// to 1.5 % from the ratio that names them.
const CLOSE: f64 = 0.03;

/// How a picture is brought into another shape.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum Framing {
    /// The largest window of the wanted shape is cut out and scaled.
    Crop {
        /// Where the window lies, from 0 (left) to 1 (right); 0.5 is the middle.
        x: f64,
        /// The same from 0 (top) to 1 (bottom).
        y: f64,
    },
    /// All of the picture, scaled, in the middle of a background.
    Fit {
        /// What is around it, and behind its transparent parts.
        background: Background,
    },
}

/// What is around a picture that does not fill its new shape.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Background {
    /// The mean colour of the picture's outermost pixels.
    #[default]
    Edge,
    /// Black.
    Black,
}

/// A picture of a request that had better get another shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct FramingOffer {
    /// Where it was given.
    pub field: Field,
    /// Which one of that field, counted from 0.
    pub index: u32,
    /// The size it would get.
    pub size: PixelSize,
    /// Whether the service would refuse it as it is; otherwise it only has another shape than the clip.
    pub refused: bool,
}

/// The pictures of a request that the service would refuse, or that have another shape than the clip, with the size that
/// would fit. Reference images may have any shape that is taken at all.
#[must_use]
pub fn framing_offers(request: &Request) -> Vec<FramingOffer> {
    let of = |field, index: usize, picture: &ImageRef| {
        let size = framed_size(request, field, picture);
        let refused = image_problem(field, picture).is_some();
        let free = field == Field::ReferenceImages || request.ratio == Ratio::Adaptive;
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        (refused || (!free && !is_close(picture, size))).then_some(FramingOffer { field, index, size, refused })
    };
    let frames = [(Field::FirstFrame, &request.first_frame), (Field::LastFrame, &request.last_frame)];
    let frames = frames.into_iter().filter_map(|(field, picture)| of(field, 0, picture.as_ref()?));
    let references = request.reference_images.iter().enumerate();
    frames.chain(references.filter_map(|(index, picture)| of(Field::ReferenceImages, index, picture))).collect()
}

/// The size in pixels that a picture gets: the clip's own, or with `adaptive` and for reference images the size of the
/// table whose shape is nearest to the picture's.
#[must_use]
pub fn framed_size(request: &Request, field: Field, picture: &ImageRef) -> PixelSize {
    if field != Field::ReferenceImages && request.ratio != Ratio::Adaptive {
        return PixelSize::of_request(request);
    }
    // What resembles has no clip's size to keep to; 720p keeps enough of it.
    let resolution = if field == Field::ReferenceImages { Resolution::P720 } else { request.resolution };
    let ratio = PixelSize::nearest_ratio(picture.width, picture.height);
    PixelSize::of(resolution, ratio).unwrap_or_else(|| PixelSize::of_request(request))
}

fn is_close(picture: &ImageRef, size: PixelSize) -> bool {
    let aspect = |width: u32, height: u32| f64::from(width.max(1)) / f64::from(height.max(1));
    (aspect(picture.width, picture.height) / aspect(size.width, size.height)).ln().abs() <= CLOSE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ImageId;
    use crate::image::ImageFormat;

    fn picture(width: u32, height: u32) -> ImageRef {
        ImageRef { id: ImageId::new("0"), format: ImageFormat::Png, width, height, bytes: 1000.0 }
    }

    fn offer(request: &Request) -> Option<(Field, (u32, u32), bool)> {
        let offers = framing_offers(request);
        assert!(offers.len() <= 1, "{offers:?}");
        offers.first().map(|offer| (offer.field, (offer.size.width, offer.size.height), offer.refused))
    }

    #[test]
    fn a_picture_of_another_shape_is_offered_the_clips_own_size() {
        let with = |width, height| Request { first_frame: Some(picture(width, height)), ..Request::default() };
        assert_eq!(offer(&with(2000, 1000)), Some((Field::FirstFrame, (1248, 704), false)), "2:1 in 16:9");
        assert_eq!(offer(&with(1920, 1080)), None, "true 16:9");
        assert_eq!(offer(&Request { ratio: Ratio::R1x1, ..with(1920, 1080) }).map(|offer| offer.1), Some((960, 960)));
        assert_eq!(
            offer(&with(160, 90)),
            Some((Field::FirstFrame, (1248, 704), true)),
            "too small, of the right shape"
        );
        assert_eq!(offer(&with(4000, 1000)).map(|offer| offer.2), Some(true), "too wide to be taken");
    }

    #[test]
    fn every_size_of_a_clip_is_close_to_its_own_frames_at_the_other_resolutions() {
        for ratio in Ratio::ALL.iter().copied().filter(|ratio| *ratio != Ratio::Adaptive) {
            for taken in Resolution::ALL {
                let size = PixelSize::of(*taken, ratio).unwrap();
                for resolution in Resolution::ALL {
                    let first_frame = Some(picture(size.width, size.height));
                    let request = Request { first_frame, ratio, resolution: *resolution, ..Request::default() };
                    assert_eq!(offer(&request), None, "a {taken} frame in a {resolution} clip, {ratio}");
                }
            }
        }
    }

    #[test]
    fn with_adaptive_and_for_references_only_the_limits_count() {
        let adaptive = |width, height| Request {
            first_frame: Some(picture(width, height)),
            ratio: Ratio::Adaptive,
            ..Request::default()
        };
        assert_eq!(offer(&adaptive(2000, 1000)), None);
        assert_eq!(offer(&adaptive(7000, 5000)).map(|offer| offer.1), Some((1120, 832)), "of its own shape");
        let references = Request {
            reference_images: vec![picture(2000, 1000), picture(200, 200)],
            resolution: Resolution::P480,
            ..Request::default()
        };
        let offers = framing_offers(&references);
        assert_eq!(offers.len(), 1, "the first is taken as it is");
        let size = PixelSize { width: 960, height: 960 };
        assert_eq!(offers[0], FramingOffer { field: Field::ReferenceImages, index: 1, size, refused: true });
    }

    #[test]
    fn whatever_is_offered_is_taken_by_the_service() {
        for (width, height) in [(1, 1), (10_000, 10), (10, 10_000), (300, 300), (6000, 4000)] {
            for field in [Field::FirstFrame, Field::ReferenceImages] {
                for ratio in Ratio::ALL {
                    for resolution in Resolution::ALL {
                        let request = Request { ratio: *ratio, resolution: *resolution, ..Request::default() };
                        let size = framed_size(&request, field, &picture(width, height));
                        assert_eq!(image_problem(field, &picture(size.width, size.height)), None, "{ratio} {size:?}");
                    }
                }
            }
        }
    }
}
