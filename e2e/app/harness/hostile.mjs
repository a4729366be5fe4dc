// Texts that would do harm wherever a text is taken for anything else: markup, code, a path, a header, a pattern.

/**
 * @param {string} bait address of a server that must never hear of it
 * @param {string} mark a word that is in the name of every file that they try to write
 * @returns {string[]}
 */
export const hostileTexts = (bait, mark) => [
  // Markup and scripts.
  `<script>window.pwned=true;fetch('${bait}/script')</script>`,
  `<img src=x onerror="window.pwned=true;new Image().src='${bait}/onerror'">`,
  `<img src="${bait}/img">`,
  `<svg/onload=window.pwned=true>`,
  `"><script>window.pwned=true</script>`,
  `' onmouseover='window.pwned=true' autofocus onfocus='window.pwned=true`,
  `</textarea></title></style><iframe src="${bait}/frame"></iframe>`,
  `<iframe srcdoc="<script>parent.pwned=true</script>"></iframe>`,
  `<meta http-equiv="refresh" content="0;url=${bait}/refresh">`,
  `<link rel=stylesheet href="${bait}/style"><style>@import '${bait}/import';</style>`,
  `<base href="${bait}/"><a href=x id=__TAURI_INTERNALS__>x</a>`,
  `<form action="${bait}/form"><input name=x autofocus onfocus=this.form.submit()></form>`,
  `<video src="${bait}/video" autoplay onerror=window.pwned=true></video>`,
  `<math><mtext></form><form><mglyph><style></math><img src onerror=window.pwned=true>`,
  `<template><script>window.pwned=true</script></template><slot onslotchange=window.pwned=true>`,
  '&lt;script&gt;window.pwned=true&lt;/script&gt;&#60;script&#62;',
  // Templates.
  '{{constructor.constructor("window.pwned=true")()}}',
  '${window.pwned=true}`${window.pwned=true}`',
  '{@html "<img src=x onerror=window.pwned=true>"}{#if window.pwned=true}{/if}',
  '<%= window.pwned=true %>#{window.pwned=true}{count, plural, one {# x} other {',
  // Links.
  'javascript:window.pwned=true',
  'JaVaScRiPt:window.pwned=true//%0aalert(1)',
  'data:text/html,<script>window.pwned=true</script>',
  'file:///etc/passwd',
  'tauri://localhost/index.html?pwned',
  'ipc://localhost/remove_key',
  `[a link](${bait}/markdown) ![a picture](${bait}/markdown.png)`,
  'http://169.254.169.254/latest/meta-data/',
  'https://user:password@127.0.0.1@example.invalid:99999/',
  '//example.invalid/protocol-relative',
  // Paths.
  `../../../../../../../../tmp/${mark}`,
  `..\\..\\..\\${mark}`,
  `/tmp/${mark}.mp4`,
  `%2e%2e%2f%2e%2e%2f${mark}`,
  `....//....//${mark}\u0000.png`,
  `C:\\Windows\\${mark}:stream`,
  `~/${mark} $(touch /tmp/${mark}) \`touch /tmp/${mark}\` ; touch /tmp/${mark} | & > /tmp/${mark}`,
  '..',
  '.',
  'CON',
  // Headers, queries, formats.
  `x\r\nX-Injected: 1\r\nSet-Cookie: pwned=1\r\n\r\n<script>window.pwned=true</script>`,
  `'; DROP TABLE jobs; DELETE FROM clips; --`,
  `" OR 1=1; ATTACH DATABASE '/tmp/${mark}.db' AS x; --`,
  '%s%s%s%n%x {} {0} {:?} %{GREEDYDATA} ${jndi:ldap://127.0.0.1/x}',
  '{"__proto__":{"pwned":true},"constructor":{"prototype":{"pwned":true}}}',
  `2026-11-22T00:00:00.000000Z ERROR forged\n2026-11-22T00:00:00.000000Z ERROR forged again`,
  // Letters.
  '\u001b[2J\u001b]0;pwned\u0007\u001b[31mred\u0008\u0008\u007f\u009b31m',
  '\u202e\u2066gnp.4pm.exe\u2069 \u200f\u200b\ufeff\u00ad',
  '👩‍👩‍👧‍👦'.repeat(40) + '🏳️‍🌈\u{e0067}\u{e007f}',
  'Z̸̢̛a̷l̴g̵o̶'.repeat(60),
  '\ud800 lone \udc00 surrogates',
  'null',
  '-1e309',
  `${'A'.repeat(100_000)}`,
  '﷽'.repeat(2000),
  '\n'.repeat(500) + '\t'.repeat(500),
];
