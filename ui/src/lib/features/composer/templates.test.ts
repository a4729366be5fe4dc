import { afterEach, describe, expect, it } from 'vitest';
import { locale } from '$lib/i18n/locale.svelte';
import { asSentence, CAMERA, STYLES, templateGroups } from './templates';

afterEach(() => locale.choose('en'));

const WORDS = 'The camera pans.';

describe('words put into a prompt', () => {
  it.each([
    ['', '', 'The camera pans.'],
    ['A boat drifts', '', 'A boat drifts. The camera pans.'],
    ['A boat drifts.', '', 'A boat drifts. The camera pans.'],
    ['A boat drifts. ', '', 'A boat drifts. The camera pans.'],
    ['A boat drifts,', '', 'A boat drifts, The camera pans.'],
    ['A boat drifts\n', '', 'A boat drifts\nThe camera pans.'],
    ['', 'A boat drifts', 'The camera pans. A boat drifts'],
    ['A boat drifts.', ' It rains.', 'A boat drifts. The camera pans. It rains.'],
  ])('between “%s” and “%s” stand as a sentence', (before, after, whole) => {
    locale.choose('en');
    expect(before + asSentence(before, WORDS, after) + after).toBe(whole);
  });

  it('need no spaces in Chinese', () => {
    locale.choose('zh-CN');
    expect(asSentence('小船漂过', '镜头左摇。', '下雨了')).toBe('。镜头左摇。');
    expect(asSentence('小船漂过。', '镜头左摇。', '')).toBe('镜头左摇。');
    expect(asSentence('', '镜头左摇。', '')).toBe('镜头左摇。');
  });
});

describe.each(['en', 'zh-CN'] as const)('the templates in %s', (language) => {
  it('are whole sentences, each once, none so long that it fills the prompt', () => {
    locale.choose(language);
    const lines = templateGroups(() => undefined).flatMap((group) => group.items);
    expect(lines).toHaveLength(CAMERA.length + STYLES.length);
    expect(new Set(lines.map((line) => line.title)).size).toBe(lines.length);
    expect(new Set(lines.map((line) => line.detail)).size).toBe(lines.length);
    for (const { detail = '' } of lines) {
      expect(detail).toMatch(language === 'en' ? /^[A-Z0-9].*\.$/ : /。$/);
      expect(detail.length, detail).toBeLessThan(120);
    }
  });
});
