// What a person sees and does in the window, in the window's own names (`data-testid`). Nothing here looks behind it.
import { patience } from './app.mjs';
import { copy } from './desk.mjs';

/** How long a rehearsed clip may take until its card is there, on a busy computer. Milliseconds. */
const clipPatience = 60_000;

export class Person {
  constructor(app, world) {
    this.app = app;
    this.world = world;
    this.home = app.home;
    this.browser = app.browser;
  }

  /** Reads one property of the first element of a name, in one look; `undefined` when there is no such element. */
  async read(name, property) {
    const look = (selector, key) => {
      const element = document.querySelector(selector);
      if (!element) return null;
      return key in element ? element[key] : element.getAttribute(key);
    };
    return (await this.browser.execute(look, `[data-testid="${name}"]`, property)) ?? undefined;
  }

  /** The ids (`data-id`) of all cards of that name, in the order of the page. One look: cards come and go meanwhile. */
  ids(name) {
    const read = (selector) => [...document.querySelectorAll(selector)].map((card) => card.dataset.id);
    return this.browser.execute(read, `[data-testid="${name}"]`);
  }

  /** The ids of what stands inside something, in the order of the page. */
  idsIn(name) {
    const read = (selector) => [...document.querySelectorAll(selector)].map((each) => each.dataset.id);
    return this.browser.execute(read, `[data-testid="${name}"] [data-id]`);
  }

  /** Whether something of that name is on the screen. */
  isShown(name) {
    const look = (selector) => document.querySelector(selector)?.checkVisibility() ?? false;
    return this.browser.execute(look, `[data-testid="${name}"]`);
  }

  /**
   * Waits until something of that name is on the screen, and returns it. The page is asked for it, not the driver, which
   * stumbles over an element that the page replaces in that very moment.
   */
  async waitFor(name, timeout = patience) {
    await this.waitUntil(() => this.isShown(name), `“${name}” should appear`, timeout);
    return this.browser.$(`[data-testid="${name}"]`);
  }

  waitUntilGone(name) {
    return this.waitUntil(async () => !(await this.isShown(name)), `“${name}” should go away`);
  }

  waitUntil(condition, what, timeout = patience) {
    return this.browser.waitUntil(condition, { timeout, timeoutMsg: `${what} within ${timeout / 1000} s` });
  }

  async click(name) {
    const element = await this.waitFor(name);
    await element.waitForClickable({ timeout: patience, timeoutMsg: `“${name}” cannot be clicked` });
    await this.standsStill(name);
    await element.click();
  }

  /** Waits until something is twice in one place: the driver aims at where it was a moment ago. */
  async standsStill(name) {
    const look = (selector) => JSON.stringify(document.querySelector(selector)?.getBoundingClientRect() ?? null);
    let before;
    const still = async () => {
      const now = await this.browser.execute(look, `[data-testid="${name}"]`);
      const same = now === before;
      before = now;
      return same;
    };
    const words = `“${name}” should stand still`;
    await this.browser.waitUntil(still, { timeout: patience, interval: 50, timeoutMsg: words });
  }

  /** Waits until a text reads as a pattern says, and returns it. */
  async waitForText(name, pattern) {
    let text = '';
    // Not WebDriver's own text, which leaves out what an ellipsis cuts off.
    const reads = async () => pattern.test((text = (await this.read(name, 'innerText')) ?? ''));
    await this.waitUntil(reads, '').catch(() => {
      throw new Error(`“${name}” should read ${pattern}, but reads “${text}”`);
    });
    return text;
  }

  /** Goes through the door *Rehearse* of the first run. */
  async rehearse() {
    await this.waitFor('first-run');
    await this.click('door-rehearse');
    await this.waitFor('place-gallery');
  }

  async write(prompt) {
    const field = await this.waitFor('prompt');
    await field.setValue(prompt);
  }

  /** Writes a prompt and presses Generate once it can be pressed. */
  async generate(prompt) {
    await this.write(prompt);
    await this.pressGenerate();
  }

  async pressGenerate() {
    const ready = async () => (await this.read('generate', 'aria-disabled')) === 'false';
    await this.waitUntil(ready, 'Generate should become ready to press');
    await this.click('generate');
  }

  /** Waits until the gallery holds that many clips, and returns their ids, newest first. */
  async waitForClips(count, timeout = clipPatience) {
    let ids = [];
    const there = async () => (ids = await this.ids('clip-card')).length >= count;
    await this.waitUntil(there, `the gallery should hold ${count} clips`, timeout);
    return ids;
  }

  /** The state that the card of an id shows: a job's state, or `done`. `undefined` when there is no such card. */
  async state(id) {
    const read = (selector) => document.querySelector(selector)?.dataset.state ?? null;
    return (await this.browser.execute(read, `[data-state][data-id="${id}"]`)) ?? undefined;
  }

  /** Waits until no job has a card any more: what became a clip does not stay beside it. */
  noJobsLeft() {
    return this.waitUntil(async () => (await this.ids('job-card')).length === 0, 'no card of a job should be left');
  }

  /** Opens a clip in the viewer, and returns its video element. */
  async openClip(id) {
    const card = this.browser.$(`[data-testid="clip-card"][data-id="${id}"]`);
    await card.waitForDisplayed({ timeout: patience });
    await card.click();
    await this.waitFor('place-viewer');
    return this.waitFor('viewer-video');
  }

  /** Goes to a place by its button on the rail, known by the key it also has. */
  async go(place, shortcut) {
    await this.browser.$(`nav [aria-keyshortcuts="${shortcut}"]`).click();
    return this.waitFor(place);
  }

  openSettings() {
    return this.go('place-settings', 'Control+,');
  }

  openGallery() {
    return this.go('place-gallery', 'G');
  }

  /** Chooses one of the options that stand side by side under a name. */
  async choose(name, value) {
    await this.waitFor(name);
    const option = this.browser.$(`[data-testid="${name}"] [role="radio"][data-value="${value}"]`);
    await option.click();
    const chosen = async () => (await option.getAttribute('aria-checked')) === 'true';
    await this.waitUntil(chosen, `“${value}” should be chosen as ${name}`);
  }

  async setServiceAddress(address) {
    const field = await this.waitFor('service-address');
    await field.setValue(address);
    await this.click('address-save');
    await this.waitUntilGone('address-save');
  }

  /**
   * Copies a key and pastes it into its field, which is all there is to do: as the menu of the field does it, since the
   * keyboard may be another window's (a keychain that asks for its password takes it). Typed keys have a test of their own:
   * the page that saw one makes way for another, and with its process the driver's session ends.
   */
  async enterKey(key) {
    await this.forgetCopied?.();
    this.forgetCopied = await copy(this.world, key);
    await this.click('key-input');
    await this.browser.execute(() => {
      // The event alone: the program reads the clipboard itself.
      const event = new ClipboardEvent('paste', { bubbles: true, cancelable: true });
      document.querySelector('[data-testid="key-input"]').dispatchEvent(event);
    });
  }

  /** The error that stands at a field: what it is described by, or what is announced in its group. Empty when none. */
  errorAt(name) {
    return this.browser.execute((field) => {
      const element = document.querySelector(`[data-testid="${field}"]`);
      if (!element) return '';
      const description = document.getElementById(element.getAttribute('aria-describedby') ?? '');
      const group = element.parentElement.closest('[role="group"]');
      return (description ?? group?.querySelector('[role="alert"]'))?.innerText.trim() ?? '';
    }, name);
  }

  /** Waits for an error at a field, and returns its words. */
  async waitForErrorAt(name) {
    let words = '';
    await this.waitUntil(async () => (words = await this.errorAt(name)) !== '', `an error should stand at “${name}”`);
    return words;
  }

  /**
   * Holds the pointer over something until what it leads to has come about. A hand is never quite still: a pointer that
   * rests in one place hears nothing when the page changes what lies under it, so it trembles by two pixels.
   *
   * @param {() => Promise<unknown>} element looked for anew each time, since the page may replace it
   */
  async hoverUntil(element, come, what, xOffset = 0) {
    let moves = 0;
    const moved = async () => {
      await (await element()).moveTo({ xOffset: xOffset + (moves++ % 2) * 2 });
      return come();
    };
    await this.waitUntil(moved, what);
  }

  /** Moves the pointer onto something, and returns the words that appear over it. */
  async tooltipOf(name) {
    const read = () => document.querySelector('[data-tooltip-content]')?.innerText.trim() ?? '';
    let words = '';
    const says = async () => (words = await this.browser.execute(read)) !== '';
    await this.hoverUntil(() => this.waitFor(name), says, `“${name}” should say something under the pointer`);
    return words;
  }

  /** Opens a clip and stops it in the middle, for a picture of it. */
  async openHeld(id) {
    await this.openClip(id);
    await this.browser.$('[data-testid="place-viewer"] [role="slider"]').click();
  }

  /** Waits until every picture and letter on the page is there to be painted, and has been. */
  async settle() {
    await this.browser.executeAsync((done) => {
      const pictures = [...document.images].map((image) => image.decode().catch(() => {}));
      const painted = () => requestAnimationFrame(() => requestAnimationFrame(done));
      Promise.all([document.fonts.ready, ...pictures]).then(painted, painted);
    });
    await this.browser.pause(700);
  }
}
