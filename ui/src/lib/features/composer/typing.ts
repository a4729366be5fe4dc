// Text put into a field as if it were typed, so that the field's own undo takes it back.

/** Replaces the selection by `text`, as typing would: the field's undo has it, and its `input` event tells of it. */
export function typeInto(area: HTMLTextAreaElement, text: string): void {
  area.focus();
  // Marked as obsolete, and the only way into a field's undo history in every web view there is (WebKitGTK, WKWebView,
  // WebView2): https://html.spec.whatwg.org knows no other.
  const done =
    text === ''
      ? area.selectionStart === area.selectionEnd || document.execCommand('delete')
      : document.execCommand('insertText', false, text);
  if (done) return;
  area.setRangeText(text, area.selectionStart, area.selectionEnd, 'end');
  area.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertText', data: text }));
}

/** Replaces everything in the field. */
export function retype(area: HTMLTextAreaElement, text: string): void {
  area.focus();
  area.select();
  typeInto(area, text);
}
