// Words of the gallery.

export const gallery = {
  'gallery.title': 'Gallery',
  'gallery.day': '{clips} · {seconds}',
  'gallery.day-cost': '{clips} · {seconds} · {cost}',
  'gallery.grid': 'Clips and jobs, newest first',
  'gallery.open': 'Open: {title}, {facts}',
  'gallery.continue': 'Continue',
  'gallery.continue-this': 'Continue from the last frame: {title}',
  'gallery.continues': 'continues another clip',
  'gallery.no-poster': 'The picture of this clip is missing.',
  'gallery.loading': 'Loading more clips',
  'gallery.load-failed': 'More clips could not be loaded.',
  'gallery.empty-title': 'Nothing here yet',
  'gallery.empty-text': 'Write what the camera sees and press Generate; the clip will appear in this row.',
  'gallery.empty-more': 'Or begin with one of these. Nothing is sent until you press.',
  'gallery.example-1': 'A night ferry leaves the harbour, seen from the pier',
  'gallery.example-2': 'Rain begins on a paper lantern, very close',
  'gallery.example-3': 'One figure crosses the ridge of a great dune',
  'gallery.example-facts': '{ratio} · {length}',
  'gallery.example-image': 'Begin from an image',
  'gallery.choose-file': 'choose a file',
} as const;
