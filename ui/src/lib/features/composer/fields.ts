// Which values of a request stand at a field of the form.

import type { Field } from '$lib/ipc/bindings';
import type { FullRequest } from '$lib/state/request';

/** The values at a field, to be compared: they are the same text while nothing at the field was changed. */
export function valuesAt(field: Field, request: FullRequest): string {
  switch (field) {
    case 'prompt':
      // "Missing content" is cured by a picture, too.
      return JSON.stringify([request.prompt, request.first_frame, request.last_frame, request.reference_images]);
    case 'camera_fixed':
      // The service has one code for all its switches.
      return JSON.stringify([
        request.camera_fixed,
        request.watermark,
        request.return_last_frame,
        request.generate_audio,
        request.draft,
      ]);
    case 'count':
      return '';
    default:
      return JSON.stringify(request[field]);
  }
}
