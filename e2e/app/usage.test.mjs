// The ledger in the real window: what its sums say is what the command line exports, to the cent.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { built } from '../../scripts/lib/repository.mjs';
import { startService } from './harness/service.mjs';
import { windowTest } from './harness/world.mjs';

const call = promisify(execFile);

/** The rows of a CSV without line breaks in its fields. */
function table(text) {
  const fields = (line) => [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, field]) => field);
  const [head, ...lines] = text.trim().split(/\r?\n/).map(fields);
  return lines.map((line) => Object.fromEntries(head.map((name, index) => [name, line[index]])));
}

/** Ten-thousandths of a dollar, exact for what the practice service bills. */
const units = (amount) => Math.round(Number(amount) * 10_000);

/** Chooses one of the cells that a chip of the composer opens. */
async function cell(person, chip, value) {
  await person.click(chip);
  await person.browser.$(`#tray-${chip} [role="radio"][data-value="${value}"]`).click();
  await person.click(chip);
}

windowTest(
  'the sums on the screen are those of the exported ledger, to the cent, and a rehearsal is in none',
  async (world) => {
    const service = await startService(world);
    // A clip of rehearsal, and then the practice service standing in for a hosted one.
    const rehearsed = ['--home', world.home, '--rehearsal', '--rehearsal-speed', '50'];
    await call(built('lastframe'), [...rehearsed, 'generate', '--prompt', 'practice', '--duration', '2']);
    world.writeSettings({
      door: 'connect',
      service_address: service.address,
      guards: { monthly_budget: '0.15', job_ceiling: null },
    });
    const person = await world.open({ LASTFRAME_API_KEY: service.key });
    await person.waitForClips(1);
    // What costs money is pressed at the price that stands there.
    await cell(person, 'resolution', '480p');
    await person.waitForText('price', /^about \$0\.09$/);
    await person.generate('=A paper boat, "folded"');
    await person.waitForClips(2);
    await cell(person, 'length', '2');
    await person.waitForText('price', /^about \$0\.04$/);
    await person.generate('A ferry');
    await person.waitForText('budget-line', /Over 80 %/);
    await person.waitForClips(3);

    await person.go('place-usage', 'U');
    await person.waitForText('usage-all', /2 clips/);
    const shown = await person.waitForText('usage-all', /\$\d+\.\d\d/);
    const [, amount] = shown.match(/\$(\d+\.\d+)/);
    assert.match(await person.waitForText('budget-banner', /80 %/), /of \$0\.15/);

    const { stdout: csv } = await call(built('lastframe'), ['--home', world.home, 'usage', '--csv']);
    const rows = table(csv);
    assert.equal(rows.length, 2, 'no rehearsal');
    assert.ok(rows[0].prompt.startsWith(`"'=A paper boat`), 'no formula');
    const sum = rows.reduce((all, row) => all + units(row.billed_usd), 0);
    assert.equal((sum / 10_000).toFixed(2), amount, 'the CSV adds up to what the screen says');
    const cells = () =>
      [...document.querySelectorAll('[data-owed="billed"] .font-strong')].map((node) => node.innerText.slice(1));
    const onScreen = (await person.browser.execute(cells)).map(units);
    assert.deepEqual(onScreen.toSorted(), rows.map((row) => units(row.billed_usd)).toSorted(), 'row by row');

    const { stdout: json } = await call(built('lastframe'), ['--home', world.home, '--json', 'usage']);
    assert.equal(units(JSON.parse(json).sum.billed), sum, 'and so does the document');
    assert.equal(units(JSON.parse(json).sum.counted), sum, 'and what the budget counts');
  },
);
